"""The table of DESIGN §5, row by row and in both orders: two desks, neither of which knew of the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.domain.assignment import AssignmentState
from app.domain.conflict import Decided, decide
from app.domain.errors import Refusal
from app.domain.incident import ConflictKind, Incident, State
from app.domain.op import Op, OpKind, Origin, Outcome
from tests.support.matters import AT, MATTER, MINUTE, WHERE, op

K = ConflictKind
TOWN, CITY, THIRD = (Origin(c * 32, c * 32) for c in "abc")
Said = tuple[str, dict[str, Any]]

ACCEPT: Said = (OpKind.ACCEPT, {})
ASSIGN_1: Said = (OpKind.ASSIGN, {"assignment": "a1", "handler": "u1"})
ASSIGN_2: Said = (OpKind.ASSIGN, {"assignment": "b1", "handler": "u2"})
AGAIN_1: Said = (OpKind.ASSIGN, {"assignment": "b2", "handler": "u1"})
ACK: Said = (OpKind.ACKNOWLEDGE, {"assignment": "a1"})
ARRIVE: Said = (OpKind.REPORT_IN, {"assignment": "a1"})
HANDLE: Said = (OpKind.HANDLE, {"assignment": "a1", "result": "已清理"})
VERIFY: Said = (OpKind.VERIFY, {"passed": True})
SEND_BACK: Said = (OpKind.VERIFY, {"passed": False, "reason": "未清理"})
CLOSE: Said = (OpKind.CLOSE, {"result": "电话解释"})
CLOSE_BARE: Said = (OpKind.CLOSE, {})
CANCEL: Said = (OpKind.CANCEL, {"reason": "误报"})
DECLINE: Said = (OpKind.DECLINE, {"reason": "不属本区"})
MERGE: Said = (OpKind.MERGE, {"into": "f" * 32})
SUSPEND: Said = (OpKind.SUSPEND, {"reason": "等待检测"})
RESUME: Said = (OpKind.RESUME, {})
ESCALATE: Said = (OpKind.ESCALATE, {"reason": "需多部门"})
SUPERVISE: Said = (OpKind.SUPERVISE, {"reason": "超时"})
RETURN: Said = (OpKind.RETURN, {"assignment": "a1", "reason": "无设备"})
RECALL: Said = (OpKind.RECALL, {"assignment": "a1", "reason": "改派"})


def said(origin: Origin, what: Said, base: int, minute: int = 0) -> Op:
    kind, body = what
    return replace(op(kind, body, AT + minute * MINUTE, base=base, actor=origin.device[0]), origin=origin)


def known(*steps: Said) -> Incident:
    """An incident that both desks know: reported, and brought on by a third one."""
    incident: Incident | None = None
    for i, step in enumerate([(OpKind.REPORT, op(OpKind.REPORT).body), *steps]):
        decided = decide(incident, said(THIRD, step, i, i))
        assert decided.outcome is Outcome.APPLIED, (step, decided.refusal)
        incident = decided.incident
    assert incident is not None
    return incident


def beside(start: Incident, first: list[Said], second: list[Said]) -> tuple[Incident, list[Decided]]:
    """What two desks that both knew ``start`` come to, where the first's ops all precede the second's."""
    incident: Incident | None = start
    every: list[Decided] = []
    for origin, steps in ((TOWN, first), (CITY, second)):
        for step in steps:
            every.append(decide(incident, said(origin, step, start.version, 30 + len(every))))
            incident = every[-1].incident
    assert incident is not None
    return incident, every


def outcomes(every: list[Decided]) -> str:
    """One letter each: ``a`` applied, ``c`` conflict, ``r`` refused."""
    return "".join(d.outcome.value[0] for d in every)


def kinds(incident: Incident) -> list[ConflictKind]:
    return [c.kind for c in incident.conflicts]


def handlers(incident: Incident) -> list[str]:
    return sorted(a.handler for a in incident.assignments if a.active)


ACCEPTED = known(ACCEPT)
ASSIGNED = known(ACCEPT, ASSIGN_1)
REPORTED = known()


@pytest.mark.parametrize(("one", "two"), [(ASSIGN_1, ASSIGN_2), (ASSIGN_2, ASSIGN_1)])
def test_two_assign_to_different_handlers(one, two):
    incident, every = beside(ACCEPTED, [one], [two])
    assert outcomes(every) == "ac"
    assert (incident.state, handlers(incident)) == (State.ASSIGNED, ["u1", "u2"])
    assert kinds(incident) == [K.DOUBLE_DISPATCH]
    assert set(incident.conflicts[0].told) == {"u1", "u2"}
    assert sum(a.lead for a in incident.assignments if a.active) == 1


@pytest.mark.parametrize(("one", "two"), [(ASSIGN_1, AGAIN_1), (AGAIN_1, ASSIGN_1)])
def test_two_assign_to_the_same_handler_is_one(one, two):
    incident, every = beside(ACCEPTED, [one], [two])
    assert (outcomes(every), incident.conflicts) == ("aa", ())
    (given,) = incident.assignments
    assert {given.id, *given.also} == {"a1", "b2"}
    for name in ("a1", "b2"):  # each desk goes on with the name that it gave
        answered = decide(incident, said(CITY, (OpKind.ACKNOWLEDGE, {"assignment": name}), incident.version))
        assert answered.incident is not None
        assert answered.incident.state is State.WORKING


def test_many_assign_at_once_is_one_conflict_with_all_of_them():
    more: list[Said] = [(OpKind.ASSIGN, {"assignment": f"b{i}", "handler": f"u{i}"}) for i in (3, 4)]
    incident, every = beside(ACCEPTED, [ASSIGN_1, ASSIGN_2], more)
    assert (outcomes(every), kinds(incident)) == ("aacc", [K.DOUBLE_DISPATCH])
    assert incident.conflicts[0].told == ("u1", "u2", "u3", "u4")


def test_a_whistle_beside_an_assignment_calls_the_others_and_joins_the_one():
    whistle: Said = (OpKind.WHISTLE, {"calls": [
        {"assignment": "w1", "handler": "u1"}, {"assignment": "w2", "handler": "d2"},
    ]})  # fmt: skip
    incident, every = beside(ACCEPTED, [ASSIGN_1], [whistle])
    assert (outcomes(every), handlers(incident)) == ("ac", ["d2", "u1"])
    assert incident.assignments[0].also == ("w1",)
    incident, every = beside(ACCEPTED, [whistle], [ASSIGN_1])
    assert (outcomes(every), handlers(incident)) == ("aa", ["d2", "u1"])
    same: Said = (OpKind.WHISTLE, {"calls": [{"assignment": "w1", "handler": "u1"}]})
    assert outcomes(beside(ACCEPTED, [ASSIGN_1], [same])[1]) == "aa"
    for calls in ([], [3], [{"assignment": "w", "handler": ["u1"]}], "u1"):
        bad: Said = (OpKind.WHISTLE, {"calls": calls})
        assert beside(ACCEPTED, [ASSIGN_1], [bad])[1][-1].refusal is Refusal.MALFORMED


def test_a_name_that_is_taken_is_refused():
    incident, every = beside(ACCEPTED, [ASSIGN_1], [(OpKind.ASSIGN, {"assignment": "a1", "handler": "u2"})])
    assert every[-1].refusal is Refusal.ALREADY_ASSIGNED_TO
    assert handlers(incident) == ["u1"]


ENDINGS = {
    "close": (CLOSE, State.CLOSED, "电话解释"),
    "cancel": (CANCEL, State.CANCELLED, "误报"),
    "decline": (DECLINE, State.DECLINED, "不属本区"),
    "merge": (MERGE, State.MERGED, "f" * 32),
}


@pytest.mark.parametrize("assign_first", [True, False])
@pytest.mark.parametrize("name", ENDINGS)
def test_assigned_by_one_and_ended_by_another_stays_open(name, assign_first):
    ending, state, words = ENDINGS[name]
    order = ([ASSIGN_1], [ending]) if assign_first else ([ending], [ASSIGN_1])
    incident, every = beside(ACCEPTED, *order)
    assert outcomes(every) == "ac"
    assert (incident.state, handlers(incident)) == (State.ASSIGNED, ["u1"])
    assert (incident.closed_at, incident.merged_into, incident.result) == (None, "", "")
    assert kinds(incident) == [K.CLOSE_PROPOSED]
    assert incident.conflicts[0].told == (state.value, words)
    assert incident.undone == ()


@pytest.mark.parametrize("name", ["cancel", "decline", "merge"])
@pytest.mark.parametrize("end_first", [True, False])
def test_accepted_and_assigned_by_one_and_refused_by_another(name, end_first):
    ending, state, _ = ENDINGS[name]
    order = ([ending], [ACCEPT, ASSIGN_1]) if end_first else ([ACCEPT, ASSIGN_1], [ending])
    incident, every = beside(REPORTED, *order)
    assert outcomes(every) == ("aca" if end_first else "aac")
    assert (incident.state, handlers(incident)) == (State.ASSIGNED, ["u1"])
    assert [(c.kind, c.told[0]) for c in incident.conflicts] == [(K.CLOSE_PROPOSED, state.value)]


def test_what_a_cancelling_took_back_is_given_back():
    busy = known(ACCEPT, ASSIGN_1, ACK, ARRIVE, (OpKind.ASSIGN, {"assignment": "a3", "handler": "u3"}))
    incident, every = beside(busy, [CANCEL], [ASSIGN_2])
    assert outcomes(every) == "ac"
    assert every[0].incident is not None
    assert handlers(every[0].incident) == []
    assert (incident.state, handlers(incident)) == (State.WORKING, ["u1", "u2", "u3"])
    states = {a.handler: (a.state, a.ended_at, a.reason) for a in incident.assignments}
    assert states["u1"] == (AssignmentState.ARRIVED, None, "")
    assert states["u3"] == (AssignmentState.OFFERED, None, "")
    assert [a.handler for a in incident.assignments if a.lead and a.active] == ["u1"]
    assert kinds(incident) == [K.CLOSE_PROPOSED]
    other, _ = beside(busy, [ASSIGN_2], [CANCEL])
    assert {a.handler: a.state for a in other.assignments} == {
        a.handler: a.state for a in incident.assignments
    }


def test_what_had_ended_before_the_cancelling_is_not_given_back():
    busy = known(ACCEPT, ASSIGN_1, (OpKind.ASSIGN, {"assignment": "a3", "handler": "u3"}), RECALL)
    incident, _ = beside(busy, [CANCEL], [ASSIGN_2])
    assert handlers(incident) == ["u2", "u3"]


@pytest.mark.parametrize("whole_first", [True, False])
def test_a_matter_done_and_closed_by_one_while_another_sends_help(whole_first):
    whole, help_ = [HANDLE, VERIFY, CLOSE_BARE], [ASSIGN_2]
    incident, every = beside(ASSIGNED, *((whole, help_) if whole_first else (help_, whole)))
    assert (incident.state, handlers(incident)) == (State.ASSIGNED, ["u1", "u2"])
    assert (incident.handled_at, incident.closed_at, incident.verified) == (None, None, False)
    assert kinds(incident) == [K.CLOSE_PROPOSED]
    assert incident.conflicts[0].told == (State.CLOSED.value, "已清理")
    assert outcomes(every) == ("aaac" if whole_first else "acrc")


@pytest.mark.parametrize("done_first", [True, False])
def test_done_by_one_while_another_sends_help(done_first):
    incident, every = beside(ASSIGNED, *(([HANDLE], [ASSIGN_2]) if done_first else ([ASSIGN_2], [HANDLE])))
    assert outcomes(every) == "ac"
    assert (incident.state, handlers(incident)) == (State.ASSIGNED, ["u1", "u2"])
    assert incident.conflicts[0].told == (State.HANDLED.value, "已清理")


def test_two_close_with_the_same_words_or_none_is_one():
    for second in (CLOSE, CLOSE_BARE):
        incident, every = beside(ACCEPTED, [CLOSE], [second])
        assert (outcomes(every), incident.state, incident.conflicts) == ("aa", State.CLOSED, ())
    assert incident.closed_at == AT + 30 * MINUTE


@pytest.mark.parametrize(
    ("first", "second", "state", "told"),
    [
        (CLOSE, (OpKind.CLOSE, {"result": "另说"}), State.CLOSED, ("closed", "电话解释", "closed", "另说")),
        (CLOSE, CANCEL, State.CLOSED, ("closed", "电话解释", "cancelled", "误报")),
        (CANCEL, CLOSE, State.CANCELLED, ("cancelled", "误报", "closed", "电话解释")),
        (MERGE, (OpKind.MERGE, {"into": "d" * 32}), State.MERGED, ("merged", "f" * 32, "merged", "d" * 32)),
        (DECLINE, CANCEL, State.DECLINED, ("declined", "不属本区", "cancelled", "误报")),
    ],
)
def test_two_end_it_differently(first, second, state, told):
    incident, every = beside(ACCEPTED, [first], [second])
    assert outcomes(every) == "ac"
    assert incident.state is state
    assert [(c.kind, c.told) for c in incident.conflicts] == [(K.CLOSE_DIFFERS, told)]


def test_two_cancel_for_one_reason_is_one():
    incident, every = beside(ASSIGNED, [CANCEL], [CANCEL])
    assert (outcomes(every), incident.conflicts) == ("aa", ())
    assert incident.undone == (State.ASSIGNED.value, "a1")


def test_declined_by_one_accepted_by_another():
    incident, every = beside(REPORTED, [DECLINE], [ACCEPT])
    assert (outcomes(every), incident.state, kinds(incident)) == ("ac", State.ACCEPTED, [K.CLOSE_PROPOSED])
    incident, every = beside(REPORTED, [ACCEPT], [DECLINE])
    assert (outcomes(every), incident.state, kinds(incident)) == ("ac", State.ACCEPTED, [K.CLOSE_PROPOSED])
    assert incident.conflicts[0].told == ("declined", "不属本区")


def test_accepted_by_both_and_settled_by_one_is_settled():
    incident, every = beside(REPORTED, [ACCEPT], [ACCEPT, CLOSE])
    assert (outcomes(every), incident.state, incident.conflicts) == ("aaa", State.CLOSED, ())
    incident, every = beside(REPORTED, [ACCEPT, CLOSE], [ACCEPT])
    assert (incident.state, every[-1].refusal) == (State.CLOSED, Refusal.IS_CLOSED)


def test_what_the_field_says_late_opens_nothing_that_is_done():
    whole = [HANDLE, VERIFY, CLOSE_BARE]
    for late in (ACK, ARRIVE):
        for order in ((whole, [late]), ([late], whole)):
            incident, every = beside(ASSIGNED, *order)
            assert (outcomes(every), incident.state, incident.conflicts) == ("aaaa", State.CLOSED, ())


def test_the_field_is_there_while_the_desk_cancels():
    for order in (([CANCEL], [ARRIVE]), ([ARRIVE], [CANCEL])):
        incident, every = beside(ASSIGNED, *order)
        assert (outcomes(every), incident.state) == ("ac", State.WORKING)
        assert incident.conflicts[0].told == ("cancelled", "误报")


def test_done_in_the_field_while_the_desk_cancels_waits_for_its_check():
    for order in (([CANCEL], [HANDLE]), ([HANDLE], [CANCEL])):
        incident, every = beside(ASSIGNED, *order)
        assert (outcomes(every), incident.state, incident.result) == ("ac", State.HANDLED, "已清理")
        assert incident.conflicts[0].told == ("cancelled", "误报")
        assert incident.undone[0] == State.ASSIGNED.value


@pytest.mark.parametrize("taken", [RECALL, RETURN])
def test_done_in_the_field_while_it_was_taken_back_is_proposed(taken):
    incident, every = beside(ASSIGNED, [taken], [HANDLE])
    assert (outcomes(every), incident.state) == ("ac", State.ACCEPTED)
    assert incident.conflicts[0].told == ("handled", "已清理")


def test_done_is_said_twice():
    incident, every = beside(ASSIGNED, [HANDLE], [HANDLE])
    assert (outcomes(every), incident.state, incident.conflicts) == ("aa", State.HANDLED, ())
    other: Said = (OpKind.HANDLE, {"assignment": "a1", "result": "已劝导"})
    incident, every = beside(ASSIGNED, [HANDLE], [other])
    assert outcomes(every) == "ac"
    assert incident.conflicts[0].told == ("handled", "已清理", "handled", "已劝导")


def test_sent_back_by_one_and_closed_by_another_goes_on():
    handled = known(ACCEPT, ASSIGN_1, HANDLE, VERIFY)
    incident, every = beside(handled, [CLOSE_BARE], [SEND_BACK])
    assert (outcomes(every), incident.state, handlers(incident)) == ("ac", State.WORKING, ["u1"])
    assert incident.conflicts[0].told == ("closed", "已清理")
    incident, every = beside(handled, [SEND_BACK], [CLOSE_BARE])
    assert (outcomes(every), incident.state) == ("ac", State.WORKING)
    assert incident.conflicts[0].told == ("closed", "已清理")


def test_escalated_by_one_and_closed_by_another_stays_open():
    for order in (([CLOSE], [ESCALATE]), ([ESCALATE], [CLOSE])):
        incident, every = beside(ACCEPTED, *order)
        assert (outcomes(every), incident.state, incident.escalated) == ("ac", State.ACCEPTED, 1)


def test_to_urge_a_matter_does_not_keep_it_open():
    incident, every = beside(ASSIGNED, [SUPERVISE], [HANDLE, VERIFY, CLOSE_BARE])
    assert (outcomes(every), incident.state, incident.conflicts) == ("aaaa", State.CLOSED, ())


def test_work_beside_a_suspension_is_done_and_the_clock_stands():
    for order in (([SUSPEND], [ASSIGN_1]), ([ASSIGN_1], [SUSPEND])):
        incident, every = beside(ACCEPTED, *order)
        assert (outcomes(every), incident.state, handlers(incident)) == ("aa", State.SUSPENDED, ["u1"])
        assert incident.suspended_at is not None
    incident, every = beside(ASSIGNED, [SUSPEND], [ACK, RECALL])
    assert (outcomes(every), incident.state, handlers(incident)) == ("aaa", State.SUSPENDED, [])
    for order in (([SUSPEND], [HANDLE]), ([HANDLE], [SUSPEND])):
        incident, every = beside(ASSIGNED, *order)
        assert (outcomes(every), incident.state, handlers(incident)) == ("ac", State.SUSPENDED, ["u1"])
        assert incident.conflicts[0].told == ("handled", "已清理")


def test_a_suspension_that_was_cancelled_comes_back():
    held = known(ACCEPT, ASSIGN_1, SUSPEND)
    incident, every = beside(held, [CANCEL], [ESCALATE])
    assert (outcomes(every), incident.state, handlers(incident)) == ("ac", State.SUSPENDED, ["u1"])
    assert incident.suspended_at == held.suspended_at
    incident, every = beside(held, [CANCEL], [RESUME])
    assert (outcomes(every), incident.state, handlers(incident)) == ("ac", State.ASSIGNED, ["u1"])
    assert incident.suspended_ms > 0


@pytest.mark.parametrize(
    ("start", "twice"),
    [
        (REPORTED, ACCEPT), (ASSIGNED, ACK), (ASSIGNED, ARRIVE), (ASSIGNED, SUSPEND),
        (known(ACCEPT, SUSPEND), RESUME), (known(ACCEPT, CLOSE), (OpKind.REOPEN, {"reason": "复发"})),
        (known(MERGE), (OpKind.UNMERGE, {})),
    ],
    ids=lambda v: v[0] if isinstance(v, tuple) else "",
)  # fmt: skip
def test_the_same_said_twice_is_applied_once(start, twice):
    once, _ = beside(start, [twice], [])
    incident, every = beside(start, [twice], [twice])
    assert outcomes(every) == "aa"
    marks = incident.marks
    assert replace(once, version=once.version + 1, changed_at=incident.changed_at, marks=marks) == incident


def classify(**changes) -> Said:
    return (OpKind.CLASSIFY, {**MATTER, **changes})


def test_the_same_field_edited_shows_the_later_and_keeps_both():
    incident, every = beside(ACCEPTED, [classify(title="油污")], [classify(title="异味")])
    assert (outcomes(every), incident.title) == ("ac", "异味")
    (conflict,) = incident.conflicts
    assert (conflict.kind, conflict.told) == (K.EDITED_TWICE, ("title", "油污", "异味"))
    assert conflict.actor == CITY.device[0]


def test_the_same_field_edited_alike_or_different_fields_are_no_conflict():
    for one, two in (
        (classify(title="油污"), classify(title="油污")),
        (classify(title="油污"), (OpKind.RELOCATE, {**WHERE, "place": "510113103202"})),
    ):
        incident, every = beside(ACCEPTED, [one], [two])
        assert (outcomes(every), incident.conflicts, incident.title) == ("aa", (), "油污")


@pytest.mark.parametrize(("one", "two"), [(1, 3), (3, 1)])
def test_of_two_severities_the_higher_stands(one, two):
    incident, every = beside(ACCEPTED, [classify(severity=one)], [classify(severity=two)])
    assert (outcomes(every), incident.severity) == ("ac", 1)
    assert incident.conflicts[0].told == ("severity", str(one), str(two))


def test_several_fields_edited_are_several_conflicts_each_with_its_name():
    one, two = classify(title="甲", item="I-2"), classify(title="乙", item="I-3", severity=1)
    incident, every = beside(ACCEPTED, [one], [two])
    assert outcomes(every) == "ac"
    assert {c.told[0] for c in incident.conflicts} == {"title", "item"}
    assert len({c.name for c in incident.conflicts}) == 2
    assert incident.version == ACCEPTED.version + 2


def test_two_put_it_in_different_places():
    here, there = ({**WHERE, "place": p} for p in ("510113103202", "510113103203"))
    incident, every = beside(ACCEPTED, [(OpKind.RELOCATE, here)], [(OpKind.RELOCATE, there)])
    assert (outcomes(every), incident.place) == ("ac", "510113103203")
    assert incident.conflicts[0].told == ("place", "510113103202", "510113103203")


def test_notes_and_photos_are_all_kept_whatever_happens():
    kept: list[Said] = [(OpKind.NOTE, {"text": "电话未接"}), (OpKind.ATTACH, {"name": "1", "sha256": "0"})]
    for ending in (CLOSE, CANCEL, MERGE, SUSPEND):
        for order in (([ending], kept), (kept, [ending])):
            incident, every = beside(ACCEPTED, *order)
            assert (outcomes(every), incident.notes, incident.evidence) == ("aaa", 1, 1)
            assert incident.state is not State.ACCEPTED


def test_a_caller_who_was_shown_is_known_to_have_been_shown():
    called = replace(ACCEPTED, person="p1")
    incident, every = beside(called, [CLOSE], [(OpKind.SHOW, {"person": "p1"})])
    assert (outcomes(every), incident.state) == ("aa", State.CLOSED)
    incident, every = beside(called, [CLOSE], [(OpKind.SHOW, {"person": "p2"})])
    assert (outcomes(every), every[-1].refusal) == ("ar", Refusal.IS_CLOSED)


def test_a_resolve_settles_the_one_it_names():
    incident, _ = beside(ACCEPTED, [ASSIGN_1, classify(title="甲")], [ASSIGN_2, classify(title="乙")])
    assert len(incident.conflicts) == 2
    name = incident.conflicts[0].name
    settle: Said = (OpKind.RESOLVE, {"conflict": name, "reason": "两处都去"})
    after = decide(incident, said(THIRD, settle, incident.version))
    assert after.incident is not None
    assert after.incident.conflicts == incident.conflicts[1:]
    again = decide(after.incident, said(TOWN, settle, incident.version))
    assert again.refusal is Refusal.NO_CONFLICT


def test_three_desks_each_with_its_own():
    incident, _ = beside(ACCEPTED, [ASSIGN_1], [CLOSE])
    third = decide(incident, said(THIRD, (OpKind.CLOSE, {"result": "另说"}), ACCEPTED.version))
    assert third.incident is not None
    assert (third.outcome, third.incident.state) == (Outcome.CONFLICT, State.ASSIGNED)
    assert [c.told[1] for c in third.incident.conflicts] == ["电话解释", "另说"]
    same = decide(incident, said(THIRD, CLOSE, ACCEPTED.version))
    assert same.incident is not None
    assert len(same.incident.conflicts) == 1  # the same proposal again is one


def test_an_ending_without_its_words_is_refused_beside_work_too():
    for bare in ((OpKind.CANCEL, {}), (OpKind.CANCEL, {"reason": 7}), (OpKind.MERGE, {"into": "e" * 32})):
        incident, every = beside(ACCEPTED, [ASSIGN_1], [bare])
        assert outcomes(every) == "ar"
        assert incident == every[0].incident


def test_an_op_of_another_scope_is_told_that_the_matter_has_moved():
    moved = decide(ACCEPTED, said(TOWN, ACCEPT, 9))
    assert moved.refusal is Refusal.ALREADY_ACCEPTED
    elsewhere = replace(said(TOWN, ACCEPT, 9), scope="510113109")
    assert decide(ACCEPTED, elsewhere) == Decided(ACCEPTED, Outcome.REFUSED, Refusal.MOVED_AWAY)
