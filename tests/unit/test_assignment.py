"""Assignments: their own table, the lead and its heirs, and how they carry the incident along."""

from __future__ import annotations

import pytest

from app.domain.assignment import ACTIVE, ASSIGNMENT_TABLE, Assignment, AssignmentState
from app.domain.errors import Refusal
from app.domain.fold import apply
from app.domain.incident import Incident, State
from app.domain.op import OpKind
from tests.support.matters import AT, MINUTE, do, in_state, op

S = AssignmentState
T1, T2, T3 = AT + 60 * MINUTE, AT + 70 * MINUTE, AT + 80 * MINUTE


def give(name: str, handler: str, at: int = T1, **more):
    return op(OpKind.ASSIGN, {"assignment": name, "handler": handler, **more}, at)


def on(kind: OpKind, name: str, at: int = T2, **more):
    extra = {"reason": "改派"} if kind in (OpKind.RETURN, OpKind.RECALL) else {}
    extra |= {"result": "已清理"} if kind is OpKind.HANDLE else {}
    return op(kind, {"assignment": name, **extra, **more}, at)


def of(incident: Incident, name: str) -> Assignment:
    return next(a for a in incident.assignments if a.id == name)


def with_lead_beside(state: AssignmentState) -> Incident:
    """A working incident with the lead ``a1`` acknowledged and a co-handler ``c`` in the given state."""
    incident = do(in_state(State.WORKING), give("c", "u2"))
    way = {
        S.OFFERED: [], S.ACKNOWLEDGED: [OpKind.ACKNOWLEDGE], S.ARRIVED: [OpKind.REPORT_IN],
        S.DONE: [OpKind.HANDLE], S.RETURNED: [OpKind.RETURN], S.RECALLED: [OpKind.RECALL],
    }[state]  # fmt: skip
    return do(incident, *(on(kind, "c", T2) for kind in way))


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("kind", list(ASSIGNMENT_TABLE))
def test_each_cell_is_carried_out(kind, state):
    before = with_lead_beside(state)
    assert of(before, "c").state is state
    expected = ASSIGNMENT_TABLE[kind][state]
    after = apply(before, on(kind, "c", T3))
    if isinstance(expected, Refusal):
        assert after is expected
    else:
        assert isinstance(after, Incident)
        assert of(after, "c").state is expected
        assert of(after, "a1") == of(before, "a1")
        assert after.state is State.WORKING


def test_the_table_is_whole_and_active_means_owing_something():
    assert all(set(row) == set(S) for row in ASSIGNMENT_TABLE.values())
    for state in S:
        ends = {row[state] for row in ASSIGNMENT_TABLE.values()} == {Refusal.ASSIGNMENT_ENDED}
        assert Assignment("a", "u", True, state, AT).active is (state in ACTIVE) is not ends


def test_instants_are_kept():
    incident = do(
        in_state(State.ASSIGNED), on(OpKind.ACKNOWLEDGE, "a1", T1), on(OpKind.REPORT_IN, "a1", T2),
        on(OpKind.HANDLE, "a1", T3),
    )  # fmt: skip
    lead = of(incident, "a1")
    assert (lead.acknowledged_at, lead.arrived_at, lead.ended_at) == (T1, T2, T3)
    assert (incident.responded_at, incident.handled_at) == (T1, T3)
    assert incident.assigned_at == lead.offered_at


def test_the_first_leads_unless_another_is_told_to():
    incident = do(in_state(State.ACCEPTED), give("a", "u1"), give("b", "u2"))
    assert [a.lead for a in incident.assignments] == [True, False]
    told = do(incident, give("c", "u3", lead=True))
    assert [a.id for a in told.assignments if a.lead] == ["c"]


@pytest.mark.parametrize(("name", "handler"), [("new", "u1"), ("a1", "u7")])
def test_nobody_is_given_the_same_matter_twice(name, handler):
    before = in_state(State.ASSIGNED)
    assert apply(before, give(name, handler)) is Refusal.ALREADY_ASSIGNED_TO
    calls = {"calls": [{"assignment": "w", "handler": "d"}, {"assignment": name, "handler": handler}]}
    assert apply(before, op(OpKind.WHISTLE, calls)) is Refusal.ALREADY_ASSIGNED_TO
    twice = {"calls": [{"assignment": "w", "handler": "d"}, {"assignment": "x", "handler": "d"}]}
    assert apply(before, op(OpKind.WHISTLE, twice)) is Refusal.ALREADY_ASSIGNED_TO


def test_who_has_returned_it_may_be_asked_again():
    incident = do(in_state(State.ASSIGNED), on(OpKind.RETURN, "a1"), give("again", "u1"))
    assert (incident.state, incident.returned) == (State.ASSIGNED, 1)
    assert incident.lead is of(incident, "again")


def test_an_unknown_assignment():
    for kind in ASSIGNMENT_TABLE:
        assert apply(in_state(State.WORKING), on(kind, "nobody")) is Refusal.UNKNOWN_ASSIGNMENT


@pytest.mark.parametrize("kind", [OpKind.RETURN, OpKind.RECALL, OpKind.HANDLE])
def test_an_end_needs_words(kind):
    bare = op(kind, {"assignment": "a1"})
    assert apply(in_state(State.WORKING), bare) is Refusal.REASON_MISSING


@pytest.mark.parametrize("kind", [OpKind.RETURN, OpKind.RECALL])
def test_the_longest_serving_co_handler_inherits_the_lead_before_any_department(kind):
    called = op(OpKind.WHISTLE, {"calls": [{"assignment": "w", "handler": "d"}]}, T1)
    incident = do(in_state(State.ASSIGNED), called, give("late", "u3", T3), give("early", "u2", T2))
    after = do(incident, on(kind, "a1", T3))
    assert after.lead is of(after, "early")
    last = do(after, on(kind, "early"), on(kind, "late"))
    assert last.lead is of(last, "w")
    assert last.state is State.ASSIGNED
    assert last.returned == (3 if kind is OpKind.RETURN else 0)


def test_a_whistle_alone_has_a_lead_too():
    incident = do(in_state(State.ACCEPTED), op(OpKind.WHISTLE))
    assert [(a.id, a.lead, a.whistle) for a in incident.assignments] == [
        ("w1", True, True),
        ("w2", False, True),
    ]


@pytest.mark.parametrize("state", list(ACTIVE))
def test_the_lead_waits_for_every_co_handler(state):
    before = with_lead_beside(state)
    assert apply(before, on(OpKind.HANDLE, "a1", T3)) is Refusal.CO_HANDLERS_OPEN
    for way_out in (OpKind.HANDLE, OpKind.RETURN, OpKind.RECALL):
        after = do(before, on(way_out, "c", T3), on(OpKind.HANDLE, "a1", T3))
        assert after.state is State.HANDLED


def test_a_co_handler_that_is_done_leaves_the_matter_with_the_lead():
    incident = do(in_state(State.ASSIGNED), give("c", "u2"), on(OpKind.ACKNOWLEDGE, "c"))
    assert incident.state is State.WORKING
    incident = do(incident, on(OpKind.HANDLE, "c"))
    assert (incident.state, incident.handled_at, incident.result) == (State.ASSIGNED, None, "")


def test_a_failed_check_goes_back_to_the_lead():
    handled = in_state(State.HANDLED)
    back = do(handled, op(OpKind.VERIFY, {"passed": False, "reason": "油膜仍在"}, T2))
    assert (back.state, back.rework, back.handled_at) == (State.WORKING, 1, None)
    assert (of(back, "a1").state, of(back, "a1").ended_at) == (S.ACKNOWLEDGED, None)


def test_a_failed_check_goes_to_the_heir_that_handled_it_not_to_who_returned_it():
    incident = do(
        in_state(State.ACCEPTED), give("heir", "u2"), give("first", "u1", lead=True),
        on(OpKind.RETURN, "first"), on(OpKind.HANDLE, "heir", T2),
    )  # fmt: skip
    assert incident.state is State.HANDLED
    assert incident.lead is of(incident, "heir")
    back = do(incident, op(OpKind.VERIFY, {"passed": False, "reason": "未清理"}, T3))
    assert of(back, "first").state is S.RETURNED
    assert of(back, "heir").state is S.ACKNOWLEDGED


def test_cancelling_recalls_all_that_is_open():
    incident = do(with_lead_beside(S.DONE), op(OpKind.CANCEL, {"reason": "误报"}, T3))
    assert of(incident, "c").state is S.DONE
    assert (of(incident, "a1").state, of(incident, "a1").reason) == (S.RECALLED, "误报")
    assert of(incident, "a1").ended_at == T3


def test_a_resumed_matter_is_as_far_as_its_work():
    for state in (State.ACCEPTED, State.ASSIGNED, State.WORKING):
        held = do(in_state(state), op(OpKind.SUSPEND, at=T1), op(OpKind.RESUME, at=T2))
        assert held.state is state
