"""``main.py verify``: walk the ledger's chain, and with ``--refold`` fold everything anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.tools.wording import Wording

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from app.services.desk import Desk
    from app.services.words import Words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``verify``."""
    parser.add_argument("--refold", action="store_true", help="also fold every op anew and compare")


def run(args: argparse.Namespace, desk: Desk, say: Words, resources: Path) -> int:
    """0: every row is as it was written; 1: the first that is not is named."""
    wording = Wording(say, resources)
    fault = desk.store.verify(refold=args.refold)
    if fault is None:
        print(wording("verify", "sound", head=desk.store.head()))
        return 0
    print(wording("verify", fault.what, n=fault.n, where=fault.where))
    return 1
