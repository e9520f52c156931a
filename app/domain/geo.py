"""Points, rings and the question "in which grid is this point?". Pure, standard library only.

A point is ``(lon, lat)`` in WGS-84 degrees; a ring is closed (its last point repeats its first);
a polygon is its outer ring followed by its holes.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from math import asin, ceil, cos, floor, isfinite, radians, sin, sqrt
from typing import TypeAlias

from app.domain.datum import gcj_to_wgs, wgs_to_gcj

__all__ = [
    "Box",
    "Locator",
    "OntoDistrict",
    "Point",
    "Polygon",
    "Ring",
    "bounding_box",
    "contains",
    "distance_m",
    "gcj_to_wgs",
    "polygon_area_km2",
    "ring_area_km2",
    "wgs_to_gcj",
]

Point: TypeAlias = tuple[float, float]
Ring: TypeAlias = tuple[Point, ...]
Polygon: TypeAlias = tuple[Ring, ...]
Box: TypeAlias = tuple[float, float, float, float]  # west, south, east, north

_EARTH_M = 6_371_008.8  # mean radius, IUGG
_PAD = 1e-6  # of a bucket: rounding never hides an edge from the bucket it grazes

_Edge: TypeAlias = tuple[float, float, float, float]  # south, north, lon at south, degrees lon per degree lat
_Candidates: TypeAlias = list[tuple[str, tuple[_Edge, ...]]]
_ALWAYS: tuple[_Edge, ...] = ((-1e9, 1e9, 1e9, 0.0),)


def distance_m(a: Point, b: Point) -> float:
    """Great-circle distance in metres (haversine, mean Earth radius)."""
    lat_a, lat_b = radians(a[1]), radians(b[1])
    half_lat, half_lon = (lat_b - lat_a) / 2.0, radians(b[0] - a[0]) / 2.0
    h = sin(half_lat) ** 2 + cos(lat_a) * cos(lat_b) * sin(half_lon) ** 2
    return 2.0 * _EARTH_M * asin(min(1.0, sqrt(h)))


def ring_area_km2(ring: Sequence[Point]) -> float:
    """Signed area of a closed ring in km², positive when counter-clockwise.

    Chamberlain and Duquette, "Some algorithms for polygons on a sphere" (JPL 07-03): a sum over edges,
    so the areas of neighbours with shared edges add up to the area of their union.
    """
    total = 0.0
    for (lon_a, lat_a), (lon_b, lat_b) in pairwise(ring):
        total += radians(lon_a - lon_b) * (2.0 + sin(radians(lat_a)) + sin(radians(lat_b)))
    return total * _EARTH_M * _EARTH_M / 2.0 / 1e6


def polygon_area_km2(polygon: Polygon) -> float:
    """Area of a polygon in km², its holes taken out; the rings' directions do not matter."""
    outer, *holes = polygon
    return abs(ring_area_km2(outer)) - sum(abs(ring_area_km2(hole)) for hole in holes)


def bounding_box(points: Iterable[Point]) -> Box:
    """West, south, east and north of the points; ValueError when there are none."""
    lons, lats = zip(*points, strict=True)
    return min(lons), min(lats), max(lons), max(lats)


def contains(polygons: Iterable[Polygon], lon: float, lat: float) -> bool:
    """Whether the point is inside, half-open: of two polygons that share an edge exactly one says yes."""
    inside = False
    for polygon in polygons:
        for ring in polygon:
            for a, b in pairwise(ring):
                low, high = (a, b) if a[1] <= b[1] else (b, a)
                if low[1] <= lat < high[1]:
                    slope = (high[0] - low[0]) / (high[1] - low[1])
                    inside ^= lon < low[0] + (lat - low[1]) * slope
    return inside


class Locator:
    """Which of many shapes holds a point.

    A raster of square buckets: most lie wholly in one shape; the others keep a short list of the shapes
    that pass through them, each with only those of its edges that the bucket's row can meet. An edge is
    always computed from its southern end, so neighbours decide about a shared edge alike, and a point
    inside the outline belongs to exactly one of them. Where shapes overlap, the first given wins.
    """

    __slots__ = ("_cells", "_cols", "_per_degree", "_rows", "_south", "_west", "box")

    def __init__(self, shapes: Iterable[tuple[str, Sequence[Polygon]]], *, across: int = 160) -> None:
        """Build from (id, polygons); ``across`` is the number of buckets along the longer side."""
        given = [(name, tuple(polygons)) for name, polygons in shapes]
        self.box: Box = bounding_box(p for _, polygons in given for polygon in polygons for p in polygon[0])
        self._west, self._south, east, north = self.box
        self._per_degree = across / max(east - self._west, north - self._south)
        self._cols = int((east - self._west) * self._per_degree) + 1
        self._rows = int((north - self._south) * self._per_degree) + 1
        self._cells: list[str | _Candidates | None] = [None] * (self._cols * self._rows)
        for name, polygons in given:
            self._add(name, polygons)

    def _add(self, name: str, polygons: Sequence[Polygon]) -> None:
        edges: defaultdict[int, list[_Edge]] = defaultdict(list)
        touched: defaultdict[int, set[int]] = defaultdict(set)
        for polygon in polygons:
            for ring in polygon:
                for a, b in pairwise(ring):
                    self._add_edge(a, b, edges, touched)
        for row, cols in touched.items():
            self._fill_row(name, row, cols, tuple(edges[row]))

    def _add_edge(
        self, a: Point, b: Point, edges: defaultdict[int, list[_Edge]], touched: defaultdict[int, set[int]]
    ) -> None:
        (xa, ya), (xb, yb) = (a, b) if a[1] <= b[1] else (b, a)
        scale, west, south = self._per_degree, self._west, self._south
        first = max(0, int((ya - south) * scale - _PAD))
        last = min(self._rows - 1, int((yb - south) * scale + _PAD))
        slope = (xb - xa) / (yb - ya) if yb > ya else 0.0
        for row in range(first, last + 1):
            if first == last:
                x_low, x_high = xa, xb
            else:
                x_low = xa if row == first else xa + (row / scale + south - ya) * slope
                x_high = xb if row == last else xa + ((row + 1) / scale + south - ya) * slope
            if x_low > x_high:
                x_low, x_high = x_high, x_low
            left = int((x_low - west) * scale - _PAD)
            right = min(self._cols - 1, int((x_high - west) * scale + _PAD))
            touched[row].update((left,) if left == right else range(left, right + 1))
            if yb > ya:
                edges[row].append((ya, yb, xa, slope))

    def _fill_row(self, name: str, row: int, touched: set[int], edges: tuple[_Edge, ...]) -> None:
        """Give one row's buckets to the shape: those its border touches, and those wholly inside."""
        cells, start = self._cells, row * self._cols
        for col in touched:
            held = cells[start + col]
            if held is None:
                cells[start + col] = [(name, edges)]
            elif isinstance(held, list):
                held.append((name, edges))
        middle = self._south + (row + 0.5) / self._per_degree
        meets = sorted(x + (middle - low) * slope for low, high, x, slope in edges if low <= middle < high)
        for enter, leave in zip(meets[::2], meets[1::2], strict=True):
            begin = ceil((enter - self._west) * self._per_degree - 0.5)
            end = floor((leave - self._west) * self._per_degree - 0.5)
            for col in range(begin, end + 1):
                if col in touched:
                    continue
                held = cells[start + col]
                if held is None:
                    cells[start + col] = name
                elif isinstance(held, list):
                    held.append((name, _ALWAYS))

    def locate(self, lon: float, lat: float) -> str | None:
        """The id of the shape that holds the point, or None outside all of them."""
        x, y = (lon - self._west) * self._per_degree, (lat - self._south) * self._per_degree
        if not (0.0 <= x < self._cols and 0.0 <= y < self._rows):
            return None
        held = self._cells[int(y) * self._cols + int(x)]
        if held is None or isinstance(held, str):
            return held
        for name, edges in held:
            inside = False
            for low, high, at_low, slope in edges:
                if low <= lat < high and lon < at_low + (lat - low) * slope:
                    inside = not inside
            if inside:
                return name
        return None

    def locate_many(self, points: Iterable[Point]) -> list[str | None]:
        """``locate`` for each point, in order."""
        locate = self.locate
        return [locate(lon, lat) for lon, lat in points]

    def whole_buckets(self) -> Iterator[tuple[Box, str]]:
        """The buckets that lie wholly in one shape, row by row from the south-west corner."""
        size = 1.0 / self._per_degree
        for index, held in enumerate(self._cells):
            if isinstance(held, str):
                row, col = divmod(index, self._cols)
                west, south = self._west + col * size, self._south + row * size
                yield (west, south, west + size, south + size), held


class OntoDistrict:
    """Maps points of a foreign data set into the district: same point in, same point out.

    Near stays near, order from west to east and from south to north is kept within a row, and every shape of
    the locator draws an equal share of a box that is evenly filled, so small grids of the built-up
    areas are busy and large rural ones are not (the inverse Rosenblatt transform of that density).
    """

    __slots__ = ("_box", "_row_ends", "_rows")

    def __init__(self, locator: Locator, source: Box) -> None:
        """``source`` is the foreign data's box; points beyond it are mirrored back into it."""
        west, south, east, north = source
        if not (east > west and north > south):
            raise ValueError(f"the source box is empty: {source}")
        self._box = source
        buckets = list(locator.whole_buckets())
        sizes: defaultdict[str, int] = defaultdict(int)
        for _, name in buckets:
            sizes[name] += 1
        rows: defaultdict[float, list[tuple[Box, float]]] = defaultdict(list)
        for box, name in buckets:
            rows[box[1]].append((box, 1.0 / sizes[name]))
        self._rows = [([box for box, _ in row], list(accumulate(w for _, w in row))) for row in rows.values()]
        self._row_ends = list(accumulate(ends[-1] for _, ends in self._rows))

    def nudge_into(self, lon: float, lat: float) -> Point:
        """A point inside one of the locator's shapes; ValueError for a point that is not finite."""
        if not (isfinite(lon) and isfinite(lat)):
            raise ValueError(f"not a point: {lon}, {lat}")
        west, south, east, north = self._box
        row, up = _pick(self._row_ends, _mirrored((lat - south) / (north - south)))
        boxes, ends = self._rows[row]
        col, along = _pick(ends, _mirrored((lon - west) / (east - west)))
        left, bottom, right, top = boxes[col]
        return left + along * (right - left), bottom + up * (top - bottom)


def _mirrored(share: float) -> float:
    """The share folded into 0…1 as between two mirrors, so that outliers do not pile up on the edge."""
    return 1.0 - abs(share % 2.0 - 1.0)


def _pick(ends: list[float], share: float) -> tuple[int, float]:
    """Which of the stretches that end at ``ends`` the share falls in, and how far along it (inside)."""
    at = share * ends[-1]
    index = min(bisect_right(ends, at), len(ends) - 1)
    begin = ends[index - 1] if index else 0.0
    return index, min(0.999, max(0.001, (at - begin) / (ends[index] - begin)))
