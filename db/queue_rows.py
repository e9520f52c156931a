"""The lines of a queue's window, from their keys."""

# ruff: noqa: S608  # only marks are put in; values are parameters

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.domain.assignment import ACTIVE, AssignmentState
from app.ports.rows import QueueRow
from db.rows import NO_DUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.queues import Run

_COLUMNS = (
    "key, id, number, title, severity, state, loop, place, town, source, category, reported_at, closed_at, "
    "due_clock, due_at, resolve_due, handled_at, conflicts, supervised, rework"
)
_ACTIVE = frozenset(s.value for s in ACTIVE)
_ARRIVED = AssignmentState.ARRIVED.value


def queue_rows(run: Run, keys: Sequence[int]) -> tuple[QueueRow, ...]:
    """One line for each key, in the keys' order."""
    if not keys:
        return ()
    marks = ", ".join("?" * len(keys))
    given: dict[int, list[tuple[str, int, str]]] = {}
    for key, handler, lead, state in run(
        f"SELECT incident, handler, lead, state FROM assignment WHERE incident IN ({marks}) "
        "ORDER BY incident, position", keys,
    ):  # fmt: skip
        given.setdefault(key, []).append((handler, lead, state))
    rows = {row[0]: row for row in run(f"SELECT {_COLUMNS} FROM incident WHERE key IN ({marks})", keys)}
    return tuple(_line(rows[key], given.get(key, [])) for key in keys)


def _line(row: Sequence[Any], given: Sequence[tuple[str, int, str]]) -> QueueRow:
    reported_at, closed_at, clock, due_at, resolve_due, handled_at, conflicts, supervised, rework = row[11:]
    resolved_at = handled_at if handled_at is not None else closed_at
    handler, state = _lead(given)
    return QueueRow(
        key=row[0], id=row[1], number=row[2], title=row[3], severity=row[4], state=row[5], loop=row[6],
        place=row[7], town=row[8], source=row[9], category=row[10],
        reported_at=reported_at,
        closed_at=closed_at,
        due_clock=clock,
        due_at=None if due_at == NO_DUE else due_at,
        limit_from=reported_at,  # every limit counts from the report (app.domain.sla.deadlines)
        on_time=None if resolve_due is None or resolved_at is None else resolved_at <= resolve_due,
        lead=handler,
        lead_state=state,
        active=sum(state in _ACTIVE for _, _, state in given),
        arrived=sum(state == _ARRIVED for _, _, state in given),
        conflicts=len(json.loads(conflicts)) if conflicts else 0,
        supervised=supervised,
        rework=rework,
    )  # fmt: skip


def _lead(given: Sequence[tuple[str, int, str]]) -> tuple[str, str]:
    """As ``Incident.lead``: the lead still at work, else the last lead."""
    leads = [(handler, state) for handler, lead, state in given if lead]
    return next((one for one in leads if one[1] in _ACTIVE), leads[-1] if leads else ("", ""))
