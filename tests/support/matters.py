"""Incidents and ops for tests: an op of any kind with a valid body, and an incident in any state."""

from __future__ import annotations

from typing import Any

from app.domain.fold import apply
from app.domain.incident import Incident, State
from app.domain.op import Op, OpKind, Origin

ORIGIN = Origin("d" * 32, "1" * 32)
AT = 1_795_150_000_000
MINUTE = 60_000

MATTER: dict[str, Any] = {"severity": 2, "loop": "big", "item": "I-1", "item_rev": 3, "category": "water"}
WHERE: dict[str, Any] = {"place": "510113103201", "town": "510113103", "lon": 104.33, "lat": 30.86}

BODIES: dict[OpKind, dict[str, Any]] = {
    OpKind.REPORT: {"number": "261120-0441", "title": "餐饮油污直排", "source": "hotline", **MATTER, **WHERE},
    OpKind.DECLINE: {"reason": "不属本区"},
    OpKind.CLASSIFY: MATTER,
    OpKind.RELOCATE: WHERE,
    OpKind.ASSIGN: {"assignment": "a9", "handler": "u9"},
    OpKind.ACKNOWLEDGE: {"assignment": "a1"},
    OpKind.RETURN: {"assignment": "a1", "reason": "无设备"},
    OpKind.REPORT_IN: {"assignment": "a1"},
    OpKind.RECALL: {"assignment": "a1", "reason": "改派"},
    OpKind.NOTE: {"text": "电话未接"},
    OpKind.ATTACH: {"name": "1.jpg", "sha256": "0" * 64},
    OpKind.HANDLE: {"assignment": "a1", "result": "已清理"},
    OpKind.VERIFY: {"passed": True},
    OpKind.CLOSE: {"result": "已解决"},
    OpKind.RATE: {"score": 5},
    OpKind.REOPEN: {"reason": "复发"},
    OpKind.SUSPEND: {"reason": "等待检测"},
    OpKind.ESCALATE: {"reason": "需多部门"},
    OpKind.SUPERVISE: {"reason": "超时"},
    OpKind.WHISTLE: {"calls": [{"assignment": "w1", "handler": "d1"}, {"assignment": "w2", "handler": "d2"}]},
    OpKind.MERGE: {"into": "f" * 32},
    OpKind.CANCEL: {"reason": "误报"},
    OpKind.RESOLVE: {"conflict": "double_dispatch-5", "reason": "以先派为准"},
    OpKind.SHOW: {"person": "p1"},
    OpKind.FLAG: {"conflict": "unit_double_booked", "told": ["u1", "f" * 32, "261120-0442", "510113104"]},
    OpKind.MOVE_OUT: {"to": "510113104"},
}
"""A body with which each op passes where the table lets it (``a1`` is the lead that ``in_state`` offers)."""

_ASSIGNED = (OpKind.REPORT, OpKind.ACCEPT, OpKind.ASSIGN)
_HANDLED = (*_ASSIGNED, OpKind.HANDLE)
WAY_TO: dict[State, tuple[OpKind, ...]] = {
    State.REPORTED: (OpKind.REPORT,),
    State.ACCEPTED: (OpKind.REPORT, OpKind.ACCEPT),
    State.ASSIGNED: _ASSIGNED,
    State.WORKING: (*_ASSIGNED, OpKind.ACKNOWLEDGE),
    State.HANDLED: _HANDLED,
    State.CLOSED: (*_HANDLED, OpKind.VERIFY, OpKind.CLOSE),
    State.DECLINED: (OpKind.REPORT, OpKind.DECLINE),
    State.SUSPENDED: (*_ASSIGNED, OpKind.SUSPEND),
    State.MERGED: (OpKind.REPORT, OpKind.MERGE),
    State.CANCELLED: (OpKind.REPORT, OpKind.CANCEL),
}
"""The ops that lead to each state, a minute apart."""


def op(kind: str, body: dict[str, Any] | None = None, at: int = AT, n: int = 1, **fields: Any) -> Op:
    """An op on the one incident of a test; without a body, with the valid one of its kind."""
    given = BODIES.get(kind, {}) if body is None else body
    named = {"scope": "510113103", "entity": "e" * 32, "actor": "m1", "made": at, **fields}
    return Op(origin=ORIGIN, n=n, kind=kind, at=at, body=given, **named)


def do(incident: Incident | None, *steps: Op) -> Incident:
    """The incident after ops that must all pass."""
    for step in steps:
        after = apply(incident, step)
        assert isinstance(after, Incident), (step.kind, after)
        incident = after
    assert incident is not None
    return incident


def in_state(state: State) -> Incident:
    """An incident brought to a state by ops; assigned ones have the lead ``a1`` at handler ``u1``."""
    incident: Incident | None = None
    for i, kind in enumerate(WAY_TO[state]):
        body = {"assignment": "a1", "handler": "u1"} if kind is OpKind.ASSIGN else None
        incident = do(incident, op(kind, body, AT + i * MINUTE, i + 1))
    assert incident is not None
    assert incident.state is state
    return incident
