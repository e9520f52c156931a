"""The compact form in which a tessellation of places is shipped: shared borders stored once.

A document is ``{"scale": 1000000, "schematic": bool, "arcs": [...], "places": [...]}``. An arc is a flat
list of whole numbers: a first point and then steps ``x, y, dx, dy, …`` in degrees × scale. A place names,
for each polygon and ring, its arcs in order; ``~i`` is arc ``i`` walked backwards (as in TopoJSON).
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from app.domain.geo import Point, Ring
from app.domain.place import Level, Place


def places_of(document: Mapping[str, Any]) -> tuple[Place, ...]:
    """The places of a document; ValueError, with its cause, where it is not one."""
    try:
        arcs = [_points(arc, document["scale"]) for arc in document["arcs"]]
        return tuple(_place(entry, arcs, schematic=document["schematic"]) for entry in document["places"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ValueError(f"not a topology of places: {error!r}") from error


def _points(arc: Sequence[int], scale: int) -> tuple[Point, ...]:
    return tuple(
        (x / scale, y / scale) for x, y in zip(accumulate(arc[::2]), accumulate(arc[1::2]), strict=True)
    )


def _ring(indices: Sequence[int], arcs: Sequence[tuple[Point, ...]]) -> Ring:
    ring: list[Point] = []
    for index in indices:
        points = arcs[index] if index >= 0 else arcs[~index][::-1]
        if ring and ring[-1] != points[0]:
            raise ValueError(f"arc {index} does not go on where the one before it ends")
        ring.extend(points[1:] if ring else points)
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise ValueError(f"the ring of arcs {list(indices)} is not closed")
    return tuple(ring)


def _place(entry: Mapping[str, Any], arcs: Sequence[tuple[Point, ...]], *, schematic: bool) -> Place:
    return Place(
        id=entry["id"],
        parent=entry["parent"],
        level=Level(entry["level"]),
        name=entry["name"],
        name_en=entry["name_en"],
        seat=(float(entry["seat"][0]), float(entry["seat"][1])),
        area_km2=float(entry["area_km2"]),
        polygons=tuple(tuple(_ring(ring, arcs) for ring in polygon) for polygon in entry["polygons"]),
        schematic=schematic,
        kind=entry.get("kind", ""),
    )
