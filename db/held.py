"""Incidents of a snapshot, read fast: tens of thousands come at once.

The first of each make is read by ``app.domain.moving``, which looks at every field; those of the same make
(every field of the same type as in one that was read so) are then put together without asking again.
"""

from __future__ import annotations

from dataclasses import fields
from operator import itemgetter
from typing import Any

import orjson

from app.domain import moving
from app.domain.assignment import Assignment, AssignmentState
from app.domain.incident import Incident, Loop, Mark, State

_NAMES = tuple(f.name for f in fields(Incident))
_MADE_OVER = ("state", "loop", "conflicts", "marks", "undone", "assignments")
_PLAIN = tuple(name for name in _NAMES if name not in _MADE_OVER)
_SET_PLAIN = tuple(getattr(Incident, name).__set__ for name in _PLAIN)
_SET = {name: getattr(Incident, name).__set__ for name in _MADE_OVER}
_EMPTY = moving.from_body({
    "state": "reported", "loop": "big",
    **dict.fromkeys(("id", "scope", "number", "title", "source", "place", "town"), "-"),
})  # fmt: skip
_DEFAULTS = {name: getattr(_EMPTY, name) for name in _PLAIN}
_plain = itemgetter(*_PLAIN)
_STATES = {s.value: s for s in State}
_LOOPS = {s.value: s for s in Loop}
_GIVEN = {s.value: s for s in AssignmentState}
_GIVEN_NAMES = tuple(f.name for f in fields(Assignment))
_GIVEN_DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(_GIVEN_NAMES), "lead": False, "whistle": False, "reason": "", "also": [],
}  # fmt: skip
_given = itemgetter(*_GIVEN_NAMES)


class HeldReader:
    """Reads the bodies of one snapshot."""

    def __init__(self) -> None:
        self._makes: set[tuple[type, ...]] = set()

    def read(self, text: str) -> Incident:
        """The incident of a body; ``MalformedOp`` or ``orjson.JSONDecodeError`` where it is none."""
        body: dict[str, Any] = orjson.loads(text)
        get = body.get
        # Many fields at a time, below Python: some fifty of them in each of tens of thousands of bodies.
        values = _plain({**_DEFAULTS, **body})
        given = [_given({**_GIVEN_DEFAULTS, **a}) for a in get("assignments", ())]
        make = (*map(type, values), *[t for one in given for t in map(type, one)])
        if "conflicts" in body or make not in self._makes:
            whole = moving.from_body(body)
            self._makes.add(make)
            return whole
        incident = object.__new__(Incident)
        for put, value in zip(_SET_PLAIN, values, strict=True):
            put(incident, value)
        _SET["state"](incident, _STATES[body["state"]])
        _SET["loop"](incident, _LOOPS[body["loop"]])
        _SET["conflicts"](incident, ())
        _SET["marks"](incident, tuple([Mark(c, o, v) for c, o, v in get("marks", ())]))
        _SET["undone"](incident, tuple(get("undone", ())))
        _SET["assignments"](incident, tuple(map(_assignment, given)))
        return incident


def _assignment(values: tuple[Any, ...]) -> Assignment:
    made = [*values[:3], _GIVEN[values[3]], *values[4:-1], tuple(values[-1])]
    return Assignment(*made)
