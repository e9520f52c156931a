"""How ops on assignments change an incident: give, take back, acknowledge, arrive, handle, verify."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.domain.assignment import ASSIGNMENT_TABLE, Assignment, AssignmentState
from app.domain.errors import MalformedOp, Refusal
from app.domain.fold_matter import touched, work_state
from app.domain.incident import Incident, State
from app.domain.op import Op, OpKind, is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.domain.incident import Cell


def _offer(incident: Incident, op: Op, calls: Sequence[tuple[str, str]], *, whistle: bool) -> Incident:
    """Add an offered assignment for each (id, handler); the first may take the lead."""
    lead_now = any(a.lead and a.active for a in incident.assignments)
    take_lead = not whistle and (bool(op.get("lead", bool)) or not lead_now)
    kept = tuple(
        replace(a, lead=False) if take_lead and a.lead and a.active else a for a in incident.assignments
    )
    offered = tuple(
        Assignment(
            id=name,
            handler=handler,
            lead=take_lead and i == 0,
            state=AssignmentState.OFFERED,
            offered_at=op.at,
            whistle=whistle,
        )
        for i, (name, handler) in enumerate(calls)
    )
    after = _lead_passed_on(replace(incident, assignments=kept + offered))
    first = incident.assigned_at if incident.assigned_at is not None else op.at
    return touched(after, op, state=work_state(after), assigned_at=first)


def _clash(incident: Incident, calls: Sequence[tuple[str, str]]) -> Refusal | None:
    names = {name for a in incident.assignments for name in (a.id, *a.also)}
    busy = {a.handler for a in incident.assignments if a.active}
    for name, handler in calls:
        if handler in busy or name in names:
            return Refusal.ALREADY_ASSIGNED_TO
        names.add(name)
        busy.add(handler)
    return None


def _assign(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    calls = [(op.need("assignment", str), op.need("handler", str))]
    return _clash(incident, calls) or _offer(incident, op, calls, whistle=False)


def _whistle(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    calls = [_call(entry) for entry in op.need("calls", list)]
    if not calls:
        raise MalformedOp("calls")
    return _clash(incident, calls) or _offer(incident, op, calls, whistle=True)


def _call(entry: Any) -> tuple[str, str]:
    if not isinstance(entry, dict):
        raise MalformedOp("calls")
    name, handler = entry.get("assignment"), entry.get("handler")
    if not (name and handler and is_text(name) and is_text(handler)):
        raise MalformedOp("calls")
    return name, handler


def _step(incident: Incident, op: Op, **changes: Any) -> tuple[Incident, Assignment] | Refusal:
    """The incident with the op's assignment in its next state, and that assignment."""
    wanted = op.need("assignment", str)
    for i, a in enumerate(incident.assignments):
        if a.id == wanted or wanted in a.also:
            target = ASSIGNMENT_TABLE[OpKind(op.kind)][a.state]
            if isinstance(target, Refusal):
                return target
            moved = replace(a, state=target, **changes)
            all_now = (*incident.assignments[:i], moved, *incident.assignments[i + 1 :])
            return replace(incident, assignments=all_now), moved
    return Refusal.UNKNOWN_ASSIGNMENT


def _acknowledge(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    stepped = _step(incident, op, acknowledged_at=op.at)
    return stepped if isinstance(stepped, Refusal) else _responded(stepped[0], op)


def _report_in(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    stepped = _step(incident, op, arrived_at=op.at)
    return stepped if isinstance(stepped, Refusal) else _responded(stepped[0], op)


def _responded(incident: Incident, op: Op) -> Incident:
    first = incident.responded_at if incident.responded_at is not None else op.at
    return touched(incident, op, state=work_state(incident), responded_at=first)


def _give_back(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    """Return (by the handler) or recall (by who gave it); both need a reason."""
    reason = op.get("reason", str)
    if not reason:
        return Refusal.REASON_MISSING
    stepped = _step(incident, op, ended_at=op.at, reason=reason)
    if isinstance(stepped, Refusal):
        return stepped
    after = _lead_passed_on(stepped[0])
    returned = incident.returned + (op.kind == OpKind.RETURN)
    return touched(after, op, state=work_state(after), returned=returned)


def _lead_passed_on(incident: Incident) -> Incident:
    """Where the lead has gone, the longest-serving co-handler takes it: someone must close the matter."""
    active = [a for a in incident.assignments if a.active]
    if not active or any(a.lead for a in active):
        return incident
    heir = min(active, key=lambda a: (a.whistle, a.offered_at, a.id))
    return replace(
        incident,
        assignments=tuple(replace(a, lead=True) if a is heir else a for a in incident.assignments),
    )


def _handle(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    """The lead closes the matter, and only when no co-handler is still at work."""
    result = op.get("result", str)
    if not result:
        return Refusal.REASON_MISSING
    stepped = _step(incident, op, ended_at=op.at)
    if isinstance(stepped, Refusal):
        return stepped
    after, mine = stepped
    first = incident.responded_at if incident.responded_at is not None else op.at
    if not mine.lead:
        return touched(after, op, state=work_state(after), responded_at=first)
    if any(a.active for a in after.assignments):
        return Refusal.CO_HANDLERS_OPEN
    return touched(
        after, op, state=State.HANDLED, handled_at=op.at, responded_at=first, result=result, verified=False
    )


def _verify(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    """Passed: ready to close. Failed: back to the lead, with the reason."""
    if op.need("passed", bool):
        return touched(incident, op, verified=True)
    reason = op.get("reason", str)
    if not reason:
        return Refusal.REASON_MISSING
    lead = incident.lead
    back = tuple(
        replace(a, state=AssignmentState.ACKNOWLEDGED, ended_at=None, reason=reason) if a is lead else a
        for a in incident.assignments
    )
    after = replace(incident, assignments=back, handled_at=None, verified=False)
    return touched(after, op, state=work_state(after), rework=incident.rework + 1)


HANDLERS: dict[OpKind, Callable[[Incident, Op, Cell], Incident | Refusal]] = {
    OpKind.ASSIGN: _assign,
    OpKind.WHISTLE: _whistle,
    OpKind.ACKNOWLEDGE: _acknowledge,
    OpKind.REPORT_IN: _report_in,
    OpKind.RETURN: _give_back,
    OpKind.RECALL: _give_back,
    OpKind.HANDLE: _handle,
    OpKind.VERIFY: _verify,
}
