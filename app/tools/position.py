"""Where a row of another system lies: its coordinates and its place name, checked against the district."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from app.domain.geo import OntoDistrict, gcj_to_wgs
from app.domain.place import Level

if TYPE_CHECKING:
    from app.domain.geo import Box
    from app.services.lists import Lists
    from app.tools.mapping import Mapping


class NoPosition(Exception):
    """The row's position cannot be taken; the argument is its reason code (group ``reject``)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Spot:
    """A place's id (empty: the district) with a position in WGS-84 degrees or none."""

    place: str
    lon: float | None = None
    lat: float | None = None


class Positions:
    """Places rows of one mapping in the district; with ``onto`` foreign positions are moved into it."""

    def __init__(self, lists: Lists, mapping: Mapping, *, onto: bool) -> None:
        self._locator = lists.locator
        self._mapping = mapping
        self._onto = OntoDistrict(lists.locator, mapping.box) if onto else None
        west, south, east, north = mapping.box
        wide = mapping.margin
        self._valid: Box = (west - wide, south - wide, east + wide, north + wide)
        self._foreign = not onto and _apart(mapping.box, lists.locator.box)
        self._named = _names(lists)

    def spot(self, lon_text: str, lat_text: str, place_text: str) -> Spot:
        """Where the row lies. NoPosition, with the reason, where it cannot be placed."""
        place = ""
        if place_text:
            place = self._named.get(place_text, "")
            if not place and self._mapping.unknown_place == "reject":
                raise NoPosition("unknown_place")
        if not lon_text and not lat_text:
            return self._without(place)
        lon, lat = self._checked(lon_text, lat_text)
        if self._onto:
            lon, lat = self._onto.nudge_into(lon, lat)
        elif self._mapping.crs == "gcj02":
            lon, lat = gcj_to_wgs(lon, lat)
        grid = self._locator.locate(lon, lat)
        if grid is None:
            raise NoPosition("outside")
        return Spot(grid, round(lon, 6), round(lat, 6))

    def _without(self, place: str) -> Spot:
        if self._foreign:
            raise NoPosition("outside")
        wish = self._mapping.missing_position
        if wish == "reject" or (wish == "place" and not place):
            raise NoPosition("no_position")
        return Spot(place)

    def _checked(self, lon_text: str, lat_text: str) -> tuple[float, float]:
        if not lon_text or not lat_text:
            raise NoPosition("no_position")
        try:
            lon, lat = float(lon_text), float(lat_text)
        except ValueError:
            raise NoPosition("bad_position") from None
        if not (isfinite(lon) and isfinite(lat)):
            raise NoPosition("bad_position")
        if lon == 0 or lat == 0:
            raise NoPosition("zero_position")
        west, south, east, north = self._valid
        if west <= lon <= east and south <= lat <= north:
            return lon, lat
        if west <= lat <= east and south <= lon <= north:
            raise NoPosition("swapped")
        raise NoPosition("outside" if abs(lon) <= 180 and abs(lat) <= 90 else "bad_position")


def _apart(a: Box, b: Box) -> bool:
    return a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]


def _names(lists: Lists) -> dict[str, str]:
    """Place name or id → id; a name that two places share is left out, with its town before it is not."""
    found: dict[str, str] = {}
    shared: set[str] = set()
    for place in lists.places.values():
        town = lists.at_level(place.id, Level.TOWN)
        for name in {place.id, place.name, lists.place_name(town) + place.name if town else place.id}:
            if found.setdefault(name, place.id) != place.id:
                shared.add(name)
    return {name: identity for name, identity in found.items() if name not in shared}
