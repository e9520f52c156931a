"""An incident that goes to another town: never in two places, never in none, and nothing of it is lost."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

from app.domain.op import OpKind
from app.ports.rows import Person
from tests.support.hub_store import DISTRICT, OTHER, TOWN, Device, fresh


def rows(store, scope):
    (head,) = store.heads((scope,))
    return store.pull(scope, head.epoch, 0, whole=True).ops


def kinds(store, scope):
    return [(o.kind, o.outcome, o.refusal) for o in rows(store, scope)]


def relocate(device, entity, town=OTHER, base=1):
    return device.op(OpKind.RELOCATE, entity, {"place": town, "town": town}, base=base)


def test_a_move_closes_here_with_a_pointer_and_opens_whole_there(store, device):
    e = fresh()
    device.push(device.report(e, title="油污"), device.op(OpKind.NOTE, e), relocate(device, e))
    out = rows(store, TOWN)[-1]
    (arrived,) = rows(store, OTHER)
    assert (out.kind, json.loads(out.body), out.actor) == ("move_out", {"to": OTHER}, "hub")
    assert (arrived.kind, arrived.entity) == ("move_in", e)
    assert out.origin.device == f"hub:{TOWN}"
    assert arrived.origin.device == f"hub:{OTHER}"
    assert (out.n, arrived.n) == (1, 1)
    body = json.loads(arrived.body)
    assert (body["title"], body["town"], body["scope"], body["version"]) == ("油污", OTHER, OTHER, 4)
    with store.transaction() as raw:
        assert raw.execute("SELECT scope, town FROM incident").fetchall() == [(OTHER, OTHER)]
    assert store.verify(refold=True) is None


def test_no_reader_sees_it_in_two_scopes_or_in_none(store, device):
    e = fresh()
    device.push(device.report(e))
    there = Device(store, OTHER)
    done = threading.Event()

    def look():
        seen = set()
        while not done.is_set():
            with store.transaction(frozen=True) as raw:
                (told,) = raw.execute("SELECT array_agg(scope) FROM incident WHERE id = %s", (e,)).fetchone()
                out = raw.execute("SELECT count(*) FROM op WHERE kind = 'move_out'").fetchone()
                arrived = raw.execute("SELECT count(*) FROM op WHERE kind = 'move_in'").fetchone()
            assert told is not None
            assert len(told) == 1
            assert out == arrived
            seen |= set(told)
        return seen

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        for version in range(1, 61, 6):
            device.push(relocate(device, e, OTHER, version))
            there.push(relocate(there, e, TOWN, version + 3))
        done.set()
        assert looking.result() <= {TOWN, OTHER}
    assert store.verify(refold=True) is None


def test_it_goes_on_there_and_comes_back(store, device):
    e, there = fresh(), Device(store, OTHER)
    device.push(device.report(e), relocate(device, e))
    there.push(there.op(OpKind.ACCEPT, e, base=3), relocate(there, e, TOWN, 4))
    device.push(device.op(OpKind.ASSIGN, e, base=6))
    assert [k for k, _, _ in kinds(store, TOWN)] == ["report", "relocate", "move_out", "move_in", "assign"]
    assert {outcome for _, outcome, _ in kinds(store, TOWN)} == {"applied"}
    assert store.verify(refold=True) is None


def test_what_comes_too_late_is_refused_but_notes_and_photos_follow(store, device):
    e, late = fresh(), Device(store, actor="m7")
    device.push(device.report(e), relocate(device, e))
    late.push(
        late.op(OpKind.ACCEPT, e, base=1),
        late.op(OpKind.NOTE, e, {"text": "电话未接"}, base=1),
        late.op(OpKind.ATTACH, e, base=1),
    )
    assert kinds(store, TOWN)[-3:] == [
        ("accept", "refused", "moved_away"),
        ("note", "refused", "moved_away"),
        ("attach", "refused", "moved_away"),
    ]
    _, note, photo = rows(store, OTHER)
    assert json.loads(note.body) == {"by": "m7", "text": "电话未接"}
    assert (note.actor, note.outcome, photo.kind, photo.outcome) == ("hub", "applied", "attach", "applied")
    assert store.verify(refold=True) is None


def test_a_town_that_is_no_scope_is_no_move(store, device):
    e = fresh()
    device.push(device.report(e), relocate(device, e, "510113999"), relocate(device, e, "bad\x00", 2))
    assert [k for k, _, _ in kinds(store, TOWN)] == ["report", "relocate", "relocate"]
    assert store.verify(refold=True) is None


def test_from_the_district_to_a_town(store):
    centre, e = Device(store, DISTRICT), fresh()
    centre.push(centre.report(e), relocate(centre, e, TOWN))
    assert [k for k, _, _ in kinds(store, TOWN)] == ["move_in"]


def test_work_under_way_and_the_caller_go_along(store, device):
    e = fresh()
    device.push(
        device.report(e, person="p1"),
        device.op(OpKind.ACCEPT, e, base=1),
        device.op(OpKind.ASSIGN, e, {"assignment": "a1", "handler": "u1"}, base=2),
        relocate(device, e, base=3),
        persons=[Person("p1", e, "刘女士", "138")],
    )
    with store.transaction() as raw:
        assert raw.execute("SELECT scope FROM person").fetchall() == [(OTHER,)]
        booked = raw.execute("SELECT scope, made_in, seq, assignment FROM booking").fetchall()
    assert booked == [(OTHER, TOWN, 3, "a1")]
    there = Device(store, OTHER)
    (head,) = store.heads((OTHER,))
    assert [p.id for p in store.pull(OTHER, head.epoch, 0, whole=True).persons] == ["p1"]
    there.push(there.op(OpKind.HANDLE, e, {"assignment": "a1", "result": "已清理"}, base=5))
    with store.transaction() as raw:
        assert raw.execute("SELECT count(*) FROM booking").fetchone() == (0,)
    assert store.verify(refold=True) is None


def test_a_caller_told_late_is_kept_where_the_incident_is(store, device):
    e = fresh()
    device.push(device.report(e, person="p1"), relocate(device, e))
    device.push(device.op(OpKind.NOTE, e), persons=[Person("p1", e, "刘女士", "138")])
    with store.transaction() as raw:
        assert raw.execute("SELECT scope FROM person").fetchall() == [(OTHER,)]
