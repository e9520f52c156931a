"""An op that was altered, dropped or moved is named, and so is a projection that its ops do not give."""

from __future__ import annotations

from contextlib import closing

import pytest

from app.ports.ledger import Draft
from db.connect import open_file
from tests.db.conftest import draft, report
from tests.support.matters import AT

A = "a" * 32


@pytest.fixture
def spoil(store, tmp_path):
    with store.write("m1") as tx:
        tx.append_many([report(A), draft("accept", A), draft("note", A), draft("assign", A, assignment="a1")])
        tx.append(Draft("put", "unit:u1", "s", AT, {"kind": "unit", "id": "u1", "record": {"name": "城管"}}))
    assert store.verify(refold=True) is None

    def run(statement: str):
        with closing(open_file(tmp_path / "store.db", None, 100)) as raw:
            raw.execute(statement)
        return store.verify(refold=True)

    return run


@pytest.mark.parametrize(
    ("statement", "what", "n"),
    [
        ("UPDATE op SET body = replace(body, '餐饮', '油饮') WHERE n = 1", "altered", 1),
        ("UPDATE op SET actor = 'm2' WHERE n = 3", "altered", 3),
        ("UPDATE op SET at = at + 1 WHERE n = 4", "altered", 4),
        ("UPDATE op SET hash = zeroblob(32) WHERE n = 2", "altered", 2),
        ("DELETE FROM op WHERE n = 2", "dropped", 2),
        ("DELETE FROM op WHERE n = 5", "dropped", 5),
        ("DELETE FROM op", "dropped", 1),
        ("UPDATE op SET seq = 99 WHERE n = 2", "moved", 3),
        ("UPDATE op SET n = n + 10 WHERE n > 3", "dropped", 4),
        ("UPDATE origin SET head_hash = zeroblob(32)", "altered", 5),
    ],
)
def test_the_first_wrong_row_is_named(spoil, statement, what, n):
    fault = spoil(statement)
    assert fault is not None
    assert (fault.what, fault.n) == (what, n)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE incident SET title = '别的'",
        "UPDATE assignment SET handler = 'u7'",
        "UPDATE kept_sum SET n = n + 1",
        "UPDATE facet_sum SET n = n + 1",
        "UPDATE record SET body = '{}'",
        "UPDATE op SET outcome = 'refused', refusal = 'malformed' WHERE n = 3",
    ],
)
def test_a_projection_that_the_ops_do_not_give_is_named(spoil, statement):
    fault = spoil(statement)
    assert fault is not None
    assert fault.what == "projection"
