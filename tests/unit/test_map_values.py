"""What the map is told, without Qt: packed points, the state of its layers, the order of telling, names."""

import base64
import json
import math
import struct

import pytest

from ui.map.placenames import PlaceNames
from ui.map.points import KEY_LIMIT, OVERDUE, WAITING, MapPoint, PackedPoints, pack_keys, pack_points
from ui.map.state import MapState, Shade
from ui.map.told import Told


def test_points_travel_as_flat_arrays():
    packed = pack_points([MapPoint(7, 104.27, 30.9, 1), MapPoint(KEY_LIMIT - 1, -0.5, -1.25, 4, WAITING)])
    assert packed.count == 2
    values = struct.unpack("<2i2i2i2B", base64.b64decode(packed.text))
    assert values == (7, KEY_LIMIT - 1, 1042700000, -5000000, 309000000, -12500000, 0, 14)


def test_no_points_are_no_bytes():
    assert pack_points([]) == PackedPoints("", 0)
    assert pack_keys([]) == ""


@pytest.mark.parametrize(
    "point",
    [
        MapPoint(KEY_LIMIT, 104, 30, 1),
        MapPoint(-1, 104, 30, 1),
        MapPoint(1, 104, 30, 0),
        MapPoint(1, 104, 30, 5),
        MapPoint(1, 104, 30, -1),
        MapPoint(1, 104, 30, 1, 3),
        MapPoint(1, 104, 30, 1, -1),
        MapPoint(1, 104, 30, 1, 256),
        MapPoint(1, 181, 30, 1),
        MapPoint(1, 104, 86, 1),
        MapPoint(1, math.nan, 30, 1),
    ],
)
def test_a_point_that_cannot_be_drawn_is_refused(point):
    with pytest.raises(ValueError, match="a map point"):
        pack_points([MapPoint(2, 104, 30, 2, OVERDUE), point])


def test_keys_out_of_range_are_refused():
    assert struct.unpack("<2i", base64.b64decode(pack_keys([1, 2]))) == (1, 2)
    with pytest.raises(ValueError, match="key"):
        pack_keys([KEY_LIMIT])


def test_load_and_overdue_exclude_each_other():
    state = MapState()
    assert state.shade is Shade.OPEN
    assert state.press(Shade.OVERDUE).shade is Shade.OVERDUE
    assert state.press(Shade.OVERDUE).press(Shade.OPEN) == state
    assert state.press(Shade.OPEN).shade is Shade.NONE


def test_a_fresh_page_is_told_the_last_word_of_each_kind_in_order():
    told = Told()
    told.keep("places", "places()")
    told.keep("theme", "dark()")
    told.keep("theme", "light()")
    told.keep_batch("void()")
    told.keep_set("set()")
    told.keep_batch("batch()")
    assert told.take_all() == (
        "(async () => {await light();await places();set();batch();grid.bridge.standing()})()"
    )
    assert told.take_all() == "(async () => {await light();await places();grid.bridge.standing()})()"
    with pytest.raises(ValueError, match="tiles"):
        told.keep("tiles", "")


def test_names_come_from_the_places_in_both_languages():
    rows = [
        {"id": "d", "level": "district", "name": "青白江区", "name_en": "Qingbaijiang"},
        {"id": "t", "level": "town", "name": "姚渡镇"},
        {"id": "v", "level": "village", "name": "光明村"},
    ]
    names = PlaceNames.of(json.dumps({"features": [{"properties": row} for row in rows]}).encode())
    assert (names.district("zh"), names.district("en")) == ("青白江区", "Qingbaijiang")
    assert names.towns("en") == [("t", "姚渡镇")]


@pytest.mark.parametrize(
    "bad", [b"", b"[]", b'{"features": [{}]}', b'{"features": [{"properties": {"level": "town"}}]}']
)
def test_places_that_are_none_are_refused(bad):
    with pytest.raises(ValueError, match="no GeoJSON"):
        PlaceNames.of(bad)
