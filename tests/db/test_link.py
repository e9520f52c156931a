"""The store and its hub: pages taken whole or not at all, and every way in which a line sets things right."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from app.domain.errors import Refusal
from app.domain.incident import State
from app.ports.ledger import Draft
from app.ports.link import LinkProblem, LinkTrouble
from app.ports.rows import Person
from tests.db.conftest import draft, report
from tests.support.linked import DISTRICT, ONE, OTHER, LinkedDesk, World, replica
from tests.support.matters import AT
from tests.support.memory_hub import MemoryHub

A, B, C = "a" * 32, "b" * 32, "c" * 32
ALL = (DISTRICT, ONE, OTHER)


@pytest.fixture
def hub():
    return MemoryHub(ALL, World().now)


@pytest.fixture
def desk(hub, tmp_path):
    desks = []

    def make(name: str = "a", whole=ALL, records=()) -> LinkedDesk:
        desks.append(LinkedDesk(tmp_path / name, hub, whole, records))
        return desks[-1]

    yield make
    for one in desks:
        one.store.close()


def write(one: LinkedDesk, *drafts: Draft):
    with one.store.write("m1") as tx:
        return [tx.append(each) for each in drafts]


def read(one: LinkedDesk, entity: str):
    with one.store.reading() as view:
        return view.incident(entity)


def assign(entity: str, name: str, handler: str) -> Draft:
    return draft("assign", entity, assignment=name, handler=handler)


def test_what_was_written_without_a_hub_goes_up_whole(desk, hub):
    one, other = desk("a"), desk("b")
    with one.store.write("m1") as tx:
        tx.append_many([report(A, person="p1"), draft("accept", A), assign(A, "a1", "u1"), report(A)])
        tx.keep_person(Person("p1", A, "李四", "13800002207"))
    assert one.store.link_state().linked is False
    one.meet()
    state = one.store.link_state()
    assert (state.linked, state.waiting, state.oldest) == (True, 4, AT)
    assert one.store.waiting_scopes() == (ONE,)
    page = one.store.outbox(ONE)
    assert [(o.n, o.prev, o.refusal) for o in page.ops] == [
        (1, 0, ""), (2, 1, ""), (3, 2, ""), (4, 3, "already_reported"),
    ]  # fmt: skip
    assert page.persons == (Person("p1", A, "李四", "13800002207"),)
    one.quiet()
    other.quiet()
    assert replica(one.store, ALL) == replica(other.store, ALL)
    assert one.store.link_state().waiting == 0
    with other.store.reading() as view:
        assert view.person("p1") == Person("p1", A, "李四", "13800002207")
        assert view.cursors() == {DISTRICT: 0, ONE: 4, OTHER: 0}


def test_a_page_to_push_keeps_within_its_bounds(desk):
    one = desk()
    one.meet()
    write(one, report(A), *(draft("note", A, text="好" * 1000) for _ in range(20)))
    assert len(one.store.outbox(ONE, ops=5).ops) == 5
    small = one.store.outbox(ONE, octets=10_000)
    assert 1 < len(small.ops) < 5
    assert len(one.store.outbox(ONE, octets=1).ops) == 1


def test_a_walk_over_what_waits_acknowledges_nothing(desk):
    one = desk()
    one.meet()
    elsewhere = Draft("report", B, OTHER, AT, report(B).body)
    write(one, report(A), elsewhere, *(draft("note", A) for _ in range(4)))
    one.store.renew_incarnation()
    write(one, draft("note", A), draft("note", A))
    named, after = [], None
    while (page := one.store.outbox(ONE, ops=2, after=after)) is not None:
        named += [(op.n, op.prev) for op in page.ops]
        after = (page.origin, page.ops[-1].n)
    assert named == [(1, 0), (3, 1), (4, 3), (5, 4), (6, 5), (1, 0), (2, 1)]
    assert one.store.link_state().waiting == 8


def test_two_dispatch_one_matter_and_both_see_it(desk):
    one, other = desk("a"), desk("b")
    write(one, report(A), draft("accept", A))
    one.quiet()
    other.quiet()
    write(one, assign(A, "a1", "u1"))
    write(other, assign(A, "a2", "u2"))
    for each in (one, other, one):
        each.quiet()
    assert read(one, A) == read(other, A)
    with one.store.reading() as view:
        (row,) = view.open_conflicts()
    assert (row.key, row.conflict.told) == (1, ("u1", "u2"))
    assert one.store.link_state().conflicts == 1
    write(other, Draft("resolve", A, ONE, AT, {"conflict": row.conflict.name, "reason": "以先派为准"}))
    other.quiet()
    one.quiet()
    assert one.store.link_state().conflicts == 0


def test_what_is_pending_lies_on_top_of_what_is_confirmed(desk):
    one, other = desk("a"), desk("b")
    write(one, report(A))
    one.quiet()
    other.quiet()
    (receipt,) = write(other, draft("note", A))
    assert receipt.incident.notes == 1
    write(one, draft("accept", A), draft("note", A))
    one.quiet()
    other.pull(ONE)
    held = read(other, A)
    assert (held.state, held.notes, held.version) == (State.ACCEPTED, 2, 4)
    (second,) = write(other, assign(A, "a1", "u1"))
    assert second.incident.state is State.ASSIGNED
    assert [op.base for op in other.store.outbox(ONE).ops] == [1, 3]
    other.quiet()
    one.quiet()
    assert read(one, A) == read(other, A)


def test_a_refused_op_is_taken_back_and_told_once(desk, hub):
    hub.rights = lambda op: Refusal.NOT_PERMITTED if op.kind == "accept" else None
    one = desk()
    write(one, report(A))
    one.quiet()
    (receipt,) = write(one, draft("accept", A))
    assert receipt.refusal is None
    one.quiet()
    assert read(one, A).state is State.REPORTED
    with one.store.reading() as view:
        (row,) = view.refused_ops()
    assert (row.kind, row.refusal, row.key, row.seen) == ("accept", "not_permitted", 1, False)
    assert one.store.link_state().refused == 1
    with one.store.write("m1") as tx:
        tx.see_refused(row.seq)
    with one.store.reading() as view:
        assert [r.seen for r in view.refused_ops()] == [True]
    assert one.store.link_state().refused == 0


def test_a_report_that_the_hub_refuses_goes_with_all_that_is_kept_from_it(desk):
    one, other = desk("a"), desk("b")
    write(one, report(A, ref="x:1"))
    one.quiet()
    write(other, report(B, ref="x:1"), draft("accept", B), report(C))
    other.quiet()
    assert read(other, B) is None
    with other.store.reading() as view:
        assert [r.refusal for r in view.refused_ops()] == ["unknown_incident", "already_there"]
        assert view.sums(0, 1 << 40)
        assert view.key_of(C) == 2
    (receipt,) = write(other, report("d" * 32))
    assert receipt.refusal is None
    with other.store.reading() as view:
        assert view.key_of("d" * 32) == 4
        assert [row.kind for row in view.timeline("d" * 32)] == ["report"]
    assert other.store.verify(refold=True) is None


@pytest.mark.parametrize("order", [(ONE, OTHER), (OTHER, ONE)])
def test_a_move_is_one_row_whichever_scope_tells_first(desk, order):
    one, other = desk("a"), desk("b")
    write(one, report(A), draft("accept", A))
    one.quiet()
    other.quiet()
    write(one, draft("relocate", A, town=OTHER, place="510113104201"))
    one.quiet()
    write(one, Draft("note", A, OTHER, AT, {"text": "已到"}))
    one.quiet()
    other.meet()
    for scope in order:
        other.pull(scope)
        with other.store.reading() as view:
            assert view._one("SELECT count(*) FROM incident") == 1
    assert read(other, A) == read(one, A)
    assert read(other, A).scope == OTHER
    assert other.store.verify(refold=True) is None


def test_an_incident_that_leaves_a_town_leaves_a_pointer_and_comes_back(desk):
    district, town = desk("a"), desk("t", (ONE,), (DISTRICT,))
    write(district, report(A), draft("accept", A))
    district.quiet()
    town.quiet()
    write(town, draft("note", A, text="现场已看"))
    write(district, draft("relocate", A, town=OTHER, place="510113104201"))
    district.quiet()
    town.quiet()
    assert read(town, A) is None
    with town.store.reading() as view:
        moved = view.moved(A)
        assert (moved.to, moved.number) == (OTHER, "261120-0441")
        assert sum(view.counts(AT).of.values()) == 0
    district.quiet()
    assert read(district, A).notes == 1  # the hub carried the note over
    write(district, Draft("relocate", A, OTHER, AT, {"place": "510113103201", "town": ONE}))
    district.quiet()
    town.quiet()
    assert read(town, A) == read(district, A)
    with town.store.reading() as view:
        assert view.moved(A) is None
        assert view.key_of(A) == 1
    assert town.store.verify(refold=True) is None


def bent_pages(page):
    first, second, *rest = page.ops
    other_word = replace(first, body=first.body.replace("直排", "倾倒"))
    return {
        "a row is missing": replace(page, ops=page.ops[1:], count=page.count - 1),
        "rows change places": replace(page, ops=(second, first, *rest)),
        "a word is another": replace(page, ops=(other_word, *page.ops[1:])),
        "another outcome": replace(page, ops=(replace(first, outcome="refused"), *page.ops[1:])),
        "the count is another": replace(page, count=page.count + 1),
        "it is cut": replace(page, ops=page.ops[:-1]),
        "the chain is another": replace(page, chain=bytes(32)),
        "it begins elsewhere": replace(page, after=1),
        "another scope's": replace(page, scope="510113199"),
    }  # fmt: skip


def test_a_page_that_does_not_fit_changes_nothing(desk):
    one, other = desk("a"), desk("b")
    write(one, report(A), draft("accept", A), assign(A, "a1", "u1"))
    one.quiet()
    other.meet()
    write(other, report(B))
    mark = other.mark(ONE)
    page = other.line.pull(ONE, mark.epoch, 0, other.store.own_origin())
    before = (replica(other.store, ALL), other.store.marks(), other.store.head())
    for name, bent in bent_pages(page).items():
        with pytest.raises(LinkProblem) as caught:
            other.store.apply_page(bent)
        assert caught.value.code is LinkTrouble.BAD_PAGE, name
        assert (replica(other.store, ALL), other.store.marks(), other.store.head()) == before, name
    with pytest.raises(LinkProblem) as caught:
        other.store.apply_page(replace(page, epoch="another"))
    assert caught.value.code is LinkTrouble.EPOCH
    other.store.apply_page(page)
    assert read(other, A) == read(one, A)
    with pytest.raises(LinkProblem):
        other.store.apply_page(page)


def test_a_town_walks_over_rows_that_it_may_not_read(desk):
    district, town = desk("a"), desk("t", (ONE,), (DISTRICT,))
    put = Draft("put", "unit:u1", DISTRICT, AT, {"kind": "unit", "id": "u1", "record": {"name": "城管"}})
    write(district, Draft("report", A, DISTRICT, AT, report(A, town=DISTRICT).body), put)
    district.quiet()
    town.quiet()
    assert read(town, A) is None
    with town.store.reading() as view:
        assert [(r.id, r.rev) for r in view.records("unit")] == [("u1", AT)]
    assert town.store.verify(refold=True) is None
    assert town.store.chain_at(DISTRICT, 1) == district.store.chain_at(DISTRICT, 1)
    with town.store.write("m1") as tx:
        tx.read._run("UPDATE withheld SET leaf = zeroblob(32)")
    assert town.store.verify().what == "altered"


@pytest.mark.parametrize(
    ("statement", "what", "n"),
    [
        ("UPDATE op SET body = replace(body, '餐饮', '油饮') WHERE hub_seq = 1", "altered", 1),
        ("UPDATE op SET outcome = 'refused' WHERE hub_seq = 2", "altered", 2),
        ("DELETE FROM op WHERE hub_seq = 2", "dropped", 2),
        ("UPDATE op SET hub_seq = 9 - hub_seq", "dropped", 1),
        ("DELETE FROM op WHERE hub_seq = 3", "dropped", 3),
    ],
)
def test_the_first_wrong_row_of_a_scope_is_named(desk, statement, what, n):
    one, other = desk("a"), desk("b")
    write(one, report(A), draft("accept", A), assign(A, "a1", "u1"))
    one.quiet()
    other.quiet()
    with other.store.write("m1") as tx:
        tx.read._run(statement)
    fault = other.store.verify()
    assert (fault.what, fault.n) == (what, n)


def test_a_cloned_disk_makes_its_ops_again(desk, tmp_path):
    one = desk("a")
    write(one, report(A))
    one.quiet()
    one.store.close()
    shutil.copy(tmp_path / "a", tmp_path / "clone")
    one.store = one.open()
    clone = desk("clone")
    write(one, draft("accept", A))
    write(clone, draft("note", A), Draft("report", B, OTHER, AT, report(B).body))
    assert one.store.own_origin() == clone.store.own_origin()
    one.quiet()
    clone.meet()
    assert clone.push(ONE)
    assert clone.store.own_origin() != one.store.own_origin()
    assert len(one.hub.forks) == 1
    clone.quiet()
    one.quiet()
    assert replica(one.store, ALL) == replica(clone.store, ALL)
    assert (read(one, A).notes, read(one, A).state) == (1, State.ACCEPTED)
    assert read(one, B) is not None
    assert clone.store.verify(refold=True) is None
    assert one.store.verify(refold=True) is None


def test_a_store_that_was_set_back_notices_it_in_a_page(desk, tmp_path):
    one = desk("a")
    write(one, report(A))
    one.quiet()
    one.store.close()
    shutil.copy(tmp_path / "a", tmp_path / "kept")
    one.store = one.open()
    write(one, draft("accept", A), draft("note", A))
    one.quiet()
    was = one.store.own_origin()
    one.store.close()
    for stale in tmp_path.glob("a-*"):
        stale.unlink()
    shutil.copy(tmp_path / "kept", tmp_path / "a")
    one.store = one.open()
    one.quiet()
    assert one.store.own_origin() != was
    write(one, assign(A, "a1", "u1"))
    one.quiet()
    assert (read(one, A).state, read(one, A).notes) == (State.ASSIGNED, 1)
    assert one.store.verify(refold=True) is None
    write(one, draft("note", A))
    assert one.store.link_state().waiting == 1


def test_a_set_back_store_that_went_on_writing_loses_nothing(desk, tmp_path):
    one = desk("a")
    write(one, report(A))
    one.quiet()
    one.store.close()
    shutil.copy(tmp_path / "a", tmp_path / "kept")
    one.store = one.open()
    write(one, draft("accept", A))
    one.quiet()
    one.store.close()
    for stale in tmp_path.glob("a-*"):
        stale.unlink()
    shutil.copy(tmp_path / "kept", tmp_path / "a")
    one.store = one.open()
    write(one, draft("note", A))  # takes a number that is in use
    one.pull(ONE)  # the page comes before the push
    one.quiet()
    assert (read(one, A).state, read(one, A).notes) == (State.ACCEPTED, 1)
    assert one.store.verify(refold=True) is None


def test_a_snapshot_comes_beneath_what_is_pending(desk):
    one, late = desk("a"), desk("b")
    write(one, report(A), draft("accept", A), report(B), draft("cancel", B))
    put = Draft("put", "unit:u1", ONE, AT, {"kind": "unit", "id": "u1", "record": {"name": "城管"}})
    write(one, put, Draft("retire", "unit:u1", ONE, AT, {"kind": "unit", "id": "u1"}), put)
    one.quiet()
    late.meet()
    write(late, report(C))
    changed = late.store.apply_snapshot(late.line.snapshot(ONE))
    assert changed.everything
    with late.store.reading() as view:
        assert view.changes_after(changed.head - 1).everything
        assert not view.changes_after(changed.head).everything
        assert [row.kind for row in view.timeline(A)] == ["report", "accept"]
        assert [r.id for r in view.records("unit")] == ["u1"]
    assert late.store.kept_seqs(ONE) == (0, 0)
    assert late.store.chain_at(ONE, 7) == one.store.chain_at(ONE, 7)
    assert read(late, A) == read(one, A)
    assert read(late, B) == read(one, B)
    assert read(late, C).state is State.REPORTED
    late.quiet()
    one.quiet()
    assert {e: read(late, e) for e in (A, B, C)} == {e: read(one, e) for e in (A, B, C)}
    assert late.store.kept_seqs(ONE) == (8, 8)
    assert late.store.verify(refold=True) is None


def test_a_restored_hub_gets_back_what_it_lost(desk, hub):
    one, other = desk("a"), desk("b")
    write(one, report(A))
    one.quiet()
    other.quiet()
    backup = hub.backup()
    write(one, draft("accept", A))
    one.quiet()
    other.quiet()
    write(other, assign(A, "a1", "u1"))
    other.quiet()
    one.quiet()
    before = read(one, A)
    hub.restore(backup)
    write(other, draft("note", A))
    for each in (other, one, other):
        each.quiet()
    assert replica(one.store, ALL) == replica(other.store, ALL)
    assert (read(one, A).state, read(one, A).notes) == (before.state, 1)
    hub.erase()
    for each in (one, other, one):
        each.quiet()
    assert (read(one, A).state, read(one, A).notes) == (before.state, 1)
    assert one.store.verify(refold=True) is None


def test_a_recovery_that_breaks_off_is_begun_again(desk, hub):
    one = desk()
    backup = hub.backup()
    write(one, report(A), draft("accept", A))
    one.quiet()
    hub.restore(backup)
    heads = one.line.hello().scopes
    one.store.follow(heads, AT)
    epoch = next(h.epoch for h in heads if h.scope == ONE)
    one.store.forget_order(ONE, 0, epoch)
    assert one.mark(ONE).epoch != epoch
    one.quiet()
    assert read(one, A).state is State.ACCEPTED
    assert one.store.verify(refold=True) is None


def test_an_op_of_a_newer_program_is_kept_and_counted(desk, hub):
    one, other = desk("a"), desk("b")
    write(one, report(A))
    one.quiet()
    row = hub.shelf.scopes[ONE].rows[0]
    newer = replace(row, n=2, kind="teleport", body="{}")
    hub._decided_before, hub._decided = hub._decided, lambda _op: (hub_applied(), None)
    hub.hand_in(ONE, [newer], [])
    hub._decided = hub._decided_before
    other.quiet()
    assert other.store.link_state().unread == 1
    assert read(other, A).state is State.REPORTED
    assert other.mark(ONE).cursor == 2


def test_what_could_not_be_read_is_outdated_under_another_vocabulary_until_a_snapshot(desk, hub, monkeypatch):
    test_an_op_of_a_newer_program_is_kept_and_counted(desk, hub)
    other = desk("b")
    assert other.store.outdated() == ()
    monkeypatch.setattr("db.unread.vocabulary", lambda: "newer")
    assert other.store.outdated() == (ONE,)
    write(other, draft("accept", A))
    other.quiet()
    assert other.store.outdated() == (ONE,)
    other.store.apply_snapshot(other.line.snapshot(ONE))
    assert (other.store.outdated(), other.store.link_state().unread) == ((), 0)


def hub_applied():
    from app.domain.op import Outcome

    return Outcome.APPLIED


def test_a_commit_is_told_and_a_broken_one_is_not(desk):
    one = desk()
    told = []
    one.store.on_commit(lambda: told.append(one.store.head()))
    write(one, report(A))
    assert told == [1]
    with pytest.raises(LookupError), one.store.write("m1") as tx:  # noqa: PT012 (from inside)
        tx.append(report(B))
        raise LookupError
    assert told == [1]
    one.meet()
    assert len(told) == 2


def test_of_two_scopes_records_of_one_name_the_later_stands_everywhere(desk):
    one, other = desk("a"), desk("b")

    def put(scope: str, name: str, at: int) -> None:
        one.world.at = at
        body = {"kind": "unit", "id": "u1", "record": {"name": name}}
        write(one, Draft("put", "unit:u1", scope, at, body))

    put(OTHER, "later", AT + 5)
    put(ONE, "earlier", AT + 1)
    one.quiet()
    other.meet()
    other.pull(OTHER)
    other.pull(ONE)
    for each in (one, other):
        with each.store.reading() as view:
            assert [r.body["name"] for r in view.records("unit")] == ["later"]
