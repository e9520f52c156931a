"""Connections to a store file: SQLCipher's SQLite under SQLAlchemy, each set up alike.

One engine writes (one connection, ``BEGIN IMMEDIATE``), one reads (a small pool, each reading one consistent
view). The caches of all together stay below 64 MB (DESIGN §8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from app.ports.problems import StoreProblem, StoreTrouble
from db.faults import told_in_words, trouble_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection, Engine

WRITER_CACHE_KB = 16 * 1024
READER_CACHE_KB = 14 * 1024
READERS, MORE_READERS = 2, 1
BUSY_MS = 10_000
WAL_PAGES = 4_000
"""A checkpoint is tried after so many pages in the log (16 MB): rare for imports, small for readers."""

WAL_KEPT_BYTES = 64 * 1024 * 1024


def open_file(path: Path, key: bytes | None, cache_kb: int) -> Any:
    """A bare connection. ``StoreProblem`` where the file cannot be opened or the key does not fit."""
    with told_in_words():
        connection = dbapi2.connect(
            str(path),
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_MS / 1000,
            cached_statements=256,
        )
    try:
        if key is not None:
            connection.execute("PRAGMA cipher_log_level = NONE")  # a wrong key is told in words, once
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        _set_up(connection, cache_kb)
    except dbapi2.Error as error:
        connection.close()
        trouble = trouble_of(error)
        if trouble is None:
            raise
        if trouble is StoreTrouble.NOT_A_STORE and key is not None:
            trouble = StoreTrouble.WRONG_KEY
        raise StoreProblem(trouble, str(error)) from error
    return connection


def _set_up(connection: Any, cache_kb: int) -> None:
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # the first read tries the key
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{cache_kb}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {WAL_KEPT_BYTES}")
    connection.execute("PRAGMA temp_store = MEMORY")


def writing_engine(path: Path, key: bytes | None) -> Engine:
    """One connection; its transactions take the write lock at once."""
    return _engine(lambda: open_file(path, key, WRITER_CACHE_KB), "BEGIN IMMEDIATE", 1, 0)


def reading_engine(path: Path, key: bytes | None) -> Engine:
    """A small pool; each transaction is one consistent view, and cannot write."""

    def connect() -> Any:
        connection = open_file(path, key, READER_CACHE_KB)
        connection.execute("PRAGMA query_only = ON")
        return connection

    return _engine(connect, "BEGIN", READERS, MORE_READERS)


def _engine(connect: Callable[[], Any], begin: str, size: int, more: int) -> Engine:
    engine = create_engine(
        "sqlite+pysqlite://", module=dbapi2, creator=connect, poolclass=QueuePool,
        pool_size=size, max_overflow=more, pool_reset_on_return="rollback",
    )  # fmt: skip

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
