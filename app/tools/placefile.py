"""Read places from a GeoJSON file or a Shapefile: WGS-84 or GCJ-02 in, WGS-84 out.

Nothing is stored here: the answer is the good places and, row by row, why the others were refused.
Rows count from 1. Reasons are Chinese sentences, meant to be shown as they are.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeAlias

import shapefile

from app.domain.datum import gcj_to_wgs
from app.domain.geo import Polygon
from app.domain.place import Level, Place
from app.tools.placecheck import Row, checked

Crs: TypeAlias = Literal["wgs84", "gcj02"]

GUESSES: Mapping[str, tuple[str, ...]] = {
    "id": (
        "id",
        "code",
        "编码",
        "代码",
        "区划代码",
        "网格编码",
        "网格代码",
        "行政代码",
        "adcode",
        "bm",
        "dm",
    ),
    "parent": (
        "parent",
        "parent_id",
        "pid",
        "pcode",
        "上级",
        "上级编码",
        "上级代码",
        "父级",
        "所属",
        "所属编码",
    ),
    "level": ("level", "级别", "层级", "等级", "类别", "类型", "grade"),
    "name": ("name", "名称", "网格名称", "区划名称", "村名", "社区名称", "mc", "xzqmc"),
    "name_en": ("name_en", "ename", "英文名", "英文名称"),
    "kind": ("kind", "性质", "种类"),
}
_LEVEL_WORDS = {
    "区": Level.DISTRICT, "区县": Level.DISTRICT, "县": Level.DISTRICT,
    "镇": Level.TOWN, "街道": Level.TOWN, "镇街": Level.TOWN, "乡镇": Level.TOWN, "镇街道": Level.TOWN,
    "村": Level.VILLAGE, "社区": Level.VILLAGE, "村社区": Level.VILLAGE, "基础网格": Level.VILLAGE,
    "一级网格": Level.VILLAGE, "网格": Level.GRID, "二级网格": Level.GRID, "微网格": Level.GRID,
    "点位": Level.POINT, "工作点": Level.POINT,
}  # fmt: skip
_LEVEL_BY_DIGITS = {6: Level.DISTRICT, 9: Level.TOWN, 12: Level.VILLAGE, 14: Level.GRID}


class PlaceFileError(ValueError):
    """The file as a whole cannot be taken; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class PlaceFile:
    """What a file holds: its places, parents before children, and (row, reason) for what was refused."""

    places: tuple[Place, ...]
    rejects: tuple[tuple[int, str], ...]


def read(
    path: Path,
    *,
    crs: Crs = "wgs84",
    fields: Mapping[str, str] | None = None,
    known: Sequence[Place] = (),
    outline: Sequence[Polygon] = (),
) -> PlaceFile:
    """The places of a ``.geojson``/``.json``/``.shp`` file.

    ``fields`` names the file's own columns for id, parent, level, name, name_en and kind; those left out are
    guessed. ``known`` are places already kept, which may be parents. With ``outline`` a place that lies
    more than 0.1 % outside it is refused. PlaceFileError where the file cannot be read, or is projected.
    """
    features = list(_shapefile_rows(path) if path.suffix.lower() == ".shp" else _geojson_rows(path))
    if not features:
        raise PlaceFileError("文件里没有图形")
    columns = _columns(features[0][0], fields or {})
    rows: list[Row] = []
    rejects: list[tuple[int, str]] = []
    for number, (properties, geometry) in enumerate(features, start=1):
        try:
            rows.append(_row(number, properties, geometry, columns, crs))
        except ValueError as error:
            rejects.append((number, str(error)))
    places, refused = checked(rows, known=known, outline=outline)
    return PlaceFile(places, tuple(sorted([*rejects, *refused])))


def _geojson_rows(path: Path) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any] | None]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise PlaceFileError(f"读不出 GeoJSON:{error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        raise PlaceFileError("不是 GeoJSON 的 FeatureCollection")
    named = str(((document.get("crs") or {}).get("properties") or {}).get("name", ""))
    if named and not any(word in named.upper() for word in ("CRS84", "4326", "4490", "WGS", "GCJ")):
        raise PlaceFileError(f"坐标系是 {named},不是经纬度;请先转成 WGS-84 或 GCJ-02 经纬度")
    for feature in document["features"]:
        own = feature if isinstance(feature, dict) else {}
        yield own.get("properties") or {}, own.get("geometry")


def _shapefile_rows(path: Path) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any] | None]]:
    _check_projection(path.with_suffix(".prj"))
    try:
        with shapefile.Reader(str(path), encoding=_encoding(path)) as reader:
            for item in reader.iterShapeRecords():
                empty = item.shape.shapeType == shapefile.NULL
                yield item.record.as_dict(), None if empty else item.shape.__geo_interface__
    except (OSError, shapefile.ShapefileException, UnicodeDecodeError) as error:
        raise PlaceFileError(f"读不出 Shapefile:{error}") from error


def _check_projection(path: Path) -> None:
    """PlaceFileError where the .prj file names a projection, or a datum some hundred metres off."""
    text = path.read_text(errors="replace").strip() if path.exists() else ""
    name = text.split('"')[1] if text.count('"') > 1 else text[:40]
    if text.upper().startswith("PROJ"):
        raise PlaceFileError(f"坐标系是投影坐标 {name},不是经纬度;请先转成 WGS-84 或 GCJ-02 经纬度")
    if any(word in name.upper() for word in ("BEIJING", "XIAN", "PULKOVO")):
        raise PlaceFileError(f"坐标系 {name} 与 WGS-84 相差可达百米;请先转换")


def _encoding(path: Path) -> str:
    """What the .cpg file beside it says; else UTF-8 if the table decodes as such, else GB 18030."""
    beside = path.with_suffix(".cpg")
    if beside.exists():
        said = beside.read_text(errors="replace").strip().lower()
        return "gb18030" if said in {"936", "cp936", "gbk", "gb2312", "gb18030"} else "utf-8"
    table = path.with_suffix(".dbf")
    try:
        table.read_bytes()[32:].decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _columns(properties: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """The file's column for each of our fields; PlaceFileError when one that was named is not there."""
    for field, column in given.items():
        if field not in GUESSES:
            raise PlaceFileError(f"没有这个字段:{field}")
        if column not in properties:
            raise PlaceFileError(f"文件里没有“{column}”这一列")
    columns = dict(given)
    by_lower = {column.strip().lower(): column for column in properties}
    for field, guesses in GUESSES.items():
        found = next((by_lower[guess] for guess in guesses if guess in by_lower), None)
        if field not in columns and found is not None:
            columns[field] = found
    missing = [field for field in ("id", "name") if field not in columns]
    if missing:
        raise PlaceFileError(f"认不出编码或名称列(缺 {'、'.join(missing)});请指明列名")
    return columns


def _row(
    number: int,
    properties: Mapping[str, Any],
    geometry: Mapping[str, Any] | None,
    columns: Mapping[str, str],
    crs: Crs,
) -> Row:
    said = {field: _text(properties.get(column)) for field, column in columns.items()}
    if not said["id"]:
        raise ValueError("没有编码")
    if not said["name"]:
        raise ValueError("没有名称")
    return Row(
        number=number,
        id=said["id"],
        parent=said.get("parent") or None,
        level=_level(said.get("level", ""), said["id"]),
        name=said["name"],
        name_en=said.get("name_en", ""),
        kind=said.get("kind", ""),
        polygons=_polygons(geometry, crs),
    )


def _text(value: Any) -> str:
    """A cell as text: codes that a table keeps as numbers lose the ``.0``."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _level(said: str, code: str) -> Level:
    word = said.lower()
    if word in {level.value for level in Level}:
        return Level(word)
    found = _LEVEL_WORDS.get(said) if said else _LEVEL_BY_DIGITS.get(len(code))
    if found is None:
        raise ValueError(f"认不出级别“{said}”" if said else f"没有级别,从编码 {code} 也看不出")
    return found


def _polygons(geometry: Mapping[str, Any] | None, crs: Crs) -> tuple[Polygon, ...]:
    kind = (geometry or {}).get("type")
    if geometry is None or kind not in {"Polygon", "MultiPolygon"}:
        raise ValueError(f"图形不是面({kind or '空'})")
    try:
        parts = [geometry["coordinates"]] if kind == "Polygon" else geometry["coordinates"]
        polygons = tuple(tuple(tuple(_point(p, crs) for p in ring) for ring in part) for part in parts)
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError("坐标不成点") from error
    if not polygons or not all(polygons):
        raise ValueError("图形是空的")
    for ring in (ring for polygon in polygons for ring in polygon):
        if len(ring) < 4 or ring[0] != ring[-1] or all(a == b for a, b in pairwise(ring)):
            raise ValueError("环不闭合,或不足四个点")
    return polygons


def _point(pair: Sequence[Any], crs: Crs) -> tuple[float, float]:
    try:
        lon, lat = float(pair[0]), float(pair[1])
    except ValueError as error:
        raise ValueError("坐标不是数") from error
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise ValueError(f"坐标 {lon:g}, {lat:g} 不是经纬度(可能是投影坐标)")
    return gcj_to_wgs(lon, lat) if crs == "gcj02" else (lon, lat)
