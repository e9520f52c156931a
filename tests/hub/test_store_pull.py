"""What devices are told: dense pages, withheld rows that the chain still walks over, and snapshots."""

from __future__ import annotations

import json
import threading

import pytest

from app.domain.moving import from_body
from app.domain.op import GENESIS, OpKind, leaf_hash, link_hash
from app.ports.link import LinkProblem, LinkTrouble
from app.ports.rows import Person
from db.hub.rows import op_of
from tests.support.hub_store import DISTRICT, OTHER, TOWN, Device, fresh


def epoch(store, scope=TOWN):
    return store.heads((scope,))[0].epoch


def walk(scope, chain, ops):
    for o in ops:
        leaf = o.leaf if o.withheld else leaf_hash(o.seq, op_of(scope, o), o.body, o.outcome, o.refusal)
        chain = link_hash(chain, leaf)
    return chain


def put(device, identity="u1", **record):
    body = {"kind": "unit", "id": identity, "record": record}
    return device.op(OpKind.PUT, f"unit:{identity}", body)


def test_heads_say_what_is_seen_whole(store):
    heads = store.heads({TOWN: True, DISTRICT: False, "nowhere": True})
    assert [(h.scope, h.head, h.whole) for h in heads] == [(DISTRICT, 0, False), (TOWN, 0, True)]
    assert store.scopes() == (DISTRICT, TOWN, OTHER)


def test_scopes_are_made_once(store):
    before = epoch(store)
    store.ensure_scopes([TOWN, "510113105"])
    assert epoch(store) == before
    assert "510113105" in store.scopes()


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_pages_follow_each_other_to_the_head(store, device, limit):
    device.push(*device.life(), *device.life())
    after, chain = 0, GENESIS
    while True:
        page = store.pull(TOWN, epoch(store), after, limit, whole=True)
        chain = walk(TOWN, chain, page.ops)
        assert (page.count, page.head, page.chain) == (len(page.ops), 16, chain)
        if not page.ops:
            break
        assert [o.seq for o in page.ops] == list(range(after + 1, after + 1 + page.count))
        after += page.count
    assert after == 16


def test_what_cannot_be_told(store, device):
    device.push(device.report())
    for scope, life, after, code in (
        ("nowhere", "x", 0, LinkTrouble.FORBIDDEN),
        (TOWN, "x", 0, LinkTrouble.EPOCH),
        (TOWN, epoch(store), 2, LinkTrouble.BAD_PAGE),
    ):
        with pytest.raises(LinkProblem) as problem:
            store.pull(scope, life, after, whole=True)
        assert problem.value.code is code


def test_withheld_rows_say_nothing_and_the_chain_walks_over_them(store):
    centre = Device(store, DISTRICT)
    e = fresh()
    report, record, note = centre.report(e, person="p1"), put(centre), centre.op(OpKind.NOTE, e)
    centre.push(report, record, note, persons=[Person("p1", e, "刘女士", "138")])
    page = store.pull(DISTRICT, epoch(store, DISTRICT), 0, whole=False)
    assert [o.withheld for o in page.ops] == [True, False, True]
    assert page.ops[1].body == record.body
    assert {(o.kind, o.entity, o.actor, o.body, o.n, o.origin.device) for o in page.ops if o.withheld} == {
        ("", "", "", "", 0, "")
    }
    assert walk(DISTRICT, GENESIS, page.ops) == page.chain
    assert page.persons == ()
    rest = store.pull(DISTRICT, epoch(store, DISTRICT), 1, whole=False)
    assert walk(DISTRICT, store.chain_at(DISTRICT, [1])[1], rest.ops) == rest.chain


def test_callers_are_told_while_the_matter_is_open(store, device):
    e, ended = fresh(), fresh()
    callers = [Person("p1", e, "刘女士", "138"), Person("p2", ended, "张先生", "139")]
    device.push(
        device.report(e, person="p1"), device.report(ended, person="p2"),
        device.op(OpKind.CANCEL, ended, base=1), persons=callers,
    )  # fmt: skip
    assert store.pull(TOWN, epoch(store), 0, whole=True).persons == (callers[0],)
    assert store.pull(TOWN, epoch(store), 0, whole=True, persons=False).persons == ()
    with store.snapshot(TOWN, whole=True) as told:
        assert list(told.persons()) == [callers[0]]


def test_a_snapshot_is_the_scope_as_of_one_row(store, device):
    e = fresh()
    device.push(put(device, kind="fulltime"), *device.life(), device.report(e), device.op(OpKind.NOTE, e))
    with store.snapshot(TOWN, whole=True) as told:
        assert (told.head.seq, told.head.incidents, told.head.records) == (11, 2, 1)
        assert told.head.chain == store.chain_at(TOWN, [11])[11]
        held = {h.id: from_body(json.loads(h.body)) for h in told.incidents()}
        (record,) = told.records()
        assert [o.entity for o in told.ops()] == [e, e]
    assert held[e].notes == 1
    assert all(incident.scope == TOWN for incident in held.values())
    assert (record.kind, record.id, json.loads(record.body)) == ("unit", "u1", {"kind": "fulltime"})


def test_a_snapshot_for_who_sees_records_alone(store, device):
    device.push(put(device), device.report())
    with store.snapshot(TOWN, whole=False) as told:
        assert (told.head.incidents, told.head.records) == (0, 1)
        assert (list(told.incidents()), list(told.ops()), list(told.persons())) == ([], [], [])
        assert len(list(told.records())) == 1


def test_a_snapshot_left_half_read_harms_nobody(store, device):
    for _ in range(5):
        device.push(*(device.report() for _ in range(500)))
    told = store.snapshot(TOWN, whole=True)
    rest = told.incidents()
    next(rest)
    told.close()
    told.close()
    with store.transaction() as raw:
        raw.execute("SELECT 1")
        rest.close()
        assert raw.execute("SELECT count(*) FROM incident").fetchone() == (2_500,)


def test_a_snapshot_of_nothing_and_of_no_scope(store):
    with store.snapshot(TOWN, whole=True) as told:
        assert (told.head.seq, told.head.chain) == (0, GENESIS)
    with pytest.raises(LinkProblem):
        store.snapshot("nowhere", whole=True)


def test_a_snapshot_holds_while_writes_go_on(store, device):
    device.push(*device.life())
    stop = threading.Event()

    def write():
        while not stop.is_set():
            device.push(device.report(), put(device, fresh()))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(10):
            with store.snapshot(TOWN, whole=True) as told:
                head = told.head
                incidents, records = list(told.incidents()), list(told.records())
                ops = list(told.ops())
            assert (len(incidents), len(records)) == (head.incidents, head.records)
            assert 8 + head.records + head.incidents - 1 == head.seq
            assert len(ops) == head.incidents - 1
            assert store.chain_at(TOWN, [head.seq])[head.seq] == head.chain
    finally:
        stop.set()
        writer.join()
