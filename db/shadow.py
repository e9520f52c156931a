"""Shadows: what an entity is without the own ops that wait. Written as the first of them touches it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.domain import moving
from db import statements as sql

if TYPE_CHECKING:
    from app.domain.incident import Incident


def incident_text(incident: Incident | None) -> str | None:
    """A confirmed incident as a shadow keeps it."""
    if incident is None:
        return None
    return json.dumps(moving.as_body(incident), ensure_ascii=False, separators=(",", ":"))


def shadowed(text: str | None) -> Incident | None:
    """The confirmed incident that a shadow has kept."""
    return None if text is None else moving.from_body(json.loads(text))


class Shadows:
    """The shadows that one write transaction needs; nothing of it is done in a store without a hub."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.linked = raw.execute("SELECT 1 FROM scope LIMIT 1").fetchone() is not None
        self._bases: dict[str, int] = {}

    def base(self, entity: str, before: Incident | None) -> int:
        """The version of the incident's confirmed form."""
        if before is None:
            return 0
        if not self.linked:
            return before.version
        known = self._bases.get(entity)
        if known is not None:
            return known
        row = self._raw.execute("SELECT body FROM shadow WHERE entity = ?", (entity,)).fetchone()
        if row is None:
            return before.version
        base = 0 if row[0] is None else int(json.loads(row[0]).get("version", 0))
        self._bases[entity] = base
        return base

    def keep(self, entity: str, key: int, before: Incident | None, n: int) -> None:
        """The own op ``n`` is about to change the incident."""
        if self.linked and entity not in self._bases:
            self._bases[entity] = before.version if before else 0
            self._raw.execute(sql.FIRST_SHADOW, (entity, key, incident_text(before), n))

    def keep_record(self, entity: str, text: str | None, n: int) -> None:
        """The same for a record (``db.records``)."""
        if self.linked and entity not in self._bases:
            self._bases[entity] = 0
            self._raw.execute(sql.FIRST_SHADOW, (entity, None, text, n))
