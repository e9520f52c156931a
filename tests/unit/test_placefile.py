import json

import pytest
import shapefile

from app.domain.geo import wgs_to_gcj
from app.domain.place import Level, Tree
from app.tools.placefile import PlaceFileError, read


def box(west, south, east, north):
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(ring, **properties):
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


DISTRICT = feature(box(104, 30, 105, 31), 编码="510113", 名称="区", 上级=None)
TOWN = feature(box(104, 30, 104.5, 31), 编码="510113002", 名称="甲镇", 上级="510113")
VILLAGE = feature(box(104, 30, 104.25, 31), 编码="510113002001", 名称="乙村", 上级=None)
OTHER = feature(box(104.25, 30, 104.5, 31), 编码="510113002002", 名称="丙村", 上级="")


def geojson(tmp_path, *features, **more):
    path = tmp_path / "places.geojson"
    document = {"type": "FeatureCollection", "features": features, **more}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def test_chinese_columns_levels_by_code_and_parents_by_place(tmp_path):
    got = read(geojson(tmp_path, VILLAGE, OTHER, TOWN, DISTRICT))
    assert got.rejects == ()
    tree = Tree(got.places)
    assert [p.id for p in got.places] == ["510113", "510113002", "510113002001", "510113002002"]
    assert tree["510113002001"].parent == "510113002"
    assert tree["510113002001"].level is Level.VILLAGE
    assert not tree.root.schematic
    assert tree["510113002"].seat == (104.25, 30.5)
    assert tree["510113002"].area_km2 == pytest.approx(tree.root.area_km2 / 2, rel=1e-6)


def test_known_places_can_be_parents(tmp_path):
    known = read(geojson(tmp_path, DISTRICT, TOWN)).places
    got = read(geojson(tmp_path, VILLAGE), known=known)
    assert [(p.id, p.parent) for p in got.places] == [("510113002001", "510113002")]
    Tree([*known, *got.places])


def test_gcj_is_brought_to_wgs(tmp_path):
    ring = [list(wgs_to_gcj(*p)) for p in box(104, 30, 105, 31)]
    got = read(geojson(tmp_path, feature(ring, id="510113", name="区")), crs="gcj02")
    for point, meant in zip(got.places[0].polygons[0][0], box(104, 30, 105, 31), strict=True):
        assert point == pytest.approx(meant, abs=1e-9)


HALF = box(104, 30, 104.5, 31)


def town(ring, **properties):
    return feature(ring, **({"编码": "510113002", "名称": "甲", "上级": "510113"} | properties))


BOW = [[104, 30], [104.5, 31], [104.5, 30], [104, 31], [104, 30]]
OPEN = [[104, 30], [104.5, 30], [104.5, 31], [104, 31]]


@pytest.mark.parametrize(
    ("features", "row", "words"),
    [
        ([town(BOW)], 2, "环无效"),
        ([town(OPEN)], 2, "不闭合"),
        ([TOWN, TOWN], 3, "与第 2 行重复"),
        ([town(HALF, 上级="9")], 2, "上级 9 不存在"),
        ([town(box(106, 30, 107, 31), 上级=None)], 2, "没有上级"),
        ([town(box(104, 30, 105, 31), 编码="510114", 上级=None)], 2, "根不止一个"),
        ([TOWN, town(HALF, 编码="510113003", 上级="510113002")], 3, "级别不高于"),
        ([TOWN, town(box(104.4, 30, 105, 31), 编码="510113003")], 3, "与第 2 行(甲镇)重叠"),
        ([town(HALF, 编码="12")], 2, "没有级别"),
        ([town(HALF, 编码="")], 2, "没有编码"),
        ([town(HALF, 名称="")], 2, "没有名称"),
        ([town(box(500000, 3400000, 500100, 3400100))], 2, "投影坐标"),
        ([town([["x", "y"]] * 4)], 2, "不是数"),
        ([town([1, 2])], 2, "不成点"),
        ([town(HALF) | {"geometry": None}], 2, "不是面"),
    ],
)
def test_a_bad_row_is_refused_in_words_and_the_rest_stand(tmp_path, features, row, words):
    got = read(geojson(tmp_path, DISTRICT, *features))
    assert [number for number, _ in got.rejects] == [row]
    assert words in got.rejects[0][1]
    assert len(got.places) == len(features)


def test_a_refused_parent_takes_its_children_along(tmp_path):
    bad = feature(BOW, 编码="510113002", 名称="甲", 上级="510113")
    child = feature(box(104, 30, 104.2, 31), 编码="510113002001", 名称="乙", 上级="510113002")
    got = read(geojson(tmp_path, DISTRICT, bad, child))
    assert [row for row, _ in got.rejects] == [2, 3]
    assert [p.id for p in got.places] == ["510113"]


def test_outside_the_outline(tmp_path):
    outline = read(geojson(tmp_path, DISTRICT)).places[0].polygons
    out = feature(box(104.9, 30, 105.1, 31), 编码="510113003", 名称="乙", 上级="510113")
    got = read(geojson(tmp_path, DISTRICT, TOWN, out), outline=outline)
    assert got.rejects == ((3, "有 50.0% 在区界以外"),)


def test_a_shared_border_and_a_hair_of_overlap_are_taken(tmp_path):
    hair = feature(box(104.4999, 30, 105, 31), 编码="510113003", 名称="乙", 上级="510113")
    assert read(geojson(tmp_path, DISTRICT, TOWN, hair)).rejects == ()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::32648"}}}, "32648"),
        ({"features": []}, "没有图形"),
        ({"features": None}, "FeatureCollection"),
        ({"features": [feature(box(0, 0, 1, 1), what="x")]}, "认不出编码或名称列"),
    ],
)
def test_a_file_that_cannot_be_taken(tmp_path, more, words):
    with pytest.raises(PlaceFileError, match=words):
        read(geojson(tmp_path, DISTRICT, **more) if "features" not in more else geojson_of(tmp_path, more))


def geojson_of(tmp_path, document):
    path = tmp_path / "odd.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_named_columns(tmp_path):
    path = geojson(tmp_path, feature(box(104, 30, 105, 31), a="510113", b="区", c="区县"))
    got = read(path, fields={"id": "a", "name": "b", "level": "c"})
    assert got.places[0].name == "区"
    with pytest.raises(PlaceFileError, match="“z”"):
        read(path, fields={"id": "z"})
    with pytest.raises(PlaceFileError, match="colour"):
        read(path, fields={"colour": "a"})


def shape_file(tmp_path, encoding="utf-8", prj=""):
    path = tmp_path / "grids.shp"
    with shapefile.Writer(str(path), encoding=encoding) as writer:
        writer.field("CODE", "C", 20)
        writer.field("NAME", "C", 60)
        writer.poly([box(104, 30, 105, 31)[::-1]])
        writer.record("510113", "青白江区")
        writer.poly([box(104, 30, 104.5, 31)[::-1]])
        writer.record("510113002", "大弯街道")
    (tmp_path / "grids.prj").write_text(prj)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_shapefile(tmp_path, encoding):
    got = read(shape_file(tmp_path, encoding, 'GEOGCS["GCS_WGS_1984"]'))
    assert got.rejects == ()
    assert [(p.name, p.parent) for p in got.places] == [("青白江区", None), ("大弯街道", "510113")]


@pytest.mark.parametrize("name", ['PROJCS["CGCS2000_3_Degree_GK_CM_105E"]', 'GEOGCS["GCS_Xian_1980"]'])
def test_a_shapefile_in_other_coordinates_is_refused(tmp_path, name):
    with pytest.raises(PlaceFileError, match=name.split('"')[1]):
        read(shape_file(tmp_path, prj=name))


def test_no_such_file(tmp_path):
    for name in ("a.geojson", "a.shp"):
        with pytest.raises(PlaceFileError, match="读不出"):
            read(tmp_path / name)
