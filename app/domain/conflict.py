"""What becomes of an op that was made without knowing of another one (the table of DESIGN §5).

``decide`` is ``app.domain.fold.apply`` for a world of many desks: the hub and every desktop call it with the
same ops in the same order and come to the same incident. Two ops are *concurrent* where the later one's
author had not seen the earlier one (its mark's version lies above the op's ``base``) and did not make it.
The less final outcome wins, both intents are kept, and a person settles it with a ``resolve`` op.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.assignment import Assignment, AssignmentState
from app.domain.clash import Decided, both, clash, ended_twice, proposed
from app.domain.double_dispatch import dispatched_twice
from app.domain.endings import ENDED, OVER, ended_with, ending_words, stages
from app.domain.errors import Refusal
from app.domain.fold import apply
from app.domain.fold_matter import work_state
from app.domain.incident import MOVING, ConflictKind, Incident, State, allowed
from app.domain.marks import ASSIGN, END, STEP, WORK, changed_fields, marked, unseen
from app.domain.op import Op, OpKind, Outcome, is_instant, is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


__all__ = ["ASSIGNING", "Decided", "decide", "fold"]

ASSIGNING = frozenset({OpKind.ASSIGN, OpKind.WHISTLE})


def decide(incident: Incident | None, op: Op) -> Decided:
    """What the op leaves. Total, as ``apply`` is: whatever the op holds, never an error."""
    if incident is not None and op.kind != OpKind.MOVE_IN:
        marks = incident.marks
        if incident.scope != op.scope or (marks and marks[0].concern == MOVING):
            return Decided(incident, Outcome.REFUSED, Refusal.MOVED_AWAY)
        others = unseen(incident, op)
        if others:
            return _beside(incident, op, others)
    return _alone(incident, op)


def _alone(incident: Incident | None, op: Op) -> Decided:
    after = apply(incident, op)
    if isinstance(after, Refusal):
        return Decided(incident, Outcome.REFUSED, after)
    return Decided(after if incident is None else marked(incident, after, op), Outcome.APPLIED)


_SAID_TWICE: dict[str, frozenset[Refusal]] = {
    OpKind.ACCEPT: frozenset({Refusal.ALREADY_ACCEPTED}),
    OpKind.ACKNOWLEDGE: frozenset({Refusal.ALREADY_ACKNOWLEDGED, Refusal.ALREADY_ARRIVED}),
    OpKind.REPORT_IN: frozenset({Refusal.ALREADY_ARRIVED}),
    OpKind.SUSPEND: frozenset({Refusal.IS_SUSPENDED}),
    OpKind.RESUME: frozenset({Refusal.NOT_SUSPENDED}),
    OpKind.REOPEN: frozenset({Refusal.NOT_CLOSED}),
    OpKind.UNMERGE: frozenset({Refusal.NOT_MERGED}),
}
"""Refusals that only say that another one had the same intent first: then both had their way."""


def _beside(incident: Incident, op: Op, others: frozenset[str]) -> Decided:
    """The op where ``others`` are the concerns that its author did not see touched."""
    if not is_instant(op.at):
        return Decided(incident, Outcome.REFUSED, Refusal.MALFORMED)
    found = _found(incident, op, others)
    if found.refusal is not None and found.refusal in _SAID_TWICE.get(op.kind, ()):
        return both(incident, op)
    return found


def _found(incident: Incident, op: Op, others: frozenset[str]) -> Decided:
    special = _SPECIAL.get(op.kind)
    return (special(incident, op, others) if special else None) or _alone(incident, op)


def _reopened(incident: Incident, op: Op, others: frozenset[str]) -> Decided | None:
    """Work on what someone has ended meanwhile: it stays open, and the ending becomes a proposal.

    The op is tried on the incident as it was before the ending, or before what had led to it.
    """
    for stage in stages(incident):
        found = _found(stage, op, others - {END})
        if found.refusal is None and found.incident is not None:
            told = (incident.state.value, ended_with(incident))
            return clash(found.incident, op, ConflictKind.CLOSE_PROPOSED, *told)
    return None


def _beneath(incident: Incident, op: Op, others: frozenset[str]) -> Decided | None:
    """Work on what someone has suspended meanwhile: it is done, and the clock still stands."""
    lifted = replace(incident, state=work_state(incident), suspended_at=None)
    found = _found(lifted, op, others - {WORK})
    if found.refusal is not None or found.incident is None:
        return None
    if found.incident.state is State.HANDLED:
        return proposed(incident, op)
    held = replace(found.incident, state=State.SUSPENDED, suspended_at=incident.suspended_at)
    return Decided(held, found.outcome)


def _work(incident: Incident, op: Op, others: frozenset[str]) -> Decided | None:
    if END in others and incident.state in ENDED:
        return _reopened(incident, op, others)
    return _recall(incident, op, others) if op.kind in _BENEATH else None


def _recall(incident: Incident, op: Op, others: frozenset[str]) -> Decided | None:
    held = WORK in others and incident.state is State.SUSPENDED
    return _beneath(incident, op, others) if held else None


def _refused(incident: Incident, op: Op) -> Refusal | None:
    after = apply(incident, op)
    return after if isinstance(after, Refusal) else None


def _named(incident: Incident, op: Op) -> Assignment | None:
    name = op.body.get("assignment")
    return next((a for a in incident.assignments if a.id == name or name in a.also), None)


def _step(incident: Incident, op: Op, others: frozenset[str]) -> Decided | None:
    """Told late of an assignment that has been done meanwhile: nothing speaks against it."""
    mine = _named(incident, op)
    if mine is not None and mine.state is AssignmentState.DONE:
        return both(incident, op)
    return _work(incident, op, others)


_NOT_YET = frozenset({Refusal.CO_HANDLERS_OPEN, Refusal.ASSIGNMENT_ENDED, Refusal.NOT_ASSIGNED})


def _handle(incident: Incident, op: Op, others: frozenset[str]) -> Decided | None:
    """Done in the field, while others gave it to more, took it back, ended it, or said the same."""
    mine = _named(incident, op)
    if mine is None or not is_text(op.body.get("result")) or not op.body["result"]:
        return None
    if mine.state is AssignmentState.DONE:
        return ended_twice(incident, op) if mine.lead and incident.state in ENDED else both(incident, op)
    found = _work(incident, op, others)
    if found is None and incident.state not in ENDED and _refused(incident, op) in _NOT_YET:
        return proposed(incident, op)
    return found


def _show(incident: Incident, op: Op, others: frozenset[str]) -> Decided | None:
    """A caller was shown before one knew that the matter had ended: the ledger says so."""
    known = END in others and incident.state in OVER and op.body.get("person") == incident.person != ""
    return both(incident, op) if known else None


def _verify(incident: Incident, op: Op, others: frozenset[str]) -> Decided | None:
    """Sent back by one, closed by another: the work goes on."""
    failed = op.body.get("passed") is False
    return _reopened(incident, op, others) if failed and END in others and incident.state in OVER else None


def _assign(incident: Incident, op: Op, others: frozenset[str]) -> Decided | None:
    found = _work(incident, op, others)
    if found is not None or allowed(incident.state, OpKind(op.kind)):
        return found
    return dispatched_twice(incident, op, others)


_NOT_SO_FAR = frozenset({
    Refusal.HAS_OPEN_ASSIGNMENTS, Refusal.NOT_HANDLED, Refusal.ALREADY_HANDLED, Refusal.IS_SUSPENDED,
    Refusal.NOT_VERIFIED,
})  # fmt: skip
_AGAINST_CLOSING = frozenset({ASSIGN, WORK})
_AGAINST_THE_REST = frozenset({ASSIGN, WORK, STEP, END})


def _ending(incident: Incident, op: Op, others: frozenset[str]) -> Decided | None:
    """An ending beside work that its author had not seen, or beside another ending."""
    closing, words = op.kind == OpKind.CLOSE, ending_words(op)
    if not closing and (not words or op.body.get("into") == incident.id):
        return None
    if incident.state in OVER:
        return ended_twice(incident, op) if END in others else None
    against = _AGAINST_CLOSING if closing else _AGAINST_THE_REST
    if others & against or _refused(incident, op) in _NOT_SO_FAR:
        return proposed(incident, op)
    return None


def _edit(incident: Incident, op: Op, others: frozenset[str]) -> Decided | None:
    """Two edit one field: the later is shown, both are kept; of two priorities the higher stands."""
    after = apply(incident, op)
    if isinstance(after, Refusal):
        return None
    twice = [f for f in changed_fields(incident, after) if f in others]
    if not twice:
        return None
    told = [(f, str(getattr(incident, f)), str(getattr(after, f))) for f in twice]
    shown = marked(incident, after, op)
    if "severity" in twice:
        shown = replace(shown, severity=min(after.severity, incident.severity))
    for field in told:
        shown = clash(shown, op, ConflictKind.EDITED_TWICE, *field).incident or shown
    return Decided(shown, Outcome.CONFLICT)


_BENEATH = ASSIGNING | {
    OpKind.ACKNOWLEDGE, OpKind.REPORT_IN, OpKind.RETURN, OpKind.HANDLE,
}  # fmt: skip
_SPECIAL: dict[str, Callable[[Incident, Op, frozenset[str]], Decided | None]] = {
    OpKind.ASSIGN: _assign, OpKind.WHISTLE: _assign,
    OpKind.ACKNOWLEDGE: _step, OpKind.REPORT_IN: _step,
    OpKind.ACCEPT: _work, OpKind.RETURN: _work, OpKind.ESCALATE: _work, OpKind.SUSPEND: _work,
    OpKind.RESUME: _work, OpKind.RECALL: _recall,
    OpKind.HANDLE: _handle, OpKind.VERIFY: _verify,
    OpKind.CLOSE: _ending, OpKind.CANCEL: _ending, OpKind.DECLINE: _ending, OpKind.MERGE: _ending,
    OpKind.SHOW: _show,
    OpKind.CLASSIFY: _edit, OpKind.RELOCATE: _edit,
}  # fmt: skip


def fold(ops: Iterable[Op]) -> tuple[Incident | None, tuple[Refusal | None, ...]]:
    """All ops of one incident in order: what they leave, and each one's refusal (None where it stands)."""
    incident: Incident | None = None
    refusals: list[Refusal | None] = []
    for op in ops:
        decided = decide(incident, op)
        incident = decided.incident
        refusals.append(decided.refusal)
    return incident, tuple(refusals)
