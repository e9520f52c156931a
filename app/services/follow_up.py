"""Follow-up: handle, verify, close, rate, reopen, suspend, resume, note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.catalogue import Limit
from app.domain.errors import UnknownYear
from app.domain.op import OpKind
from app.domain.sla import deadlines, resumed
from app.services.desk import Desk, Done, Step, act, act_planned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.catalogue import Item
    from app.domain.errors import Refusal
    from app.domain.incident import Incident
    from app.ports.ledger import Tx
    from app.services.lists import Lists

_CLOCK_TIME = Limit(minutes=1)


def handle(desk: Desk, key: int, assignment: str, result: str) -> Done:
    """办结 by a handler; the lead's makes the incident ready to be verified."""
    return act(desk, key, OpKind.HANDLE, {"assignment": assignment, "result": result})


def verify(desk: Desk, key: int, *, passed: bool, reason: str = "") -> Done:
    """核查: passed, or back to the lead with a reason."""
    return act(desk, key, OpKind.VERIFY, {"passed": passed, "reason": reason})


def close(desk: Desk, key: int, result: str = "") -> Done:
    """结案. A matter settled at the desk needs its result in words."""
    return act(desk, key, OpKind.CLOSE, {"result": result})


def rate(desk: Desk, key: int, score: int, text: str = "") -> Done:
    """满意度, 1 to 5."""
    return act(desk, key, OpKind.RATE, {"score": score, "text": text})


def note(desk: Desk, key: int, text: str) -> Done:
    """记一笔."""
    return act(desk, key, OpKind.NOTE, {"text": text})


def suspend(desk: Desk, key: int, reason: str) -> Done:
    """挂账: the clocks stop."""
    return act(desk, key, OpKind.SUSPEND, {"reason": reason})


def reopen(desk: Desk, key: int, reason: str) -> Done:
    """Take a closed matter up again; it counts as rework, and its limits start anew."""

    def plan(tx: Tx, incident: Incident) -> Sequence[Step] | Refusal:
        lists = desk.lists.now(tx.read)
        item = lists.items.get(incident.item)
        body: dict[str, object] = {"reason": reason}
        if item:
            due = deadlines(item, desk.clock.now(), lists.calendar)
            body |= {"due": due.as_body(), "due_note": due.note}
        return [(OpKind.REOPEN, body)]

    return act_planned(desk, key, plan)


def resume(desk: Desk, key: int) -> Done:
    """恢复: the clocks go on with what was left."""

    def plan(tx: Tx, incident: Incident) -> Sequence[Step] | Refusal:
        return [(OpKind.RESUME, _due_after(desk.lists.now(tx.read), incident, desk.clock.now()))]

    return act_planned(desk, key, plan)


def _due_after(lists: Lists, incident: Incident, now: int) -> dict[str, object]:
    """The deadlines after a suspension; one in a year without a calendar is left as it was, and told."""
    item: Item | None = lists.items.get(incident.item)
    since = incident.suspended_at if incident.suspended_at is not None else now
    due: dict[str, int] = {}
    note = incident.due_note
    for clock, at in (
        ("accept", incident.accept_due),
        ("respond", incident.respond_due),
        ("resolve", incident.resolve_due),
    ):
        if at is None:
            continue
        limit: Limit = getattr(item, clock) if item else _CLOCK_TIME
        try:
            due[clock] = resumed(at, since, now, limit, lists.calendar)
        except UnknownYear as unknown:
            due[clock] = at
            note = f"calendar_year_unknown:{unknown.year}"
    return {"due": due, "due_note": note}
