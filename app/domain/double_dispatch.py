"""Two dispatch the same matter at the same time: both work orders stand; to the same handler they are one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.domain.clash import Decided, clash
from app.domain.errors import Refusal
from app.domain.fold import apply
from app.domain.fold_matter import touched
from app.domain.incident import ConflictKind, Incident
from app.domain.marks import ASSIGN, marked
from app.domain.op import Op, OpKind, Outcome, is_text


def dispatched_twice(incident: Incident, op: Op, others: frozenset[str]) -> Decided | None:
    """What an assignment or a whistle leaves beside work that its author did not see given; None where it
    is as if alone (also where it is malformed or takes a name twice: then it is refused as ever).
    """
    calls = _calls(op)
    busy = {a.handler for a in incident.assignments if a.active}
    names = {name for a in incident.assignments for name in (a.id, *a.also)}
    again = {handler: name for name, handler in calls if handler in busy}
    if not calls or not (again or (busy and ASSIGN in others)):
        return None
    if any(name in names for name, _ in calls) or len(dict(calls)) < len(calls):
        return None
    joined = tuple(
        replace(a, also=(*a.also, again[a.handler])) if a.active and a.handler in again else a
        for a in incident.assignments
    )
    if len(again) == len(calls):
        return Decided(marked(incident, touched(incident, op, assignments=joined), op), Outcome.APPLIED)
    rest = op if not again else replace(op, body={**op.body, "calls": _others(op, busy)})
    after = apply(replace(incident, assignments=joined), rest)
    if isinstance(after, Refusal):
        return None
    stands = marked(incident, after, op)
    if ASSIGN not in others:
        return Decided(stands, Outcome.APPLIED)
    told = [a.handler for a in after.assignments if a.active]
    return clash(stands, op, ConflictKind.DOUBLE_DISPATCH, *told)


def _calls(op: Op) -> list[tuple[str, str]]:
    """The op's (assignment, handler) pairs; none where one of them is malformed."""
    calls = op.body.get("calls") if op.kind == OpKind.WHISTLE else [op.body]
    if not isinstance(calls, list) or not all(isinstance(c, Mapping) for c in calls):
        return []
    pairs = [(c.get("assignment"), c.get("handler")) for c in calls]
    return pairs if all(text and is_text(text) for pair in pairs for text in pair) else []


def _others(op: Op, busy: set[str]) -> list[object]:
    """The whistle's calls to handlers that are not at work yet."""
    return [c for c in op.body["calls"] if c["handler"] not in busy]
