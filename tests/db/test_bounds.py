"""What no store can hold is refused, and never fails the transaction that it came in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.errors import Refusal
from app.ports.ledger import Draft
from tests.db.conftest import draft, report
from tests.support.matters import AT

A, B = "a" * 32, "b" * 32
HALF = "\ud83d"
HEADS = [
    {"at": 2**47}, {"at": 2**63}, {"at": -(10**30)}, {"entity": f"{HALF}1"}, {"scope": HALF}, {"kind": HALF},
    {"entity": "a\x1fb"},
]  # fmt: skip
BODIES = [
    {"title": f"井盖{HALF}"}, {"title": HALF + "\ude00"}, {"ref": HALF}, {"nowhere": [HALF]}, {HALF: 1},
    {"lon": float("nan")},
]  # fmt: skip
NUMBERS = [
    {"severity": 2**63}, {"severity": -(2**70)}, {"lon": 2**64}, {"lat": 10**30}, {"item_rev": 2**63},
    {"due": {"accept": 2**63}}, {"due": {"resolve": 2**47}}, {"due": {"respond": -(2**70)}},
]  # fmt: skip


@pytest.mark.parametrize("opens", [True, False])
@pytest.mark.parametrize("changes", [*HEADS, *BODIES], ids=ascii)
def test_what_no_ledger_can_hold_is_refused_and_not_kept(store, changes, opens):
    good = report(B) if opens else draft("classify", A)
    bad = replace(good, **changes) if changes in HEADS else replace(good, body={**good.body, **changes})
    with store.write("m1") as tx:
        tx.append(report(A))
        refused = tx.append(bad)
        assert (refused.seq, refused.n, refused.refusal) == (0, 0, Refusal.MALFORMED)
        kept = tx.append(draft("note", A))
        assert (kept.seq, kept.n, kept.refusal) == (2, 2, None)
    assert store.head() == 2
    assert store.verify(refold=True) is None


@pytest.mark.parametrize("changes", NUMBERS, ids=str)
def test_numbers_out_of_bounds_are_refused_and_kept(store, changes):
    later = "relocate" if {"lon", "lat"} & changes.keys() else "classify"
    with store.write("m1") as tx:
        tx.append(report(A))
        assert tx.append(report(B, **changes)).refusal is Refusal.MALFORMED
        assert tx.append(draft(later, A, **changes)).refusal is Refusal.MALFORMED
    assert store.head() == 3
    assert store.verify(refold=True) is None


@pytest.mark.parametrize("name", [{"kind": "place", "id": HALF}, {"kind": HALF, "id": "p"}], ids=ascii)
def test_a_record_named_by_half_a_character_is_refused(store, name):
    with store.write("m1") as tx:
        refused = tx.append(Draft("put", "p", "d", AT, {**name, "record": {}}))
    assert refused.refusal is Refusal.MALFORMED
