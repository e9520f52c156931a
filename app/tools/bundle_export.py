"""``main.py bundle export --to FILE``: what waits here, on a stick for the hub."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app.link.bundle import SUFFIX
from app.link.carry import CarriedOut, export_bundle
from app.link.enrolment import LINK
from app.link.whole_file import whole_file
from app.ports.bundle import BundleTrouble
from app.tools.diskfault import disk_code
from app.tools.wording import Wording

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import Any

    from app.ports.linked import LinkedStore
    from app.services.desk import Desk
    from app.services.words import Words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``bundle export``."""
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help=f"数据包 bundle, {SUFFIX}")


def run(args: argparse.Namespace, desk: Desk, say: Words, resources: Path) -> int:
    """0: written; 1: trouble, told in words."""
    wording = Wording(say, resources)
    with desk.store.reading() as read:
        link = read.setting(LINK)
    if not link:
        print(wording("bundle", BundleTrouble.NOT_ENROLLED.value), file=sys.stderr)
        return 1
    try:
        done = export_to(args.to, desk, link)
    except OSError as error:
        print(wording("disk", disk_code(error), name=args.to), file=sys.stderr)
        return 1
    print(wording("bundle_tool", "exported", count=sum(done.ops.values()), path=args.to))
    return 0


def export_to(path: Path, desk: Desk, link: Mapping[str, Any]) -> CarriedOut:
    """Write the bundle whole or not at all; OSError where the disk does not let it."""
    with whole_file(path) as out:
        store = cast("LinkedStore", desk.store)
        return export_bundle(store, link, out, desk.ids.fresh(), desk.clock.now())
