"""The local store: one writer, a few readers, one file (DESIGN §5)."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from db import statements as sql
from db.connect import WAL_PAGES, WRITER_CACHE_KB, open_file, reading_engine, writing_engine
from db.faults import told_in_words
from db.ledger import LedgerTx, first_origin
from db.linked import Linked
from db.origins import Origins
from db.queries import StoreReader
from db.refold import fold_fault
from db.upgrade import bring_up_to_date
from db.verify import chain_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from app.ports.clock import Clock, Ids
    from app.ports.rows import Fault

BACKUP_CACHE_KB = 2_048
BULK_CACHE_KB = 32 * 1024
BULK_WAL_PAGES = 16_000
"""64 MB: pages that one batch after another changes go to the file once."""

SEGMENTS, BULK_SEGMENTS = 4, 16
"""So many parts of the text index of one size are merged: fewer are read faster, more are written faster."""


def open_store(path: Path, *, key: bytes | None, device: str, ids: Ids, clock: Clock) -> LocalStore:
    """Open the store, or make it where there is none. ``key``: 32 bytes, None for a plain file.

    ``device`` is this desktop's identity; a store that has one already keeps it. ``StoreProblem`` where the
    world does not let it.
    """
    store = LocalStore(path, key, ids, clock)
    try:
        store.prepare(device)
    except BaseException:
        store.close()
        raise
    return store


class LocalStore(Linked):
    """The store of one desktop (``app.ports.ledger.Store``, ``app.ports.link.LinkedStore``)."""

    def __init__(self, path: Path, key: bytes | None, ids: Ids, clock: Clock) -> None:
        self._path = path
        self._key = key
        self._ids = ids
        self._clock = clock
        self._writer = writing_engine(path, key)
        self._readers = reading_engine(path, key)
        self._turn = threading.RLock()
        self._told: list[Callable[[], None]] = []

    def prepare(self, device: str) -> None:
        """Bring the schema up to date and see that the store has an origin of its own."""
        with told_in_words():
            bring_up_to_date(self._writer, self._back_up)
            with self._writer.begin() as connection:
                raw = connection.connection.driver_connection
                assert raw is not None
                if raw.execute("SELECT 1 FROM meta WHERE name = 'own_origin'").fetchone() is None:
                    raw.execute(sql.PUT_META, ("device", device))
                    first_origin(raw, 1, device, self._ids.fresh())

    @contextmanager
    def write(self, actor: str) -> Iterator[LedgerTx]:
        """A write transaction in the actor's name."""
        with self._changing() as raw:
            tx = LedgerTx(raw, actor, self._clock)
            yield tx
            tx.flush()

    @contextmanager
    def _changing(self) -> Iterator[Any]:
        with self._turn, told_in_words(), self._writer.begin() as connection:
            yield connection.connection.driver_connection
        for callback in self._told:
            callback()

    @contextmanager
    def _looking(self) -> Iterator[Any]:
        with told_in_words(), self._readers.begin() as connection:
            yield connection.connection.driver_connection

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Called after every committed write, on the thread that wrote; it must not raise and not wait."""
        self._told.append(callback)

    @contextmanager
    def reading(self) -> Iterator[StoreReader]:
        """A consistent view of the last commit."""
        with self._looking() as raw:
            yield StoreReader(raw, settled=True)

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """Commits inside are durable together at its end; each is whole or not there, as ever."""
        self._pragma("synchronous = NORMAL")
        self._pragma(f"cache_size = -{BULK_CACHE_KB}")
        self._pragma(f"wal_autocheckpoint = {BULK_WAL_PAGES}")
        try:
            with self._turn, told_in_words(), self._writer.begin() as connection:
                connection.exec_driver_sql(sql.MERGE_TEXTS, (BULK_SEGMENTS,))
            yield
        finally:
            self._pragma("synchronous = FULL")
            self._pragma(f"wal_autocheckpoint = {WAL_PAGES}")
            self._pragma(f"cache_size = -{WRITER_CACHE_KB}")
            with self._turn, told_in_words(), self._writer.begin() as connection:
                # A commit in FULL syncs the whole log, and with it all that was committed before.
                connection.exec_driver_sql(sql.MERGE_TEXTS, (SEGMENTS,))
                connection.exec_driver_sql(sql.PUT_META, ("bulk_ended", str(self._clock.now())))

    def head(self) -> int:
        """The last place in the ledger: grows whenever any process has written."""
        with self.reading() as read:
            return read.head()

    def renew_incarnation(self) -> str:
        """Begin a new life, for a store that was restored or copied back: its old numbers may be in use."""
        incarnation = self._ids.fresh()
        with self._changing() as raw:
            Origins(raw).begin(incarnation)
        return incarnation

    def quick_check(self) -> list[str]:
        """SQLite's own look at the file; empty where all is well."""
        with told_in_words(), self._readers.begin() as connection:
            found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(20)")]
        return [] if found == ["ok"] else found

    def verify(self, *, refold: bool = False) -> Fault | None:
        """Walk the chain of every origin, and with ``refold`` compare all state with a fold of all ops."""
        with told_in_words(), self._readers.begin() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            return chain_fault(raw.execute) or (fold_fault(raw.execute, raw) if refold else None)

    def back_up(self, target: Path) -> None:
        """A whole copy under the same key, of the last commit, while others go on reading and writing."""
        source: Any = None
        with told_in_words():
            source = open_file(self._path, self._key, BACKUP_CACHE_KB)
            try:
                source.execute("VACUUM INTO ?", (str(target),))
            finally:
                source.close()

    def _back_up(self, revision: str) -> None:
        self.back_up(self._path.with_name(f"{self._path.name}.before-{revision}-{self._clock.now()}"))

    def _pragma(self, setting: str) -> None:
        with self._turn, told_in_words(), self._writer.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute(f"PRAGMA {setting}")

    def close(self) -> None:
        """Let go of the file."""
        self._readers.dispose()
        self._writer.dispose()
