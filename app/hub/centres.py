"""The district and its towns, as shipped: the centres that desktops belong to, and the hub's scopes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from app.domain.place import Level
from app.domain.topology import places_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.domain.place import Place


def centres(resources: Path) -> Sequence[Place]:
    """The district first, then its towns by their codes."""
    document = json.loads((resources / "district/places.json").read_text("utf-8"))
    upper = [p for p in places_of(document) if p.level in {Level.DISTRICT, Level.TOWN}]
    return sorted(upper, key=lambda p: (p.level is not Level.DISTRICT, p.id))
