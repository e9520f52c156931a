"""The assignment 工单: an incident given to one handler, with its own state."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from app.domain.errors import Refusal
from app.domain.op import OpKind

if TYPE_CHECKING:
    from collections.abc import Callable


class AssignmentState(StrEnum):
    """Where an assignment stands; the last three are its ends."""

    OFFERED = "offered"
    ACKNOWLEDGED = "acknowledged"
    ARRIVED = "arrived"
    DONE = "done"
    RETURNED = "returned"
    RECALLED = "recalled"


ACTIVE = (AssignmentState.OFFERED, AssignmentState.ACKNOWLEDGED, AssignmentState.ARRIVED)


@dataclass(frozen=True, slots=True)
class Assignment:
    """``handler`` is a unit's or member's id; instants are ms since 1970 UTC.

    ``also`` names the ids under which two centres gave the same handler the same work at the same time.
    """

    id: str
    handler: str
    lead: bool
    state: AssignmentState
    offered_at: int
    whistle: bool = False
    acknowledged_at: int | None = None
    arrived_at: int | None = None
    ended_at: int | None = None
    reason: str = ""
    also: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether the handler still owes something."""
        return self.state in ACTIVE


_FIELDS = tuple(f.name for f in fields(Assignment))
_values = attrgetter(*_FIELDS)
_PUT: dict[str, Callable[[Assignment, Any], None]] = {f: getattr(Assignment, f).__set__ for f in _FIELDS}


def with_changes(assignment: Assignment, **changes: Any) -> Assignment:
    """As ``dataclasses.replace``, which asks every field how it is to be set; half of all ops pass here."""
    after = object.__new__(Assignment)
    for put, value in zip(_PUT.values(), _values(assignment), strict=True):
        put(after, value)
    for name, value in changes.items():
        _PUT[name](after, value)
    return after


_S, _R = AssignmentState, Refusal
_END = dict.fromkeys((_S.DONE, _S.RETURNED, _S.RECALLED), _R.ASSIGNMENT_ENDED)

ASSIGNMENT_TABLE: dict[OpKind, dict[AssignmentState, AssignmentState | Refusal]] = {
    OpKind.ACKNOWLEDGE: {
        **_END, _S.OFFERED: _S.ACKNOWLEDGED,
        _S.ACKNOWLEDGED: _R.ALREADY_ACKNOWLEDGED, _S.ARRIVED: _R.ALREADY_ARRIVED,
    },
    OpKind.REPORT_IN: {
        **_END, _S.OFFERED: _S.ARRIVED, _S.ACKNOWLEDGED: _S.ARRIVED, _S.ARRIVED: _R.ALREADY_ARRIVED,
    },
    OpKind.HANDLE: {**_END, **dict.fromkeys(ACTIVE, _S.DONE)},
    OpKind.RETURN: {**_END, **dict.fromkeys(ACTIVE, _S.RETURNED)},
    OpKind.RECALL: {**_END, **dict.fromkeys(ACTIVE, _S.RECALLED)},
}  # fmt: skip
