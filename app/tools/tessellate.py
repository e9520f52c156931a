"""Make the schematic towns, villages and second-level grids inside the district's outline.

    tessellate OUTLINE.geojson VILLAGES.csv TO_DIRECTORY [SEED]

No boundary of a town or a grid is public, so they are nested Voronoi cells: towns about their approximate
seats, villages and grids about points relaxed by Lloyd's method, closer together near a town's seat.
Coordinates are whole microdegrees from the first step on, so the same input gives the same bytes.
"""

import csv
import json
import math
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import MultiPoint, Polygon

from app.tools.borders import SCALE, Borders
from app.tools.place_names import grid_names, town_name_en, village_names

GRIDS = 420
SEATS = {
    "大弯街道": (104.27, 30.90),
    "大同街道": (104.30, 30.87),
    "弥牟镇": (104.21, 30.89),
    "城厢镇": (104.33, 30.86),
    "姚渡镇": (104.35, 30.83),
    "清泉镇": (104.40, 30.75),
    "福洪镇": (104.34, 30.74),
}
_DENSE = ("大弯街道", "城厢镇", "大同街道", "弥牟镇")  # built-up: a village has more grids there
_EAST = math.cos(math.radians(30.8))  # how much shorter a degree of longitude is here
_ROUNDS = 16
_SAMPLES_EACH = 90
_TOWN_PIECES = 150
_NEAR = 20_000.0  # microdegrees of latitude (about 2.2 km): how far a seat draws cells together

Spot = tuple[float, float]  # east, north in microdegrees of latitude: a plane in which cells look alike


@dataclass(frozen=True, slots=True)
class Row:
    """One village of the official list."""

    town: str
    town_name: str
    code: str
    full_name: str
    kind: str


def read_villages(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            Row(r["town_code"], r["town_name"], r["village_code"], r["village_name"], r["kind"])
            for r in csv.DictReader(file)
        ]
    return sorted(rows, key=lambda row: row.code)


def read_outline(path: Path) -> tuple[Polygon, dict[str, Any]]:
    """The district as one polygon on the lattice, and what is said of it; ValueError if it is none."""
    feature = json.loads(path.read_text(encoding="utf-8"))["features"][0]
    shape = shapely.geometry.shape(feature["geometry"])
    parts = list(getattr(shape, "geoms", [shape]))
    if len(parts) != 1 or parts[0].interiors:
        raise ValueError(f"{path.name}: the outline must be one polygon without holes")
    outline = Polygon([(round(x * SCALE), round(y * SCALE)) for x, y in parts[0].exterior.coords])
    if not outline.is_valid:
        raise ValueError(f"{path.name}: the outline crosses itself")
    return outline, feature["properties"]


def grid_counts(rows: Sequence[Row]) -> dict[str, int]:
    """How many second-level grids each village has: largest remainders of a weight, 420 in all."""
    weight = {r.code: (5.5 if r.town_name in _DENSE else 3.9) + (r.kind == "社区") * 0.6 for r in rows}
    whole = sum(weight.values())
    share = {code: GRIDS * value / whole for code, value in weight.items()}
    counts = {code: int(value) for code, value in share.items()}
    by_rest = sorted(share, key=lambda code: (-round(share[code] - counts[code], 9), code))
    for code in by_rest[: GRIDS - sum(counts.values())]:
        counts[code] += 1
    return counts


def _plane(lon: float, lat: float) -> Spot:
    return lon * SCALE * _EAST, lat * SCALE


def _samples(area: Polygon, count: int) -> np.ndarray[Any, Any]:
    """About ``count`` evenly spaced points (plane) inside an area (lattice)."""
    step = math.sqrt(area.area * _EAST / count)
    west, south, east, north = area.bounds
    xs, ys = np.meshgrid(np.arange(west * _EAST, east * _EAST, step), np.arange(south, north, step))
    points = np.round(np.column_stack([xs.ravel(), ys.ravel()]) + step / 2)
    inside: np.ndarray[Any, Any] = points[shapely.contains_xy(area, points[:, 0] / _EAST, points[:, 1])]
    return inside


def relaxed(area: Polygon, count: int, centre: Spot, pull: float, name: str) -> list[Spot]:
    """``count`` seeds spread over an area by Lloyd's method, ``1 + pull`` times denser about ``centre``."""
    points = _samples(area, count * _SAMPLES_EACH)
    far = np.hypot(points[:, 0] - centre[0], points[:, 1] - centre[1])
    weights = np.round(1.0 + pull * np.exp(-np.square(far / _NEAR)), 3)
    draw = random.Random(name)  # noqa: S311 - reproducible by intent, nothing is kept secret by it
    chosen = sorted(range(len(points)), key=lambda i: -(draw.random() ** (1.0 / weights[i])))[:count]
    seeds = points[sorted(chosen)]
    for _ in range(_ROUNDS):
        square = np.square(points[:, None, 0] - seeds[None, :, 0])
        square += np.square(points[:, None, 1] - seeds[None, :, 1])
        nearest = square.argmin(axis=1)
        mass = np.bincount(nearest, weights, count)
        means = [
            np.bincount(nearest, weights * points[:, axis], count) / np.maximum(mass, 1e-9) for axis in (0, 1)
        ]
        seeds = np.where(mass[:, None] > 0, np.round(np.column_stack(means), 2), seeds)
    return [(float(x), float(y)) for x, y in seeds]


def split(area: Polygon, seeds: Sequence[Spot]) -> list[Polygon]:
    """The Voronoi cells of the seeds within the area, each one piece, in the order of the seeds."""
    if len(seeds) == 1:
        return [area]
    frame = shapely.transform(area.envelope.buffer(200_000), lambda c: c * [_EAST, 1.0])
    cells = shapely.voronoi_polygons(MultiPoint(seeds), extend_to=frame, ordered=True).geoms
    on_lattice = [shapely.transform(cell, lambda c: np.round(c / [_EAST, 1.0])) for cell in cells]
    return _one_piece_each([shapely.intersection(cell, area, grid_size=1) for cell in on_lattice])


def town_areas(outline: Polygon, seats: Sequence[Spot], seed: str) -> list[Polygon]:
    """One area about each seat, made of small cells, so that its border wanders as borders do."""
    spots = relaxed(outline, _TOWN_PIECES, seats[0], 0.0, f"{seed}/towns")
    pieces: list[list[Polygon]] = [[] for _ in seats]
    for spot, piece in zip(spots, split(outline, spots), strict=True):
        pieces[min(range(len(seats)), key=lambda i: math.dist(seats[i], spot))].append(piece)
    return _one_piece_each([shapely.union_all(own, grid_size=1) for own in pieces])


def _one_piece_each(shapes: Sequence[Any]) -> list[Polygon]:
    """Each shape's largest piece; pieces cut off from it go to the shape that they border most."""
    kept: list[Polygon] = []
    loose: list[Polygon] = []
    for shape in shapes:
        pieces = [g for g in shapely.get_parts(shape) if isinstance(g, Polygon)]
        pieces.sort(key=lambda piece: -piece.area)
        kept.append(pieces[0])
        loose.extend(pieces[1:])
    while loose:
        loose = [piece for piece in loose if not _join(piece, kept)]
    return kept


def _join(piece: Polygon, cells: list[Polygon]) -> bool:
    """Give a cut-off piece to the cell it borders most; no when it touches none yet."""
    shared = [shapely.intersection(piece.boundary, cell.boundary, grid_size=1).length for cell in cells]
    best = max(range(len(cells)), key=lambda i: shared[i])
    if shared[best] == 0:
        return False
    cells[best] = shapely.union(cells[best], piece, grid_size=1)
    return True


def _cells(outline: Polygon, rows: Sequence[Row], seed: str) -> dict[str, Polygon]:
    """The cell of every second-level grid, by its code."""
    towns = {row.town_name: row.town for row in rows}
    counts = grid_counts(rows)
    cells: dict[str, Polygon] = {}
    areas = town_areas(outline, [_plane(*SEATS[name]) for name in towns], seed)
    for (name, town), area in zip(towns.items(), areas, strict=True):
        centre = _plane(*SEATS[name])
        own = [row for row in rows if row.town == town]
        spots = relaxed(area, len(own), centre, 5.0, f"{seed}/{town}")
        spots.sort(key=lambda spot: math.dist(spot, centre))
        # Communities stand about the seat and villages around them; codes count outwards.
        order = sorted(own, key=lambda row: (row.kind != "社区", row.code))
        for row, village in zip(order, split(area, spots), strict=True):
            grids = relaxed(village, counts[row.code], centre, 1.0, f"{seed}/{row.code}")
            grids.sort(key=lambda spot: (-spot[1], spot[0]))
            for number, cell in enumerate(split(village, grids), start=1):
                cells[f"{row.code}{number:02d}"] = cell
    return cells


def _names(rows: Sequence[Row], codes: Sequence[str], district: str) -> list[dict[str, Any]]:
    """The places without their shapes, each after its parent."""
    found = [_entry(district, None, "district", "青白江区", "Qingbaijiang District", "区")]
    for code, name in {row.town: row.town_name for row in rows}.items():
        kind = "街道" if name.endswith("街道") else "镇"
        found.append(_entry(code, district, "town", name, town_name_en(name), kind))
    shown: dict[str, tuple[str, str]] = {}
    for row in rows:
        shown[row.code] = village_names(row.full_name)
        found.append(_entry(row.code, row.town, "village", *shown[row.code], row.kind))
    for code in codes:
        names = grid_names(*shown[code[:12]], int(code[12:]))
        found.append(_entry(code, code[:12], "grid", *names, "二级网格"))
    return found


def _entry(code: str, parent: str | None, level: str, name: str, name_en: str, kind: str) -> dict[str, Any]:
    return {"id": code, "parent": parent, "level": level, "name": name, "name_en": name_en, "kind": kind}


def make(outline_path: Path, villages_csv: Path, to_dir: Path, seed: str = "510113") -> Path:
    """Write ``places.json`` (see ``app.domain.topology``) and return its path."""
    outline, about = read_outline(outline_path)
    rows = read_villages(villages_csv)
    cells = _cells(outline, rows, seed)
    borders = Borders(cells, outline, seed)
    entries = _names(rows, sorted(cells), str(about["adcode"]))
    seats = {row.town: SEATS[row.town_name] for row in rows} | {str(about["adcode"]): SEATS["大弯街道"]}
    entries = [entry | borders.describe(entry["id"], seats.get(entry["id"])) for entry in entries]
    path = to_dir / "places.json"
    text = _document(borders.arcs_in_steps(), entries, str(about["source"]))
    path.write_bytes(text.encode())  # bytes: the same line ends on every system
    return path


def _document(arcs: list[list[int]], entries: list[dict[str, Any]], source: str) -> str:
    """One arc or place a line: compact, and a change can still be read in a diff."""

    def lines(items: Sequence[Any]) -> str:
        return ",\n".join(json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in items)

    head = json.dumps({"scale": SCALE, "schematic": True, "outline_source": source}, separators=(",", ":"))
    return f'{head[:-1]},\n"arcs":[\n{lines(arcs)}\n],\n"places":[\n{lines(entries)}\n]}}\n'


def run(argv: Sequence[str]) -> int:
    """The command; 2 with the usage where the arguments are wrong."""
    if len(argv) not in {3, 4}:
        print("usage: tessellate OUTLINE.geojson VILLAGES.csv TO_DIRECTORY [SEED]", file=sys.stderr)
        return 2
    path = make(Path(argv[0]), Path(argv[1]), Path(argv[2]), *argv[3:])
    print(f"{path}: {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
