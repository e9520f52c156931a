import random
from itertools import product

import prcoords
import pytest

from app.domain.geo import (
    Locator,
    OntoDistrict,
    bounding_box,
    contains,
    distance_m,
    gcj_to_wgs,
    polygon_area_km2,
    ring_area_km2,
    wgs_to_gcj,
)


def some_points(count, box, seed=1):
    draw = random.Random(seed)
    west, south, east, north = box
    return [(draw.uniform(west, east), draw.uniform(south, north)) for _ in range(count)]


CHINA = (80.0, 20.0, 130.0, 50.0)


def test_gcj_agrees_with_another_implementation():
    for lon, lat in some_points(500, CHINA):
        theirs = prcoords.wgs_gcj((lat, lon))
        ours = wgs_to_gcj(lon, lat)
        assert ours == pytest.approx((theirs.lon, theirs.lat), abs=1e-7)
        assert distance_m(ours, (lon, lat)) > 10


def test_gcj_inverse_returns_to_the_point():
    for lon, lat in some_points(500, CHINA, seed=2):
        assert gcj_to_wgs(*wgs_to_gcj(lon, lat)) == pytest.approx((lon, lat), abs=1e-9)
        theirs = prcoords.gcj_wgs_bored((lat, lon))
        assert gcj_to_wgs(lon, lat) == pytest.approx((theirs.lon, theirs.lat), abs=1e-7)


def test_no_shift_outside_china():
    assert wgs_to_gcj(-71.06, 42.36) == (-71.06, 42.36)
    assert gcj_to_wgs(-71.06, 42.36) == (-71.06, 42.36)


def test_distance_of_one_degree():
    # One degree of a great circle of the mean sphere: 2 π × 6,371,008.8 m ÷ 360.
    assert distance_m((104.0, 30.0), (104.0, 31.0)) == pytest.approx(111_195.08, abs=0.01)
    assert distance_m((104.0, 0.0), (105.0, 0.0)) == pytest.approx(111_195.08, abs=0.01)
    assert distance_m((104.3, 30.8), (104.3, 30.8)) == 0


def square(west, south, size):
    east, north = west + size, south + size
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def test_area_is_signed_and_takes_holes_out():
    ring = square(104.0, 30.0, 0.01)
    side = 111.19508 * 0.01
    assert ring_area_km2(ring) == pytest.approx(side * side * 0.86598, rel=1e-4)
    assert ring_area_km2(ring[::-1]) == -ring_area_km2(ring)
    hole = square(104.002, 30.002, 0.005)
    assert polygon_area_km2((ring, hole)) == pytest.approx(ring_area_km2(ring) - ring_area_km2(hole))


def test_whole_sphere_octant():
    octant = ((0.0, 0.0), (90.0, 0.0), (90.0, 90.0), (0.0, 90.0), (0.0, 0.0))
    assert ring_area_km2(octant) == pytest.approx(510_065_622 / 8, rel=1e-6)


def test_contains_is_half_open_and_knows_holes():
    ring, hole = square(0.0, 0.0, 1.0), square(0.25, 0.25, 0.5)
    assert contains([(ring,)], 0.5, 0.5)
    assert not contains([(ring, hole)], 0.5, 0.5)
    assert contains([(ring, hole)], 0.1, 0.5)
    left, right = ((ring,),), ((square(1.0, 0.0, 1.0),),)
    for lat in (0.0, 0.3, 0.999):
        assert contains(left, 1.0, lat) + contains(right, 1.0, lat) == 1


def chequers(n, holes=()):
    return {f"{i}.{j}": ((square(i, j, 1.0), *holes),) for i, j in product(range(n), repeat=2)}


def test_locator_gives_each_corner_and_border_point_to_one():
    shapes = chequers(4)
    locator = Locator(shapes.items(), across=7)
    steps = [k / 4 for k in range(16)]
    for lon, lat in product(steps, steps):
        holders = [name for name, polygons in shapes.items() if contains(polygons, lon, lat)]
        assert holders == [locator.locate(lon, lat)] == [f"{int(lon)}.{int(lat)}"]


@pytest.mark.parametrize("across", [1, 3, 16, 160])
def test_locator_answers_as_plain_ray_casting(across):
    draw = random.Random(5)
    shapes = {}
    for n in range(30):
        cx, cy = draw.uniform(0, 10), draw.uniform(0, 10)
        ring = [(cx + draw.uniform(-1, 1), cy + draw.uniform(-1, 1)) for _ in range(3)]
        shapes[str(n)] = (((*ring, ring[0]),),)
    locator = Locator(shapes.items(), across=across)
    found = locator.locate_many(points := some_points(3000, locator.box, seed=6))
    plain = [next((n for n, p in shapes.items() if contains(p, *point)), None) for point in points]
    assert found == plain
    assert len(set(found)) > 20


def test_locator_outside_and_in_holes():
    locator = Locator([("a", ((square(0.0, 0.0, 1.0), square(0.25, 0.25, 0.5)),))])
    assert locator.locate(0.1, 0.1) == "a"
    assert locator.locate(0.5, 0.5) is None
    for lon, lat in ((-1.0, 0.5), (2.0, 0.5), (0.5, 9.0), (float("nan"), 0.5), (0.5, float("inf"))):
        assert locator.locate(lon, lat) is None


def test_onto_district_is_repeatable_inside_and_spread():
    shapes = chequers(4)
    locator = Locator(shapes.items(), across=40)
    onto = OntoDistrict(locator, (-71.2, 42.2, -70.9, 42.4))
    points = some_points(4000, (-71.2, 42.2, -70.9, 42.4))
    mapped = [onto.nudge_into(*p) for p in points]
    assert mapped == [onto.nudge_into(*p) for p in points]
    counts = dict.fromkeys(shapes, 0)
    for name in locator.locate_many(mapped):
        counts[name] += 1
    assert min(counts.values()) > 150
    assert max(counts.values()) < 400


def test_onto_district_takes_outliers_and_refuses_nonsense():
    locator = Locator(chequers(2).items(), across=20)
    onto = OntoDistrict(locator, (0.0, 0.0, 1.0, 1.0))
    for point in ((-5.3, 0.2), (1e6, -1e6), (0.0, 0.0), (1.0, 1.0)):
        assert locator.locate(*onto.nudge_into(*point)) is not None
    with pytest.raises(ValueError, match="not a point"):
        onto.nudge_into(float("nan"), 0.0)
    with pytest.raises(ValueError, match="empty"):
        OntoDistrict(locator, (1.0, 0.0, 1.0, 1.0))


def test_bounding_box():
    assert bounding_box([(1.0, 5.0), (-2.0, 7.0)]) == (-2.0, 5.0, 1.0, 7.0)
    with pytest.raises(ValueError):
        bounding_box([])
