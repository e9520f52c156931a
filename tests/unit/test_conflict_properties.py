"""Deciding ops of several desks: total, the same everywhere, and no intent to assign or to close vanishes."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.assignment import AssignmentState
from app.domain.conflict import decide
from app.domain.errors import Refusal
from app.domain.fold import apply
from app.domain.incident import OPEN_STATES, ConflictKind, Incident, State, legal_ops
from app.domain.moving import as_body, from_body
from app.domain.op import INCIDENT_OPS, Op, OpKind, Origin, Outcome
from tests.support.matters import AT, BODIES, MINUTE, op
from tests.unit.test_fold_properties import NONSENSE, ONE, OPS, STAYING, body_of, sound

CALM = settings(max_examples=200, deadline=None)
DESKS = [Origin(c * 32, c * 32) for c in "abc"]
STEPS = st.lists(st.tuples(st.integers(0, 2), ONE, st.sampled_from("wwwwp")), max_size=40)
"""Each step: a desk makes an op on what it holds (``w``), or it hears of all that the hub has (``p``)."""
SELDOM = {OpKind.DECLINE, OpKind.CANCEL, OpKind.MERGE, OpKind.SUSPEND, OpKind.NOTE, OpKind.ATTACH}
"""Ops that lead away from the way of most matters, or nowhere."""


class Desk:
    """A desk that works off line: its own confirmed form, and ops that wait."""

    def __init__(self, origin: Origin, start: Incident) -> None:
        self.origin = origin
        self.confirmed = self.here = start
        self.waiting: list[Op] = []

    def make(self, what: int, how: int, a: int, b: int) -> None:
        kinds = legal_ops(self.here.state) if how % 9 else STAYING
        kinds = [k for k in kinds if k not in SELDOM] if how % 4 else kinds
        kind = kinds[what % len(kinds)]
        body = body_of(kind, self.here, a, b)
        if kind is OpKind.ASSIGN:  # names are the desk's own, handlers are everyone's
            body["assignment"] = f"{self.origin.device[0]}o{len(self.here.assignments)}"
        if kind is OpKind.WHISTLE:
            for i, call in enumerate(body["calls"]):
                call["assignment"] = f"{self.origin.device[0]}w{len(self.here.assignments) + i}"
        n = len(self.waiting)
        made = op(kind, body, AT + (a + n) * MINUTE, n + 1, base=self.confirmed.version)
        made = replace(made, origin=self.origin, actor=self.origin.device[0])
        after = decide(self.here, made)
        if after.refusal is None and after.incident is not None:
            self.here = after.incident
            self.waiting.append(made)


def opened() -> Incident:
    incident = decide(None, op(OpKind.REPORT, {**BODIES[OpKind.REPORT], "person": "p1"})).incident
    assert incident is not None
    return incident


def order_of(steps: list[tuple[int, tuple[int, int, int, int], str]]) -> list[Op]:
    """The hub's order of what the desks made: a desk that is heard hands up all that waits, and hears all."""
    hub = opened()
    order: list[Op] = []
    desks = [Desk(origin, hub) for origin in DESKS]
    for who, draw, act in [*steps, *((i, (0, 0, 0, 0), "p") for i in range(3))]:
        desk = desks[who]
        if act == "w":
            desk.make(*draw)
            continue
        for waiting in desk.waiting:
            hub = decide(hub, waiting).incident or hub
            order.append(waiting)
        desk.waiting, desk.confirmed, desk.here = [], hub, hub
    return order


def long_order(seed: int) -> list[Op]:
    """An order of 90 steps: longer than lists that are drawn step by step ever get."""
    chance = Random(seed)
    numbers = [tuple(chance.randrange(1000) for _ in range(4)) for _ in range(90)]
    return order_of([(chance.randrange(3), draw, chance.choice("wwwwp")) for draw in numbers])


ORDERS = STEPS.map(order_of) | st.integers(0, 2**32).map(long_order)
ANY_OP = st.builds(
    op,
    st.sampled_from([*INCIDENT_OPS, "dance", "put"]),
    NONSENSE | st.sampled_from([*BODIES.values()]),
    st.integers(-(2**60), 2**60) | st.just(AT),
    base=st.integers(-2, 60),
)


@CALM
@given(ORDERS, ANY_OP, st.booleans())
@example([], op(OpKind.ASSIGN, {"handler": ["u1"], "assignment": "a"}, base=-1), True)
def test_deciding_never_fails(order, strange, valid):
    incident: Incident | None = opened()
    for made in order:
        incident = decide(incident, made).incident
    strange = replace(strange, origin=Origin("z", "z"))
    body = {**BODIES.get(strange.kind, {}), **strange.body} if valid else strange.body
    for held in (incident, None):
        decided = decide(held, replace(strange, body=body))
        if decided.refusal is not None:
            assert (decided.incident, decided.outcome) == (held, Outcome.REFUSED)
        elif strange.kind != OpKind.MOVE_OUT and decided.incident is not None:
            steady(decided.incident)


def steady(incident: Incident) -> None:
    """What holds of an incident that many desks changed: all that holds of one desk's, and its own."""
    sound(incident)
    assert len({c.name for c in incident.conflicts}) == len(incident.conflicts)
    names = [name for a in incident.assignments for name in (a.id, *a.also)]
    assert len(set(names)) == len(names)
    assert len({(m.concern, m.origin) for m in incident.marks}) == len(incident.marks)
    assert all(0 < m.version <= incident.version for m in incident.marks)
    over = not incident.open or incident.state is State.HANDLED
    assert bool(incident.undone) == over


@CALM
@given(ORDERS)
@example(long_order(18))
def test_each_step_is_one_version_or_none_and_a_conflict_is_seen(order):
    incident = opened()
    for made in order:
        before = replace(incident)
        after, outcome, refusal = decide(incident, made)
        assert incident == before
        assert after is not None
        assert (refusal is None) == (outcome is not Outcome.REFUSED)
        if outcome is Outcome.REFUSED:
            assert after == incident
            continue
        assert after.version == incident.version + 1
        assert after.changed_at == made.at
        if outcome is Outcome.CONFLICT:
            (*_, last) = after.conflicts
            assert last.name.startswith(f"{last.kind}-{after.version}")
            assert (last.at, last.actor) == (made.at, made.actor)
        else:
            assert len(after.conflicts) <= len(incident.conflicts) + (made.kind == OpKind.FLAG)
        steady(after)
        incident = after


@CALM
@given(ORDERS)
def test_whoever_takes_the_same_order_comes_to_the_same(order):
    here = there = opened()
    for made in order:
        here = decide(here, made).incident or here
        there = from_body(as_body(there))  # one that was given a snapshot in between
        there = decide(there, made).incident or there
        assert here == there


@CALM
@given(ORDERS)
def test_no_dispatch_and_no_ending_vanishes(order):
    """What was applied is to be seen in the incident, what clashed in its conflicts; the rest was refused."""
    incident = opened()
    for made in order:
        after, outcome, _ = decide(incident, made)
        assert after is not None
        if outcome is Outcome.REFUSED:
            continue
        kinds = {c.kind for c in after.conflicts}
        if made.kind == OpKind.ASSIGN:
            given = [a for a in after.assignments if made.body["assignment"] in (a.id, *a.also)]
            assert [a.handler for a in given] == [made.body["handler"]]
            assert given[0].active
            assert after.state in OPEN_STATES
        elif made.kind in (OpKind.CLOSE, OpKind.CANCEL, OpKind.DECLINE, OpKind.MERGE):
            proposed = kinds & {ConflictKind.CLOSE_PROPOSED, ConflictKind.CLOSE_DIFFERS}
            assert not after.open or (outcome is Outcome.CONFLICT and proposed)
        incident = after


@CALM
@given(ORDERS)
def test_a_seen_ending_is_undone_by_nobody_but_a_reopening(order):
    """An author who knew of everything never clashes: what the table refuses stays refused."""
    incident = opened()
    for made in order:
        incident = decide(incident, made).incident or incident
        knowing = replace(made, base=incident.version)
        decided = decide(incident, knowing)
        after = apply(incident, knowing)
        assert decided.outcome is not Outcome.CONFLICT
        assert decided.refusal == (after if isinstance(after, Refusal) else None)


@CALM
@given(OPS, st.booleans())
def test_a_single_desk_never_clashes_and_comes_to_what_folding_says(ops, linked):
    """Linked, it names the last version it has from the hub (0 here); else the version that it holds."""
    incident = plain = None
    for made in ops:
        base = 0 if linked or incident is None else incident.version
        decided = decide(incident, replace(made, base=base))
        after = apply(plain, made)
        assert decided.outcome is not Outcome.CONFLICT
        assert decided.refusal == (after if isinstance(after, Refusal) else None)
        incident, plain = decided.incident, plain if isinstance(after, Refusal) else after
        if incident is not None and plain is not None:
            assert replace(incident, marks=(), undone=()) == plain


def test_the_orders_reach_every_conflict_and_every_state():
    """The properties above are worth something only where the orders made for them get everywhere."""
    clashes: set[str] = set()
    states: set[State] = set()
    given_back: set[AssignmentState] = set()

    @settings(max_examples=400, deadline=None, database=None, derandomize=True)
    @given(ORDERS)
    def watch(order):
        incident = opened()
        for made in order:
            after, outcome, _ = decide(incident, made)
            assert after is not None
            if outcome is Outcome.CONFLICT:
                clashes.add(after.conflicts[-1].kind)
                was = {a.id for a in incident.assignments if not a.active}
                given_back.update(a.state for a in after.assignments if a.active and a.id in was)
            states.add(after.state)
            incident = after

    watch()
    assert states == set(State)
    assert clashes == set(ConflictKind) - {ConflictKind.UNIT_DOUBLE_BOOKED}  # that one only the hub finds
    assert AssignmentState.OFFERED in given_back
