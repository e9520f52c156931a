"""What becomes of an op that was made without knowing of another one (the table of DESIGN §5).

``decide`` is ``app.domain.fold.apply`` for a world of many desks: the hub and every desktop call it with the
same ops in the same order and come to the same incident. Two ops are *concurrent* where the later one's
author had not seen the earlier one (its mark's version lies above the op's ``base``) and did not make it.
The less final outcome wins, both intents are kept, and a person settles it with a ``resolve`` op.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.domain.assignment import AssignmentState
from app.domain.errors import Refusal
from app.domain.fold import apply
from app.domain.fold_matter import SEVERITIES, touched, work_state
from app.domain.incident import Conflict, ConflictKind, Incident, Mark, State
from app.domain.op import Op, OpKind, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ENDINGS = frozenset({OpKind.CLOSE, OpKind.CANCEL, OpKind.DECLINE, OpKind.MERGE})
ENDED = frozenset({State.CLOSED, State.CANCELLED, State.DECLINED, State.MERGED})
ASSIGNING = frozenset({OpKind.ASSIGN, OpKind.WHISTLE})
WORK = frozenset({
    OpKind.ACCEPT, OpKind.ACKNOWLEDGE, OpKind.REPORT_IN, OpKind.RETURN, OpKind.RECALL, OpKind.HANDLE,
    OpKind.SUSPEND, OpKind.RESUME, OpKind.ESCALATE, OpKind.SUPERVISE, OpKind.REOPEN, OpKind.UNMERGE,
})  # fmt: skip
"""Ops that say the matter goes on, beside those that assign."""

HOLDS_OPEN = ASSIGNING | WORK - {OpKind.RECALL, OpKind.REOPEN, OpKind.UNMERGE, OpKind.RESUME}
"""Ops that keep a matter open which someone has ended at the same time."""

EDITED = ("title", "item", "severity", "place")
SAID_TWICE = frozenset({
    Refusal.ALREADY_ACCEPTED, Refusal.ALREADY_ACKNOWLEDGED, Refusal.ALREADY_ARRIVED,
})  # fmt: skip

END, ASSIGN, WORKED = "end", "assign", "work"


@dataclass(frozen=True, slots=True)
class Decided:
    """The incident after the op (as it was, where refused; None where there is none) and the outcome."""

    incident: Incident | None
    outcome: Outcome
    refusal: Refusal | None = None


def decide(incident: Incident | None, op: Op) -> Decided:
    """What the op leaves. Total, as ``apply`` is: whatever the op holds, never an error."""
    if incident is None:
        return _told(None, apply(None, op))
    if incident.scope != op.scope and op.kind != OpKind.MOVE_IN:
        return Decided(incident, Outcome.REFUSED, Refusal.MOVED_AWAY)
    unseen = _unseen(incident, op)
    special = _SPECIAL.get(op.kind) if unseen else None
    found = special(incident, op, unseen) if special else None
    if found is None:
        found = _told(incident, apply(incident, op))
        if unseen and found.refusal in SAID_TWICE:
            found = Decided(touched(incident, op), Outcome.APPLIED)
    if found.refusal is not None or found.incident is None:
        return found
    return replace(found, incident=_marked(incident, found.incident, op))


def _told(before: Incident | None, after: Incident | Refusal) -> Decided:
    if isinstance(after, Refusal):
        return Decided(before, Outcome.REFUSED, after)
    return Decided(after, Outcome.APPLIED)


def _unseen(incident: Incident, op: Op) -> frozenset[str]:
    """The concerns that others have touched since what the op's author had seen."""
    short = op.origin.short
    return frozenset(m.concern for m in incident.marks if m.version > op.base and m.origin != short)


def _work(incident: Incident, op: Op, unseen: frozenset[str]) -> Decided | None:
    """Work on what someone has ended, or handed in as done: it stays open, the ending becomes a proposal."""
    if END in unseen and (incident.state in ENDED or incident.state is State.HANDLED):
        return _reopened(incident, op)
    if op.kind == OpKind.HANDLE and ASSIGN in unseen:
        after = apply(incident, op)
        if after is Refusal.CO_HANDLERS_OPEN:
            return _proposed(incident, op)
    return None


def _verify(incident: Incident, op: Op, unseen: frozenset[str]) -> Decided | None:
    """Sent back by one, closed by another: the work goes on."""
    if END in unseen and incident.state in ENDED and op.body.get("passed") is False:
        return _reopened(incident, op)
    return None


def _reopened(incident: Incident, op: Op) -> Decided | None:
    undone = _undone(incident)
    after = apply(undone, op)
    if isinstance(after, Refusal):
        return None
    how = next((m for m in reversed(incident.marks) if m.concern == END), None)
    told = (incident.state.value, incident.result)
    after = replace(after, version=incident.version + 1)
    settled = _with_conflict(after, op, ConflictKind.CLOSE_PROPOSED, told)
    assert how is not None
    return Decided(settled, Outcome.CONFLICT)


def _undone(incident: Incident) -> Incident:
    """The incident as it was before its ending: the assignments that it recalled are at work again."""
    recalled = set(incident.undone[1:])
    given_back = tuple(
        replace(
            a,
            state=AssignmentState.ARRIVED if a.arrived_at is not None
            else AssignmentState.ACKNOWLEDGED if a.acknowledged_at is not None
            else AssignmentState.OFFERED,
            ended_at=None,
            reason="",
        )
        if a.id in recalled else a
        for a in incident.assignments
    )  # fmt: skip
    before = replace(
        incident, assignments=given_back, closed_at=None, handled_at=None, verified=False, result="",
        merged_into="", before_merge="", undone=(),
    )  # fmt: skip
    was = incident.undone[0] if incident.undone else ""
    if was == State.HANDLED.value:
        return replace(
            before, state=State.HANDLED, handled_at=incident.handled_at, verified=incident.verified
        )
    return replace(before, state=State.REPORTED if was == State.REPORTED.value else work_state(before))


def _assign(incident: Incident, op: Op, unseen: frozenset[str]) -> Decided | None:
    """Two dispatch the same matter: both stand; to the same handler they are one."""
    if END in unseen and (incident.state in ENDED or incident.state is State.HANDLED):
        return _reopened(incident, op)
    if ASSIGN not in unseen:
        return None
    active = {a.handler: a for a in incident.assignments if a.active}
    handler, name = op.body.get("handler"), op.body.get("assignment")
    if op.kind == OpKind.ASSIGN and handler in active and isinstance(name, str) and name:
        same = active[handler]
        joined = tuple(
            replace(a, also=(*a.also, name)) if a is same else a for a in incident.assignments
        )  # fmt: skip
        return Decided(touched(incident, op, assignments=joined), Outcome.APPLIED)
    after = apply(incident, op)
    if isinstance(after, Refusal):
        return None
    if not active:
        return Decided(after, Outcome.APPLIED)
    told = tuple(a.handler for a in after.assignments if a.active)
    return Decided(_with_conflict(after, op, ConflictKind.DOUBLE_DISPATCH, told), Outcome.CONFLICT)


def _ending(incident: Incident, op: Op, unseen: frozenset[str]) -> Decided | None:
    """An ending beside work that its author had not seen, or beside another ending."""
    if incident.state in ENDED:
        if END not in unseen:
            return None
        first = (incident.state.value, incident.merged_into or incident.result)
        second = (_STATE_OF[OpKind(op.kind)].value, _words(op))
        if second == first or (op.kind == OpKind.CLOSE and first[0] == second[0] and not second[1]):
            return Decided(touched(incident, op), Outcome.APPLIED)
        after = _with_conflict(touched(incident, op), op, ConflictKind.CLOSE_DIFFERS, (*first, *second))
        return Decided(after, Outcome.CONFLICT)
    return _proposed(incident, op) if unseen & {ASSIGN, WORKED} else None


def _proposed(incident: Incident, op: Op) -> Decided:
    told = (_STATE_OF.get(OpKind(op.kind), State.HANDLED).value, _words(op))
    after = _with_conflict(touched(incident, op), op, ConflictKind.CLOSE_PROPOSED, told)
    return Decided(after, Outcome.CONFLICT)


_STATE_OF = {
    OpKind.CLOSE: State.CLOSED, OpKind.CANCEL: State.CANCELLED, OpKind.DECLINE: State.DECLINED,
    OpKind.MERGE: State.MERGED,
}  # fmt: skip


def _words(op: Op) -> str:
    for name in ("result", "reason", "into"):
        value = op.body.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _edit(incident: Incident, op: Op, unseen: frozenset[str]) -> Decided | None:
    """Two edit one field: the later is shown, both are kept; of two priorities the higher stands."""
    after = apply(incident, op)
    if isinstance(after, Refusal):
        return None
    twice = [f for f in EDITED if f in unseen and getattr(after, f) != getattr(incident, f)]
    if not twice:
        return None
    if "severity" in twice:
        after = replace(after, severity=min(after.severity, incident.severity, key=SEVERITIES.index))
    for field in twice:
        told = (field, str(getattr(incident, field)), str(op.body.get(field, "")))
        after = _with_conflict(after, op, ConflictKind.EDITED_TWICE, told)
    return Decided(after, Outcome.CONFLICT)


def _with_conflict(incident: Incident, op: Op, kind: ConflictKind, told: tuple[str, ...]) -> Incident:
    field = f"-{told[0]}" if kind is ConflictKind.EDITED_TWICE else ""
    name = f"{kind.value}-{incident.version}{field}"
    return replace(incident, conflicts=(*incident.conflicts, Conflict(name, kind, op.at, op.actor, told)))


def _marked(before: Incident, after: Incident, op: Op) -> Incident:
    """The incident with the op's marks, and with what its ending would have to give back."""
    if op.kind in _UNMARKED:
        return after
    concerns = _concerns(before, after, op)
    changes: dict[str, object] = {}
    if concerns:
        short = op.origin.short
        kept = tuple(m for m in after.marks if m.origin != short or m.concern not in concerns)
        changes["marks"] = kept + tuple(Mark(c, short, after.version) for c in concerns)
    ended = after.state in ENDED or after.state is State.HANDLED
    if ended and before.state is not after.state:
        active = {a.id for a in before.assignments if a.active}
        changes["undone"] = (
            before.state.value,
            *(a.id for a in after.assignments if a.id in active and a.state is AssignmentState.RECALLED),
        )
    elif not ended and after.undone:
        changes["undone"] = ()
    return replace(after, **changes) if changes else after  # type: ignore[arg-type]


_UNMARKED = frozenset({
    OpKind.NOTE, OpKind.ATTACH, OpKind.RATE, OpKind.RESOLVE, OpKind.SHOW, OpKind.FLAG, OpKind.MOVE_OUT,
    OpKind.MOVE_IN, OpKind.VERIFY,
})  # fmt: skip


def _concerns(before: Incident, after: Incident, op: Op) -> tuple[str, ...]:
    if op.kind in ASSIGNING:
        return (ASSIGN,)
    if op.kind in ENDINGS or after.state is State.HANDLED:
        return (END,)
    if op.kind in WORK:
        return (WORKED,)
    return tuple(f for f in EDITED if getattr(after, f) != getattr(before, f))


_SPECIAL: dict[str, Callable[[Incident, Op, frozenset[str]], Decided | None]] = {
    **dict.fromkeys(ASSIGNING, _assign),
    **dict.fromkeys(HOLDS_OPEN - ASSIGNING, _work),
    **dict.fromkeys(ENDINGS, _ending),
    OpKind.VERIFY: _verify,
    OpKind.CLASSIFY: _edit,
    OpKind.RELOCATE: _edit,
}


def fold(ops: Iterable[Op]) -> tuple[Incident | None, tuple[Refusal | None, ...]]:
    """All ops of one incident in order: what they leave, and each one's refusal (None where it stands)."""
    incident: Incident | None = None
    refusals: list[Refusal | None] = []
    for op in ops:
        decided = decide(incident, op)
        incident = decided.incident
        refusals.append(decided.refusal)
    return incident, tuple(refusals)
