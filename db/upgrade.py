"""The store's schema: made, checked, brought up to date. A newer store is refused, an older one backed up.

Alembic is loaded only when there is something to do: a start with nothing to do reads one row.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.ports.problems import NewerStore, StoreProblem, StoreTrouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

REVISION = "0002"
"""The schema this release works with: the last file of ``db/migrations/versions``."""

OLDER: tuple[str, ...] = ("0001",)
"""The schemas it can bring up to date."""

MIGRATIONS = Path(__file__).with_name("migrations")


def ours(name: str | None, kind: str, _parents: Any = None) -> bool:
    """Whether Alembic shall look at it: the text index is SQLite's own and made by hand."""
    return not (kind == "table" and name is not None and name.startswith("incident_text"))


def revision_of(raw: Any) -> str | None:
    """The store's schema; None where the file is empty. ``StoreProblem`` where it is something else."""
    if raw.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchone() is None:
        if raw.execute("SELECT 1 FROM sqlite_schema").fetchone() is not None:
            raise StoreProblem(StoreTrouble.NOT_A_STORE, "tables of another program")
        return None
    row = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def bring_up_to_date(engine: Engine, back_up: Callable[[str], None]) -> bool:
    """Make or upgrade the schema where that is needed; True where the store is new.

    ``back_up`` is called with the old revision before anything is changed. ``NewerStore`` where a later
    release has written the store.
    """
    with engine.connect() as connection:
        found = revision_of(connection.connection.driver_connection)
    if found == REVISION:
        return False
    if found is not None:
        if found not in OLDER:
            raise NewerStore(found)
        back_up(found)
    _run_migrations(engine)
    return found is None


def _run_migrations(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, REVISION)
