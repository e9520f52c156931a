"""The rows of table ``scope``: how far this store follows each scope of the hub's."""

from __future__ import annotations

from typing import Any, NamedTuple

from db import statements as sql

COLUMNS = ", ".join(sql.SCOPE_COLUMNS)


class ScopeRow(NamedTuple):
    """A row, its fields in the order of the columns (``db.link_tables.scope``)."""

    scope: str
    epoch: str
    cursor: int
    chain: bytes
    head: int
    state_seq: int
    start: int
    start_chain: bytes
    whole: bool
    unread: int
    fresh_at: int | None


def read_scope(raw: Any, scope: str) -> ScopeRow | None:
    """How far the scope is followed; None where it is not."""
    row = raw.execute(f"SELECT {COLUMNS} FROM scope WHERE scope = ?", (scope,)).fetchone()  # noqa: S608  # names of ours
    return None if row is None else ScopeRow(*row)


def read_scopes(raw: Any) -> list[ScopeRow]:
    """Every scope that is followed, by its name."""
    return [ScopeRow(*row) for row in raw.execute(f"SELECT {COLUMNS} FROM scope ORDER BY scope")]  # noqa: S608  # names of ours


def write_scope(raw: Any, row: ScopeRow) -> None:
    """Keep the row."""
    raw.execute(sql.PUT_SCOPE, row)


def held_whole(raw: Any) -> frozenset[str]:
    """The scopes whose incidents this store holds."""
    return frozenset(row[0] for row in raw.execute("SELECT scope FROM scope WHERE whole"))
