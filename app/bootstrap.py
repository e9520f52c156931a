"""Reads settings, names every concrete part once, and wires them."""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import secrets
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import platformdirs
import structlog

from app.domain.ids import uuid7
from app.domain.op import Origin
from app.ports.problems import StoreProblem
from app.services.desk import Centre, Desk
from app.services.lists import ListsInForce
from app.services.words import Words

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from app.hub.opened import Wiring
    from app.link.station import Station
    from app.link.thread import Link
    from app.ports.clock import Clock
    from db.engine import LocalStore
    from db.salvage import Salvaged
    from ui.desktop import Looks
    from ui.screenshot import Picture

DISTRICT = "510113"
VERSION = "0.2.0"
REMEMBERED = "looks.json"
LOG_BYTES = 2_000_000
DEMO_TOWN = "510113102"
LINE_PAGES = ("conflict", "offline", "settle")
"""Pictures of a desk that belongs to a hub."""
DEMO_INSTANT = 1_795_154_732_000
"""2026-11-20 14:05:32 at the district: the instant of all pictures, so that they can be made again."""


def resources_folder() -> Path:
    """Where the shipped files lie: beside the program, or in the frozen bundle."""
    bundle = getattr(sys, "_MEIPASS", None)
    root = Path(bundle) if bundle else Path(__file__).resolve().parent.parent
    return root / "resources"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a start is told: by the command line first, then the environment, then the defaults.

    ``store`` is the store's file; ``plain`` leaves it unencrypted (demonstrations only).
    """

    store: Path
    plain: bool
    lang: str = "zh"
    theme: Literal["dark", "light"] = "dark"
    passphrase: str | None = None
    place: str = DISTRICT
    sign: str = ""
    letter: str = ""
    actor: str = "m-001"

    @property
    def cache(self) -> Path:
        """Where things lie that can be made again."""
        return cache_folder()


def data_folder() -> Path:
    """Where this user's stores lie."""
    return Path(platformdirs.user_data_dir("grid-command", appauthor=False))


def cache_folder() -> Path:
    """Where things lie that can be made again."""
    return Path(platformdirs.user_cache_dir("grid-command", appauthor=False))


def settings_from(
    *, store: Path | None = None, plain: bool = False, lang: str | None = None, theme: str | None = None
) -> Settings:
    """The settings of this start; environment: GRID_STORE, GRID_LANG, GRID_THEME, GRID_PASSPHRASE."""
    env = os.environ
    last = _remembered()
    given = store or (Path(env["GRID_STORE"]) if env.get("GRID_STORE") else None)
    return Settings(
        store=given or data_folder() / "district.db",
        plain=plain,
        lang="en" if (lang or env.get("GRID_LANG") or last.get("lang")) == "en" else "zh",
        theme="light" if (theme or env.get("GRID_THEME") or last.get("theme")) == "light" else "dark",
        passphrase=env.get("GRID_PASSPHRASE"),
    )


def log_file() -> Path:
    """Where the program writes what went wrong, one JSON object a line."""
    return Path(platformdirs.user_log_dir("grid-command", appauthor=False)) / "grid-command.jsonl"


def open_log() -> None:
    """Send the program's log to its file, at most 3 × 2 MB; a disk that refuses leaves standard error."""
    handler: logging.Handler = logging.StreamHandler()
    with contextlib.suppress(OSError):
        log_file().parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            log_file(), maxBytes=2_000_000, backupCount=2, encoding="utf-8", delay=True
        )
    logging.basicConfig(handlers=[handler], format="%(message)s", level=logging.INFO)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _remembered() -> dict[str, str]:
    """What the last run chose; nothing where there is no such file or it cannot be read as one."""
    try:
        chosen = json.loads((data_folder() / REMEMBERED).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {k: v for k, v in chosen.items() if isinstance(v, str)} if isinstance(chosen, dict) else {}


def remember(looks: Looks) -> None:
    """Keep language and theme for the next start; a disk that refuses costs only that."""
    path = data_folder() / REMEMBERED
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"lang": looks.lang, "theme": looks.theme}), "utf-8")


class WallClock:
    """The machine's clock."""

    def now(self) -> int:
        """The instant, ms since 1970 UTC."""
        return time.time_ns() // 1_000_000


class StoppedClock:
    """A clock that stands, for pictures and stories."""

    def __init__(self, at: int) -> None:
        self._at = at

    def now(self) -> int:
        """Always the same instant, ms since 1970 UTC."""
        return self._at


class RunningClock:
    """A clock that was set to an instant and goes on from there: measurements see a store of today."""

    def __init__(self, at: int) -> None:
        self._ahead = at - time.time_ns() // 1_000_000

    def now(self) -> int:
        """The instant, ms since 1970 UTC."""
        return time.time_ns() // 1_000_000 + self._ahead


class FreshIds:
    """UUIDv7 from the machine's clock and its source of chance."""

    def fresh(self) -> str:
        """A new identity, 32 hex digits."""
        return uuid7(time.time_ns() // 1_000_000, secrets.randbits(74))


def words_of(settings: Settings) -> Words:
    """The words of the trade in the language that the settings name."""
    return Words(settings.lang, resources_folder())


def open_local(settings: Settings, clock: Clock) -> LocalStore:
    """Open the store; made where there is none, and empty then."""
    from db.engine import open_store
    from db.key import store_key

    ids = FreshIds()
    settings.store.parent.mkdir(0o700, parents=True, exist_ok=True)  # incidents name people
    key = None if settings.plain else store_key(settings.store, settings.passphrase)
    return open_store(settings.store, key=key, device=ids.fresh(), ids=ids, clock=clock)


def open_desk(settings: Settings, clock: Clock | None = None) -> Desk:
    """Open the store and sit down at it: in the name of who signed in last where it belongs to a hub.

    A store that stands alone is filled with the shipped lists; a hub's lists come from there.
    """
    from app.link.enrolment import enrolment, role_of, signed_in
    from app.tools.shipped_lists import put_shipped_lists

    clock = clock or WallClock()
    store = open_local(settings, clock)
    with store.reading() as read:
        enrolled, signed = enrolment(read), signed_in(read)
    if enrolled is None:
        centre = Centre(settings.place, settings.sign, settings.letter)
        desk = Desk(store, clock, FreshIds(), ListsInForce(store), centre, settings.actor)
        put_shipped_lists(desk, resources_folder())
        return desk
    centre = Centre(enrolled.place, enrolled.sign, enrolled.letter)
    return Desk(
        store, clock, FreshIds(), ListsInForce(store), centre, signed.user if signed else "",
        role_of(signed),
    )  # fmt: skip


def open_link(desk: Desk, user: Callable[[], str] = str, period: float | None = None) -> Link | None:
    """The link of a desk whose store belongs to a hub, not begun yet; None where it stands alone.

    ``user`` tells who is signed in; ``period`` s lie between two rounds where nothing else calls for one.
    """
    from app.link.enrolment import enrolment
    from app.link.thread import PERIOD, Link
    from db.engine import LocalStore

    assert isinstance(desk.store, LocalStore)
    with desk.store.reading() as read:
        enrolled = enrolment(read)
    if enrolled is None:
        return None
    period = period or float(os.environ.get("GRID_LINK_PERIOD") or PERIOD)
    link = Link(desk.store, enrolled.client(), desk.clock, address=enrolled.url, user=user, period=period)
    desk.store.on_commit(link.committed)
    return link


def run_agent(settings: Settings, period: float | None) -> int:
    """A desktop without a window on standard input and output until it is told to stop; the exit code."""
    from app.tools import agent
    from db.connect import READER_CACHE_KB, open_file
    from db.engine import LocalStore
    from db.key import store_key
    from db.replica import Replica

    open_log()
    desk = open_desk(settings)
    assert isinstance(desk.store, LocalStore)
    key = None if settings.plain else store_key(settings.store, settings.passphrase)
    raw = open_file(settings.store, key, READER_CACHE_KB)

    def put_away() -> None:
        raw.close()
        desk.store.close()

    link = open_link(desk, lambda: desk.actor, period)
    return agent.run(desk, link, Replica(desk.store, raw), put_away)


def run_link(settings: Settings, args: argparse.Namespace) -> int:
    """``main.py link …``; the exit code."""
    from app.link.desk_gate import DeskGate
    from app.tools import link
    from db.key import store_key
    from db.salvage import salvage

    clock = WallClock()
    with contextlib.closing(open_local(settings, clock)) as store:
        gate = DeskGate(store, clock, resumed=True, name=args.name or "")

        def salvaged(path: Path) -> Salvaged:
            key = None if settings.plain else store_key(path, settings.passphrase)
            return salvage(path, key, Origin(store.own_origin().device, FreshIds().fresh()))

        opened = link.Opened(store, gate, clock, salvaged)
        return link.run(args, opened, words_of(settings), resources_folder())


def open_demonstration(settings: Settings, clock: Clock | None = None) -> Desk:
    """A fresh demonstration store, plain, in a folder that goes with the process."""
    from app.tools.demo import Demonstration

    folder = tempfile.TemporaryDirectory(prefix="grid-command-demo-")
    atexit.register(folder.cleanup)
    store = Path(folder.name) / "demo.db"
    desk = open_desk(replace(settings, store=store, plain=True), clock)
    with desk.store.bulk():
        Demonstration(desk, resources_folder(), desk.clock.now()).make()
    return desk


def looks_of(settings: Settings) -> Looks:
    """How a window of these settings looks."""
    from ui.desktop import Looks

    return Looks(resources_folder(), settings.cache, settings.lang, settings.theme)


def run_desktop(settings: Settings, *, demonstration: bool) -> int:
    """The window until it is closed; the exit code."""
    from ui.application import run_window, show_trouble
    from ui.outside import Outside

    open_log()
    try:
        desk = open_demonstration(settings) if demonstration else open_desk(settings)
    except StoreProblem as problem:
        show_trouble(words_of(settings).say("problem", problem.code.value), looks_of(settings))
        raise

    def words_in(lang: str) -> Words:
        return words_of(replace(settings, lang=lang))

    if demonstration:
        return run_window(desk, words_in, looks_of(settings), remember, log_file())
    station = open_station(desk)
    station.begin()
    try:
        outside = Outside(station, station)
        return run_window(desk, words_in, looks_of(settings), remember, log_file(), outside)
    finally:
        station.stop()


def open_station(desk: Desk) -> Station:
    """The window's gate and its link, which begins once the desk belongs to a hub."""
    from app.link.desk_gate import DeskGate
    from app.link.station import Station

    gate = DeskGate(desk.store, desk.clock, resumed=False)
    return Station(desk.store, gate, partial(open_link, desk))


def run_start(settings: Settings, until: int) -> int:
    """The window of ``run_desktop`` with the clock at ``until``, saying when it stands; the exit code."""
    desk = open_desk(settings, RunningClock(until))
    from ui.measure.start import run_start as measured

    return measured(desk, words_of(settings), looks_of(settings))


def own_program() -> tuple[str, ...]:
    """How the program starts itself: frozen, or from its source."""
    main = Path(__file__).resolve().parent.parent / "main.py"
    return (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, str(main))


def run_bench(args: argparse.Namespace) -> int:
    """``main.py bench``; the exit code."""
    from app.tools import bench
    from app.tools.bench_store import PASSPHRASE
    from ui.measure.windows import Windows

    open_log()
    settings = settings_from(plain=args.plain)

    def open_at(path: Path) -> Desk:
        return open_desk(replace(settings, store=path, passphrase=PASSPHRASE), RunningClock(DEMO_INSTANT))

    words = words_of(settings)
    windows = Windows(words, lambda: looks_of(settings))
    wired = bench.Bench(
        own_program(), cache_folder(), resources_folder(), words, DEMO_INSTANT, open_at, windows
    )
    return bench.run(args, wired)


def run_hub(argv: Sequence[str]) -> int:
    """``main.py hub …``; the exit code."""
    from app.hub import commands, wiring
    from app.tools.shipped_lists import shipped_drafts

    ids, clock, resources = FreshIds(), WallClock(), resources_folder()
    # A worker is another process: what makes its parts crosses over.
    words = words_of(settings_from())
    parts = partial(wiring.hub_parts, ids=ids, clock=clock, district=DISTRICT, version=VERSION, words=words)

    def wired(lang: str) -> Wiring:
        known, shipped = settings_from(lang=lang or None).lang, partial(shipped_drafts, resources)
        return wiring.wired(data_folder() / "hub", resources, known, VERSION, ids, clock, parts, shipped)

    return commands.main(argv, wired)


def draw_pictures(settings: Settings, pictures: Sequence[tuple[Settings, Picture]]) -> int:
    """Draw pages of the demonstration as of ``DEMO_INSTANT``; the exit code."""
    from ui.screenshot import draw

    clock = StoppedClock(DEMO_INSTANT)
    alone = [drawn for drawn in pictures if drawn[1].page not in LINE_PAGES]
    linked = [drawn for drawn in pictures if drawn[1].page in LINE_PAGES]
    if alone:
        desk = open_demonstration(settings, clock)
        for dressed, picture in alone:
            draw(desk, words_of(dressed), looks_of(dressed), picture)
            print(picture.out)  # noqa: T201 - the command's answer
        desk.store.close()
    if linked:
        _draw_linked(open_demonstration(settings, clock), linked)
    return 0


def _draw_linked(desk: Desk, pictures: Sequence[tuple[Settings, Picture]]) -> None:
    """Pictures of a desk that belongs to a hub: off line in its town, on line at the district."""
    from app.tools.demo_line import DemoLine, StillLine
    from db.engine import LocalStore
    from ui.outside import Outside
    from ui.screenshot import draw

    assert isinstance(desk.store, LocalStore)
    town = replace(desk, centre=Centre(DEMO_TOWN, "弥"))
    line = DemoLine(town, desk.store, resources_folder(), DEMO_TOWN)
    line.make()
    for dressed, picture in pictures:
        off = picture.page == "offline"
        outside = Outside(StillLine(line.status() if off else line.mended()))
        shown = replace(picture, key=line.twice_dispatched, town=DEMO_TOWN if off else "")
        draw(town if off else desk, words_of(dressed), looks_of(dressed), shown, outside)
        print(picture.out)  # noqa: T201 - the command's answer
    desk.store.close()
