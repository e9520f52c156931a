"""Incidents, assignments and ops as rows of their tables, and back."""

from __future__ import annotations

import json
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import orjson

from app.domain.assignment import Assignment, AssignmentState
from app.domain.incident import Conflict, ConflictKind, Incident, Loop, Mark, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from db.facets import Codes

NO_DUE = (1 << 47) - 1
"""Stands in ``due_at`` where no clock runs: after every instant, and no longer than one in an index."""

CELL = 0.01
"""Degrees, the side of a cell of the index ``near`` (about 1 km)."""
CELL_ROW = 36_000

_MADE_OVER = ("state", "loop", "moved", "verified", "conflicts", "marks", "undone")
PLAIN = tuple(f.name for f in fields(Incident) if f.name not in (*_MADE_OVER, "assignments"))
DERIVED = ("facets", "due_at", "due_clock", "cell")
INCIDENT_COLUMNS = (*PLAIN, *_MADE_OVER, *DERIVED)
"""The columns in the order of ``incident_row``; ``key`` is not among them."""

READ_COLUMNS = (*PLAIN, *_MADE_OVER)
"""The columns in the order that ``incident_of`` takes them, after ``key``."""

ASSIGNMENT_COLUMNS = (
    "id", "handler", "lead", "state", "offered_at", "whistle", "acknowledged_at", "arrived_at", "ended_at",
    "reason", "also",
)  # fmt: skip

_plain = attrgetter(*PLAIN)
_PUT = tuple((f.name, getattr(Incident, f.name).__set__) for f in fields(Incident))
_STATES = {s.value: s for s in State}
_LOOPS = {s.value: s for s in Loop}
_ASSIGNMENT_STATES = {s.value: s for s in AssignmentState}
_STATE_VALUE = {s: s.value for s in State}
_LOOP_VALUE = {s: s.value for s in Loop}


def cell_of(lon: float, lat: float) -> int:
    """The cell of the index ``near`` that a point lies in (degrees WGS-84)."""
    return int((lat + 90.0) / CELL) * CELL_ROW + int((lon + 180.0) / CELL)


def cells_of(west: float, east: float, south: float, north: float) -> list[int]:
    """The cells that a box lies in."""
    first, last = cell_of(west, south), cell_of(east, north)
    columns = range(first % CELL_ROW, last % CELL_ROW + 1)
    return [row * CELL_ROW + c for row in range(first // CELL_ROW, last // CELL_ROW + 1) for c in columns]


def incident_row(incident: Incident, codes: Codes) -> tuple[Any, ...]:
    """The row's values in the order of ``INCIDENT_COLUMNS``."""
    due = incident.next_due
    lon, lat = incident.lon, incident.lat
    return (
        *_plain(incident),
        _STATE_VALUE[incident.state],
        _LOOP_VALUE[incident.loop],
        1 if incident.moved else 0,
        1 if incident.verified else 0,
        conflicts_text(incident.conflicts) if incident.conflicts else "",
        _marks_text(incident.marks) if incident.marks else "",
        _dump(incident.undone) if incident.undone else "",
        codes.pack(incident),
        due[1] if due else NO_DUE,
        due[0] if due else "",
        None if lon is None or lat is None else cell_of(lon, lat),
    )


def incident_of(row: Sequence[Any], assignments: Iterable[Sequence[Any]]) -> Incident:
    """The incident of a row (``key`` and ``READ_COLUMNS``) and its assignments' rows in their order."""
    value: dict[str, Any] = dict(zip(READ_COLUMNS, row[1:], strict=True))
    value["state"] = _STATES[value["state"]]
    value["loop"] = _LOOPS[value["loop"]]
    value["moved"] = bool(value["moved"])
    value["verified"] = bool(value["verified"])
    value["conflicts"] = conflicts_of(value["conflicts"])
    marks, undone = value["marks"], value["undone"]
    value["marks"] = tuple([Mark(*mark) for mark in orjson.loads(marks)]) if marks else ()
    value["undone"] = tuple(json.loads(undone)) if undone else ()
    value["assignments"] = tuple(assignment_of(a) for a in assignments)
    incident = object.__new__(Incident)  # every field is set: its own way asks each how it is to be set
    for name, put in _PUT:
        put(incident, value[name])
    return incident


def conflicts_text(conflicts: Sequence[Conflict]) -> str:
    """Open conflicts as the column keeps them: a JSON list of lists."""
    return _dump([(c.name, c.kind.value, c.at, c.actor, c.told) for c in conflicts])


def conflicts_of(text: str) -> tuple[Conflict, ...]:
    """The open conflicts of a column's text."""
    if not text:
        return ()
    return tuple(
        Conflict(name, ConflictKind(kind), at, actor, tuple(told))
        for name, kind, at, actor, told in json.loads(text)
    )


def _marks_text(marks: Sequence[Mark]) -> str:
    """As ``_dump``; nearly every incident has some, and a name that orjson does not take is rare."""
    plain = list(map(tuple, marks))
    try:
        return orjson.dumps(plain).decode()
    except TypeError:  # half of a surrogate pair
        return _dump(plain)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def assignment_row(a: Assignment) -> tuple[Any, ...]:
    """The values in the order of ``ASSIGNMENT_COLUMNS``."""
    return (
        a.id, a.handler, int(a.lead), a.state.value, a.offered_at, int(a.whistle),
        a.acknowledged_at, a.arrived_at, a.ended_at, a.reason, _dump(a.also) if a.also else "",
    )  # fmt: skip


def assignment_of(row: Sequence[Any]) -> Assignment:
    """The assignment of a row of ``ASSIGNMENT_COLUMNS``."""
    name, handler, lead, state, offered, whistle, acknowledged, arrived, ended, reason, also = row
    return Assignment(
        name, handler, bool(lead), _ASSIGNMENT_STATES[state], offered, bool(whistle),
        acknowledged, arrived, ended, reason, tuple(json.loads(also)) if also else (),
    )  # fmt: skip
