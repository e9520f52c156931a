"""How ops on assignments change an incident: give, take back, acknowledge, arrive, handle, verify."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.assignment import ASSIGNMENT_TABLE, Assignment, AssignmentState, with_changes
from app.domain.errors import MalformedOp, Refusal
from app.domain.fold_matter import state_by_work, touched
from app.domain.incident import Incident, State
from app.domain.op import Op, OpKind, is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.domain.incident import Cell

    Given = tuple[Assignment, ...]


def _offer(incident: Incident, op: Op, calls: Sequence[tuple[str, str]], *, whistle: bool) -> Incident:
    """Add an offered assignment for each (id, handler); the first may take the lead."""
    lead_now = any(a.lead and a.active for a in incident.assignments)
    take_lead = not whistle and (bool(op.get("lead", bool)) or not lead_now)
    kept = [
        with_changes(a, lead=False) if take_lead and a.lead and a.active else a for a in incident.assignments
    ]
    offered = [
        Assignment(
            id=name,
            handler=handler,
            lead=take_lead and i == 0,
            state=AssignmentState.OFFERED,
            offered_at=op.at,
            whistle=whistle,
        )
        for i, (name, handler) in enumerate(calls)
    ]
    given = _lead_passed_on((*kept, *offered))
    first = incident.assigned_at if incident.assigned_at is not None else op.at
    return touched(incident, op, assignments=given, state=state_by_work(given), assigned_at=first)


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


def _step(incident: Incident, op: Op, **changes: Any) -> tuple[Given, Assignment] | Refusal:
    """The assignments with the op's own in its next state, and that one."""
    wanted = op.need("assignment", str)
    for i, a in enumerate(incident.assignments):
        if a.id == wanted or wanted in a.also:
            target = ASSIGNMENT_TABLE[OpKind(op.kind)][a.state]
            if isinstance(target, Refusal):
                return target
            moved = with_changes(a, state=target, **changes)
            return (*incident.assignments[:i], moved, *incident.assignments[i + 1 :]), moved
    return Refusal.UNKNOWN_ASSIGNMENT


def _acknowledge(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    stepped = _step(incident, op, acknowledged_at=op.at)
    return stepped if isinstance(stepped, Refusal) else _responded(incident, op, stepped[0])


def _report_in(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    stepped = _step(incident, op, arrived_at=op.at)
    return stepped if isinstance(stepped, Refusal) else _responded(incident, op, stepped[0])


def _responded(incident: Incident, op: Op, given: Given) -> Incident:
    first = incident.responded_at if incident.responded_at is not None else op.at
    return touched(incident, op, assignments=given, state=state_by_work(given), responded_at=first)


def _give_back(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    """Return (by the handler) or recall (by who gave it); both need a reason."""
    reason = op.get("reason", str)
    if not reason:
        return Refusal.REASON_MISSING
    stepped = _step(incident, op, ended_at=op.at, reason=reason)
    if isinstance(stepped, Refusal):
        return stepped
    given = _lead_passed_on(stepped[0])
    returned = incident.returned + (op.kind == OpKind.RETURN)
    return touched(incident, op, assignments=given, state=state_by_work(given), returned=returned)


def _lead_passed_on(given: Given) -> Given:
    """Where the lead has gone, the longest-serving co-handler takes it: someone must close the matter."""
    active = [a for a in given if a.active]
    if not active or any(a.lead for a in active):
        return given
    heir = min(active, key=lambda a: (a.whistle, a.offered_at, a.id))
    return tuple([with_changes(a, lead=True) if a is heir else a for a in given])


def _handle(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    """The lead closes the matter, and only when no co-handler is still at work."""
    result = op.get("result", str)
    if not result:
        return Refusal.REASON_MISSING
    stepped = _step(incident, op, ended_at=op.at)
    if isinstance(stepped, Refusal):
        return stepped
    given, mine = stepped
    if not mine.lead:
        return _responded(incident, op, given)
    if any(a.active for a in given):
        return Refusal.CO_HANDLERS_OPEN
    first = incident.responded_at if incident.responded_at is not None else op.at
    return touched(
        incident, op, assignments=given, state=State.HANDLED, handled_at=op.at, responded_at=first,
        result=result, verified=False,
    )  # fmt: skip


def _verify(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    """Passed: ready to close. Failed: back to the lead, with the reason."""
    if op.need("passed", bool):
        return touched(incident, op, verified=True)
    reason = op.get("reason", str)
    if not reason:
        return Refusal.REASON_MISSING
    lead = incident.lead
    back = tuple(
        [
            with_changes(a, state=AssignmentState.ACKNOWLEDGED, ended_at=None, reason=reason)
            if a is lead
            else a
            for a in incident.assignments
        ]
    )
    return touched(
        incident, op, assignments=back, state=state_by_work(back), handled_at=None, verified=False,
        rework=incident.rework + 1,
    )  # fmt: skip


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
