"""Who is at work on what: kept beside the incidents, so that a unit sent twice is found across scopes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from app.domain.conflict import ASSIGNING
from app.domain.op import OpKind, storable
from db.hub.copying import copy_in, field, storable_text

if TYPE_CHECKING:
    from app.domain.incident import Incident
    from app.domain.op import Op
    from db.hub.database import Raw
    from db.hub.held_incidents import Held

_COLUMNS = (
    "scope", "incident", "assignment", "handler", "origin", "made_in", "seq", "seen", "received_at",
)  # fmt: skip
_GIVES_WORK = frozenset({*ASSIGNING, OpKind.MOVE_IN})


class Made(NamedTuple):
    """The row that gave an assignment, and how far its author had seen each scope."""

    origin: int
    made_in: str
    seq: int
    seen: str


class Bookings:
    """The active assignments that a transaction makes and ends."""

    def __init__(self, raw: Raw, now: int) -> None:
        self._raw = raw
        self._now = now
        self._made: dict[str, Made] = {}
        self.scopes: set[str] = set()

    def note(self, op: Op, seq: int, origin: int, before: Incident | None, after: Incident) -> None:
        """Remember which row gave the assignments that an op has made."""
        if op.kind not in _GIVES_WORK:
            return
        known = {a.id for a in before.assignments} if before is not None else set()
        made = Made(origin, op.scope, seq, _seen(op))
        for assignment in after.assignments:
            if assignment.id not in known:
                self._made.setdefault(assignment.id, made)
                self.scopes.add(op.scope)

    def flush(self, changed: list[Held]) -> None:
        """Write what the incidents' assignments have become. Before the incidents themselves are written."""
        ended: list[tuple[str, str, str]] = []
        lines: list[str] = []
        for held in changed:
            before, after = held.stored, held.now
            was = {a.id for a in before.assignments if a.active} if before is not None else set()
            if before is not None and before.scope != after.scope and was:
                self._raw.execute(
                    "UPDATE booking SET scope = %s WHERE scope = %s AND incident = %s",
                    (after.scope, before.scope, after.id),
                )
            left = was - {a.id for a in after.assignments if a.active}
            ended += [(after.scope, after.id, storable_text(name)) for name in left]
            lines += [
                self._line(after, a.id, a.handler) for a in after.assignments if a.active and a.id not in was
            ]
        if ended:
            self._raw.execute(
                "DELETE FROM booking WHERE (scope, incident, assignment) "
                "IN (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]))",
                [list(column) for column in zip(*ended, strict=True)],
            )
        copy_in(self._raw, "booking", _COLUMNS, lines)

    def _line(self, incident: Incident, assignment: str, handler: str) -> str:
        # An assignment given back by an undone ending has no row of this transaction: nobody is asked again.
        origin, made_in, seq, seen = self._made.get(assignment, Made(0, incident.scope, 0, "{}"))
        return "\t".join((
            field(incident.scope), field(incident.id), field(assignment), field(handler), str(origin),
            field(made_in), str(seq), field(seen), str(self._now),
        ))  # fmt: skip


def _seen(op: Op) -> str:
    """How far the author had seen each scope, as JSON."""
    seen = op.body.get("seen")
    told = {s: c for s, c in seen.items() if type(c) is int and storable(c)} if isinstance(seen, dict) else {}
    return json.dumps(told, sort_keys=True)
