import csv
import json
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
import shapely
from shapely import Polygon, STRtree

from app.domain.geo import contains, distance_m, polygon_area_km2
from app.domain.place import Level, Tree
from app.domain.topology import places_of
from app.tools.tessellate import SEATS, make, run

DISTRICT = Path(__file__).parents[2] / "resources" / "district"
OUTLINE = DISTRICT / "boundary_wgs84.geojson"
VILLAGES = DISTRICT / "villages_nbs2023.csv"


@pytest.fixture(scope="module")
def tree():
    return Tree(places_of(json.loads((DISTRICT / "places.json").read_text(encoding="utf-8"))))


def shape(place):
    [polygon] = place.polygons
    return Polygon(polygon[0], polygon[1:])


def test_made_again_byte_for_byte(tmp_path):
    path = make(OUTLINE, VILLAGES, tmp_path)
    assert path.read_bytes() == (DISTRICT / "places.json").read_bytes()
    assert path.stat().st_size < 1_000_000


def test_another_seed_makes_another_tessellation(tmp_path):
    path = make(OUTLINE, VILLAGES, tmp_path, "7")
    assert len(Tree(places_of(json.loads(path.read_text(encoding="utf-8"))))) == 511
    assert path.read_bytes() != (DISTRICT / "places.json").read_bytes()


def test_the_command_says_how_it_is_used(capsys):
    assert run([]) == 2
    assert "usage" in capsys.readouterr().err


def test_counts_and_official_codes(tree):
    assert Counter(place.level for place in tree) == {
        Level.DISTRICT: 1, Level.TOWN: 7, Level.VILLAGE: 83, Level.GRID: 420,
    }  # fmt: skip
    with VILLAGES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tree.root.id == "510113"
    assert {(p.id, p.name) for p in tree.of_level(Level.TOWN)} == {
        (r["town_code"], r["town_name"]) for r in rows
    }
    assert {(p.id, p.parent, p.kind) for p in tree.of_level(Level.VILLAGE)} == {
        (r["village_code"], r["town_code"], r["kind"]) for r in rows
    }
    for village in tree.of_level(Level.VILLAGE):
        codes = [grid.id for grid in tree.children(village.id)]
        assert codes == [f"{village.id}{n:02d}" for n in range(1, len(codes) + 1)]
        assert len(codes) in {4, 5, 6, 7}


def test_built_up_towns_have_more_grids_a_village(tree):
    def mean(names):
        towns = [p for p in tree.of_level(Level.TOWN) if p.name in names]
        villages = [v for t in towns for v in tree.children(t.id)]
        return sum(len(tree.children(v.id)) for v in villages) / len(villages)

    assert mean({"大弯街道", "大同街道", "城厢镇", "弥牟镇"}) > mean({"姚渡镇", "清泉镇", "福洪镇"}) + 1


def test_names(tree):
    assert tree["510113106206"].name == "西江村"
    assert tree["510113106206"].name_en == "Xijiang Village"
    assert tree["510113108215"].name_en == "Wu'ai Village"
    assert tree["510113102"].name_en == "Mimou Town"
    assert tree["510113002001"].name == "怡湖社区"
    assert len({p.name for p in tree}) == len({p.name_en for p in tree}) == len(tree)


def test_all_schematic_and_areas_told(tree):
    for place in tree:
        assert place.schematic
        assert place.area_km2 == pytest.approx(polygon_area_km2(place.polygons[0]), abs=1e-4)
    assert tree.root.area_km2 == pytest.approx(371, abs=1)


def test_area_is_that_of_the_outline(tree):
    feature = json.loads(OUTLINE.read_text(encoding="utf-8"))["features"][0]
    source = feature["geometry"]["coordinates"][0]
    outline = polygon_area_km2(tuple(tuple((x, y) for x, y in ring) for ring in source))
    for level in (Level.DISTRICT, Level.TOWN, Level.VILLAGE, Level.GRID):
        total = sum(polygon_area_km2(place.polygons[0]) for place in tree.of_level(level))
        assert total == pytest.approx(outline, rel=1e-6)


def edges(place):
    return {edge for ring in place.polygons[0] for edge in pairwise(ring)}


def test_parents_are_their_children_vertex_for_vertex(tree):
    for place in tree:
        own = [edge for child in tree.children(place.id) for edge in edges(child)]
        if own:
            assert len(own) == len(set(own))  # no directed edge twice: no overlap along a border
            inner = set(own)
            assert {(a, b) for a, b in inner if (b, a) not in inner} == edges(place)


@pytest.mark.parametrize("level", [Level.TOWN, Level.VILLAGE, Level.GRID])
def test_no_two_overlap(tree, level):
    shapes = [shape(place) for place in tree.of_level(level)]
    assert all(s.is_valid for s in shapes)
    pairs = STRtree(shapes).query(shapes, predicate="intersects").T.tolist()
    assert len(pairs) > len(shapes)
    for i, j in pairs:
        if i < j:
            assert shapely.relate_pattern(shapes[i], shapes[j], "F********")


def test_each_lies_in_its_parent_and_its_seat_in_itself(tree):
    for place in tree:
        assert contains(place.polygons, *place.seat)
        if place.parent is not None:
            assert shape(tree[place.parent]).covers(shape(place))
    for town in tree.of_level(Level.TOWN):
        assert town.seat == SEATS[town.name]


def test_coordinates_are_whole_microdegrees(tree):
    for place in tree.of_level(Level.GRID):
        assert all(round(c, 6) == c for ring in place.polygons[0] for point in ring for c in point)


def test_towns_lie_as_in_the_real_district(tree):
    at = {town.name: town.seat for town in tree.of_level(Level.TOWN)}
    assert min(at, key=lambda name: at[name][0]) == "弥牟镇"
    assert max(at, key=lambda name: at[name][0]) == "清泉镇"
    assert distance_m(at["大弯街道"], at["城厢镇"]) == pytest.approx(7_240, abs=100)


def test_locator_agrees_with_the_polygons_and_leaves_no_gap(tree):
    locator = tree.locator()
    draw = random.Random(9)
    west, south, east, north = locator.box
    grids = tree.of_level(Level.GRID)
    index = STRtree([shape(grid) for grid in grids])
    inside = 0
    for _ in range(4000):
        lon, lat = draw.uniform(west, east), draw.uniform(south, north)
        found = locator.locate(lon, lat)
        near = [grids[i] for i in index.query(shapely.Point(lon, lat))]
        assert [g.id for g in near if contains(g.polygons, lon, lat)] == ([found] if found else [])
        assert (found is not None) == contains(tree.root.polygons, lon, lat)
        inside += found is not None
    assert inside > 1000


def test_every_inner_vertex_belongs_to_exactly_one_grid(tree):
    locator = tree.locator()
    border = set(tree.root.polygons[0][0])
    inner = {p for grid in tree.of_level(Level.GRID) for p in grid.polygons[0][0]} - border
    assert len(inner) > 3000
    assert None not in locator.locate_many(inner)


def test_onto_district_reaches_every_grid(tree):
    onto = tree.onto_district((-71.2, 42.2, -70.9, 42.4))
    draw = random.Random(3)
    points = [onto.nudge_into(draw.uniform(-71.2, -70.9), draw.uniform(42.2, 42.4)) for _ in range(20_000)]
    found = Counter(tree.locator().locate_many(points))
    assert None not in found
    assert len(found) == 420
    assert max(found.values()) < 120
