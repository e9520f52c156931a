"""Bodies that no desktop writes: whatever stands in a field, the page is taken or refused; nothing breaks."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.domain.op import OpKind
from app.ports.link import LinkProblem, LinkTrouble
from tests.support.hub_store import OTHER, TOWN, Device, fresh, hub, matter
from tests.support.matters import BODIES

VALUES = [
    "null", "true", "-1", "9223372036854775808", "-9223372036854775809", "9" * 400, "9" * 5000, "1e999",
    "-1e999", "1.5", '"\\u0000"', '"\\ud800"', '"\\u001f"', f'"{"x" * 300}"', f'"{"好" * 5000}"', "[]", "{}",
    "[[1]]", "[1e999]", '["\\ud800"]', "NaN", "Infinity", '"510113104"', '"hub:510113104"', '""', '"٣"',
    '[{"assignment": 1}]', '[{"assignment": "\\u0000", "handler": "\\ud800"}]', '{"kind": {"a": [1]}}',
]  # fmt: skip
MORE = {
    OpKind.REPORT: (
        "handler", "assignment", "person", "ref", "due_note", "accept_due", "respond_due", "resolve_due",
    ),
    OpKind.ASSIGN: ("seen", "lead"), OpKind.WHISTLE: ("seen",), OpKind.NOTE: ("by",),
    OpKind.SUSPEND: ("until",),
    OpKind.MERGE: ("into",), OpKind.PUT: (), OpKind.RETIRE: (),
}  # fmt: skip
RECORD = {"kind": "unit", "id": "u1", "record": {"id": "u1"}}


@pytest.fixture(scope="module")
def store():
    opened = hub()
    yield opened
    opened.close()


def bodies(kind):
    """Every field of the kind, with every value in its place; then what lies too deep."""
    whole = matter(TOWN) if kind is OpKind.REPORT else BODIES.get(kind, RECORD)
    for name in {*whole, *MORE.get(kind, ())}:
        rest = {k: v for k, v in whole.items() if k != name}
        for value in VALUES:
            yield json.dumps(rest, ensure_ascii=False)[:-1] + (", " if rest else "") + f'"{name}": {value}}}'
    for depth in (63, 64, 65, 300, 900, *range(940, 1000, 3), 60_000):
        deep = '{"a":' * depth + "1" + "}" * depth
        yield '{"kind": "unit", "id": "u1", "record": ' + deep + "}"
        yield "[" * depth
    yield '{"number": "1", "number": "2"}'


HUBS = {OpKind.MOVE_IN, OpKind.MOVE_OUT, OpKind.FLAG}


def is_taken(device, *ops):
    """Whether the page was taken whole; a page that holds no text at all is refused for that."""
    try:
        return device.push(*ops).acked == device.n
    except LinkProblem as problem:
        if problem.code is not LinkTrouble.BAD_PAGE:
            raise
        return False


@pytest.mark.parametrize("kind", [k for k in OpKind if k not in HUBS])
def test_a_field_that_holds_anything(store, kind):
    device, pages, refused = Device(store), 0, 0
    for text in bodies(kind):
        entity, before = fresh(), (device.n, dict(device.last))
        first = (
            [] if kind is OpKind.REPORT else [device.report(entity), device.op(OpKind.ACCEPT, entity, base=1)]
        )
        given = replace(device.op(kind, entity, {}), body=text)
        noted = device.op(OpKind.NOTE, entity)
        away = device.op(OpKind.RELOCATE, entity, {"place": OTHER, "town": OTHER})
        then = [noted, away, device.op(OpKind.NOTE, entity)]
        if is_taken(device, *first, given, *then):
            pages += 1
        else:
            refused += 1
            device.n, device.last = before
    assert pages > refused
    assert store.verify(refold=True) is None
