"""The desktop's window, and pictures of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.bootstrap.desks import open_demonstration, open_desk, open_station
from app.bootstrap.log import log_file, open_log
from app.bootstrap.settings import remember, resources_folder, words_of
from app.bootstrap.world import RunningClock, StoppedClock
from app.ports.problems import StoreProblem
from app.services.desk import Centre

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.bootstrap.settings import Settings
    from app.services.desk import Desk
    from app.services.words import Words
    from ui.desktop import Looks
    from ui.screenshot import Picture

DEMO_TOWN = "510113102"
LINE_PAGES = ("conflict", "offline", "settle")
"""Pictures of a desk that belongs to a hub."""
DEMO_INSTANT = 1_795_154_732_000
"""2026-11-20 14:05:32 at the district: the instant of all pictures, so that they can be made again."""


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


def run_start(settings: Settings, until: int) -> int:
    """The window of ``run_desktop`` with the clock at ``until``, saying when it stands; the exit code."""
    desk = open_desk(settings, RunningClock(until))
    from ui.measure.start import run_start as measured

    return measured(desk, words_of(settings), looks_of(settings))


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
