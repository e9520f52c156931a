"""PostgreSQL's errors in two kinds: what the world did is a ``StoreProblem``, a bug stays a bug."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.ports.problems import StoreProblem, StoreTrouble

if TYPE_CHECKING:
    from collections.abc import Iterator

AGAIN = (
    errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation,
)  # fmt: skip
"""Two transactions met: the same work, begun anew, finds what the other has left."""

_BY_KIND: tuple[tuple[type[psycopg.Error], StoreTrouble], ...] = (
    (errors.DiskFull, StoreTrouble.DISK_FULL),
    (errors.ReadOnlySqlTransaction, StoreTrouble.READ_ONLY),
    (errors.LockNotAvailable, StoreTrouble.LOCKED),
    (errors.QueryCanceled, StoreTrouble.LOCKED),
    (errors.TooManyConnections, StoreTrouble.LOCKED),
    (errors.SerializationFailure, StoreTrouble.LOCKED),
    (errors.DeadlockDetected, StoreTrouble.LOCKED),
    (errors.UniqueViolation, StoreTrouble.LOCKED),
    (errors.DataCorrupted, StoreTrouble.CORRUPTED),
    (errors.IndexCorrupted, StoreTrouble.CORRUPTED),
    (errors.IoError, StoreTrouble.IO_ERROR),
    (psycopg.OperationalError, StoreTrouble.CANNOT_OPEN),
    (psycopg.InterfaceError, StoreTrouble.CANNOT_OPEN),
)


def trouble_of(error: BaseException) -> StoreTrouble | None:
    """What the world did; None where the error is a bug of ours."""
    if isinstance(error, PoolTimeout):
        return StoreTrouble.LOCKED
    origin = error.orig if isinstance(error, DBAPIError) else error
    return next((trouble for kind, trouble in _BY_KIND if isinstance(origin, kind)), None)


@contextmanager
def told_in_words() -> Iterator[None]:
    """Within it, what the world does to the database is raised as a ``StoreProblem``."""
    try:
        yield
    except (DBAPIError, PoolTimeout, psycopg.Error) as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        raise StoreProblem(trouble, str(error)) from error
