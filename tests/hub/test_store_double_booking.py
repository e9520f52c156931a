"""One unit on two incidents, sent by two who had not seen each other: said on both, once."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.op import OpKind
from db.hub import lookout
from tests.support.hub_store import DISTRICT, OTHER, TOWN, Device, fresh, hub


@pytest.fixture
def store():
    opened = hub()
    centre = Device(opened, DISTRICT)
    for identity, kind in (("u1", "fulltime"), ("d1", "department")):
        body = {"kind": "unit", "id": identity, "record": {"id": identity, "kind": kind}}
        centre.push(centre.op(OpKind.PUT, f"unit:{identity}", body))
    yield opened
    opened.close()


def send(device, handler, seen=None, entity=""):
    """A new matter, with the unit sent to it."""
    e = entity or fresh()
    told = {} if seen is None else {"seen": seen}
    device.push(
        device.report(e),
        device.op(OpKind.ACCEPT, e, base=1),
        device.op(OpKind.ASSIGN, e, {"assignment": fresh(), "handler": handler, **told}, base=2),
    )
    return e


def flags(store):
    told = []
    for scope in (TOWN, OTHER):
        (head,) = store.heads((scope,))
        page = store.pull(scope, head.epoch, 0, whole=True)
        told += [(scope, o.entity, *json.loads(o.body)["told"]) for o in page.ops if o.kind == "flag"]
    return told


def number(store, identity):
    with store.reading() as read:
        return read.incident(identity).number


def test_in_two_scopes_it_is_said_on_both_once(store):
    here, there = Device(store, TOWN), Device(store, OTHER)
    e = send(here, "u1", {TOWN: 0, OTHER: 0})
    f = send(there, "u1", {TOWN: 2, OTHER: 0})
    expected = [
        (TOWN, e, "u1", f, number(store, f), OTHER),
        (OTHER, f, "u1", e, number(store, e), TOWN),
    ]
    assert flags(store) == expected
    here.push(here.report())
    there.push(there.report())
    again = hub(str(store.engine.url.render_as_string(hide_password=False)))
    again.close()
    assert flags(store) == expected
    with store.reading() as read:
        assert [c.kind.value for c in read.incident(e).conflicts] == ["unit_double_booked"]
    assert store.verify(refold=True) is None


def test_sent_at_the_same_moment_it_is_found_whoever_commits_first(store):
    for _ in range(5):
        before = len(flags(store))
        barrier = threading.Barrier(2)

        def both(scope, barrier=barrier):
            device, e = Device(store, scope), fresh()
            device.push(device.report(e), device.op(OpKind.ACCEPT, e, base=1))
            barrier.wait(timeout=30)
            device.push(device.op(OpKind.ASSIGN, e, {"assignment": fresh(), "handler": "u1"}, base=2))
            return device, e

        with ThreadPoolExecutor(2) as pool:
            sent = list(pool.map(both, (TOWN, OTHER)))
        assert len(flags(store)) == before + 2
        for device, e in sent:
            device.push(device.op(OpKind.CANCEL, e, base=4))
    assert store.verify(refold=True) is None


def test_in_one_scope_too_whatever_the_unit(store):
    one, two = Device(store), Device(store)
    e, f = send(one, "d1", {TOWN: 0}), send(two, "d1", {TOWN: 1})
    assert {(scope, entity) for scope, entity, *_ in flags(store)} == {(TOWN, e), (TOWN, f)}


def test_a_department_works_for_many_towns(store):
    send(Device(store, TOWN), "d1", {})
    send(Device(store, OTHER), "d1", {})
    assert flags(store) == []


def test_who_had_seen_the_other_meant_it(store):
    here, there = Device(store, TOWN), Device(store, OTHER)
    send(here, "u1", {})
    send(there, "u1", {TOWN: 3, OTHER: 0})
    assert flags(store) == []


def test_a_scope_that_was_not_followed_was_not_seen(store):
    send(Device(store, TOWN), "u1", {TOWN: 0})
    send(Device(store, OTHER), "u1")
    assert len(flags(store)) == 2


def test_one_desk_may_send_a_unit_twice(store):
    device = Device(store)
    send(device, "u1", {})
    send(device, "u1", {})
    assert flags(store) == []


def test_what_has_ended_books_nobody(store):
    here, there = Device(store, TOWN), Device(store, OTHER)
    here.push(*here.life(handler="u1"))
    send(there, "u1", {})
    assert flags(store) == []


def test_a_member_is_no_unit(store):
    send(Device(store, TOWN), "m5", {})
    send(Device(store, OTHER), "m5", {})
    assert flags(store) == []


def test_after_a_move_it_is_said_where_the_incident_is(store):
    here, there = Device(store, TOWN), Device(store, OTHER)
    e = send(here, "u1", {})
    here.push(here.op(OpKind.RELOCATE, e, {"place": OTHER, "town": OTHER}, base=3))
    f = send(there, "u1", {TOWN: 0, OTHER: 1})
    assert {(scope, entity) for scope, entity, *_ in flags(store)} == {(OTHER, e), (OTHER, f)}
    assert store.verify(refold=True) is None


def test_a_worker_that_ended_before_it_looked_costs_nothing(store, monkeypatch):
    here, there = Device(store, TOWN), Device(store, OTHER)
    with monkeypatch.context() as patch:
        patch.setattr(lookout.Lookout, "after", lambda self, ordering: None)
        send(here, "u1", {})
        send(there, "u1", {})
    assert flags(store) == []
    again = hub(store.engine.url.render_as_string(hide_password=False))
    again.close()
    assert len(flags(store)) == 2


def test_what_another_worker_left_is_looked_at_with_the_next_commit(store, monkeypatch):
    here, there = Device(store, TOWN), Device(store, OTHER)
    with monkeypatch.context() as patch:
        patch.setattr(lookout.Lookout, "after", lambda self, ordering: None)
        send(here, "u1", {})
        send(there, "u1", {})
    here.push(here.report())
    assert len(flags(store)) == 2


def test_sent_again_after_it_was_settled_is_said_again(store):
    here, there = Device(store, TOWN), Device(store, OTHER)
    send(here, "u1", {})
    e = send(there, "u1", {})
    with store.reading() as read:
        (active,) = [a.id for a in read.incident(e).assignments]
    there.push(there.op(OpKind.RECALL, e, {"assignment": active, "reason": "改派"}, base=4))
    there.push(there.op(OpKind.ASSIGN, e, {"assignment": fresh(), "handler": "u1"}, base=5))
    assert len(flags(store)) == 4
