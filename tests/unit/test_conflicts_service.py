"""Conflicts settled: each kind with each of its choices, through the ops that the ledger keeps."""

from __future__ import annotations

import pytest

from app.domain.errors import Refusal
from app.domain.incident import ConflictKind, State
from app.domain.op import OpKind, Outcome
from app.ports.ledger import Draft
from app.services import conflicts, dispatch, follow_up, intake, triage
from tests.support.desks import HandClock, desk
from tests.support.elsewhere import Elsewhere

MINUTE = 60_000
REPORT = intake.Report("餐饮油污直排绣川河", "hotline", item="水-0642", lon=104.33, lat=30.862)


class Story:
    def __init__(self):
        self.clock = HandClock()
        self.desk = desk(self.clock)
        self.key = intake.report(self.desk, REPORT).key
        with self.desk.store.reading() as read:
            lists = self.desk.lists.now(read)
        self.units = sorted(lists.units)[:4]
        self.other = Elsewhere(self.desk, self.key)

    def then(self, verb, *args, **named):
        self.clock.at += MINUTE
        done = verb(self.desk, self.key, *args, **named)
        assert done.refusal is None, done.refusal
        return self

    def meanwhile(self, kind, body=None):
        self.clock.at += MINUTE
        assert self.other.act(kind, body) is Outcome.CONFLICT
        return self

    @property
    def incident(self):
        with self.desk.store.reading() as read:
            return read.incident_by_key(self.key)

    @property
    def conflict(self):
        (only,) = self.incident.conflicts
        return only

    @property
    def choices(self):
        return conflicts.choices(self.incident, self.conflict)

    def settle(self, choice, reason="核实后定"):
        return conflicts.settle(self.desk, self.key, self.conflict.name, choice, reason)

    def settled(self, choice):
        assert choice in self.choices
        done = self.settle(choice)
        assert done.refusal is None, done.refusal
        assert self.incident.conflicts == ()
        with self.desk.store.reading() as read:
            last = list(read.timeline(self.incident.id))[-1]
        assert (last.kind, last.body["choice"]) == (OpKind.RESOLVE, choice)
        return self.incident

    @property
    def active(self):
        return [a.handler for a in self.incident.assignments if a.active]


def twice_dispatched():
    story = Story()
    story.then(triage.accept)
    story.other.look()
    story.then(dispatch.assign, story.units[0])
    return story.meanwhile(OpKind.ASSIGN, {"assignment": "x1", "handler": story.units[1]})


def close_beside_work():
    story = Story()
    story.then(triage.accept)
    story.other.look()
    story.then(dispatch.assign, story.units[0])
    return story.meanwhile(OpKind.CLOSE, {"result": "已电话答复"})


def test_a_double_dispatch_may_stand_as_it_is():
    story = twice_dispatched()
    assert story.conflict.kind is ConflictKind.DOUBLE_DISPATCH
    first, second = story.units[:2]
    assert story.choices == ("keep_all", f"keep:{first}", f"keep:{second}")
    story.settled("keep_all")
    assert story.active == [first, second]


@pytest.mark.parametrize("kept", [0, 1])
def test_of_a_double_dispatch_one_is_kept_and_leads(kept):
    story = twice_dispatched()
    incident = story.settled(f"keep:{story.units[kept]}")
    assert story.active == [story.units[kept]]
    assert incident.lead.handler == story.units[kept]
    assert incident.state is State.ASSIGNED


def test_a_work_order_that_has_ended_is_no_choice_any_more():
    story = twice_dispatched()
    story.then(dispatch.recall, story.incident.assignments[0].id, "改派")
    assert story.choices == ("keep_all",)
    assert story.settle(f"keep:{story.units[0]}").refusal is Refusal.NO_CONFLICT


def test_nothing_is_recalled_while_the_matter_is_suspended():
    story = twice_dispatched()
    story.then(follow_up.suspend, "等检测")
    before = story.desk.store.head()
    assert story.settle(f"keep:{story.units[0]}").refusal is Refusal.IS_SUSPENDED
    assert story.desk.store.head() == before
    story.settled("keep_all")


def test_a_reason_is_required_and_nothing_is_written_without():
    story = twice_dispatched()
    before = story.desk.store.head()
    assert story.settle("keep_all", " ").refusal is Refusal.REASON_MISSING
    assert conflicts.settle(story.desk, story.key, "gone", "keep_all", "x").refusal is Refusal.NO_CONFLICT
    assert story.desk.store.head() == before
    assert conflicts.settle(story.desk, 99, "gone", "go_on", "x").refusal is Refusal.UNKNOWN_INCIDENT


def test_a_proposed_close_is_let_go_or_carried_out():
    story = close_beside_work()
    assert story.conflict.kind is ConflictKind.CLOSE_PROPOSED
    assert story.conflict.told == ("closed", "已电话答复")
    assert story.settled("go_on").state is State.ASSIGNED
    story = close_beside_work()
    incident = story.settled("as_proposed")
    assert (incident.state, incident.result) == (State.CLOSED, "已电话答复")
    assert story.active == []


def test_a_proposed_cancel_is_carried_out():
    story = Story()
    story.then(triage.accept)
    story.other.look()
    story.then(dispatch.assign, story.units[0]).meanwhile(OpKind.CANCEL, {"reason": "误报"})
    incident = story.settled("as_proposed")
    assert (incident.state, incident.result) == (State.CANCELLED, "误报")


def test_a_proposed_handling_recalls_the_co_handlers():
    story = Story()
    story.then(dispatch.assign, story.units[0])
    lead = story.incident.assignments[0].id
    story.other.look()
    story.then(dispatch.assign, story.units[1])
    story.meanwhile(OpKind.HANDLE, {"assignment": lead, "result": "已清理"})
    assert story.conflict.told == ("handled", "已清理")
    incident = story.settled("as_proposed")
    assert (incident.state, incident.result) == (State.HANDLED, "已清理")


def test_a_proposed_close_of_what_waits_for_its_verification_is_not_done_past_it():
    story = close_beside_work()
    story.then(follow_up.handle, story.incident.assignments[0].id, "已处置")
    assert story.settle("as_proposed").refusal is Refusal.NOT_VERIFIED
    story.then(follow_up.verify, passed=True)
    assert story.settled("as_proposed").state is State.CLOSED


def test_work_done_on_a_closed_matter_reopens_it_and_the_close_can_be_confirmed():
    story = Story()
    story.then(triage.accept)
    story.other.look()
    story.then(follow_up.close, "电话答复")
    story.meanwhile(OpKind.ASSIGN, {"assignment": "x1", "handler": story.units[1]})
    assert story.conflict.told == ("closed", "电话答复")
    incident = story.settled("as_proposed")
    assert (incident.state, incident.result, story.active) == (State.CLOSED, "电话答复", [])


def test_of_two_endings_the_first_stays_or_the_second_is_taken():
    def twice_closed():
        story = Story()
        story.then(triage.accept)
        story.other.look()
        story.then(follow_up.close, "已清理")
        return story.meanwhile(OpKind.CLOSE, {"result": "查无此事"})

    story = twice_closed()
    assert story.conflict.kind is ConflictKind.CLOSE_DIFFERS
    assert story.settled("first").result == "已清理"
    story = twice_closed()
    incident = story.settled("second")
    assert (incident.state, incident.result) == (State.CLOSED, "查无此事")
    assert incident.rework == 0  # nobody worked on it again


def test_of_a_cancelling_and_a_declining_either_stands():
    def twice_ended():
        story = Story()
        story.other.look()
        story.then(triage.cancel, "误报").meanwhile(OpKind.DECLINE, {"reason": "不属本区"})
        return story

    story = twice_ended()
    assert story.choices == ("first", "second")
    assert story.settled("first").state is State.CANCELLED
    incident = twice_ended().settled("second")
    assert (incident.state, incident.result, incident.closed_at) == (State.DECLINED, "不属本区", None)


def test_of_two_severities_the_other_is_taken_with_its_limits():
    story = Story()
    story.then(triage.classify, "水-0642", 1)
    story.meanwhile(
        OpKind.CLASSIFY, {"item": "水-0642", "item_rev": 1, "severity": 3, "loop": "big", "category": "水"}
    )
    assert story.conflict.kind is ConflictKind.EDITED_TWICE
    assert story.incident.severity == 1
    assert conflicts.other_value(story.incident, story.conflict) == "3"
    assert story.settled("other").severity == 3


def test_of_two_titles_the_other_is_taken_and_nothing_else_changes():
    story = Story()
    before = story.incident
    as_it_is = conflicts.as_it_is(before)
    with story.desk.store.write("m-001") as tx:
        tx.append(Draft(OpKind.CLASSIFY, before.id, before.scope, story.clock.at, as_it_is | {"title": "甲"}))
    story.meanwhile(OpKind.CLASSIFY, as_it_is | {"title": "乙"})
    assert story.incident.title == "乙"
    after = story.settled("other")
    assert after.title == "甲"
    limits = (after.accept_due, after.respond_due, after.resolve_due, after.item, after.severity)
    assert limits == (before.accept_due, before.respond_due, before.resolve_due, before.item, before.severity)


def test_of_two_places_the_other_is_taken_with_its_position():
    story = Story()
    with story.desk.store.reading() as read:
        lists = story.desk.lists.now(read)
    grids = [p for p in lists.places.values() if p.parent == lists.places[story.incident.place].parent]
    here, there = [p for p in grids if p.id != story.incident.place][:2]
    story.then(triage.relocate, *here.seat)
    lon, lat = there.seat
    town = lists.town_of(there.id)
    story.meanwhile(OpKind.RELOCATE, {"place": there.id, "town": town, "lon": lon, "lat": lat})
    assert story.incident.place == there.id
    after = story.settled("other")
    assert (after.place, after.lon, after.lat) == (here.id, *here.seat)


def test_a_unit_booked_twice_is_kept_or_recalled_here():
    def booked():
        story = Story()
        story.then(dispatch.assign, story.units[0])
        told = [story.units[0], "f" * 32, "弥1120-03", "510113104"]
        flag = {"conflict": "unit_double_booked", "told": told}
        incident = story.incident
        with story.desk.store.write("hub") as tx:
            tx.append(Draft(OpKind.FLAG, incident.id, incident.scope, story.clock.at, flag))
        return story

    story = booked()
    assert story.choices == ("keep_all", "recall_here")
    story.settled("keep_all")
    assert story.active == [story.units[0]]
    story = booked()
    story.settled("recall_here")
    assert story.active == []
