"""Candidates: each with its reasons and shortfalls, the best first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.candidates import candidates
from app.domain.catalogue import HandlerLevel, Item, Limit
from app.domain.force import Unit, UnitKind
from app.domain.incident import Loop

TOWN, OTHER, DISTRICT = "510113103", "510113104", "510113"
HERE = (104.33, 30.86)
LIMIT = Limit(minutes=60)
ITEM = Item(
    "I-1", "水", "Water", "排污", "Spill", Loop.BIG, HandlerLevel.TOWN, 2, LIMIT, LIMIT, LIMIT,
    powers=("P-1", "P-2"), skills=("取证", "潜水"),
)  # fmt: skip
BEST = Unit("u", UnitKind.ENFORCEMENT, "中队", "Squad", "执", TOWN, *HERE, powers=("P-2",), skills=("取证",))


def ranked(*units: Unit, item=ITEM, position=HERE, load=None, suggested="", limit=8):
    return candidates(units, item, TOWN, position, load or {}, suggested, limit)


def one(unit: Unit, **asked):
    return ranked(unit, **asked)[0]


def test_a_unit_with_everything_has_no_shortfall():
    found = one(BEST)
    assert found.reasons == ("has_power", "free", "load:0/4", "skill:取证")
    assert found.shortfalls == ()
    assert (found.metres, found.minutes, found.load, found.capacity) == (0, 1, 0, 4)
    assert (found.unit, found.name, found.name_en, found.sign) == ("u", "中队", "Squad", "执")


def test_each_shortfall_is_said():
    poor = replace(BEST, powers=("P-9",), skills=("清运",), place=OTHER, capacity=2)
    found = one(poor, load={"u": 2})
    assert found.shortfalls == ("no_power", "full", "lacks_skill:取证、潜水", "other_town")
    assert found.reasons == ("load:2/2",)


def test_a_unit_at_work_has_room():
    assert one(BEST, load={"u": 3}).reasons[:3] == ("has_power", "has_room", "load:3/4")


def test_the_rules_own_suggestion_comes_first_and_says_so():
    far = replace(BEST, id="far", powers=(), place=OTHER, lat=31.2)
    found = ranked(BEST, far, suggested="far")
    assert [c.unit for c in found] == ["far", "u"]
    assert found[0].reasons[0] == "by_rule"
    assert "no_power" in found[0].shortfalls


WORSE = {
    "power": replace(BEST, powers=()),
    "town": replace(BEST, place=OTHER),
    "room": replace(BEST, capacity=0),
    "skill": replace(BEST, skills=()),
    "distance": replace(BEST, lat=30.90),
}


@pytest.mark.parametrize("name", list(WORSE))
def test_what_is_worse_in_one_thing_comes_after(name):
    worse = replace(WORSE[name], id="a")  # the id would put it first
    assert [c.unit for c in ranked(worse, BEST)] == ["u", "a"]


def test_power_weighs_more_than_town_than_room_than_skill_than_distance():
    order = ["distance", "skill", "room", "town", "power"]
    units = [replace(WORSE[name], id=name) for name in sorted(order)]
    assert [c.unit for c in ranked(*units)] == order


def test_a_load_weighs_like_minutes_on_the_road():
    busy = replace(BEST, id="a")
    assert [c.unit for c in ranked(busy, BEST, load={"a": 1})] == ["u", "a"]


@pytest.mark.parametrize(
    ("kind", "place", "elsewhere"),
    [
        (UnitKind.ENFORCEMENT, TOWN, False),
        (UnitKind.FULLTIME, TOWN + "201", False),
        (UnitKind.FULLTIME, DISTRICT, False),
        (UnitKind.DEPARTMENT, OTHER, False),
        (UnitKind.ENFORCEMENT, OTHER, True),
        (UnitKind.VOLUNTEER, OTHER + "201", True),
    ],
)
def test_who_is_of_another_town(kind, place, elsewhere):
    assert ("other_town" in one(replace(BEST, kind=kind, place=place)).shortfalls) is elsewhere


def test_an_unlisted_matter_asks_for_neither_power_nor_skill():
    assert one(replace(BEST, powers=(), skills=()), item=None).shortfalls == ()


def test_without_a_position_nobody_is_near():
    found = one(BEST, position=None)
    assert (found.metres, found.minutes) == (None, None)


def test_the_way_takes_longer_than_the_crow_flies():
    found = one(replace(BEST, lat=HERE[1] + 0.09))  # 10 km
    assert found.metres == pytest.approx(10_007, abs=15)
    assert found.minutes == 27


UNITS = st.lists(
    st.builds(
        Unit, st.text("abcdef", min_size=1, max_size=3), st.sampled_from(UnitKind), st.just("名"),
        st.just("N"), st.just("执"), st.sampled_from([TOWN, OTHER, DISTRICT]), st.floats(104.2, 104.5),
        st.floats(30.7, 31.0), st.sampled_from([(), ("P-1",)]),
        st.sampled_from([(), ("潜水",)]), st.integers(0, 4),
    ),
    max_size=12, unique_by=lambda unit: unit.id,
)  # fmt: skip


@settings(deadline=None)
@given(
    UNITS,
    st.randoms(use_true_random=False),
    st.integers(0, 12),
    st.dictionaries(st.text("abcdef"), st.integers(0, 5)),
)
def test_the_order_of_the_list_does_not_matter_and_the_limit_only_cuts(units, random, limit, load):
    shuffled = random.sample(units, len(units))
    whole = ranked(*units, load=load, limit=99)
    assert {c.unit for c in whole} == {u.id for u in units}
    assert ranked(*shuffled, load=load, limit=limit) == whole[:limit]
    powers = ["no_power" in c.shortfalls for c in whole]
    assert powers == sorted(powers)
