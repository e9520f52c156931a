"""A program that imports into a real store and tells each batch, so that a test can kill it in between.

Arguments: store, file, mapping, rejects, rows a batch. Each kept batch prints one line; the last is the sum.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.tools.import_incidents import Import
from app.tools.mapping import find, load
from app.tools.progress import Progress
from tests.support.desks import RESOURCES, wording
from tests.support.real_desk import real_desk

if TYPE_CHECKING:
    from collections.abc import Sequence


class Told(Progress):
    """Prints a line for each batch."""

    def __init__(self) -> None:
        super().__init__(0, "", quiet=True)

    def show(self, done: int, rows: int) -> None:
        sys.stdout.write(f"{done} {rows}\n")
        sys.stdout.flush()


def main(given: Sequence[str]) -> None:
    store, path, mapping, rejects, batch = given
    desk = real_desk(Path(store))
    job = Import(desk, Path(path), load(find(mapping, RESOURCES)), onto=True, rejects=Path(rejects))
    done = job.run(wording("en"), Told(), int(batch))
    sys.stdout.write(f"done {done.read} {done.new} {done.known} {done.rejected} {done.before}\n")
    desk.store.close()


if __name__ == "__main__":
    main(sys.argv[1:])
