"""The connection to PostgreSQL: a small pool, and transactions on the driver's own connection."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from psycopg import Connection, IsolationLevel
from psycopg.pq import TransactionStatus
from sqlalchemy import create_engine, make_url

from app.ports.problems import StoreProblem, StoreTrouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    Raw = Connection[tuple[Any, ...]]

KEPT, AT_MOST = 4, 16
"""Connections that a worker keeps, and as many as it may open."""

PATIENCE = 10
"""So many s a worker waits for a connection of its pool, and a statement for a lock."""

_SETTINGS = (
    f"lock_timeout={PATIENCE}s",
    "timezone=UTC",
    "synchronous_commit=on",  # what a device is told to be kept is on the disk
    "cursor_tuple_fraction=1",  # what is read by a cursor here is read to its end
)


def engine_of(url: str) -> Engine:
    """A pool of connections; ``StoreProblem`` where the address is none of PostgreSQL."""
    address = make_url(url)
    if address.get_backend_name() != "postgresql":
        raise StoreProblem(StoreTrouble.NOT_A_STORE, address.get_backend_name())
    return create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_size=KEPT,
        max_overflow=AT_MOST - KEPT,
        pool_timeout=PATIENCE,
        pool_pre_ping=True,
        hide_parameters=True,  # a fault's log line must not name a caller
        connect_args={
            "options": " ".join(f"-c {setting}" for setting in _SETTINGS),
            "application_name": "grid-command",
            "connect_timeout": PATIENCE,
        },
    )


@contextmanager
def transaction(engine: Engine, *, frozen: bool = False) -> Iterator[Raw]:
    """One transaction; commits on leaving, rolls back on an error.

    ``frozen``: every statement in it sees the database as of the first one, and none may write.
    """
    pooled = engine.raw_connection()
    raw = cast("Raw", pooled.driver_connection)
    try:
        if frozen:
            raw.isolation_level, raw.read_only = IsolationLevel.REPEATABLE_READ, True
        yield raw
        raw.commit()
    finally:
        if raw.closed:
            pooled.invalidate()
        else:
            if raw.info.transaction_status is not TransactionStatus.IDLE:
                raw.rollback()
            if frozen:
                raw.isolation_level = raw.read_only = None
        pooled.close()
