"""The hub's schema, brought up to date by one worker while the others wait."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from app.ports.problems import NewerStore, StoreProblem, StoreTrouble

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

REVISION = "0001"
"""The schema this release works with: the last file of ``db/hub/migrations/versions``."""

OLDER: tuple[str, ...] = ()
"""The schemas it can bring up to date."""

MIGRATIONS = Path(__file__).with_name("migrations")

_TURN = 510113_0001
"""The advisory lock that workers starting at once take in turn."""


def revision_of(connection: Connection) -> str | None:
    """The database's schema; None where it is empty. ``StoreProblem`` where it is another program's."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if tables:
        raise StoreProblem(StoreTrouble.NOT_A_STORE, "tables of another program")
    return None


def bring_up_to_date(engine: Engine) -> bool:
    """Make or upgrade the schema where that is needed; True where the database was empty.

    ``NewerStore`` where a later release has written it; then nothing is changed.
    """
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = 0"))  # an upgrade may take its time
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
        found = revision_of(connection)
        if found == REVISION:
            return False
        if found is not None and found not in OLDER:
            raise NewerStore(found)
        _run_migrations(connection)
    return found is None


def _run_migrations(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, REVISION)
