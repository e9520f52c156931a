"""Whoever changes a row of the hub behind its back is found, and the first such row is named."""

from __future__ import annotations

import pytest

from app.domain.op import OpKind
from tests.support.hub_store import OTHER, TOWN, Device, fresh, hub


@pytest.fixture
def store():
    opened = hub()
    device = Device(opened)
    e = fresh()
    body = {"kind": "unit", "id": "u1", "record": {"name": "一队"}}
    device.push(*device.life(), *device.life())
    device.push(
        device.report(e), device.op(OpKind.RELOCATE, e, {"place": OTHER, "town": OTHER}, base=1),
        device.op(OpKind.PUT, "unit:u1", body), device.report(),
    )  # fmt: skip
    yield opened
    opened.close()


def tamper(store, statement):
    with store.transaction() as raw:
        assert raw.execute(statement).rowcount > 0


def told(store, *, refold=False):
    found = store.verify(refold=refold)
    return None if found is None else (found.what, found.where)


def test_what_nobody_touched_is_whole(store):
    assert told(store, refold=True) is None


@pytest.mark.parametrize(
    "change",
    [
        "body = '{}'", "outcome = 'refused'", "refusal = 'x'", "actor = 'm9'", "at = at + 1", "base = 7",
        "entity = 'x'", "kind = 'attach'", "n = 99", r"chain = '\x00'", "made = made - 1",
    ],
)  # fmt: skip
def test_an_altered_row(store, change):
    tamper(store, f"UPDATE op SET {change} WHERE scope = '{TOWN}' AND seq = 5")
    assert told(store) == ("altered", f"{TOWN} 5")


def test_a_dropped_row(store):
    tamper(store, f"DELETE FROM op WHERE scope = '{TOWN}' AND seq = 5")
    assert told(store) == ("dropped", f"{TOWN} 5")


def test_a_dropped_end(store):
    tamper(store, f"DELETE FROM op WHERE scope = '{TOWN}' AND seq = 21")
    assert told(store) == ("dropped", f"{TOWN} 21")


def test_a_dropped_end_with_the_head_turned_back(store):
    tamper(store, f"DELETE FROM op WHERE scope = '{TOWN}' AND seq = 21")
    tamper(store, f"UPDATE scope SET head = 20 WHERE id = '{TOWN}'")
    assert told(store) == ("altered", f"{TOWN}: the end of its chain")


def test_rows_that_changed_places(store):
    for old, new in ((5, 500), (7, 5), (500, 7)):
        tamper(store, f"UPDATE op SET seq = {new} WHERE scope = '{TOWN}' AND seq = {old}")
    assert told(store) == ("moved", f"{TOWN} 5")


def test_a_row_moved_to_another_scope(store):
    tamper(store, f"UPDATE op SET scope = '{OTHER}', seq = 2 WHERE scope = '{TOWN}' AND seq = 21")
    assert told(store) is not None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE incident SET body = replace(body, '油污', '清洁') WHERE scope = '510113103'",
        "DELETE FROM incident WHERE scope = '510113104'",
        "UPDATE record SET body = '{}'",
        "UPDATE record SET retired = true",
        "INSERT INTO record SELECT scope, kind, 'u2', rev, body, retired FROM record",
    ],
)
def test_state_that_its_ops_do_not_say(store, statement):
    tamper(store, statement)
    assert told(store) is None
    found = told(store, refold=True)
    assert found is not None
    assert found[0] == "projection"


def test_numbers_that_the_ops_do_not_say(store):
    tamper(store, "UPDATE scope_origin SET last_n = last_n + 1")
    assert told(store)[0] == "projection"
