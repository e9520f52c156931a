"""Who last touched which concern of an incident: how an op made without knowing of another one is found."""

from __future__ import annotations

from app.domain.endings import ENDED, undo_of
from app.domain.fold_matter import completed
from app.domain.incident import Incident, Mark, State
from app.domain.op import Op, OpKind

END, ASSIGN, WORK, STEP, TAKEN_BACK = "end", "assign", "work", "step", "taken_back"
"""Concerns. ``WORK`` says that the matter goes on, and speaks against every ending; ``STEP`` is what an
ending by closing expects to have happened, and speaks against the other endings alone.
"""

EDITED = ("title", "item", "severity", "place")
"""Fields that two can edit at once; each is a concern by its name."""

_ENDS = frozenset({OpKind.CLOSE, OpKind.CANCEL, OpKind.DECLINE, OpKind.MERGE})
_EDITS = frozenset({OpKind.CLASSIFY, OpKind.RELOCATE})
_CONCERN: dict[str, str] = {
    OpKind.ASSIGN: ASSIGN, OpKind.WHISTLE: ASSIGN,
    OpKind.RETURN: WORK, OpKind.ESCALATE: WORK, OpKind.SUSPEND: WORK, OpKind.RESUME: WORK,
    OpKind.REOPEN: WORK, OpKind.UNMERGE: WORK,
    OpKind.ACCEPT: STEP, OpKind.ACKNOWLEDGE: STEP, OpKind.REPORT_IN: STEP,
    OpKind.RECALL: TAKEN_BACK,
}  # fmt: skip
_BY_RESULT = _ENDS | _EDITS | {OpKind.HANDLE, OpKind.VERIFY}
_NOTHING: frozenset[str] = frozenset()


def unseen(incident: Incident, op: Op) -> frozenset[str]:
    """The concerns that others have touched since what the op's author had seen."""
    base = op.base
    if base >= incident.version or not incident.marks:
        return _NOTHING
    short = op.origin.short
    return frozenset([m.concern for m in incident.marks if m.version > base and m.origin != short])


def marked(before: Incident, after: Incident, op: Op) -> Incident:
    """``after`` (just made from ``before`` by the op) with the op's mark, and with what its ending undid."""
    concern = _CONCERN.get(op.kind)
    if concern is not None:
        fresh = _marks(after, op, (concern,))
    elif op.kind in _BY_RESULT and (concerns := _concerns(before, after, op)):
        fresh = _marks(after, op, concerns)
    else:
        return after
    if after.state is not before.state and (after.undone or after.state in ENDED):
        return completed(after, marks=fresh, undone=undo_of(before, after))
    return completed(after, marks=fresh)


def _marks(after: Incident, op: Op, concerns: tuple[str, ...]) -> tuple[Mark, ...]:
    short, version = op.origin.short, after.version
    kept = [m for m in after.marks if m.origin != short or m.concern not in concerns]
    return (*kept, *[Mark(c, short, version) for c in concerns])


def _concerns(before: Incident, after: Incident, op: Op) -> tuple[str, ...]:
    if op.kind in _EDITS:
        return changed_fields(before, after)
    if op.kind == OpKind.VERIFY:
        return () if after.state is State.HANDLED else (WORK,)
    if after.state in ENDED:
        return (END,)
    return (STEP,) if op.kind == OpKind.HANDLE else ()


def changed_fields(before: Incident, after: Incident) -> tuple[str, ...]:
    """Which of ``EDITED`` differ."""
    return tuple([f for f in EDITED if getattr(after, f) != getattr(before, f)])
