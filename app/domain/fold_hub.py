"""How the hub's own ops change an incident: a conflict that no scope's order shows, and a move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.errors import MalformedOp
from app.domain.fold_matter import completed, touched
from app.domain.incident import MOVING, Conflict, ConflictKind, Incident, Mark
from app.domain.moving import move_in
from app.domain.op import Op, OpKind, is_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.errors import Refusal
    from app.domain.incident import Cell


def _flag(incident: Incident, op: Op, _cell: Cell) -> Incident:
    try:
        kind = ConflictKind(op.need("conflict", str))
    except ValueError as error:
        raise MalformedOp(str(error)) from error
    told = op.need("told", list)
    if not all(is_text(word) for word in told):
        raise MalformedOp("told")
    after = touched(incident, op)
    found = Conflict(f"{kind.value}-{after.version}", kind, op.at, op.actor, tuple(told))
    return completed(after, conflicts=(*incident.conflicts, found))


def _move_out(incident: Incident, op: Op, _cell: Cell) -> Incident:
    """Gone to another scope. Until that scope's order brings it in, nothing else changes it: an older op of
    that scope, from before the matter once left it, may still be under way to this store.
    """
    to = op.need("to", str)
    after = touched(incident, op, scope=to)
    kept = tuple(m for m in incident.marks if m.concern != MOVING)
    return completed(after, marks=(Mark(MOVING, to, after.version), *kept))


def _move_in(incident: Incident, op: Op, _cell: Cell) -> Incident:
    """Whole from another scope; where this store knows of later changes already, as it is here."""
    arrived = move_in(op)
    return incident if incident.version >= arrived.version else arrived


HANDLERS: dict[OpKind, Callable[[Incident, Op, Cell], Incident | Refusal]] = {
    OpKind.FLAG: _flag,
    OpKind.MOVE_OUT: _move_out,
    OpKind.MOVE_IN: _move_in,
}
