"""Whether places read from a file can stand together: shapes, parents, one tree, no overlaps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import shapely
from shapely import MultiPolygon, STRtree

from app.domain.geo import Polygon, polygon_area_km2
from app.domain.place import Level, Place

_SLACK = 0.001  # of an area: what two surveys of one border may differ by
_HELD = 0.5  # of an area: what must lie in a parent for it to be taken as the parent

Reject = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file, WGS-84; ``number`` counts from 1, ``parent`` is None where the row names none."""

    number: int
    id: str
    parent: str | None
    level: Level
    name: str
    name_en: str
    kind: str
    polygons: tuple[Polygon, ...]


@dataclass(frozen=True, slots=True)
class _Area:
    id: str
    level: Level
    shape: MultiPolygon


def checked(
    rows: Sequence[Row], *, known: Sequence[Place] = (), outline: Sequence[Polygon] = ()
) -> tuple[tuple[Place, ...], list[Reject]]:
    """The rows that stand, as places with parents before children, and (row, reason) for the others."""
    rejects: list[Reject] = []
    shapes: dict[int, MultiPolygon] = {}
    border = _shape(outline) if outline else None
    for row in rows:
        shapes[row.number] = _shape(row.polygons)
        reason = _shape_fault(shapes[row.number], border)
        if reason:
            rejects.append((row.number, reason))
    left = _without(rows, rejects)
    rejects += _twice(left)
    left = _without(left, rejects)
    above = [_Area(p.id, p.level, _shape(p.polygons)) for p in known]
    left = _with_parents(left, shapes, above)
    rejects += _not_a_tree(left, known)
    left = _without(left, rejects)
    rejects += _overlaps(left, shapes)
    # A refused parent takes its children with it, level by level.
    while orphans := _unknown_parents(_without(left, rejects), known):
        rejects += orphans
    left = sorted(_without(left, rejects), key=lambda row: (row.level.depth, row.id))
    return tuple(_place(row, shapes[row.number]) for row in left), rejects


def _shape(polygons: Sequence[Polygon]) -> MultiPolygon:
    return MultiPolygon([(polygon[0], polygon[1:]) for polygon in polygons])


def _without(rows: Sequence[Row], rejects: Sequence[Reject]) -> list[Row]:
    gone = {number for number, _ in rejects}
    return [row for row in rows if row.number not in gone]


def _shape_fault(shape: MultiPolygon, border: MultiPolygon | None) -> str | None:
    if not shape.is_valid:
        return f"环无效:{shapely.is_valid_reason(shape)}"
    if shape.area == 0:
        return "面积为零"
    if border is not None and (part := shape.difference(border).area / shape.area) > _SLACK:
        return f"有 {part:.1%} 在区界以外"
    return None


def _twice(rows: Sequence[Row]) -> list[Reject]:
    first: dict[str, int] = {}
    return [
        (row.number, f"编码 {row.id} 与第 {first[row.id]} 行重复")
        for row in rows
        if first.setdefault(row.id, row.number) != row.number
    ]


def _with_parents(rows: Sequence[Row], shapes: dict[int, MultiPolygon], known: Sequence[_Area]) -> list[Row]:
    """Rows that name no parent take the lowest higher place in which most of them lies, if there is one."""
    own = {row.id for row in rows}
    areas = [_Area(row.id, row.level, shapes[row.number]) for row in rows]
    areas += [area for area in known if area.id not in own]
    tree = STRtree([area.shape for area in areas])
    found = []
    for row in rows:
        if row.parent is None and row.level is not Level.DISTRICT:
            shape = shapes[row.number]
            near = [areas[int(i)] for i in tree.query(shape, predicate="intersects")]
            holders = [
                (area.level.depth, shape.intersection(area.shape).area / shape.area, area.id)
                for area in near
                if area.level.depth < row.level.depth
            ]
            fit = [holder for holder in holders if holder[1] > _HELD]
            found.append(replace(row, parent=max(fit)[2]) if fit else row)
        else:
            found.append(row)
    return found


def _not_a_tree(rows: Sequence[Row], known: Sequence[Place]) -> list[Reject]:
    """Roots beside the first, unknown parents, and parents that do not stand higher (which a cycle needs)."""
    levels = {place.id: place.level for place in known} | {row.id: row.level for row in rows}
    root = next((place.id for place in known if place.parent is None), None)
    rejects: list[Reject] = []
    for row in rows:
        if row.parent is None:
            root = root or (row.id if row.level is Level.DISTRICT else None)
            if row.id != root:
                rejects.append(
                    (row.number, "没有上级,按位置也找不到" if row.level.depth else "不成一棵树:根不止一个")
                )
        elif row.parent not in levels:
            rejects.append((row.number, f"上级 {row.parent} 不存在"))
        elif levels[row.parent].depth >= row.level.depth:
            rejects.append((row.number, f"不成一棵树:上级 {row.parent} 的级别不高于它"))
    return rejects


def _unknown_parents(rows: Sequence[Row], known: Sequence[Place]) -> list[Reject]:
    there = {place.id for place in known} | {row.id for row in rows}
    return [
        (row.number, f"上级 {row.parent} 未被接受")
        for row in rows
        if row.parent is not None and row.parent not in there
    ]


def _overlaps(rows: Sequence[Row], shapes: dict[int, MultiPolygon]) -> list[Reject]:
    """Of two places of one level that overlap by more than 0.1 % of the smaller, the later row is refused."""
    ordered = sorted(rows, key=lambda row: row.number)
    tree = STRtree([shapes[row.number] for row in ordered])
    rejects: dict[int, str] = {}
    for later, row in enumerate(ordered):
        shape = shapes[row.number]
        for i in sorted(int(i) for i in tree.query(shape, predicate="intersects")):
            other = ordered[i]
            if i >= later or other.level is not row.level or other.number in rejects:
                continue
            part = shape.intersection(shapes[other.number]).area / min(shape.area, shapes[other.number].area)
            if part > _SLACK:
                rejects[row.number] = f"与第 {other.number} 行({other.name})重叠 {part:.1%}"
                break
    return list(rejects.items())


def _place(row: Row, shape: MultiPolygon) -> Place:
    seat = shape.centroid if shape.contains(shape.centroid) else shape.representative_point()
    return Place(
        id=row.id,
        parent=row.parent,
        level=row.level,
        name=row.name,
        name_en=row.name_en or row.name,
        seat=(round(seat.x, 6), round(seat.y, 6)),
        area_km2=round(sum(polygon_area_km2(polygon) for polygon in row.polygons), 4),
        polygons=row.polygons,
        schematic=False,
        kind=row.kind,
    )
