"""The hub's own key pair, kept in ``meta``: devices seal bundles to it, and know its answers by it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.link.keys import new_pair

if TYPE_CHECKING:
    from sqlalchemy import Engine

_NAME = "hub_key"


def hub_pair(engine: Engine) -> dict[str, str]:
    """The pair as a private JWK; made by the first that asks, whoever else asks at the same time."""
    with engine.begin() as db:
        found = db.execute(text("SELECT value FROM meta WHERE name = :name"), {"name": _NAME}).scalar()
        if found is None:
            db.execute(
                text("INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING"),
                {"name": _NAME, "value": json.dumps(new_pair())},
            )
            found = db.execute(
                text("SELECT value FROM meta WHERE name = :name"), {"name": _NAME}
            ).scalar_one()
    return dict(json.loads(found))
