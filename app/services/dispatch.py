"""Dispatch: give an incident to handlers, take it back, note their steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.errors import Refusal
from app.domain.incident import State
from app.domain.op import OpKind
from app.services.desk import Desk, Done, Step, act, act_planned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.incident import Incident
    from app.ports.ledger import Tx


def assign(desk: Desk, key: int, handler: str, *, lead: bool = False) -> Done:
    """派单. The first handler leads; a reported incident is accepted in the same act."""

    def plan(tx: Tx, incident: Incident) -> Sequence[Step] | Refusal:
        lists = desk.lists.now(tx.read)
        if handler not in lists.units and handler not in lists.members:
            return Refusal.UNKNOWN_RECORD
        body = {"assignment": desk.ids.fresh(), "handler": handler, "lead": lead, **_seen(tx)}
        accept: list[Step] = [(OpKind.ACCEPT, {})] if incident.state is State.REPORTED else []
        return [*accept, (OpKind.ASSIGN, body)]

    return act_planned(desk, key, plan)


def whistle(desk: Desk, key: int, handlers: Sequence[str], reason: str) -> Done:
    """吹哨: call departments in; each gets its own clock."""
    calls = [{"assignment": desk.ids.fresh(), "handler": handler} for handler in handlers]

    def plan(tx: Tx, _incident: Incident) -> Sequence[Step]:
        return [(OpKind.WHISTLE, {"calls": calls, "reason": reason, **_seen(tx)})]

    return act_planned(desk, key, plan)


def _seen(tx: Tx) -> dict[str, Any]:
    """How far this desk saw each scope: from it the hub knows whether a handler was taken unawares."""
    cursors = dict(tx.read.cursors())
    return {"seen": cursors} if cursors else {}


def acknowledge(desk: Desk, key: int, assignment: str) -> Done:
    """应答."""
    return act(desk, key, OpKind.ACKNOWLEDGE, {"assignment": assignment})


def report_in(desk: Desk, key: int, assignment: str) -> Done:
    """报到 or 到场."""
    return act(desk, key, OpKind.REPORT_IN, {"assignment": assignment})


def give_back(desk: Desk, key: int, assignment: str, reason: str) -> Done:
    """退回, by the handler."""
    return act(desk, key, OpKind.RETURN, {"assignment": assignment, "reason": reason})


def recall(desk: Desk, key: int, assignment: str, reason: str) -> Done:
    """撤回, by who gave it: the undo of an assignment."""
    return act(desk, key, OpKind.RECALL, {"assignment": assignment, "reason": reason})


def escalate(desk: Desk, key: int, reason: str) -> Done:
    """升级 to the tier above; the big loop takes it."""
    return act(desk, key, OpKind.ESCALATE, {"reason": reason})


def supervise(desk: Desk, key: int, reason: str) -> Done:
    """督办."""
    return act(desk, key, OpKind.SUPERVISE, {"reason": reason})
