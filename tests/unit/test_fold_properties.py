"""Folding any ops: it never fails, never leaves an impossible incident, and is the same everywhere."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.assignment import AssignmentState
from app.domain.conflict import decide, fold
from app.domain.errors import Refusal
from app.domain.fold import apply
from app.domain.incident import TABLE, Incident, State, legal_ops
from app.domain.op import HUB_OPS, INCIDENT_OPS, Op, OpKind
from tests.support.matters import AT, BODIES, MATTER, MINUTE, WHERE, op

CALM = settings(max_examples=150, deadline=None)
IN_WORK = (State.ASSIGNED, State.WORKING)

FIELDS = sorted({name for body in BODIES.values() for name in body} | {"due", "lead", "moved", "ref"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(2**62, 2**1100) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3),
    max_leaves=4,
)
NONSENSE = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6)

Draw = tuple[int, int, int, int]
ONE = st.tuples(*(st.integers(0, 999) for _ in range(4)))
DRAWS = st.lists(ONE, max_size=40) | st.lists(ONE, min_size=25, max_size=40)
"""Numbers that ``play`` turns into ops: mostly ones that the state lets pass, on assignments that exist."""


ASIDE = {OpKind.DECLINE, OpKind.CANCEL, OpKind.MERGE, OpKind.SUSPEND, OpKind.NOTE, OpKind.ATTACH}
"""Ops that lead away from the way of most matters; played less often, so that the others get far."""


STAYING = tuple(k for k in INCIDENT_OPS if k not in (OpKind.MOVE_OUT, OpKind.MOVE_IN))
"""Ops within one scope; moves have tests of their own."""


def body_of(kind: OpKind, incident: Incident | None, a: int, b: int) -> dict[str, Any]:
    """A body that is valid in form, with varying contents."""
    body = dict(BODIES.get(kind, {}))
    known = [x.id for x in incident.assignments] if incident else []
    active = [x.id for x in incident.assignments if x.active] if incident else []
    names = active or known or ["a0"]
    if kind is OpKind.ASSIGN:
        body = {"assignment": f"a{len(known)}", "handler": f"u{a % 5}", "lead": b % 3 == 0}
    elif kind is OpKind.WHISTLE:
        body = {
            "calls": [
                {"assignment": f"a{len(known) + i}", "handler": f"u{a % 5 + i}"} for i in range(1 + b % 3)
            ]
        }
    elif "assignment" in body:
        body["assignment"] = names[a % len(names)] if b % 9 else f"a{a % 7}"
    elif kind is OpKind.VERIFY:
        body = {"passed": bool(a % 3)} | ({"reason": "未清理"} if b % 4 else {})
    elif kind in (OpKind.CLASSIFY, OpKind.REPORT):
        body |= {"person": "p1"} if kind is OpKind.REPORT else {}
        body |= {"severity": 1 + a % 4, "loop": ("small", "big")[b % 2], "due": {"resolve": AT + b * MINUTE}}
    elif kind is OpKind.RELOCATE:
        body |= {"town": f"51011310{a % 3}"}
    elif kind is OpKind.RATE:
        body = {"score": 1 + a % 5}
    elif kind is OpKind.RESOLVE and incident and incident.conflicts:
        body["conflict"] = incident.conflicts[a % len(incident.conflicts)].name
    elif kind is OpKind.SHOW and incident:
        body["person"] = incident.person
    elif "reason" in body and a % 11 == 0:
        del body["reason"]
    return body


def play(draws: list[Draw]) -> list[Op]:
    """Ops as they might be made: each looks at the incident so far, some do not fit it."""
    ops: list[Op] = []
    incident: Incident | None = None
    for i, (what, how, a, b) in enumerate(draws):
        kinds = legal_ops(incident.state) if incident and how % 10 else STAYING
        kinds = [k for k in kinds if k not in ASIDE] if how % 4 and incident and incident.open else kinds
        kind = kinds[what % len(kinds)] if incident or how % 10 == 0 else OpKind.REPORT
        ops.append(op(kind, body_of(kind, incident, a, b), AT + (i + a % 3 - 1) * MINUTE, i + 1))
        after = apply(incident, ops[-1])
        incident = incident if isinstance(after, Refusal) else after
    return ops


OPS = DRAWS.map(play)


def sound(incident: Incident) -> None:
    """Everything that holds of an incident however it came about."""
    active = [a for a in incident.assignments if a.active]
    leads = [a for a in active if a.lead]
    state = incident.state
    assert bool(active) == (state in IN_WORK) or (active and state is State.SUSPENDED)
    assert len(leads) == (1 if active else 0)
    if state in IN_WORK:
        begun = any(a.state is not AssignmentState.OFFERED for a in active)
        assert state is (State.WORKING if begun else State.ASSIGNED)
    assert (incident.closed_at is not None) == (state is State.CLOSED)
    assert (incident.suspended_at is not None) == (state is State.SUSPENDED)
    assert bool(incident.merged_into) == bool(incident.before_merge) == (state is State.MERGED)
    if state is State.HANDLED:
        assert incident.handled_at is not None
        assert incident.lead is not None
        assert incident.lead.state is AssignmentState.DONE
    if incident.handled_at is not None:
        assert state in (State.HANDLED, State.CLOSED)
    if state in (State.HANDLED, State.CLOSED, State.DECLINED, State.CANCELLED):
        assert incident.result
    if state is State.CLOSED and incident.handled_at is not None:
        assert incident.verified
    assert incident.verified <= (state in (State.HANDLED, State.CLOSED))
    assert incident.assigned_at is not None or not incident.assignments
    assert incident.rating is None or 1 <= incident.rating <= 5
    assert incident.severity in range(1, 5)
    assert (incident.lon is None) == (incident.lat is None)
    for a in incident.assignments:
        assert (a.ended_at is None) == a.active
    assert len({a.id for a in incident.assignments}) == len(incident.assignments)
    assert len({a.handler for a in active}) == len(active)


@CALM
@given(OPS)
def test_every_step_leaves_a_sound_incident_or_the_same_one(ops):
    incident: Incident | None = None
    applied = 0
    for step in ops:
        before = replace(incident) if incident else None
        after = apply(incident, step)
        assert incident == before  # nothing is changed in place, whatever the outcome
        if isinstance(after, Refusal):
            continue
        applied += 1
        assert after.version == applied
        assert after.changed_at == step.at
        sound(after)
        incident = after


@CALM
@given(OPS)
def test_the_state_moves_only_as_the_table_allows(ops):
    incident: Incident | None = None
    for step in ops:
        after = apply(incident, step)
        if isinstance(after, Refusal):
            continue
        if incident is not None:
            cell = TABLE[OpKind(step.kind)][incident.state]
            assert not isinstance(cell, Refusal)
            assert not isinstance(cell, State) or after.state is cell
        else:
            assert (step.kind, after.state) == (OpKind.REPORT, State.REPORTED)
        incident = after


@CALM
@given(OPS, st.data())
def test_nonsense_is_refused_or_leaves_a_sound_incident(ops, data):
    incident, _ = fold(ops)
    kind = data.draw(st.sampled_from([*OpKind, *string.ascii_lowercase[:2], ""]))
    nonsense = data.draw(NONSENSE)
    body = nonsense if data.draw(st.booleans()) else {**BODIES.get(kind, {}), **nonsense}
    after = apply(incident, op(kind, body, AT))
    if isinstance(after, Incident):
        sound(after)
    else:
        assert isinstance(after, Refusal)


@settings(max_examples=400, deadline=None)
@given(NONSENSE, st.integers(-(2**70), 2**70))
@example({"lon": 2**1100}, AT)
@example({"due": {"accept": 2**1100}}, AT)
def test_a_report_of_any_content_folds_or_is_malformed(nonsense, at):
    after = apply(None, op(OpKind.REPORT, {**BODIES[OpKind.REPORT], **nonsense}, at))
    if isinstance(after, Incident):
        sound(after)
    else:
        assert after is Refusal.MALFORMED


@CALM
@given(OPS, st.integers(0, 40))
def test_folding_is_the_same_again_and_in_two_parts(ops, cut):
    whole, refusals = fold(ops)
    assert fold(ops) == (whole, refusals)
    incident, first = fold(ops[:cut])
    rest: list[Refusal | None] = []
    for step in ops[cut:]:
        incident, _, refusal = decide(incident, step)
        rest.append(refusal)
    assert incident == whole
    assert (*first, *rest) == refusals


@CALM
@given(OPS)
def test_the_refused_ops_might_as_well_not_have_been(ops):
    whole, refusals = fold(ops)
    passed = [step for step, refusal in zip(ops, refusals, strict=True) if refusal is None]
    assert fold(passed) == (whole, (None,) * len(passed))


@CALM
@given(OPS)
def test_merging_and_unmerging_restores(ops):
    incident, _ = fold(ops)
    if incident is None:
        return
    merged = apply(incident, op(OpKind.MERGE, at=AT))
    if isinstance(merged, Refusal):
        return
    back = apply(merged, op(OpKind.UNMERGE, at=AT))
    assert isinstance(back, Incident)
    assert back == replace(incident, version=incident.version + 2, changed_at=AT)


@CALM
@given(OPS)
def test_what_is_legal_is_never_refused_by_the_table(ops):
    incident, _ = fold(ops)
    if incident is None:
        return
    for kind in INCIDENT_OPS:
        answer = apply(incident, op(kind, {}))
        if kind not in legal_ops(incident.state) and kind not in HUB_OPS:
            assert answer is TABLE[kind][incident.state]


def test_the_plays_reach_every_state_and_nearly_every_op():
    """The properties above are worth something only where the ops made for them get everywhere."""
    states: set[State] = set()
    passed: set[str] = set()

    @settings(max_examples=250, deadline=None, database=None, derandomize=True)
    @given(OPS)
    def watch(ops):
        incident: Incident | None = None
        for step in ops:
            after = apply(incident, step)
            if isinstance(after, Incident):
                incident = after
                states.add(after.state)
                passed.add(step.kind)

    watch()
    assert states == set(State)
    assert passed == set(STAYING)


def test_the_bodies_are_valid_in_form():
    assert {**MATTER, **WHERE}.items() <= BODIES[OpKind.REPORT].items()
