"""How a person settles a conflict: the ``resolve`` op."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.errors import Refusal
from app.domain.fold_matter import touched
from app.domain.incident import Conflict, ConflictKind, Incident, State
from app.domain.op import Op, OpKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.incident import Cell

SECOND = "second"
"""What a ``resolve`` of two different endings says where the later one is to stand."""

INTERCHANGEABLE = frozenset({State.CLOSED.value, State.CANCELLED.value, State.DECLINED.value})
"""Endings of which one can take another's place; a merger needs ops of its own."""


def _resolve(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    conflict = op.need("conflict", str)
    if all(c.name != conflict for c in incident.conflicts):
        return Refusal.NO_CONFLICT
    if not op.get("reason", str):
        return Refusal.REASON_MISSING
    left = tuple(c for c in incident.conflicts if c.name != conflict)
    settled = next(c for c in incident.conflicts if c.name == conflict)
    changes = _second_ending(incident, op, settled) if op.get("choice", str) == SECOND else {}
    return touched(incident, op, conflicts=left, **changes)


def _second_ending(incident: Incident, op: Op, settled: Conflict) -> dict[str, Any]:
    """Of two endings the later one is chosen: it takes the first one's place, and nothing is worked again."""
    if settled.kind is not ConflictKind.CLOSE_DIFFERS or len(settled.told) != 4 or incident.open:
        return {}
    _, _, state, words = settled.told
    if state not in INTERCHANGEABLE or incident.state.value not in INTERCHANGEABLE:
        return {}
    closed = op.at if incident.closed_at is None else incident.closed_at
    return {
        "state": State(state),
        "result": words or incident.result,
        "closed_at": closed if state == State.CLOSED.value else None,
    }


HANDLERS: dict[OpKind, Callable[[Incident, Op, Cell], Incident | Refusal]] = {OpKind.RESOLVE: _resolve}
