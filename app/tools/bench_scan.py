"""The plain way to the same answers: SQLite read from end to end, without this program's indexes and sums."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from app.tools.bench_figures import Reference, share
from app.tools.bench_store import PASSPHRASE
from db.connect import READER_CACHE_KB, open_file
from db.key import store_key

if TYPE_CHECKING:
    from pathlib import Path

    from app.tools.bench_store import BenchStore

RUNS = 3
SORTED = "SELECT key, number, title FROM incident NOT INDEXED ORDER BY severity, due_at LIMIT 64"
FIGURES = (
    "SELECT town, reported_at / 3600000, count(*) FROM incident NOT INDEXED GROUP BY 1, 2",
    "SELECT town, closed_at / 3600000, count(*) FROM incident NOT INDEXED WHERE closed_at > 0 GROUP BY 1, 2",
)


def bare_connection(path: Path, *, plain: bool) -> Any:
    """SQLite itself on a store's file."""
    return open_file(path, None if plain else store_key(path, PASSPHRASE), READER_CACHE_KB)


def sorted_by_scan(store: BenchStore) -> Reference:
    """A queue's first rows by sorting the whole table, ms."""
    return Reference("sorting the table", _time(store, (SORTED,)), "ms")


def figures_by_scan(store: BenchStore) -> Reference:
    """Arrivals and closings by hour and town counted over the whole table, ms."""
    return Reference("counting the table", _time(store, FIGURES), "ms")


def _time(store: BenchStore, statements: tuple[str, ...]) -> float:
    with closing(bare_connection(store.path, plain=store.plain)) as connection:
        times = []
        for _ in range(RUNS):
            began = time.perf_counter()
            for statement in statements:
                connection.execute(statement).fetchall()
            times.append((time.perf_counter() - began) * 1000)
    return share(times, 0.5)
