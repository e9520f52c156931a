"""Shared borders of a tessellation: each stored once as an arc, made slightly irregular, joined into rings.

All coordinates are whole microdegrees. An arc runs between two points where three areas (or two and the
outside) meet; both sides use the same arc, so neighbours match vertex for vertex at every level.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import shapely
from shapely import LineString, Polygon, STRtree

from app.domain.geo import polygon_area_km2

SCALE = 1_000_000
_EAST = math.cos(math.radians(30.8))
_BEND = 0.13  # of a stretch's length: how far its middle may move aside
_SHORT = 1_700.0  # microdegrees (about 190 m): a stretch no longer than this stays straight

Node = tuple[int, int]
Arc = list[Node]
_Sides = dict[tuple[Node, Node], str]


class Borders:
    """The borders of all leaf areas; a parent's id is a prefix of its children's ids."""

    def __init__(self, cells: Mapping[str, Polygon], outline: Polygon, seed: str) -> None:
        self._seed = seed
        left = _sides(cells, outline)
        self._arcs = _arcs(left)
        # Every arc with the leaf on its left and on its right ("" is outside the district).
        self._beside = [(left.get((a[0], a[1]), ""), left.get((a[1], a[0]), "")) for a in self._arcs]
        self._bend_all()

    def _bend_all(self) -> None:
        """Bend the inner arcs; those that would then meet another are bent less, at last not at all."""
        straight = list(self._arcs)
        strength = [1.0 if "" not in beside else 0.0 for beside in self._beside]
        while True:
            self._arcs = [self._bent(arc, s) for arc, s in zip(straight, strength, strict=True)]
            bad = {i for i in _tangled(self._arcs) if strength[i]}
            if not bad:
                return
            for i in bad:
                strength[i] = strength[i] / 2 if strength[i] > 0.2 else 0.0

    def _bent(self, arc: Arc, strength: float) -> Arc:
        if strength == 0.0:
            return arc
        points = [arc[0]]
        for a, b in pairwise(arc):
            points += [*self._between(a, b, strength), b]
        return points

    def _between(self, a: Node, b: Node, strength: float) -> Arc:
        east, north = (b[0] - a[0]) * _EAST, b[1] - a[1]
        if math.hypot(east, north) <= _SHORT:
            return []
        digest = hashlib.blake2b(f"{self._seed}{a}{b}".encode(), digest_size=4).digest()
        aside = (int.from_bytes(digest) / 2**31 - 1.0) * _BEND * strength
        middle = (
            round((a[0] + b[0]) / 2 - aside * north / _EAST),
            round((a[1] + b[1]) / 2 + aside * east),
        )
        return [*self._between(a, middle, strength), middle, *self._between(middle, b, strength)]

    def arcs_in_steps(self) -> list[list[int]]:
        """Each arc as its first point and the steps from there."""
        return [
            [*arc[0], *(step for a, b in pairwise(arc) for step in (b[0] - a[0], b[1] - a[1]))]
            for arc in self._arcs
        ]

    def describe(self, place: str, seat: tuple[float, float] | None) -> dict[str, Any]:
        """Seat, area and rings (arc numbers, ``~i`` backwards) of a leaf or of a parent of leaves."""
        rings = self._rings(place)
        shapes = [Polygon(self._points(ring)) for ring in rings]
        outer = [i for i, shape in enumerate(shapes) if shape.exterior.is_ccw]
        if len(outer) != 1 or not all(shape.is_valid for shape in shapes):
            raise ValueError(f"{place} is not one piece")
        rings = [rings[outer[0]], *(ring for i, ring in enumerate(rings) if i != outer[0])]
        whole = [[(x / SCALE, y / SCALE) for x, y in self._points(ring)] for ring in rings]
        polygon = Polygon(whole[0], whole[1:])
        if seat is None or not polygon.contains(shapely.Point(seat)):
            inner = polygon.centroid
            if not polygon.buffer(-0.0003).contains(inner):
                inner = polygon.representative_point()
            seat = (round(inner.x, 5), round(inner.y, 5))
        area = polygon_area_km2(tuple(tuple(ring) for ring in whole))
        return {"seat": list(seat), "area_km2": round(area, 4), "polygons": [rings]}

    def _points(self, ring: list[int]) -> Arc:
        points: Arc = []
        for i in ring:
            arc = self._arcs[i] if i >= 0 else self._arcs[~i][::-1]
            points += arc[1:] if points else arc
        return points

    def _rings(self, place: str) -> list[list[int]]:
        """The rings around a place, its area always on the left: outer counter-clockwise, holes clockwise."""
        starts: dict[Node, list[int]] = defaultdict(list)
        for i, (left, right) in enumerate(self._beside):
            is_left, is_right = left.startswith(place), right.startswith(place)
            if is_left and not is_right:
                starts[self._arcs[i][0]].append(i)
            elif is_right and not is_left:
                starts[self._arcs[i][-1]].append(~i)
        rings = []
        while starts:
            begin = at = min(starts)
            ring: list[int] = []
            while not ring or at != begin:
                i = starts[at].pop()
                if not starts[at]:
                    del starts[at]
                ring.append(i)
                at = self._arcs[i][-1] if i >= 0 else self._arcs[~i][0]
            rings.append(ring)
        return rings


def _sides(cells: Mapping[str, Polygon], outline: Polygon) -> _Sides:
    """Which leaf lies to the left of each directed edge, once all borders are cut where they meet."""
    codes = list(cells)
    lines = [outline.exterior, *(cell.boundary for cell in cells.values())]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines, grid_size=1)]))
    tree = STRtree(list(cells.values()))
    left: _Sides = {}
    for face in shapely.orient_polygons(faces):
        spot = face.representative_point()
        code = codes[int(min(tree.query_nearest(spot)))]
        for ring in (face.exterior, *face.interiors):
            nodes = [(int(x), int(y)) for x, y in ring.coords]
            for a, b in pairwise(nodes):
                left[a, b] = code
    return {edge: code for edge, code in left.items() if left.get(edge[::-1]) != code}


def _arcs(left: _Sides) -> list[Arc]:
    """The edges joined into arcs that run from meeting point to meeting point, in a fixed order."""
    around: dict[Node, set[Node]] = defaultdict(set)
    for a, b in left:
        around[a].add(b)
        around[b].add(a)
    beside = {
        edge: frozenset((left.get(edge, ""), left.get(edge[::-1], "")))
        for edge in (*left, *(e[::-1] for e in left))
    }
    meetings = {
        n for n, near in around.items() if len({beside[n, other] for other in near}) > 1 or len(near) > 2
    }
    arcs, done = [], set()
    for start in [*sorted(meetings), *sorted(around)]:
        for second in sorted(around[start]):
            if (start, second) in done:
                continue
            arc = [start, second]
            while arc[-1] not in meetings and arc[-1] != start:
                arc.append(next(n for n in sorted(around[arc[-1]]) if n != arc[-2]))
            for a, b in pairwise(arc):
                done |= {(a, b), (b, a)}
            arcs.append(arc)
    return arcs


def _tangled(arcs: list[Arc]) -> set[int]:
    """The arcs that cross themselves, or meet another elsewhere than at an end of both."""
    lines = [LineString(arc) for arc in arcs]
    bad = {i for i, line in enumerate(lines) if not line.is_simple}
    tree = STRtree(lines)
    for i, j in zip(*tree.query(lines, predicate="intersects").tolist(), strict=True):
        if i < j:
            ends = {arcs[i][0], arcs[i][-1]} & {arcs[j][0], arcs[j][-1]}
            met = shapely.intersection(lines[i], lines[j])
            if any(g.geom_type != "Point" or (g.x, g.y) not in ends for g in shapely.get_parts(met)):
                bad |= {i, j}
    return bad
