"""What else the program can be asked for: the hub, the link, a desktop without a window, measurements."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from app.bootstrap.desks import open_desk, open_link, open_local
from app.bootstrap.log import open_log
from app.bootstrap.settings import (
    DISTRICT,
    VERSION,
    cache_folder,
    data_folder,
    own_program,
    resources_folder,
    settings_from,
    words_of,
)
from app.bootstrap.windows import DEMO_INSTANT, looks_of
from app.bootstrap.world import FreshIds, RunningClock, WallClock
from app.domain.op import Origin

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from app.bootstrap.settings import Settings
    from app.hub.opened import Wiring
    from app.services.desk import Desk
    from db.salvage import Salvaged


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
