import json
from dataclasses import replace

import pytest

from app.domain.place import Level, Place, Tree, from_record, to_record
from app.domain.topology import places_of

RING = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0))


def place(place_id, parent, level):
    return Place(
        place_id, parent, level, f"名{place_id}", f"N{place_id}", (0.5, 0.4), 1.5, ((RING,),), True, "村"
    )


ROOT = place("1", None, Level.DISTRICT)
TOWN = place("11", "1", Level.TOWN)
VILLAGE = place("111", "11", Level.VILLAGE)
GRID = place("1111", "111", Level.GRID)
WORK_POINT = place("p", "1111", Level.POINT)
ALL = (GRID, WORK_POINT, ROOT, VILLAGE, TOWN)


def test_record_round_trip_through_json():
    for one in ALL:
        assert from_record(json.loads(json.dumps(to_record(one)))) == one


@pytest.mark.parametrize(
    "change", [{"level": "planet"}, {"seat": [1]}, {"area_km2": "wide"}, {"polygons": [[[1]]]}, {"name": ...}]
)
def test_a_broken_record_is_named(change):
    record = to_record(TOWN) | change
    record = {key: value for key, value in record.items() if value is not ...}
    with pytest.raises(ValueError, match="11"):
        from_record(record)


def test_tree_walks():
    tree = Tree(ALL)
    assert tree.root == ROOT
    assert tree.children("1") == (TOWN,)
    assert tree.children("p") == ()
    assert tree.ancestors("p") == (GRID, VILLAGE, TOWN, ROOT)
    assert tree.ancestors("1") == ()
    assert tree.descendants("11") == (VILLAGE, GRID, WORK_POINT)
    assert (tree.town_of("p"), tree.town_of("11"), tree.town_of("1")) == ("11", "11", None)
    assert (tree.village_of("p"), tree.village_of("11")) == ("111", None)
    assert tree.of_level(Level.GRID) == (GRID,)
    assert len(tree) == 5
    assert "p" in tree
    assert tree.get("x") is None
    assert tree.locator().locate(0.5, 0.1) == "1111"


@pytest.mark.parametrize(
    "ask", ["children", "ancestors", "town_of", "village_of", "descendants", "__getitem__"]
)
def test_unknown_id_is_a_key_error(ask):
    with pytest.raises(KeyError):
        getattr(Tree(ALL), ask)("x")


@pytest.mark.parametrize(
    ("places", "why"),
    [
        ((ROOT, TOWN, TOWN), "twice"),
        ((ROOT, replace(ROOT, id="2")), "one root"),
        ((TOWN,), "one root"),
        ((), "one root"),
        ((ROOT, VILLAGE), "unknown parent"),
        ((ROOT, replace(TOWN, parent="111"), VILLAGE), "cannot stand under"),
        ((ROOT, replace(TOWN, parent="11")), "cannot stand under"),
    ],
)
def test_what_is_not_one_tree_is_refused(places, why):
    with pytest.raises(ValueError, match=why):
        Tree(places)


def topology(rings):
    entry = {
        key: to_record(TOWN)[key] for key in ("id", "parent", "level", "name", "name_en", "seat", "area_km2")
    }
    arcs = [[0, 0, 1000000, 0, 0, 1000000], [0, 0, 1000000, 1000000]]
    return {
        "scale": 1000000,
        "schematic": True,
        "arcs": arcs,
        "places": [entry | {"kind": "村", "polygons": [rings]}],
    }


def test_topology_joins_arcs_forwards_and_backwards():
    assert places_of(topology([[0, ~1]])) == (TOWN,)


@pytest.mark.parametrize("rings", [[[0]], [[0, 1]], [[0, 7]]])
def test_a_ring_that_does_not_close_is_refused(rings):
    with pytest.raises(ValueError, match="topology"):
        places_of(topology(rings))
