"""Moving: an incident told whole and read back, and in one scope at a time whatever arrives first."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.conflict import decide, fold
from app.domain.errors import MalformedOp, Refusal
from app.domain.fold import apply
from app.domain.incident import MOVING, Incident, State
from app.domain.moving import as_body, from_body, move_in
from app.domain.op import HUB_DEVICE, Op, OpKind, Origin, canonical_body
from tests.support.matters import AT, do, in_state, op
from tests.unit.test_fold_properties import JSON, OPS

A, B, C = "510113103", "510113104", "510113105"
FOUND = [f.name for f in fields(Incident)]
ODD = st.dictionaries(st.sampled_from(FOUND), JSON, max_size=8)


@settings(max_examples=150, deadline=None)
@given(OPS)
def test_an_incident_read_back_is_the_same(ops):
    incident, _ = fold(ops)
    if incident is not None:
        text = canonical_body(as_body(incident))
        assert from_body(json.loads(text)) == incident


def test_a_zero_is_told_where_it_says_something():
    zero = replace(in_state(State.CLOSED), lon=0.0, lat=0.0, accepted_at=0, rating=None, suspended_ms=0)
    assert from_body(as_body(zero)) == zero
    assert "suspended_ms" not in as_body(zero)
    assert "rating" not in as_body(zero)


@settings(max_examples=300, deadline=None)
@given(ODD, st.sampled_from(State), st.booleans())
def test_any_json_is_an_incident_or_malformed(odd, state, whole):
    body = {**as_body(in_state(state)), **odd} if whole else odd
    try:
        incident = from_body(body)
    except MalformedOp:
        return
    assert isinstance(incident, Incident)
    assert from_body(as_body(incident)) == incident
    for kind in OpKind:  # whatever has been brought in, folding on it never fails
        decide(incident, op(kind, scope=incident.scope, base=-1))


@pytest.mark.parametrize("body", [None, [], "incident", 3, {}, {"id": "e" * 32}])
def test_what_is_no_incident_is_malformed(body):
    with pytest.raises(MalformedOp):
        from_body(body)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""), ("number", None), ("title", 5), ("scope", ""), ("town", []), ("state", "asleep"),
        ("state", []), ("loop", None), ("version", True), ("version", 2**63), ("closed_at", "soon"),
        ("lon", 10**400), ("lon", float("nan")), ("lat", float("inf")), ("lon", True), ("moved", 1),
        ("conflicts", 4), ("conflicts", [["n"]]), ("conflicts", [["n", "quarrel", 1, "a", []]]),
        ("marks", [["a", "b", "c"]]), ("marks", {"a": 1}), ("undone", "working"), ("undone", [1]),
        ("assignments", [{}]), ("assignments", ["a1"]), ("title", "\ud800"), ("version", None),
        ("assignments", [{"id": "a1", "handler": "u1", "state": "asleep", "offered_at": 1, "lead": True}]),
        ("assignments", [{"id": "a1", "handler": "u1", "state": "done", "also": "a2"}]),
    ],
    ids=str,
)  # fmt: skip
def test_a_field_of_another_kind_is_malformed(field, value):
    body = as_body(in_state(State.WORKING)) | {field: value}
    with pytest.raises(MalformedOp):
        from_body(body)
    assert apply(None, op(OpKind.MOVE_IN, body)) is Refusal.MALFORMED


def test_what_a_newer_program_adds_is_left_aside():
    incident = in_state(State.WORKING)
    assert from_body(as_body(incident) | {"mood": "calm"}) == incident


class TwoTowns:
    """The hub: every scope's order, and the incident as it decides it."""

    def __init__(self) -> None:
        self.orders: dict[str, list[Op]] = {A: [], B: [], C: []}
        self.incident: Incident | None = None

    def take(
        self, kind: str, scope: str, body: dict[str, Any] | None = None, base: int | None = None
    ) -> None:
        n = sum(map(len, self.orders.values())) + 1
        version = self.incident.version if self.incident else 0
        made = op(kind, body, AT + n * 60_000, n, scope=scope, base=version if base is None else base)
        if kind in (OpKind.MOVE_IN, OpKind.MOVE_OUT):
            made = replace(made, origin=Origin(HUB_DEVICE + scope, "9" * 32))
        decided = decide(self.incident, made)
        assert decided.refusal is None, (kind, decided.refusal)
        self.incident = decided.incident
        self.orders[scope].append(made)

    def move(self, old: str, new: str) -> None:
        self.take(OpKind.RELOCATE, old, {"place": new + "201", "town": new})
        self.take(OpKind.MOVE_OUT, old, {"to": new})
        assert self.incident is not None
        self.take(OpKind.MOVE_IN, new, as_body(self.incident))


def held_by(orders: list[list[Op]]) -> Incident | None:
    """What a store that follows the scopes comes to, where their pages arrive in this order."""
    incident: Incident | None = None
    for order in orders:
        for made in order:
            incident = decide(incident, made).incident
    return incident


def there_and_back(*way: str) -> TwoTowns:
    hub = TwoTowns()
    hub.take(OpKind.REPORT, way[0])
    hub.take(OpKind.ACCEPT, way[0])
    for i, (old, new) in enumerate(pairwise(way)):
        hub.take(OpKind.ASSIGN, old, {"assignment": f"a{i}", "handler": f"u{i}"})
        hub.take(OpKind.NOTE, old)
        hub.move(old, new)
        hub.take(OpKind.NOTE, new)
    return hub


@pytest.mark.parametrize(
    "way", [(A, B), (A, B, A), (A, B, A, B), (A, B, C), (A, B, C, A), (A, C, A, B, C)], ids=len
)
def test_a_moved_incident_is_the_same_in_either_order_of_arrival(way):
    hub = there_and_back(*way)
    assert hub.incident is not None
    assert hub.incident.scope == way[-1]
    for orders in permutations(hub.orders.values()):
        assert held_by(list(orders)) == hub.incident


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from((A, B, C)), min_size=2, max_size=6), st.lists(st.integers(0, 2), max_size=60))
def test_pages_of_any_size_in_any_turn_come_to_the_same(stops, turns):
    way = [stops[0], *(new for old, new in pairwise(stops) if new != old)]
    hub = there_and_back(*way)
    left = {scope: list(order) for scope, order in hub.orders.items()}
    incident: Incident | None = None
    for turn in [*turns, *([0] * 50), *([1] * 50), *([2] * 50)]:
        order = left[(A, B, C)[turn]]
        if order:
            incident = decide(incident, order.pop(0)).incident
    assert incident == hub.incident


def test_a_store_of_the_new_scope_alone_opens_it_whole():
    hub = there_and_back(A, B)
    assert held_by([hub.orders[B]]) == hub.incident
    assert hub.incident is not None
    assert hub.incident.notes == 2
    assert not any(m.concern == MOVING for m in hub.incident.marks)


def test_a_store_of_the_old_scope_alone_knows_where_it_went():
    hub = there_and_back(A, B)
    left = held_by([hub.orders[A]])
    assert left is not None
    assert left.scope == B
    assert left.marks[0].concern == MOVING
    for scope in (A, B):  # on its way nothing changes it, whoever asks
        asked = decide(left, op(OpKind.NOTE, scope=scope, base=left.version))
        assert (asked.refusal, asked.incident) == (Refusal.MOVED_AWAY, left)


def test_concurrent_work_is_found_after_the_move_too():
    hub = TwoTowns()
    hub.take(OpKind.REPORT, A)
    hub.take(OpKind.ACCEPT, A)
    hub.take(OpKind.ASSIGN, A, {"assignment": "a1", "handler": "u1"})
    hub.move(A, B)
    assert hub.incident is not None
    late = replace(op(OpKind.CLOSE, scope=B, base=2), origin=Origin("b" * 32, "b" * 32))
    assert decide(hub.incident, late).outcome == "conflict"


def test_a_move_of_another_incident_is_malformed():
    body = as_body(in_state(State.WORKING))
    other = op(OpKind.MOVE_IN, body, entity="f" * 32)
    assert apply(None, other) is Refusal.MALFORMED
    with pytest.raises(MalformedOp):
        move_in(other)


def test_a_move_in_that_is_known_already_changes_nothing():
    hub = there_and_back(A, B)
    (again,) = (o for o in hub.orders[B] if o.kind == OpKind.MOVE_IN)
    assert decide(hub.incident, again).incident == hub.incident
    assert do(None, again).version == from_body(again.body).version + 1
