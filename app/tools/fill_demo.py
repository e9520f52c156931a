"""``main.py demo``: fill a store with the demonstration's eight days up to now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.tools.demo import Demonstration
from app.tools.wording import Wording

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from app.services.desk import Desk
    from app.services.words import Words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``demo``: none of its own."""
    parser.epilog = "演示数据，非真实事件。Demonstration data; no record of a real matter."


def run(_args: argparse.Namespace, desk: Desk, words: Words, resources: Path) -> int:
    """Tell the story into the store; 1 where it holds incidents already or has no lists."""
    wording = Wording(words, resources)
    with desk.store.reading() as read:
        lists, held = desk.lists.now(read), read.incident_by_key(1) is not None
    if held or not lists.items:
        print(wording("demo", "not_empty" if held else "no_lists"))
        return 1
    with desk.store.bulk():
        made = Demonstration(desk, resources, desk.clock.now()).make()
    print(wording("demo", "made", n=made))
    return 0
