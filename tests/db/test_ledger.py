"""Writing: ops are numbered, folded, chained and kept, in one transaction or not at all."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import replace

import pytest

from app.domain.errors import Refusal
from app.domain.incident import State
from app.domain.op import Outcome
from app.ports.ledger import Draft
from app.ports.rows import ImportMark, Person
from tests.db.conftest import draft, report
from tests.support.matters import AT

A, B, C = "a" * 32, "b" * 32, "c" * 32


def test_ops_are_numbered_densely_and_refused_ones_are_kept_with_their_reason(store):
    with store.write("m1") as tx:
        first = tx.append(report(A))
        again = tx.append(report(A))
        unknown = tx.append(draft("accept", B))
    assert (first.seq, first.n, first.outcome, first.refusal) == (1, 1, Outcome.APPLIED, None)
    assert first.incident is not None
    assert first.incident.state is State.REPORTED
    assert (again.n, again.refusal) == (2, Refusal.ALREADY_REPORTED)
    assert (unknown.n, unknown.refusal) == (3, Refusal.UNKNOWN_INCIDENT)
    with store.reading() as read:
        kinds = [(row.kind, row.outcome, row.refusal, row.actor) for row in read.timeline(A)]
        assert read.state().head == 3
        assert read.state().waiting == 3
    assert kinds == [("report", "applied", "", "m1"), ("report", "refused", "already_reported", "m1")]


def test_an_error_inside_a_transaction_leaves_nothing_behind(store):
    with store.write("m1") as tx:
        tx.append(report(A))
    with pytest.raises(LookupError), store.write("m1") as tx:  # noqa: PT012 (the error must come from inside)
        tx.append(report(B))
        tx.next_count("261120-")
        tx.set_setting("wall", 1)
        assert tx.read.key_of(B) == 2
        raise LookupError
    with store.write("m1") as tx:
        assert tx.next_count("261120-") == 1
        assert tx.append(report(C)).n == 2
        assert tx.read.key_of(C) == 2
    with store.reading() as read:
        assert read.incident(B) is None
        assert read.setting("wall") is None
    assert store.verify(refold=True) is None


def test_a_transaction_sees_what_it_has_folded(store):
    with store.write("m1") as tx:
        tx.append(report(A))
        assert tx.read.state().head == 1
        tx.append(draft("accept", A))
        incident = tx.read.incident_by_key(1)
        assert incident is not None
        assert incident.state is State.ACCEPTED
        assert tx.read.find_number("261120-0441") == 1
        assert [row.kind for row in tx.read.timeline(A)] == ["report", "accept"]
        tx.append(draft("assign", A, assignment="a1", handler="u1"))
        assert tx.read.handler_loads() == {"u1": 1}


def test_a_sources_number_stands_for_one_incident(store):
    with store.write("m1") as tx:
        assert tx.append(report(A, ref="boston311:1")).refusal is None
        assert tx.append(report(B, ref="boston311:1")).refusal is Refusal.ALREADY_THERE
    with store.write("m1") as tx:
        assert tx.append(report(B, ref="boston311:1")).refusal is Refusal.ALREADY_THERE
        assert tx.read.known_refs(["boston311:1", "boston311:2", ""]) == {"boston311:1": A}
        assert tx.append(report(B)).refusal is None
        assert tx.append(report(C)).refusal is None, "without a source's number there is nothing to compare"


def test_counts_of_numbers_go_on_across_transactions(store):
    with store.write("m1") as tx:
        assert [tx.next_count("261120-"), tx.next_count("261120-"), tx.next_count("261121-")] == [1, 2, 1]
    with store.write("m1") as tx:
        assert tx.next_count("261120-") == 3


def test_what_is_not_an_op_is_kept_too(store):
    person, mark = Person("p1", A, "李四", "13800002207"), ImportMark("job", 5, 900, 3, 1, 1)
    with store.write("m1") as tx:
        tx.keep_person(person)
        tx.set_import_mark(mark)
        tx.set_setting("theme", {"name": "深色"})
    with store.write("m1") as tx:
        tx.set_import_mark(ImportMark("job", 9, 1800, 7, 1, 1, done=True))
    with store.reading() as read:
        assert read.person("p1") == person
        assert read.person("p2") is None
        assert read.import_mark("job") == ImportMark("job", 9, 1800, 7, 1, 1, done=True)
        assert read.import_mark("other") is None
        assert read.setting("theme") == {"name": "深色"}


def test_records_are_put_and_retired(store):
    def put(identity, **record):
        return Draft(
            "put", f"unit:{identity}", "510113", AT, {"kind": "unit", "id": identity, "record": record}
        )

    retire = Draft("retire", "unit:u1", "510113", AT, {"kind": "unit", "id": "u1"})
    with store.write("m1") as tx:
        assert tx.append(put("u1", name="城管", kind="department")).outcome is Outcome.APPLIED
        tx.append(put("u2", name="水务"))
        assert tx.append(Draft("put", "unit:u3", "510113", AT, {"kind": "unit", "id": "u3"})).refusal
        assert tx.append(Draft("retire", "", "510113", AT, {"kind": "unit"})).refusal is Refusal.MALFORMED
        assert tx.changed().records == {"unit"}
    with store.reading() as read:
        assert [(r.id, r.rev, r.body) for r in read.records("unit")] == [
            ("u1", AT, {"name": "城管", "kind": "department"}),
            ("u2", AT, {"name": "水务"}),
        ]
        assert read.records("place") == ()
        assert read.records_rev() == 2
    with store.write("m1") as tx:
        assert tx.append(retire).refusal is None
        assert tx.append(retire).refusal is Refusal.UNKNOWN_RECORD
    with store.reading() as read:
        assert [r.id for r in read.records("unit")] == ["u2"]
        assert read.records_rev() == 5
        assert read.changes_after(4).records == {"unit"}
    assert store.verify(refold=True) is None


def test_what_changed_is_told_and_found_again_from_the_ledger(store):
    with store.write("m1") as tx:
        tx.append_many([report(A), report(B)])
        assert tx.changed().incidents == {1, 2}
    with store.write("m1") as tx:
        tx.append(draft("accept", B))
        told = tx.changed()
    assert (told.head, told.incidents, told.everything) == (3, frozenset({2}), False)
    with store.reading() as read:
        assert read.changes_after(2) == told
        assert read.changes_after(0).incidents == {1, 2}
        assert read.changes_after(3).incidents == frozenset()
    assert store.head() == 3


def test_a_change_of_very_many_is_a_change_of_everything(store):
    with store.write("m1") as tx:
        tx.append_many(report(f"{i:032x}") for i in range(5_001))
        assert tx.changed().everything
    with store.reading() as read:
        assert read.changes_after(0).everything


def test_two_stores_on_one_file_number_their_ops_in_one_row(opened):
    one, other = opened(), opened()
    for i, at in enumerate([one, other, other, one]):
        with at.write("m1") as tx:
            assert tx.append(report(f"{i:032x}")).n == i + 1
            assert tx.next_count("day") == i + 1
    assert one.head() == other.head() == 4
    assert one.verify(refold=True) is None


def test_a_reader_keeps_its_view_while_others_write(store):
    with store.reading() as read:
        assert read.state().head == 0
        with store.write("m1") as tx:
            tx.append(report(A))
        assert read.incident(A) is None
        with store.reading() as later:
            assert later.key_of(A) == 1


def test_writers_of_several_threads_take_turns(store):
    def work(sign: str) -> None:
        for i in range(20):
            with store.write(sign) as tx:
                tx.append(report(f"{sign}{i:031x}"))

    threads = [threading.Thread(target=work, args=(sign,)) for sign in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.head() == 60
    assert store.verify(refold=True) is None


def test_a_reader_cannot_write(store):
    with store.reading() as read, pytest.raises(Exception, match="readonly"):
        read._run("DELETE FROM op")


def test_bulk_leaves_the_store_as_durable_as_before(store):
    with store.bulk():
        with store.write("m1") as tx:
            tx.append(report(A))
        with store.write("m1") as tx:
            assert tx.read._run("PRAGMA synchronous").fetchone() == (1,)
    with store.write("m1") as tx:
        assert tx.read._run("PRAGMA synchronous").fetchone() == (2,)
        assert tx.read.key_of(A) == 1


def test_a_renewed_store_numbers_anew_and_keeps_its_history(store):
    with store.write("m1") as tx:
        tx.append(report(A))
    with store.reading() as read:
        before = read.state()
    fresh = store.renew_incarnation()
    with store.write("m1") as tx:
        receipt = tx.append(draft("accept", A))
    assert (receipt.seq, receipt.n) == (2, 1)
    with store.reading() as read:
        state = read.state()
    assert state.incarnation == fresh != before.incarnation
    assert (state.device, state.waiting) == (before.device, 1)
    assert store.verify(refold=True) is None


def unmarked(receipt):
    """Without the marks, which name the store."""
    return replace(receipt, incident=receipt.incident and replace(receipt.incident, marks=()))


@pytest.mark.parametrize("foreseen", [1, 4, 1000])
def test_many_at_once_become_what_they_become_one_by_one(opened, monkeypatch, foreseen):
    luck = random.Random(foreseen)
    one, many = opened("one.db"), opened("many.db")
    drafts = []
    for _ in range(400):
        entity = f"{luck.randrange(60):032x}"
        kind = luck.choice(("report", "report", "accept", "close", "reopen", "note"))
        ref = {"ref": f"x:{luck.randrange(50)}"} if kind == "report" and luck.random() < 0.7 else {}
        drafts.append(draft(kind, entity, **ref))
    monkeypatch.setattr("db.ledger.FORESEEN", foreseen)
    monkeypatch.setattr("db.ledger.OPS_HELD", 3)
    monkeypatch.setattr("db.projections.HELD_AT_MOST", 2)
    for part in (drafts[:150], drafts[150:]):
        with one.write("m1") as tx, many.write("m1") as both:
            assert list(map(unmarked, map(tx.append, part))) == list(map(unmarked, both.append_many(part)))
    assert many.verify(refold=True) is None
    with many.reading() as read:
        refused = Counter(row[0] for row in read._run("SELECT refusal FROM op"))
    assert min(refused[why] for why in ("", "already_there", "already_reported", "unknown_incident")) > 5
