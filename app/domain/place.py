"""Places: district, towns, villages (base grids), second-level grids and work points, in one tree."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.geo import Box, Locator, OntoDistrict, Point, Polygon


class Level(StrEnum):
    """How high a place stands; ``depth`` grows downwards."""

    DISTRICT = "district"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"
    POINT = "point"

    @property
    def depth(self) -> int:
        return _DEPTH[self]


_DEPTH = {level: depth for depth, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Place:
    """One place. ``seat`` is (lon, lat) in WGS-84 degrees; rings are closed; ``id`` is the official code.

    ``schematic`` says that the outline is made, not surveyed: it is shown as 示意 wherever it is drawn.
    """

    id: str
    parent: str | None
    level: Level
    name: str
    name_en: str
    seat: Point
    area_km2: float
    polygons: tuple[Polygon, ...]
    schematic: bool
    kind: str = ""


def to_record(place: Place) -> dict[str, Any]:
    """The place as a plain dict that JSON can carry."""
    return {
        "id": place.id,
        "parent": place.parent,
        "level": place.level.value,
        "name": place.name,
        "name_en": place.name_en,
        "seat": list(place.seat),
        "area_km2": place.area_km2,
        "polygons": [[[list(p) for p in ring] for ring in polygon] for polygon in place.polygons],
        "schematic": place.schematic,
        "kind": place.kind,
    }


def from_record(record: Mapping[str, Any]) -> Place:
    """The inverse of ``to_record``; ValueError, naming the record, where it is not one."""
    try:
        return Place(
            id=str(record["id"]),
            parent=None if record["parent"] is None else str(record["parent"]),
            level=Level(record["level"]),
            name=str(record["name"]),
            name_en=str(record["name_en"]),
            seat=_point(record["seat"]),
            area_km2=float(record["area_km2"]),
            polygons=tuple(
                tuple(tuple(_point(p) for p in ring) for ring in polygon) for polygon in record["polygons"]
            ),
            schematic=bool(record["schematic"]),
            kind=str(record.get("kind", "")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a place record ({record.get('id', '?')}): {error!r}") from error


def _point(pair: Any) -> Point:
    lon, lat = pair
    return float(lon), float(lat)


class Tree:
    """All places as one tree: one root, every parent known and of a higher level, no id twice.

    ValueError names the first place that breaks this. Asking for an unknown id is a KeyError.
    """

    __slots__ = ("_by_id", "_children", "_line", "root")

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_id: dict[str, Place] = {}
        for place in places:
            if place.id in self._by_id:
                raise ValueError(f"place {place.id} is given twice")
            self._by_id[place.id] = place
        self.root: Place = self._only_root()
        self._children: dict[str, list[Place]] = {}
        for place in self._by_id.values():
            if place.parent is not None:
                self._check_parent(place, place.parent)
                self._children.setdefault(place.parent, []).append(place)
        self._line: dict[str, tuple[Place, ...]] = {self.root.id: ()}

    def _only_root(self) -> Place:
        roots = [place for place in self._by_id.values() if place.parent is None]
        if len(roots) != 1:
            named = ", ".join(place.id for place in roots) or "none"
            raise ValueError(f"a tree of places has one root, here: {named}")
        return roots[0]

    def _check_parent(self, place: Place, parent_id: str) -> None:
        parent = self._by_id.get(parent_id)
        if parent is None:
            raise ValueError(f"place {place.id} has an unknown parent {parent_id}")
        # A parent of a strictly higher level also rules out every cycle.
        if parent.level.depth >= place.level.depth:
            raise ValueError(
                f"place {place.id} ({place.level}) cannot stand under {parent_id} ({parent.level})"
            )

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Place]:
        return iter(self._by_id.values())

    def __contains__(self, place_id: object) -> bool:
        return place_id in self._by_id

    def __getitem__(self, place_id: str) -> Place:
        return self._by_id[place_id]

    def get(self, place_id: str) -> Place | None:
        return self._by_id.get(place_id)

    def of_level(self, level: Level) -> tuple[Place, ...]:
        return tuple(place for place in self._by_id.values() if place.level is level)

    def children(self, place_id: str) -> tuple[Place, ...]:
        """The places directly under it, in the order given."""
        return tuple(self._children.get(self._by_id[place_id].id, ()))

    def descendants(self, place_id: str) -> tuple[Place, ...]:
        """All places under it, each after its parent."""
        found = list(self.children(place_id))
        for place in found:  # grows while it is walked
            found.extend(self._children.get(place.id, ()))
        return tuple(found)

    def ancestors(self, place_id: str) -> tuple[Place, ...]:
        """Its parent, its parent's parent, … up to the root."""
        line = self._line.get(place_id)
        if line is None:
            parent = self._by_id[self._by_id[place_id].parent or self.root.id]
            line = self._line[place_id] = (parent, *self.ancestors(parent.id))
        return line

    def town_of(self, place_id: str) -> str | None:
        """The id of the town the place is or lies in; None for the district itself."""
        return self._at(place_id, Level.TOWN)

    def village_of(self, place_id: str) -> str | None:
        """The id of the village (base grid) the place is or lies in; None above that level."""
        return self._at(place_id, Level.VILLAGE)

    def _at(self, place_id: str, level: Level) -> str | None:
        for place in (self._by_id[place_id], *self.ancestors(place_id)):
            if place.level is level:
                return place.id
        return None

    def locator(self, level: Level = Level.GRID, *, across: int = 160) -> Locator:
        """A locator over all places of one level, in the order of their ids."""
        shapes = [(p.id, p.polygons) for p in sorted(self.of_level(level), key=lambda p: p.id)]
        return Locator(shapes, across=across)

    def onto_district(self, source: Box) -> OntoDistrict:
        """The map of a foreign data set's points into the grids; its raster is fine enough to reach each."""
        return OntoDistrict(self.locator(across=400), source)
