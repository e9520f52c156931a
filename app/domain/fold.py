"""Folding: state is what the ops leave, and nothing else writes it (DESIGN §5).

``apply`` is total: whatever the op holds, it answers with the next incident or with a refusal, never with
an error, and the same ops in the same order give the same incident on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain import fold_matter, fold_work
from app.domain.errors import MalformedOp, Refusal
from app.domain.incident import TABLE, Incident
from app.domain.op import Op, OpKind, is_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.domain.incident import Cell

    Handler = Callable[[Incident, Op, Cell], Incident | Refusal]

_HANDLERS: dict[OpKind, Handler] = {**fold_matter.HANDLERS, **fold_work.HANDLERS}
_KINDS = {kind.value: kind for kind in TABLE}


def apply(incident: Incident | None, op: Op) -> Incident | Refusal:
    """The incident after the op, or why the op is refused (then nothing has changed)."""
    kind = _KINDS.get(op.kind)
    if kind is None:
        return Refusal.UNKNOWN_OP
    if not is_instant(op.at):
        return Refusal.MALFORMED
    try:
        if incident is None:
            return fold_matter.report(op) if kind is OpKind.REPORT else Refusal.UNKNOWN_INCIDENT
        cell = TABLE[kind][incident.state]
        if isinstance(cell, Refusal):
            return cell
        return _HANDLERS[kind](incident, op, cell)
    except MalformedOp:
        return Refusal.MALFORMED


def fold(ops: Iterable[Op]) -> tuple[Incident | None, tuple[Refusal | None, ...]]:
    """All ops of one incident in order: what they leave, and each one's refusal (None where applied)."""
    incident: Incident | None = None
    refusals: list[Refusal | None] = []
    for op in ops:
        after = apply(incident, op)
        if isinstance(after, Refusal):
            refusals.append(after)
        else:
            incident = after
            refusals.append(None)
    return incident, tuple(refusals)
