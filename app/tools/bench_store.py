"""The store that is measured: made once for each size and kept in the cache folder.

Its folder is named for its rows, the schema, the generator and whether it is encrypted. It is built under
another name, with the mark of how far it has come in each transaction, and gets its own name when it is
whole: what was interrupted goes on where it stopped.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.op import Outcome
from app.ports.rows import ImportMark
from app.tools.bench_matters import Matters
from app.tools.collector import collector_at_ease
from app.tools.progress import Progress
from db.upgrade import REVISION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.services.desk import Desk

GENERATOR = 1
"""Raised with every change of ``bench_matters`` that makes another store."""

PASSPHRASE = "grid-command-bench"  # noqa: S105 - opens made data that lie beside it
BATCH = 2_000
JOB = "bench"


@dataclass(frozen=True, slots=True)
class BenchStore:
    """A store to measure with: its file, its rows, and what making it took (0 s where it was there)."""

    path: Path
    rows: int
    plain: bool
    seconds: float


def store_folder(cache: Path, rows: int, *, plain: bool) -> Path:
    """Where the store of this size is kept."""
    kind = "plain" if plain else "sealed"
    return cache / "bench" / f"{rows}-schema{REVISION}-made{GENERATOR}-{kind}"


def made_store(
    cache: Path,
    rows: int,
    *,
    plain: bool,
    until: int,
    resources: Path,
    open_at: Callable[[Path], Desk],
) -> BenchStore:
    """The kept store of this size, made where there is none. ``open_at`` opens a file as a desk."""
    folder = store_folder(cache, rows, plain=plain)
    path = folder / "store.db"
    if path.exists():
        return BenchStore(path, rows, plain, 0.0)
    building = folder.with_name(f"{folder.name}.building")
    building.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    desk = open_at(building / "store.db")
    try:
        _fill(desk, resources, rows, until)
    finally:
        desk.store.close()
    building.rename(folder)
    return BenchStore(path, rows, plain, time.monotonic() - began)


def copied(store: BenchStore, folder: Path) -> BenchStore:
    """A copy to write into, so that the kept one stays as it was made; on disk before anything is timed."""
    for file in store.path.parent.iterdir():
        shutil.copyfile(file, folder / file.name)
        with (folder / file.name).open("rb+") as copy:
            os.fsync(copy.fileno())
    return BenchStore(folder / store.path.name, store.rows, store.plain, 0.0)


def _fill(desk: Desk, resources: Path, rows: int, until: int) -> None:
    matters = Matters(desk, resources, rows, until)
    with desk.store.reading() as read:
        mark = read.import_mark(JOB)
    progress = Progress(rows, "rows", stream=sys.stderr)
    with desk.store.bulk(), collector_at_ease():
        for first in range(mark.line if mark else 0, rows, BATCH):
            last = min(first + BATCH, rows)
            with desk.store.write(desk.actor) as tx:
                for receipt in tx.append_many(matters.drafts(tx, first, last)):
                    if receipt.outcome is Outcome.REFUSED:
                        raise RuntimeError(f"a made matter was refused: {receipt.refusal}")
                tx.set_import_mark(ImportMark(JOB, last, 0, last, 0, 0, last == rows))
            progress.show(last, last)
    progress.finish()
