"""``main.py bundle import --from FILE``: the hub's answer to a bundle, taken in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app.link.carry import import_answer
from app.link.enrolment import LINK
from app.ports.bundle import BundleProblem, BundleTrouble
from app.tools.diskfault import disk_code
from app.tools.wording import Wording

if TYPE_CHECKING:
    import argparse

    from app.link.carry import CarriedIn
    from app.ports.linked import LinkedStore
    from app.services.desk import Desk
    from app.services.words import Words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``bundle import``."""
    parser.add_argument(
        "--from", dest="source", type=Path, required=True, metavar="FILE", help="上级平台的回执 an answer"
    )


def run(args: argparse.Namespace, desk: Desk, say: Words, resources: Path) -> int:
    """0: taken; 1: trouble, told in words, with nothing taken or with the rest of a scope left out."""
    wording = Wording(say, resources)
    try:
        came = _taken(args.source, desk)
    except BundleProblem as problem:
        print(wording("bundle", problem.code.value), file=sys.stderr)
        return 1
    except OSError as error:
        print(wording("disk", disk_code(error), name=args.source), file=sys.stderr)
        return 1
    waiting = cast("LinkedStore", desk.store).link_state().waiting
    print(wording("bundle_tool", "imported", rows=came.rows, waiting=waiting))
    if came.forked:
        print(wording("bundle_tool", "forked", count=came.forked))
    for scope, code in came.troubles:
        group = "bundle" if code in set(BundleTrouble) else "link"
        print(f"{scope}: {wording(group, code)}", file=sys.stderr)
    return 1 if came.troubles else 0


def _taken(path: Path, desk: Desk) -> CarriedIn:
    with desk.store.reading() as read:
        link = read.setting(LINK)
    if not link:
        raise BundleProblem(BundleTrouble.NOT_ENROLLED)
    with path.open("rb") as file:
        return import_answer(cast("LinkedStore", desk.store), link, file, desk.clock.now())
