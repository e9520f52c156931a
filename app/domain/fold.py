"""Folding: state is what the ops leave, and nothing else writes it (DESIGN §5).

``apply`` is total: whatever the op holds, it answers with the next incident or with a refusal, never with
an error, and the same ops in the same order give the same incident on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain import fold_hub, fold_matter, fold_settle, fold_work, moving
from app.domain.errors import MalformedOp, Refusal
from app.domain.incident import TABLE, Incident
from app.domain.op import Op, OpKind, is_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.incident import Cell

    Handler = Callable[[Incident, Op, Cell], Incident | Refusal]

_HANDLERS: dict[OpKind, Handler] = {
    **fold_matter.HANDLERS,
    **fold_work.HANDLERS,
    **fold_settle.HANDLERS,
    **fold_hub.HANDLERS,
}
_OPENS: dict[OpKind, Callable[[Op], Incident]] = {
    OpKind.REPORT: fold_matter.report, OpKind.MOVE_IN: moving.move_in,
}  # fmt: skip
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
            opens = _OPENS.get(kind)
            return opens(op) if opens else Refusal.UNKNOWN_INCIDENT
        cell = TABLE[kind][incident.state]
        if isinstance(cell, Refusal):
            return cell
        return _HANDLERS[kind](incident, op, cell)
    except MalformedOp:
        return Refusal.MALFORMED
