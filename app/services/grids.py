"""Places as the map takes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from app.domain.place import Level

if TYPE_CHECKING:
    from app.domain.place import Place
    from app.services.lists import Lists


def places_geojson(lists: Lists) -> bytes:
    """All places with a shape as a GeoJSON FeatureCollection (WGS-84), largest first."""
    order = list(Level)
    shaped = (p for p in lists.places.values() if p.polygons)
    drawn = sorted(shaped, key=lambda p: (order.index(p.level), p.id))
    document = {"type": "FeatureCollection", "features": [_feature(p) for p in drawn]}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _feature(place: Place) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": {
            "id": place.id,
            "level": place.level.value,
            "parent": place.parent,
            "name": place.name,
            "name_en": place.name_en,
            "seat": place.seat,
            "schematic": place.schematic,
        },
        "geometry": {"type": "MultiPolygon", "coordinates": place.polygons},
    }
