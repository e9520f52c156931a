"""Conflicts: what may be done about each kind, and the ops that settle it (the table of DESIGN §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.errors import Refusal
from app.domain.fold_settle import INTERCHANGEABLE, SECOND
from app.domain.incident import Conflict, ConflictKind, Incident, State
from app.domain.op import OpKind
from app.services.desk import Desk, Done, Step, act_planned
from app.services.triage import classify_body, relocate_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.domain.assignment import Assignment
    from app.ports.ledger import Tx

KEEP_ALL, KEEP, RECALL_HERE = "keep_all", "keep:", "recall_here"
AS_PROPOSED, GO_ON = "as_proposed", "go_on"
FIRST = "first"
SHOWN, OTHER = "shown", "other"

_ENDED = frozenset({State.CLOSED, State.CANCELLED, State.DECLINED, State.MERGED})
_FOR_GOOD = frozenset({State.CANCELLED, State.MERGED})
"""Endings that no reopening leads out of."""


def open_conflict(incident: Incident, name: str) -> Conflict | None:
    """The incident's open conflict of this name."""
    return next((c for c in incident.conflicts if c.name == name), None)


def choices(incident: Incident, conflict: Conflict) -> tuple[str, ...]:
    """What can be chosen now; ``keep:`` carries the handler whose work order alone stays.

    The first leaves everything as it is shown.
    """
    told = conflict.told
    match conflict.kind:
        case ConflictKind.DOUBLE_DISPATCH:
            busy = [h for h in dict.fromkeys(told) if _order_of(incident, h) is not None]
            return (KEEP_ALL, *(f"{KEEP}{h}" for h in busy)) if len(busy) > 1 else (KEEP_ALL,)
        case ConflictKind.UNIT_DOUBLE_BOOKED:
            here = bool(told) and _order_of(incident, told[0]) is not None
            return (KEEP_ALL, RECALL_HERE) if here else (KEEP_ALL,)
        case ConflictKind.CLOSE_PROPOSED:
            return (GO_ON, AS_PROPOSED) if len(told) > 1 and incident.state not in _ENDED else (GO_ON,)
        case ConflictKind.CLOSE_DIFFERS:
            ended = incident.state in _ENDED and incident.state not in _FOR_GOOD
            swapped = len(told) > 3 and {incident.state.value, told[2]} <= INTERCHANGEABLE
            return (FIRST, SECOND) if swapped or (len(told) > 3 and ended) else (FIRST,)
        case ConflictKind.EDITED_TWICE:
            return (SHOWN, OTHER) if len(told) > 2 and incident.open else (SHOWN,)


def other_value(incident: Incident, conflict: Conflict) -> str:
    """Of a field that was edited twice: the value that is not the one shown."""
    field, earlier, later = conflict.told[:3]
    return earlier if str(getattr(incident, field)) == later else later


def settle(desk: Desk, key: int, name: str, choice: str, reason: str) -> Done:
    """Do what the choice asks for, then close the conflict, in one transaction.

    ``REASON_MISSING`` without a reason, ``NO_CONFLICT`` where it was settled meanwhile or the choice is gone;
    where the matter's state forbids the choice, nothing is done and the state's refusal told.
    """

    def plan(tx: Tx, incident: Incident) -> Sequence[Step] | Refusal:
        conflict = open_conflict(incident, name)
        if conflict is None or choice not in choices(incident, conflict):
            return Refusal.NO_CONFLICT
        if not reason.strip():
            return Refusal.REASON_MISSING
        before = _steps(desk, tx, incident, conflict, choice, reason)
        if isinstance(before, Refusal):
            return before
        return [*before, (OpKind.RESOLVE, {"conflict": name, "choice": choice, "reason": reason})]

    return act_planned(desk, key, plan)


def _steps(
    desk: Desk, tx: Tx, incident: Incident, conflict: Conflict, choice: str, reason: str
) -> Sequence[Step] | Refusal:
    told = conflict.told
    if choice.startswith(KEEP):
        others = [h for h in told if h != choice.removeprefix(KEEP)]
        return _recalls(incident, (_order_of(incident, h) for h in others), reason)
    if choice == RECALL_HERE:
        return _recalls(incident, (_order_of(incident, told[0]),), reason)
    if choice == AS_PROPOSED:
        return _ending(incident, State(told[0]), told[1], reason)
    if choice == SECOND and {incident.state.value, told[2]} <= INTERCHANGEABLE:
        return []  # the resolve op itself puts the second ending in the first one's place
    if choice == SECOND:
        reopen: list[Step] = [(OpKind.REOPEN, {"reason": reason})]
        after = State.REPORTED if incident.state is State.DECLINED else State.ACCEPTED
        return [*reopen, *_end_from(after, State(told[2]), told[3] or reason)]
    if choice == OTHER:
        return _edit(desk, tx, incident, conflict)
    return []


def _order_of(incident: Incident, handler: str) -> Assignment | None:
    return next((a for a in incident.assignments if a.active and a.handler == handler), None)


def _recalls(
    incident: Incident, orders: Iterable[Assignment | None], reason: str
) -> Sequence[Step] | Refusal:
    wanted = [a.id for a in orders if a is not None]
    if wanted and incident.state is State.SUSPENDED:
        return Refusal.IS_SUSPENDED
    return [(OpKind.RECALL, {"assignment": name, "reason": reason}) for name in dict.fromkeys(wanted)]


def _ending(incident: Incident, ending: State, words: str, reason: str) -> Sequence[Step] | Refusal:
    """From where the incident stands to the proposed ending: work orders that are left are recalled."""
    if incident.state is State.SUSPENDED:
        return Refusal.IS_SUSPENDED
    if incident.state is State.HANDLED:
        if ending is State.HANDLED:
            return []
        if ending is not State.CLOSED:
            return Refusal.ALREADY_HANDLED
        return [(OpKind.CLOSE, {"result": words})] if incident.verified else Refusal.NOT_VERIFIED
    active = [a for a in incident.assignments if a.active]
    if ending is State.HANDLED:
        lead = next((a for a in active if a.lead), active[0] if active else None)
        if lead is None:
            return Refusal.NOT_ASSIGNED
        rest = _recalls(incident, (a for a in active if a is not lead), reason)
        done: list[Step] = [(OpKind.HANDLE, {"assignment": lead.id, "result": words or reason})]
        return rest if isinstance(rest, Refusal) else [*rest, *done]
    recalls = _recalls(incident, active, reason)
    if isinstance(recalls, Refusal):
        return recalls
    state = State.REPORTED if incident.state is State.REPORTED else State.ACCEPTED
    return [*recalls, *_end_from(state, ending, words or reason)]


_END_BY: dict[State, tuple[OpKind, str]] = {
    State.CLOSED: (OpKind.CLOSE, "result"),
    State.CANCELLED: (OpKind.CANCEL, "reason"),
    State.DECLINED: (OpKind.DECLINE, "reason"),
    State.MERGED: (OpKind.MERGE, "into"),
}


def _end_from(state: State, ending: State, words: str) -> list[Step]:
    """The ops from reported or accepted, with no work order left, to an ending."""
    kind, field = _END_BY[ending]
    accept = state is State.REPORTED and kind is OpKind.CLOSE
    return [*([(OpKind.ACCEPT, {})] if accept else []), (kind, {field: words})]


def _edit(desk: Desk, tx: Tx, incident: Incident, conflict: Conflict) -> Sequence[Step] | Refusal:
    field, value = conflict.told[0], other_value(incident, conflict)
    lists = desk.lists.now(tx.read)
    if field == "place":
        return [(OpKind.RELOCATE, relocate_body(lists, incident, value, *_seat(tx, incident, value)))]
    if field == "title":
        return [(OpKind.CLASSIFY, as_it_is(incident) | {"title": value})]
    item = value if field == "item" else incident.item
    level = int(value) if field == "severity" else incident.severity
    found = lists.items.get(item)
    if found is None:
        if item and item != incident.item:
            return Refusal.UNKNOWN_RECORD
        unlisted = {"item": "", "item_rev": 0, "category": ""} if field == "item" else {}
        return [(OpKind.CLASSIFY, as_it_is(incident) | unlisted | {"severity": level})]
    return [(OpKind.CLASSIFY, classify_body(lists, incident, found, level))]


def as_it_is(incident: Incident) -> dict[str, Any]:
    """A classification that changes nothing."""
    due = {
        clock: at
        for clock in ("accept", "respond", "resolve")
        if (at := getattr(incident, f"{clock}_due")) is not None
    }
    return {
        "item": incident.item, "item_rev": incident.item_rev, "category": incident.category,
        "severity": incident.severity, "loop": incident.loop.value, "due": due,
        "due_note": incident.due_note,
    }  # fmt: skip


def _seat(tx: Tx, incident: Incident, place: str) -> tuple[float | None, float | None]:
    """Where whoever named the place had put the incident; nowhere where that is not known."""
    for row in reversed(tx.read.timeline(incident.id)):
        if row.body.get("place") == place and "lon" in row.body:
            return row.body["lon"], row.body["lat"]
    return None, None
