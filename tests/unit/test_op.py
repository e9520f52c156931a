"""The op: its fields are read by kind or not at all; one text per body; a chain that shows every change."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import MalformedOp
from app.domain.op import (
    GENESIS,
    INCIDENT_OPS,
    Op,
    OpKind,
    Origin,
    canonical_body,
    chain_hash,
    is_instant,
    keepable,
    storable,
)
from tests.support.matters import op

KINDS = [str, int, float, bool, list, dict]
SAMPLES = {str: "x", int: 3, float: 2.5, bool: True, list: [1], dict: {"a": 1}}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("given_kind", KINDS)
def test_a_field_is_of_its_kind_or_malformed(kind, given_kind):
    value = SAMPLES[given_kind]
    made = op("note", {"x": value})
    if kind is given_kind:
        assert made.get("x", kind) == value
    elif (kind, given_kind) == (float, int):
        assert made.get("x", float) == 3.0
        assert type(made.get("x", float)) is float
    else:
        with pytest.raises(MalformedOp):
            made.get("x", kind)


def test_an_absent_field_is_none_and_a_needed_one_is_malformed():
    assert op("note", {}).get("x", str) is None
    assert op("note", {"x": None}).get("x", str) is None
    for body in ({}, {"x": None}, {"x": ""}):
        with pytest.raises(MalformedOp):
            op("note", body).need("x", str)
    assert op("note", {"x": False}).need("x", bool) is False
    assert op("note", {"x": 0}).need("x", int) == 0


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400])
def test_a_number_that_no_store_holds_is_malformed(number):
    assert not storable(number)
    for kind in (int, float):
        with pytest.raises(MalformedOp):
            op("note", {"x": number}).get("x", kind)
    assert op("note", {"x": 2**63 - 1}).get("x", int) == 2**63 - 1


HALF = "\ud83d"


@pytest.mark.parametrize("text", [HALF, f"井盖{HALF}破损", HALF + "\ude00"])
def test_half_a_character_is_malformed(text):
    with pytest.raises(MalformedOp):
        op("note", {"x": text}).get("x", str)
    for body in ({"x": text}, {"deep": [{"y": text}]}, {text: 1}, {"x": float("nan")}):
        with pytest.raises(MalformedOp):
            canonical_body(body)
    assert op("note", {"x": "井盖😀"}).get("x", str) == "井盖😀"
    assert not keepable(text, "note", "e", 0)
    assert not keepable("s", text, "e", 0)
    assert not keepable("s", "note", text, 0)


@pytest.mark.parametrize("at", [2**47 - 1, 1 - 2**47 - 1, 2**63, -(10**400), True, 1.0, None, "1"])
def test_what_is_no_instant(at):
    assert not is_instant(at)
    assert not keepable("s", "note", "e", at)
    assert is_instant(2**47 - 2)
    assert is_instant(-(2**47) + 2)
    assert keepable("s", "note", "e", 2**47 - 2)
    assert not keepable("s", "note", "e\x1f", 0)


def test_ops_on_incidents_are_all_but_those_on_records():
    assert set(OpKind) - set(INCIDENT_OPS) == {OpKind.PUT, OpKind.RETIRE}


BODIES = st.dictionaries(
    st.text(max_size=4),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    ),
    max_size=5,
)


@settings(deadline=None)
@given(BODIES)
def test_a_body_has_one_text_that_reads_back(body):
    text = canonical_body(body)
    assert json.loads(text) == body
    assert canonical_body(json.loads(text)) == text
    assert canonical_body(dict(reversed(body.items()))) == text
    assert "\x1f" not in text


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_none_has_no_text(number):
    with pytest.raises(ValueError):
        canonical_body({"x": number})


FIRST = op("note", {"text": "一"}, n=7, base=3)


def hashed(made: Op, previous: bytes = GENESIS) -> bytes:
    return chain_hash(previous, made, canonical_body(made.body))


OTHER = {
    "origin": Origin("c" * 32, "1" * 32), "n": 8, "scope": "510113104", "kind": "attach", "entity": "f" * 32,
    "at": FIRST.at + 1, "made": FIRST.made + 1, "actor": "m2", "base": 4, "body": {"text": "二"},
}  # fmt: skip


@pytest.mark.parametrize("name", [f.name for f in fields(Op)])
def test_the_chain_shows_a_change_of_any_field(name):
    assert hashed(replace(FIRST, **{name: OTHER[name]})) != hashed(FIRST)


def test_the_chain_shows_incarnation_and_predecessor():
    assert hashed(replace(FIRST, origin=Origin("d" * 32, "2" * 32))) != hashed(FIRST)
    assert hashed(FIRST, hashed(FIRST)) != hashed(FIRST)
    assert len(hashed(FIRST)) == len(GENESIS) == 32
    assert hashed(FIRST) == hashed(replace(FIRST))


def test_fields_do_not_run_into_each_other():
    a = replace(FIRST, actor="m", base=11)
    b = replace(FIRST, actor="m1", base=1)
    assert hashed(a) != hashed(b)


def test_a_text_that_is_no_utf8_is_hashed_all_the_same():
    assert len(hashed(replace(FIRST, actor="\ud800"))) == 32
