"""How each op on the matter itself changes an incident (ops on its assignments: ``fold_work``)."""

from __future__ import annotations

from dataclasses import fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from app.domain.assignment import AssignmentState
from app.domain.errors import MalformedOp, Refusal
from app.domain.incident import Incident, Loop, Next, State
from app.domain.op import Op, OpKind, is_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.domain.assignment import Assignment
    from app.domain.incident import Cell

SEVERITIES = range(1, 5)
"""1 特急, 2 紧急, 3 较急, 4 一般."""


_FIELDS = tuple(f.name for f in fields(Incident))
_values = attrgetter(*_FIELDS)
_PUT: dict[str, Callable[[Incident, Any], None]] = {name: getattr(Incident, name).__set__ for name in _FIELDS}


def touched(incident: Incident, op: Op, **changes: Any) -> Incident:
    """The incident with the changes, one version on.

    As ``dataclasses.replace``, in less than half of its time: every op passes here, and ``replace`` asks
    each of some fifty fields how it is to be set.
    """
    after = object.__new__(Incident)
    for put, value in zip(_PUT.values(), _values(incident), strict=True):
        put(after, value)
    _PUT["version"](after, incident.version + 1)
    _PUT["changed_at"](after, op.at)
    for name, value in changes.items():
        _PUT[name](after, value)
    return after


def completed(fresh: Incident, **changes: Any) -> Incident:
    """Set fields of an incident that ``touched`` has just made and nobody has been given yet."""
    for name, value in changes.items():
        _PUT[name](fresh, value)
    return fresh


def work_state(incident: Incident) -> State:
    """Accepted, assigned or working, as the assignments that are still active say."""
    return state_by_work(incident.assignments)


def state_by_work(assignments: Iterable[Assignment]) -> State:
    """The same, of the assignments themselves."""
    active = [a for a in assignments if a.active]
    if not active:
        return State.ACCEPTED
    begun = any(a.state is not AssignmentState.OFFERED for a in active)
    return State.WORKING if begun else State.ASSIGNED


def _severity(op: Op) -> int:
    severity = op.need("severity", int)
    if severity not in SEVERITIES:
        raise MalformedOp(f"severity {severity}")
    return severity


def _loop(op: Op) -> Loop:
    try:
        return Loop(op.need("loop", str))
    except ValueError as error:
        raise MalformedOp(str(error)) from error


def _item(op: Op) -> dict[str, Any]:
    return {
        "item": op.get("item", str) or "",
        "item_rev": op.get("item_rev", int) or 0,
        "category": op.get("category", str) or "",
        "severity": _severity(op),
        "loop": _loop(op),
        **_due(op),
    }


def _due(op: Op) -> dict[str, Any]:
    due = op.get("due", dict) or {}
    limits: dict[str, Any] = {}
    for clock in ("accept", "respond", "resolve"):
        value = due.get(clock)
        if value is not None and not is_instant(value):
            raise MalformedOp(f"due.{clock}")
        limits[f"{clock}_due"] = value
    limits["due_note"] = op.get("due_note", str) or ""
    return limits


def _where(op: Op) -> dict[str, Any]:
    lon, lat = op.get("lon", float), op.get("lat", float)
    if (lon is None) != (lat is None) or (
        lon is not None and lat is not None and not (-180 <= lon <= 180 and -90 <= lat <= 90)
    ):
        raise MalformedOp("position")
    return {
        "place": op.need("place", str),
        "town": op.need("town", str),
        "lon": lon,
        "lat": lat,
        "moved": bool(op.get("moved", bool)),
    }


def report(op: Op) -> Incident:
    """The incident that a report opens."""
    return Incident(
        id=op.entity,
        scope=op.scope,
        number=op.need("number", str),
        state=State.REPORTED,
        title=op.need("title", str),
        detail=op.get("detail", str) or "",
        source=op.need("source", str),
        reported_at=op.at,
        person=op.get("person", str) or "",
        ref=op.get("ref", str) or "",
        version=1,
        changed_at=op.at,
        **_where(op),
        **_item(op),
    )


def _reported_again(_incident: Incident, _op: Op, _cell: Cell) -> Refusal:
    return Refusal.ALREADY_REPORTED


def _accept(incident: Incident, op: Op, _cell: Cell) -> Incident:
    return touched(incident, op, state=State.ACCEPTED, accepted_at=op.at)


def _with_reason(state: State) -> Callable[[Incident, Op, Cell], Incident | Refusal]:
    def ended(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
        reason = op.get("reason", str)
        if not reason:
            return Refusal.REASON_MISSING
        left = _recalled(incident, op, reason)
        return touched(incident, op, state=state, result=reason, assignments=left, suspended_at=None)

    return ended


def _recalled(incident: Incident, op: Op, reason: str) -> tuple[Any, ...]:
    return tuple(
        replace(a, state=AssignmentState.RECALLED, ended_at=op.at, reason=reason) if a.active else a
        for a in incident.assignments
    )


def _classify(incident: Incident, op: Op, _cell: Cell) -> Incident:
    title = op.get("title", str) or incident.title
    return touched(incident, op, title=title, **_item(op))


def _relocate(incident: Incident, op: Op, _cell: Cell) -> Incident:
    return touched(incident, op, **_where(op))


def _note(incident: Incident, op: Op, _cell: Cell) -> Incident:
    op.need("text", str)
    return touched(incident, op, notes=incident.notes + 1)


def _attach(incident: Incident, op: Op, _cell: Cell) -> Incident:
    op.need("name", str)
    op.need("sha256", str)
    return touched(incident, op, evidence=incident.evidence + 1)


def _close(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    if incident.state is State.HANDLED and not incident.verified:
        return Refusal.NOT_VERIFIED
    result = op.get("result", str) or incident.result
    if not result:
        return Refusal.REASON_MISSING
    return touched(incident, op, state=State.CLOSED, closed_at=op.at, result=result)


def _rate(incident: Incident, op: Op, _cell: Cell) -> Incident:
    score = op.need("score", int)
    if score not in range(1, 6):
        raise MalformedOp("score")
    return touched(incident, op, rating=score)


def _reopen(incident: Incident, op: Op, cell: Cell) -> Incident | Refusal:
    if not op.get("reason", str):
        return Refusal.REASON_MISSING
    changes: dict[str, Any] = {
        "state": cell, "closed_at": None, "handled_at": None, "verified": False,
        "result": "",  # the next closing needs its own
    }  # fmt: skip
    if incident.state is State.CLOSED:
        changes["rework"] = incident.rework + 1
    if op.get("due", dict):
        changes |= _due(op)
    return touched(incident, op, **changes)


def _suspend(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    if not op.get("reason", str):
        return Refusal.REASON_MISSING
    return touched(incident, op, state=State.SUSPENDED, suspended_at=op.at)


def _resume(incident: Incident, op: Op, _cell: Cell) -> Incident:
    """The limits move by what the suspension took; the author has computed them (``sla.resumed``)."""
    since = incident.suspended_at if incident.suspended_at is not None else op.at
    changes: dict[str, Any] = {
        "state": work_state(incident),
        "suspended_at": None,
        "suspended_ms": incident.suspended_ms + max(0, op.at - since),
    }
    if op.get("due", dict):
        changes |= _due(op)
    return touched(incident, op, **changes)


def _escalate(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    if not op.get("reason", str):
        return Refusal.REASON_MISSING
    return touched(incident, op, loop=Loop.BIG, escalated=incident.escalated + 1)


def _supervise(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    if not op.get("reason", str):
        return Refusal.REASON_MISSING
    return touched(incident, op, supervised=incident.supervised + 1)


def _merge(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    into = op.need("into", str)
    if into == incident.id:
        return Refusal.MERGE_INTO_ITSELF
    return touched(incident, op, state=State.MERGED, merged_into=into, before_merge=incident.state.value)


def _unmerge(incident: Incident, op: Op, cell: Cell) -> Incident:
    state = State(incident.before_merge) if cell is Next.BEFORE else incident.state
    return touched(incident, op, state=state, merged_into="", before_merge="")


def _show(incident: Incident, op: Op, _cell: Cell) -> Incident | Refusal:
    """Someone is shown a caller's particulars: nothing changes but that it is known."""
    if op.need("person", str) != incident.person:
        return Refusal.UNKNOWN_RECORD
    return touched(incident, op)


HANDLERS: dict[OpKind, Callable[[Incident, Op, Cell], Incident | Refusal]] = {
    OpKind.REPORT: _reported_again,
    OpKind.ACCEPT: _accept,
    OpKind.DECLINE: _with_reason(State.DECLINED),
    OpKind.CANCEL: _with_reason(State.CANCELLED),
    OpKind.CLASSIFY: _classify,
    OpKind.RELOCATE: _relocate,
    OpKind.NOTE: _note,
    OpKind.ATTACH: _attach,
    OpKind.CLOSE: _close,
    OpKind.RATE: _rate,
    OpKind.REOPEN: _reopen,
    OpKind.SUSPEND: _suspend,
    OpKind.RESUME: _resume,
    OpKind.ESCALATE: _escalate,
    OpKind.SUPERVISE: _supervise,
    OpKind.MERGE: _merge,
    OpKind.UNMERGE: _unmerge,
    OpKind.SHOW: _show,
}
