"""The state table: every cell is driven once with a valid op, and what happens is what the table says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.errors import Refusal
from app.domain.fold import apply
from app.domain.incident import (
    IN_HAND,
    OPEN_STATES,
    TABLE,
    Conflict,
    ConflictKind,
    Incident,
    Next,
    State,
    allowed,
    legal_ops,
)
from app.domain.moving import as_body
from app.domain.op import HUB_OPS, INCIDENT_OPS, OpKind
from tests.support.matters import AT, do, in_state, op

LATER = AT + 3_600_000
CELLS = [(state, kind) for state in State for kind in INCIDENT_OPS]

BY_WORK = {  # what "as the assignments say" says after each op on the one lead of `in_state`
    (State.ASSIGNED, OpKind.ASSIGN): State.ASSIGNED,
    (State.WORKING, OpKind.ASSIGN): State.WORKING,
    (State.ASSIGNED, OpKind.WHISTLE): State.ASSIGNED,
    (State.WORKING, OpKind.WHISTLE): State.WORKING,
    (State.ASSIGNED, OpKind.RETURN): State.ACCEPTED,
    (State.WORKING, OpKind.RETURN): State.ACCEPTED,
    (State.ASSIGNED, OpKind.RECALL): State.ACCEPTED,
    (State.WORKING, OpKind.RECALL): State.ACCEPTED,
    (State.ASSIGNED, OpKind.HANDLE): State.HANDLED,
    (State.WORKING, OpKind.HANDLE): State.HANDLED,
    (State.HANDLED, OpKind.VERIFY): State.HANDLED,
    (State.SUSPENDED, OpKind.RESUME): State.ASSIGNED,
}


def prepared(state: State, kind: OpKind) -> Incident:
    """An incident on which the op's own rules hold, so that the table alone decides."""
    incident = in_state(state)
    if kind is OpKind.RESOLVE:
        clash = Conflict("double_dispatch-5", ConflictKind.DOUBLE_DISPATCH, AT, "m2", ("u1", "u2"))
        incident = replace(incident, conflicts=(clash,))
    if kind is OpKind.SHOW:
        incident = replace(incident, person="p1")
    if kind is OpKind.CLOSE:
        incident = replace(incident, verified=True)
    if (state, kind) == (State.WORKING, OpKind.ACKNOWLEDGE):
        other = {"assignment": "a2", "handler": "u2"}  # at work, so that a1 is still to be acknowledged
        other_began = op(OpKind.ACKNOWLEDGE, {"assignment": "a2"})
        incident = do(in_state(State.ASSIGNED), op(OpKind.ASSIGN, other), other_began)
    return incident


@pytest.mark.parametrize(("state", "kind"), CELLS)
def test_each_cell_is_carried_out(state, kind):
    before = prepared(state, kind)
    cell = TABLE[kind][state]
    body = as_body(before) if kind is OpKind.MOVE_IN else None
    after = apply(before, op(kind, body, at=LATER))
    if isinstance(cell, Refusal):
        assert after is cell
        return
    assert isinstance(after, Incident), after
    expected = {
        Next.SAME: state,
        Next.BY_WORK: BY_WORK.get((state, kind)),
        Next.BEFORE: State.REPORTED,
    }.get(cell, cell)
    assert after.state is expected
    assert after.version == before.version + 1
    assert after.changed_at == LATER
    scope = "510113104" if kind is OpKind.MOVE_OUT else before.scope
    assert (after.id, after.scope, after.number) == (before.id, scope, before.number)
    assert after.reported_at == before.reported_at


def test_every_by_work_cell_has_its_expectation():
    assert {(s, k) for s, k in CELLS if TABLE[k][s] is Next.BY_WORK} == set(BY_WORK)


@pytest.mark.parametrize(("state", "kind"), [(s, k) for s, k in CELLS if isinstance(TABLE[k][s], Refusal)])
def test_a_refusing_cell_refuses_before_it_looks_at_the_body(state, kind):
    nonsense = {"severity": "high", "assignment": 4, "calls": 0, "passed": "yes", "lon": True}
    assert apply(in_state(state), op(kind, nonsense)) is TABLE[kind][state]


def test_the_table_is_whole():
    assert set(TABLE) == set(INCIDENT_OPS)
    assert all(set(row) == set(State) for row in TABLE.values())


def test_a_refusal_of_a_state_names_that_state():
    named = {
        State.CLOSED: Refusal.IS_CLOSED,
        State.DECLINED: Refusal.IS_DECLINED,
        State.MERGED: Refusal.IS_MERGED,
        State.CANCELLED: Refusal.IS_CANCELLED,
    }
    for state, refusal in named.items():
        refused = {cell for kind in INCIDENT_OPS if isinstance(cell := TABLE[kind][state], Refusal)}
        assert refused == {refusal, Refusal.ALREADY_REPORTED}


def test_ended_incidents_let_nothing_pass_but_notes_and_their_own_way_back():
    common = {OpKind.NOTE, OpKind.ATTACH, OpKind.RESOLVE}
    assert set(legal_ops(State.CANCELLED)) == common
    assert set(legal_ops(State.DECLINED)) == common | {OpKind.REOPEN}
    assert set(legal_ops(State.MERGED)) == common | {OpKind.UNMERGE}
    assert set(legal_ops(State.CLOSED)) == common | {OpKind.REOPEN, OpKind.RATE}


def test_legal_ops_are_the_cells_that_pass_in_the_tables_order():
    for state in State:
        passing = legal_ops(state)
        assert passing == tuple(
            k for k in INCIDENT_OPS if allowed(state, k) is None and k not in HUB_OPS
        )  # fmt: skip
        assert OpKind.REPORT not in passing
    assert legal_ops(State.REPORTED)[:2] == (OpKind.ACCEPT, OpKind.DECLINE)


@pytest.mark.parametrize("state", list(State))
def test_open_states_and_clocks(state):
    incident = replace(in_state(state), accept_due=1, respond_due=2, resolve_due=3)
    assert incident.open is (state in OPEN_STATES)
    running = incident.next_due
    if state is State.REPORTED:
        assert running == ("accept", 1)
    elif state in IN_HAND:
        assert running == (("resolve", 3) if incident.responded_at is not None else ("respond", 2))
    else:
        assert running is None


def test_on_time_is_known_once_resolved_and_limited():
    incident = in_state(State.CLOSED)
    assert incident.on_time is None
    assert incident.handled_at is not None
    assert incident.resolved_at == incident.handled_at < incident.closed_at
    assert replace(incident, resolve_due=incident.handled_at).on_time is True
    assert replace(incident, resolve_due=incident.handled_at - 1).on_time is False
    assert replace(in_state(State.WORKING), resolve_due=1).on_time is None
