"""Callers that come along with ops of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from db import statements as sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.ports.rows import Person


def keep_persons(raw: Any, persons: Iterable[Person]) -> None:
    """Keep their particulars."""
    raw.executemany(sql.PUT_PERSON, [(p.id, p.incident, p.name, p.phone) for p in persons])
