"""Pages that devices hand up: harmless when repeated, dense, and every op kept with what became of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.domain.errors import Refusal
from app.domain.incident import State
from app.domain.op import GENESIS, OpKind, leaf_hash, link_hash
from app.ports.link import LinkProblem, LinkTrouble
from app.ports.rows import Person
from db.hub.rows import op_of
from tests.support.hub_store import DISTRICT, OTHER, TOWN, Device, anyone, fresh, matter


def rows(store, scope=TOWN):
    (head,) = store.heads((scope,))
    return store.pull(scope, head.epoch, 0, whole=True).ops


def incident(store, identity):
    with store.reading() as read:
        return read.incident(identity)


def trouble(problem):
    return problem.value.code


def test_a_page_is_ordered_densely_and_chained(store, device):
    pushed = device.push(*device.life())
    assert (pushed.acked, pushed.head, pushed.forked) == (8, 8, ())
    told = rows(store)
    assert [o.seq for o in told] == list(range(1, 9))
    chain = GENESIS
    for o in told:
        chain = link_hash(chain, leaf_hash(o.seq, op_of(TOWN, o), o.body, o.outcome, o.refusal))
    assert store.chain_at(TOWN, [0, 8, 9]) == {0: GENESIS, 8: chain}


def test_what_is_folded_is_kept_whole(store, device):
    e = fresh()
    device.push(*device.life(e))
    found = incident(store, e)
    assert found.state is State.CLOSED
    assert found.version == 8
    assert found.notes == 1


def test_a_page_sent_again_changes_nothing(store, device):
    page = device.page(*device.life())
    first = store.push(page, anyone)
    assert store.push(page, anyone) == first
    assert len(rows(store)) == 8


@pytest.mark.parametrize("cut", [1, 4, 7])
def test_pages_may_overlap(store, device, cut):
    life = device.life()
    device.push(*life[:cut])
    pushed = device.push(*life[cut - 1 :])
    assert pushed.acked == 8
    assert [o.n for o in rows(store)] == list(range(1, 9))
    device.push(*life[:cut])
    assert len(rows(store)) == 8


def test_a_gap_takes_nothing(store, device):
    first, second, third = device.report(), device.report(), device.report()
    device.push(first)
    with pytest.raises(LinkProblem) as problem:
        device.push(third)
    assert trouble(problem) is LinkTrouble.GAP
    device.push(second, third)
    assert [o.n for o in rows(store)] == [1, 2, 3]


def test_numbers_are_dense_over_all_scopes_and_named_by_the_one_before_in_each(store, device):
    here = device.report()
    there = device.op(OpKind.REPORT, fresh(), matter(OTHER), scope=OTHER)
    again = device.report()
    assert (there.n, there.prev, again.prev) == (2, 0, 1)
    device.push(here, again)
    device.push(there, scope=OTHER)
    assert [o.n for o in rows(store)] == [1, 3]
    assert [o.n for o in rows(store, OTHER)] == [2]


def test_the_same_number_with_other_content_is_a_fork_and_kept_apart(store, device):
    clone = Device(store, origin=device.origin)
    device.push(device.report(), device.report())
    shared = [clone.report(), clone.report(), clone.report()]
    pushed = clone.push(*shared)
    assert pushed.forked == (1, 2, 3)
    assert pushed.acked == 0
    assert len(rows(store)) == 2
    with store.transaction() as raw:
        kept = raw.execute("SELECT n, entity FROM fork ORDER BY n").fetchall()
        noted = raw.execute("SELECT what, device FROM audit").fetchall()
    assert kept == [(o.n, o.entity) for o in shared]
    assert noted == [("fork", device.origin.device)]


def test_a_clone_that_went_on_from_a_shared_past_is_found_at_the_first_op_that_differs(store, device):
    past = device.report()
    device.push(past)
    clone = Device(store, origin=device.origin, n=1, last={TOWN: 1})
    device.push(device.report())
    pushed = clone.push(past, clone.report(), clone.report())
    assert pushed.acked == 1
    assert pushed.forked == (2, 3)


def test_a_clone_that_wrote_less_is_found_by_the_op_before(store, device):
    device.push(device.report(), device.report(), device.report())
    late = replace(device.report(), prev=1)
    assert device.push(late).forked == (4,)


def test_a_number_used_in_another_scope_is_a_fork(store, device):
    clone = Device(store, origin=device.origin, scope=OTHER)
    device.push(device.report())
    assert clone.push(clone.report(), scope=OTHER).forked == (1,)
    assert rows(store, OTHER) == ()


def test_a_refused_op_is_kept_with_its_reason_and_blocks_nothing(store, device):
    e = fresh()
    pushed = device.push(
        device.report(e), device.op(OpKind.VERIFY, e), device.op(OpKind.ACCEPT, e), device.op("dance", e)
    )
    assert pushed.acked == 4
    assert [(o.outcome, o.refusal) for o in rows(store)] == [
        ("applied", ""), ("refused", "not_accepted"), ("applied", ""), ("refused", "unknown_op"),
    ]  # fmt: skip
    assert incident(store, e).version == 2


def test_what_its_author_refused_is_folded_nowhere(store, device):
    e = fresh()
    device.push(device.report(e), device.op(OpKind.ACCEPT, e, refusal="already_accepted"))
    assert incident(store, e).state is State.REPORTED
    assert rows(store)[1].refusal == "already_accepted"


def test_who_may_not_is_refused_and_noted(store, device):
    def permit(actor, kind, scope):
        assert scope == TOWN
        return Refusal.NOT_PERMITTED if kind == "accept" else None

    e = fresh()
    store.push(device.page(device.report(e), device.op(OpKind.ACCEPT, e), device.op(OpKind.NOTE, e)), permit)
    assert [o.refusal for o in rows(store)] == ["", "not_permitted", ""]
    with store.transaction() as raw:
        noted = raw.execute("SELECT what, code, actor, device FROM audit").fetchall()
    assert noted == [("op", "not_permitted", "m1", device.origin.device)]


@pytest.mark.parametrize("kind", [OpKind.FLAG, OpKind.MOVE_OUT, OpKind.MOVE_IN])
def test_what_the_hub_alone_says_no_device_may_say(store, device, kind):
    device.push(device.op(kind, fresh(), {"to": OTHER}))
    assert [o.refusal for o in rows(store)] == ["hub_only"]


def test_no_device_writes_as_the_hub(store, device):
    page = device.page(device.report())
    forged = replace(page, origin=replace(page.origin, device=f"hub:{TOWN}"))
    with pytest.raises(LinkProblem) as problem:
        store.push(forged, anyone)
    assert trouble(problem) is LinkTrouble.FORBIDDEN


@pytest.mark.parametrize(
    "body", ["", "[]", "null", "{", '{"a":NaN}', "[" * 100_000, '{"a":' + "9" * 5000 + "}"]
)
def test_a_body_that_is_no_object_is_refused_for_what_it_is(store, device, body):
    device.push(replace(device.op(OpKind.NOTE, fresh()), body=body), device.report())
    assert [o.refusal for o in rows(store)] == ["malformed", ""]
    assert rows(store)[0].body == body
    assert store.verify(refold=True) is None


@pytest.mark.parametrize(
    "bent",
    [{"kind": "a\x1fb"}, {"entity": "a\x00"}, {"actor": "\n"}, {"body": '{"a":"\x00"}'}, {"n": 0, "prev": 0}],
)
def test_what_no_ledger_can_hold_is_no_page(store, device, bent):
    with pytest.raises(LinkProblem) as problem:
        device.push(replace(device.report(), **bent))
    assert trouble(problem) is LinkTrouble.BAD_PAGE
    assert rows(store) == ()


def test_odd_texts_come_back_letter_for_letter(store, device):
    e = fresh()
    sent = device.report(e, title="tab\t\\N \\ line\n nul\x00 雨", ref="r\x00")
    odd = replace(device.op(OpKind.NOTE, e), body='{\n\t"text": "\\u0000\\\\" }')
    device.push(sent, odd)
    assert [o.body for o in rows(store)] == [sent.body, odd.body]
    assert incident(store, e).title == "tab\t\\N \\ line\n nul\x00 雨"
    assert store.verify(refold=True) is None


def test_a_name_too_long_for_an_index_is_refused_and_blocks_nothing(store, device):
    e, long = fresh(), "长" * 5_000
    device.push(
        device.report(number=long),
        device.report(ref=long),
        device.report(e, title=long),
        device.op(OpKind.ACCEPT, e, base=1),
        device.op(OpKind.ASSIGN, e, {"assignment": "a1", "handler": long}, base=2),
        device.op(OpKind.WHISTLE, e, {"calls": [{"assignment": long, "handler": "d1"}]}, base=2),
        device.op(OpKind.PUT, "unit:x", {"kind": "unit", "id": long, "record": {}}),
    )
    assert [o.refusal for o in rows(store)] == ["malformed", "malformed", "", "", *["malformed"] * 3]
    assert store.verify(refold=True) is None


def test_half_of_a_surrogate_pair_is_no_page(store, device):
    with pytest.raises(LinkProblem) as problem:
        device.push(replace(device.report(), actor="\ud800"))
    assert trouble(problem) is LinkTrouble.BAD_PAGE


def test_another_epoch_is_told(store, device):
    page = replace(device.page(device.report()), epoch="another")
    with pytest.raises(LinkProblem) as problem:
        store.push(page, anyone)
    assert trouble(problem) is LinkTrouble.EPOCH


def test_a_scope_that_is_not_there_is_forbidden(store, device):
    page = replace(device.page(device.report()), scope="nowhere")
    with pytest.raises(LinkProblem) as problem:
        store.push(page, anyone)
    assert trouble(problem) is LinkTrouble.FORBIDDEN


def test_a_sources_number_opens_one_incident_in_all_scopes(store, device):
    other = Device(store, OTHER)
    device.push(device.report(ref="boston311:1"), device.report(ref="boston311:1"))
    other.push(other.report(ref="boston311:1"))
    assert [o.refusal for o in rows(store)] == ["", "already_there"]
    assert [o.refusal for o in rows(store, OTHER)] == ["already_there"]


def test_an_incident_is_reported_once_in_all_scopes(store, device):
    e, other = fresh(), Device(store, OTHER)
    device.push(device.report(e))
    other.push(other.report(e))
    assert [o.refusal for o in rows(store, OTHER)] == ["moved_away"]


def test_two_that_did_not_know_of_each_other_are_a_conflict(store, device):
    other = Device(store, TOWN)
    e = fresh()
    device.push(device.report(e), device.op(OpKind.ACCEPT, e, base=0))
    device.push(device.op(OpKind.ASSIGN, e, {"assignment": "a1", "handler": "u1"}, base=2))
    other.push(other.op(OpKind.ASSIGN, e, {"assignment": "a2", "handler": "u2"}, base=2))
    assert [o.outcome for o in rows(store)] == ["applied", "applied", "applied", "conflict"]
    found = incident(store, e)
    assert [c.kind.value for c in found.conflicts] == ["double_dispatch"]
    with store.transaction() as raw:
        assert raw.execute("SELECT conflicts FROM incident").fetchall() == [(1,)]


def put(device, identity, record, scope=""):
    body = {"kind": "unit", "id": identity, "record": record}
    return device.op(OpKind.PUT, f"unit:{identity}", body, scope=scope)


def test_records_are_put_and_retired(store, device):
    first = put(device, "u1", {"name": "一队"})
    again = put(device, "u1", {"name": "二队"})
    name = {"kind": "unit", "id": "u1"}
    device.push(
        first, again, device.op(OpKind.RETIRE, "unit:u1", name), device.op(OpKind.RETIRE, "unit:u1", name)
    )
    assert [o.refusal for o in rows(store)] == ["", "", "", "unknown_record"]
    with store.transaction() as raw:
        (kept,) = raw.execute("SELECT scope, kind, id, body, retired FROM record").fetchall()
    assert kept == (TOWN, "unit", "u1", '{"name":"二队"}', True)
    with store.reading() as read:
        assert read.records("unit") == []
        assert read.records_rev() > 0


def test_a_record_is_as_new_as_its_author_made_it(store, device):
    op = put(device, "u1", {"name": "一队"})
    device.push(op)
    with store.reading() as read:
        assert [(r.id, r.rev, r.body) for r in read.records("unit")] == [("u1", op.made, {"name": "一队"})]


def test_a_town_cannot_put_its_record_in_place_of_the_districts(store, device):
    centre = Device(store, DISTRICT)
    centre.push(put(centre, "u1", {"name": "一队"}))
    device.push(put(device, "u1", {"name": "假"}))
    assert [o.refusal for o in rows(store)] == ["already_there"]


@pytest.mark.parametrize("body", [{}, {"kind": "unit"}, {"kind": "unit", "id": "u1"}, {"kind": 1, "id": "u"}])
def test_a_record_that_is_none_is_refused(store, device, body):
    device.push(device.op(OpKind.PUT, "unit:u1", body))
    assert [o.refusal for o in rows(store)] == ["malformed"]


def test_callers_of_the_pages_incidents_are_kept_once(store, device):
    e = fresh()
    caller = Person("p1", e, "刘女士", "13800000000")
    device.push(device.report(e, person="p1"), persons=[caller, Person("p2", "someone else's", "x", "y")])
    device.push(device.op(OpKind.NOTE, e), persons=[replace(caller, name="另一人")])
    with store.transaction() as raw:
        kept = raw.execute("SELECT id, incident, name, phone FROM person").fetchall()
    assert kept == [("p1", e, "刘女士", "13800000000")]


def test_many_lives_in_pages_are_the_same_as_each_alone(store):
    devices = [Device(store, actor=f"m{i}") for i in range(3)]
    lives = [(d, d.life()) for d in devices for _ in range(20)]
    for d in devices:
        ops = [o for owner, life in lives if owner is d for o in life]
        d.push(*ops[:77])
        d.push(*ops[77:])
    assert {o.outcome for o in rows(store)} == {"applied"}
    assert store.verify(refold=True) is None
    with store.transaction() as raw:
        assert raw.execute("SELECT state, count(*) FROM incident GROUP BY state").fetchall() == [
            ("closed", 60)
        ]
        assert raw.execute("SELECT count(*) FROM booking").fetchone() == (0,)


def test_a_commit_says_where_the_scope_stands(store, device):
    import psycopg
    from sqlalchemy import make_url

    from db.hub.ordering import POKES

    url = make_url(store.engine.url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as ear:
        ear.execute(f"LISTEN {POKES}")
        device.push(device.report(), device.report())
        (said,) = list(ear.notifies(timeout=5, stop_after=1))
    assert json.loads(said.payload) == {"scope": TOWN, "head": 2}
