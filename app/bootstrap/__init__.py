"""Reads settings, names every concrete part once, and wires them."""

from app.bootstrap.commands import run_agent, run_bench, run_hub, run_link
from app.bootstrap.desks import open_demonstration, open_desk, open_link, open_local, open_station
from app.bootstrap.log import log_file, open_log
from app.bootstrap.settings import (
    DISTRICT,
    VERSION,
    Settings,
    cache_folder,
    data_folder,
    own_program,
    remember,
    resources_folder,
    settings_from,
    words_of,
)
from app.bootstrap.windows import DEMO_INSTANT, LINE_PAGES, draw_pictures, looks_of, run_desktop, run_start
from app.bootstrap.world import FreshIds, RunningClock, StoppedClock, WallClock

__all__ = [
    "DEMO_INSTANT",
    "DISTRICT",
    "LINE_PAGES",
    "VERSION",
    "FreshIds",
    "RunningClock",
    "Settings",
    "StoppedClock",
    "WallClock",
    "cache_folder",
    "data_folder",
    "draw_pictures",
    "log_file",
    "looks_of",
    "open_demonstration",
    "open_desk",
    "open_link",
    "open_local",
    "open_log",
    "open_station",
    "own_program",
    "remember",
    "resources_folder",
    "run_agent",
    "run_bench",
    "run_desktop",
    "run_hub",
    "run_link",
    "run_start",
    "settings_from",
    "words_of",
]
