"""A unit booked twice: only where neither dispatcher could have known, and never for a department far off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.double_booking import Booking, double_booked
from app.domain.force import UnitKind
from app.domain.op import HUB_DEVICE, OpKind, Origin
from tests.support.matters import ORIGIN, op

HERE, THERE = "510113103", "510113104"
OTHER = Origin("b" * 32, "2" * 32)
BODY = {"assignment": "a1", "handler": "u1"}


def booked(seen, scope, seq, kind=UnitKind.ENFORCEMENT, origin=OTHER):
    body = BODY if seen is None else {**BODY, "seen": seen}
    return double_booked(op(OpKind.ASSIGN, body), Booking(scope, seq, origin), kind)


@pytest.mark.parametrize("scope", [HERE, THERE])
def test_what_lies_beyond_the_seen_was_not_known(scope):
    assert booked({scope: 41}, scope, 42)
    assert not booked({scope: 42}, scope, 42)
    assert not booked({scope: 43}, scope, 42)


def test_a_scope_that_is_not_named_was_not_seen():
    assert booked({HERE: 99}, THERE, 1)
    assert booked({}, HERE, 1)
    assert booked(None, HERE, 1)


@pytest.mark.parametrize("seen", ["all", 7, [HERE], {HERE: "9"}, {HERE: True}, {HERE: None}, {HERE: 9.5}])
def test_a_malformed_seen_is_none(seen):
    assert booked(seen, HERE, 1)


def test_ones_own_bookings_are_known():
    assert not booked({}, THERE, 5, origin=ORIGIN)
    assert booked({}, THERE, 5, origin=replace(ORIGIN, incarnation="3" * 32))


def test_a_department_works_in_many_towns():
    assert not booked({}, THERE, 5, UnitKind.DEPARTMENT)
    assert booked({}, HERE, 5, UnitKind.DEPARTMENT)
    assert booked({}, THERE, 5, "")


def test_the_hub_knows_every_order():
    hubs = replace(op(OpKind.ASSIGN, BODY), origin=Origin(HUB_DEVICE + HERE, "9" * 32))
    assert not double_booked(hubs, Booking(THERE, 5, OTHER), UnitKind.FULLTIME)
