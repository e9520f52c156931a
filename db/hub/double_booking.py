"""One unit on two incidents, sent by two who did not know of each other: no scope's order can show it.

The hub looks after each commit, in a transaction of its own, and says it with an op on both incidents.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.double_booking import Booking, double_booked
from app.domain.incident import ConflictKind
from app.domain.op import HUB_DEVICE, Op, OpKind, Origin
from db.hub.copying import run
from db.hub.ordering import Ordering

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from db.hub.database import Raw

_PAIRS = """
SELECT b.handler, r.body,
  b.scope, b.incident, b.assignment, b.made_in, b.seq, b.seen, b.received_at, bo.device, bo.incarnation,
  o.scope, o.incident, o.assignment, o.made_in, o.seq, o.seen, o.received_at, oo.device, oo.incarnation
FROM booking b
JOIN booking o ON o.handler = b.handler AND o.incident <> b.incident AND o.origin <> b.origin
JOIN record r ON r.kind = 'unit' AND r.id = b.handler AND NOT r.retired
JOIN origin bo ON bo.id = b.origin
JOIN origin oo ON oo.id = o.origin
WHERE b.made_in = %s AND b.seq > %s AND b.seq <= %s
ORDER BY b.seq, o.scope, o.seq
"""
"""Crosses scopes: a unit's assignments, wherever they are."""

_STANDS = "SELECT 1 FROM booking WHERE scope = %s AND incident = %s AND assignment = %s"


@dataclass(frozen=True, slots=True)
class Given:
    """An active assignment: where it is, and the op that gave it (its ``seen`` alone of its body)."""

    scope: str
    incident: str
    assignment: str
    op: Op
    seq: int
    received_at: int

    def unaware_of(self, other: Given, unit_kind: str) -> bool:
        """Whether who gave it had not seen the other one."""
        return double_booked(self.op, Booking(other.op.scope, other.seq, other.op.origin), unit_kind)


@dataclass(frozen=True, slots=True)
class DoubleBooking:
    """A unit with two assignments."""

    handler: str
    first: Given
    second: Given

    @property
    def scopes(self) -> tuple[str, str]:
        """Where the two incidents are."""
        return self.first.scope, self.second.scope

    def flag(self, raw: Raw, scopes: set[str], now: int) -> None:
        """Say it on both incidents, once, where both still stand."""
        ordering = Ordering(raw, scopes, now)
        for b in (self.first, self.second):
            if run(raw, _STANDS, (b.scope, b.incident, b.assignment)).fetchone() is None:
                return
        pair = sorted((self.first.assignment, self.second.assignment))
        new = run(
            raw,
            "INSERT INTO booked_twice (first, second, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING "
            "RETURNING at",
            (*pair, now),
        )
        if new.fetchone() is None:
            return
        for here, other in ((self.first, self.second), (self.second, self.first)):
            self._say(ordering, here, other, now)
        ordering.flush()

    def _say(self, ordering: Ordering, here: Given, other: Given, now: int) -> None:
        there = ordering.incidents.now(other.incident)
        number = there.number if there is not None else ""
        told = [self.handler, other.incident, number, other.scope]
        body = {"conflict": ConflictKind.UNIT_DOUBLE_BOOKED.value, "told": told}
        ordering.say(here.scope, OpKind.FLAG, here.incident, now, body)


def look_for_double_bookings(
    transaction: Callable[[], AbstractContextManager[Raw]], scope: str, after: int, upto: int
) -> list[DoubleBooking]:
    """What the assignments of a stretch of the scope's order have booked twice."""
    with transaction() as raw:
        rows = run(raw, _PAIRS, (scope, after, upto)).fetchall()
    found: dict[tuple[str, ...], DoubleBooking] = {}
    for handler, unit, *values in rows:
        new, other = _given(values[:9]), _given(values[9:])
        if _is_double(new, other, str(json.loads(unit).get("kind", ""))):
            pair = tuple(sorted((new.assignment, other.assignment)))
            found.setdefault(pair, DoubleBooking(handler, other, new))
    return list(found.values())


def _given(row: list[Any]) -> Given:
    scope, incident, assignment, made_in, seq, seen, received_at, device, life = row
    body = {"seen": json.loads(seen)}
    op = Op(Origin(device, life), 0, made_in, OpKind.ASSIGN, incident, 0, 0, "", 0, body)
    return Given(scope, incident, assignment, op, seq, received_at)


def _is_double(new: Given, other: Given, unit_kind: str) -> bool:
    """Within a scope its order says which came later. Between two there is none: neither may have seen the
    other. The hub itself has seen what it received before its own op, and says so nowhere.
    """
    if new.op.scope == other.op.scope:
        earlier, later = sorted((new, other), key=lambda given: given.seq)
        return later.unaware_of(earlier, unit_kind)
    earlier, later = sorted((new, other), key=lambda given: given.received_at)
    if not later.unaware_of(earlier, unit_kind):
        return False
    return earlier.op.origin.device.startswith(HUB_DEVICE) or earlier.unaware_of(later, unit_kind)
