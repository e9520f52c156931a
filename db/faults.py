"""SQLite's errors in two kinds: what the world did is a ``StoreProblem``, a bug stays a bug (DESIGN §9)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlcipher3 import dbapi2

from app.ports.problems import StoreProblem, StoreTrouble

if TYPE_CHECKING:
    from collections.abc import Iterator

_BY_CODE = {
    5: StoreTrouble.LOCKED,  # SQLITE_BUSY
    6: StoreTrouble.LOCKED,  # SQLITE_LOCKED
    8: StoreTrouble.READ_ONLY,  # SQLITE_READONLY
    10: StoreTrouble.IO_ERROR,  # SQLITE_IOERR
    11: StoreTrouble.CORRUPTED,  # SQLITE_CORRUPT
    13: StoreTrouble.DISK_FULL,  # SQLITE_FULL
    14: StoreTrouble.CANNOT_OPEN,  # SQLITE_CANTOPEN
    26: StoreTrouble.NOT_A_STORE,  # SQLITE_NOTADB
}


def trouble_of(error: BaseException) -> StoreTrouble | None:
    """What the world did; None where the error is a bug of ours."""
    if isinstance(error, PoolTimeout):
        return StoreTrouble.LOCKED
    origin = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(origin, dbapi2.Error):
        return None
    code = getattr(origin, "sqlite_errorcode", None)
    return None if code is None else _BY_CODE.get(code & 0xFF)


@contextmanager
def told_in_words() -> Iterator[None]:
    """Within it, what the world does to the store is raised as a ``StoreProblem``."""
    try:
        yield
    except (DBAPIError, PoolTimeout, dbapi2.Error) as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        raise StoreProblem(trouble, str(error)) from error
