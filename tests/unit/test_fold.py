"""What each op changes beside the state, and which of its own rules refuse it."""

from __future__ import annotations

import pytest

from app.domain.conflict import fold
from app.domain.errors import Refusal
from app.domain.fold import apply
from app.domain.incident import Loop, State
from app.domain.op import OpKind
from tests.support.matters import AT, BODIES, MATTER, MINUTE, WHERE, do, in_state, op

T1, T2, T3 = AT + 60 * MINUTE, AT + 70 * MINUTE, AT + 95 * MINUTE


def but(kind: OpKind, **changes):
    """The valid body of a kind with fields replaced (None: left out)."""
    body = {**BODIES.get(kind, {}), **changes}
    return {name: value for name, value in body.items() if value is not None}


def test_a_report_opens_an_incident_with_all_it_says():
    body = but(
        OpKind.REPORT, detail="水面有油膜", person="p1", ref="boston311:1", moved=True,
        due={"accept": 1, "respond": 2, "resolve": 3}, due_note="n",
    )  # fmt: skip
    incident = do(None, op(OpKind.REPORT, body))
    assert (incident.state, incident.version, incident.changed_at) == (State.REPORTED, 1, AT)
    assert (incident.number, incident.title, incident.detail) == ("261120-0441", "餐饮油污直排", "水面有油膜")
    assert (incident.severity, incident.loop, incident.category) == (2, Loop.BIG, "water")
    assert (incident.place, incident.town) == (WHERE["place"], WHERE["town"])
    assert (incident.lon, incident.lat, incident.moved) == (104.33, 30.86, True)
    assert (incident.accept_due, incident.respond_due, incident.resolve_due) == (1, 2, 3)
    assert (incident.person, incident.ref, incident.due_note) == ("p1", "boston311:1", "n")
    assert (incident.item, incident.item_rev, incident.source) == ("I-1", 3, "hotline")


@pytest.mark.parametrize(
    "changes",
    [
        {"title": None}, {"title": ""}, {"title": 5}, {"number": None}, {"source": None}, {"place": None},
        {"town": ""}, {"severity": None}, {"severity": 0}, {"severity": 5}, {"severity": True},
        {"severity": 2.0}, {"severity": "2"}, {"loop": "middling"}, {"loop": None}, {"lat": None},
        {"lon": None}, {"lon": 180.5}, {"lat": -91}, {"lon": float("nan")}, {"lat": float("inf")},
        {"lon": 10**400}, {"lon": "104"}, {"lon": True}, {"detail": []}, {"item": 4}, {"item_rev": "3"},
        {"item_rev": 2**63}, {"due": []}, {"due": {"accept": "soon"}}, {"due": {"resolve": True}},
        {"due": {"respond": 1.5}}, {"due": {"respond": 2**63}}, {"due_note": 3}, {"moved": "yes"},
    ],
    ids=str,
)  # fmt: skip
def test_a_malformed_report_is_refused(changes):
    assert apply(None, op(OpKind.REPORT, but(OpKind.REPORT, **changes))) is Refusal.MALFORMED


def test_a_position_may_be_whole_degrees_or_absent():
    whole = do(None, op(OpKind.REPORT, but(OpKind.REPORT, lon=104, lat=31)))
    assert (whole.lon, whole.lat) == (104.0, 31.0)
    none = do(None, op(OpKind.REPORT, but(OpKind.REPORT, lon=None, lat=None)))
    assert (none.lon, none.lat) == (None, None)


@pytest.mark.parametrize("kind", [k for k in OpKind if k not in (OpKind.REPORT, OpKind.MOVE_IN)])
def test_nothing_but_a_report_or_a_move_opens_an_incident(kind):
    record = kind in (OpKind.PUT, OpKind.RETIRE)
    assert apply(None, op(kind)) is (Refusal.UNKNOWN_OP if record else Refusal.UNKNOWN_INCIDENT)


@pytest.mark.parametrize("kind", ["put", "retire", "explode", "", "REPORT"])
def test_an_op_that_is_none_of_an_incident(kind):
    assert apply(in_state(State.REPORTED), op(kind, {})) is Refusal.UNKNOWN_OP


@pytest.mark.parametrize(
    ("state", "kind", "body", "refusal"),
    [
        (State.REPORTED, OpKind.DECLINE, {}, Refusal.REASON_MISSING),
        (State.REPORTED, OpKind.CANCEL, {"reason": ""}, Refusal.REASON_MISSING),
        (State.REPORTED, OpKind.CANCEL, {"reason": 7}, Refusal.MALFORMED),
        (State.ACCEPTED, OpKind.CLOSE, {}, Refusal.REASON_MISSING),
        (State.HANDLED, OpKind.CLOSE, {}, Refusal.NOT_VERIFIED),
        (State.HANDLED, OpKind.VERIFY, {}, Refusal.MALFORMED),
        (State.HANDLED, OpKind.VERIFY, {"passed": 1}, Refusal.MALFORMED),
        (State.HANDLED, OpKind.VERIFY, {"passed": False}, Refusal.REASON_MISSING),
        (State.CLOSED, OpKind.RATE, {"score": 0}, Refusal.MALFORMED),
        (State.CLOSED, OpKind.RATE, {"score": 6}, Refusal.MALFORMED),
        (State.CLOSED, OpKind.RATE, {"score": True}, Refusal.MALFORMED),
        (State.CLOSED, OpKind.REOPEN, {}, Refusal.REASON_MISSING),
        (State.WORKING, OpKind.SUSPEND, {}, Refusal.REASON_MISSING),
        (State.WORKING, OpKind.ESCALATE, {}, Refusal.REASON_MISSING),
        (State.WORKING, OpKind.SUPERVISE, {}, Refusal.REASON_MISSING),
        (State.WORKING, OpKind.NOTE, {}, Refusal.MALFORMED),
        (State.WORKING, OpKind.ATTACH, {"name": "1.jpg"}, Refusal.MALFORMED),
        (State.WORKING, OpKind.RELOCATE, {**WHERE, "lat": None}, Refusal.MALFORMED),
        (State.WORKING, OpKind.CLASSIFY, {**MATTER, "severity": 9}, Refusal.MALFORMED),
        (State.WORKING, OpKind.RESOLVE, BODIES[OpKind.RESOLVE], Refusal.NO_CONFLICT),
        (State.WORKING, OpKind.SHOW, {"person": "p2"}, Refusal.UNKNOWN_RECORD),
        (State.WORKING, OpKind.SHOW, {}, Refusal.MALFORMED),
        (State.CLOSED, OpKind.SHOW, {"person": ""}, Refusal.IS_CLOSED),
        (State.WORKING, OpKind.FLAG, {"conflict": "quarrel", "told": []}, Refusal.MALFORMED),
        (State.WORKING, OpKind.FLAG, {"conflict": "unit_double_booked", "told": [3]}, Refusal.MALFORMED),
        (State.WORKING, OpKind.MOVE_OUT, {}, Refusal.MALFORMED),
        (State.WORKING, OpKind.MOVE_IN, {}, Refusal.MALFORMED),
        (State.REPORTED, OpKind.MERGE, {"into": "e" * 32}, Refusal.MERGE_INTO_ITSELF),
        (State.REPORTED, OpKind.MERGE, {}, Refusal.MALFORMED),
        (State.WORKING, OpKind.WHISTLE, {"calls": []}, Refusal.MALFORMED),
        (State.WORKING, OpKind.WHISTLE, {"calls": ["d1"]}, Refusal.MALFORMED),
        (State.WORKING, OpKind.WHISTLE, {"calls": [{"assignment": "w", "handler": ""}]}, Refusal.MALFORMED),
    ],
)
def test_an_ops_own_rules(state, kind, body, refusal):
    assert apply(in_state(state), op(kind, body)) is refusal


def test_a_desk_settles_an_accepted_matter_with_words():
    closed = do(in_state(State.ACCEPTED), op(OpKind.CLOSE, {"result": "电话解释"}, T1))
    assert (closed.state, closed.closed_at, closed.handled_at) == (State.CLOSED, T1, None)
    assert closed.resolved_at == T1
    assert closed.result == "电话解释"


def test_reopening_is_rework_and_needs_a_new_result():
    again = do(in_state(State.CLOSED), op(OpKind.REOPEN, at=T1))
    assert (again.state, again.rework, again.result) == (State.ACCEPTED, 1, "")
    assert (again.closed_at, again.handled_at, again.verified) == (None, None, False)
    assert apply(again, op(OpKind.CLOSE, {})) is Refusal.REASON_MISSING
    declined = do(in_state(State.DECLINED), op(OpKind.REOPEN, at=T1))
    assert (declined.state, declined.rework, declined.result) == (State.REPORTED, 0, "")


def test_reopening_with_new_limits_sets_them():
    again = do(in_state(State.CLOSED), op(OpKind.REOPEN, {"reason": "复发", "due": {"resolve": T3}}))
    assert (again.accept_due, again.resolve_due) == (None, T3)


def test_a_suspension_stops_the_clock_and_says_for_how_long():
    held = do(in_state(State.WORKING), op(OpKind.SUSPEND, at=T1))
    assert (held.state, held.suspended_at) == (State.SUSPENDED, T1)
    going = do(held, op(OpKind.RESUME, {"due": {"resolve": T3}}, at=T2))
    assert (going.state, going.suspended_at) == (State.WORKING, None)
    assert (going.suspended_ms, going.resolve_due) == (10 * MINUTE, T3)
    twice = do(going, op(OpKind.SUSPEND, at=T2), op(OpKind.RESUME, at=T3))
    assert twice.suspended_ms == 35 * MINUTE
    assert twice.resolve_due == T3


def test_a_suspended_matter_that_is_cancelled_is_no_longer_suspended():
    gone = do(in_state(State.SUSPENDED), op(OpKind.CANCEL, at=T2))
    assert (gone.state, gone.suspended_at) == (State.CANCELLED, None)
    assert not any(a.active for a in gone.assignments)


def test_merging_remembers_the_way_back():
    for state in (State.REPORTED, State.ACCEPTED):
        before = in_state(state)
        merged = do(before, op(OpKind.MERGE, at=T1))
        assert (merged.state, merged.merged_into) == (State.MERGED, "f" * 32)
        back = do(merged, op(OpKind.UNMERGE, at=T2))
        assert (back.state, back.merged_into, back.before_merge) == (state, "", "")


def test_small_acts_are_counted():
    incident = do(
        in_state(State.WORKING),
        op(OpKind.NOTE), op(OpKind.NOTE), op(OpKind.ATTACH), op(OpKind.ESCALATE), op(OpKind.SUPERVISE),
    )  # fmt: skip
    assert (incident.notes, incident.evidence, incident.escalated, incident.supervised) == (2, 1, 1, 1)
    assert do(in_state(State.CLOSED), op(OpKind.RATE, {"score": 4})).rating == 4


def test_escalation_puts_a_small_matter_into_the_big_loop():
    small = do(None, op(OpKind.REPORT, but(OpKind.REPORT, loop="small")))
    assert small.loop is Loop.SMALL
    assert do(small, op(OpKind.ESCALATE)).loop is Loop.BIG


def test_classifying_sets_item_and_limits_and_keeps_the_title_unless_given():
    body = {**MATTER, "item": "I-2", "severity": 1, "due": {"respond": 9}}
    after = do(in_state(State.REPORTED), op(OpKind.CLASSIFY, body))
    assert (after.item, after.severity, after.respond_due, after.title) == ("I-2", 1, 9, "餐饮油污直排")
    assert do(after, op(OpKind.CLASSIFY, {**body, "title": "油污"})).title == "油污"


def test_folding_tells_each_ops_refusal():
    steps = [op(OpKind.ACCEPT), op(OpKind.REPORT), op(OpKind.REPORT), op(OpKind.ACCEPT), op("dance")]
    incident, refusals = fold(steps)
    assert incident is not None
    assert incident.state is State.ACCEPTED
    assert refusals == (Refusal.UNKNOWN_INCIDENT, None, Refusal.ALREADY_REPORTED, None, Refusal.UNKNOWN_OP)
    assert fold([]) == (None, ())
