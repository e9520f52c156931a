"""One unit on two incidents, sent by two who did not know of each other: no scope's order can show it.

The hub looks after each commit, in a transaction of its own, and says it with an op on both incidents.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.force import UnitKind
from app.domain.incident import ConflictKind
from app.domain.op import OpKind
from db.hub.copying import run
from db.hub.ordering import Ordering

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from db.hub.database import Raw

_PAIRS = """
SELECT b.handler, r.body, b.scope, b.incident, b.assignment, b.made_in, b.seq, b.seen, b.received_at,
  o.scope, o.incident, o.assignment, o.made_in, o.seq, o.seen, o.received_at
FROM booking b
JOIN booking o ON o.handler = b.handler AND o.incident <> b.incident AND o.origin <> b.origin
JOIN record r ON r.kind = 'unit' AND r.id = b.handler AND NOT r.retired
WHERE b.made_in = %s AND b.seq > %s AND b.seq <= %s
ORDER BY b.seq, o.scope, o.seq
"""
"""Crosses scopes: a unit's assignments, wherever they are."""

_STANDS = "SELECT 1 FROM booking WHERE scope = %s AND incident = %s AND assignment = %s"


@dataclass(frozen=True, slots=True)
class Booking:
    """An active assignment, and what its author had seen (None: the hub, which sees all that it has)."""

    scope: str
    incident: str
    assignment: str
    made_in: str
    seq: int
    seen: dict[str, int] | None
    received_at: int

    def unaware_of(self, other: Booking) -> bool:
        """Whether its author had not seen the other's op."""
        if self.seen is None:
            return other.received_at > self.received_at
        return other.seq > self.seen.get(other.made_in, 0)


@dataclass(frozen=True, slots=True)
class DoubleBooking:
    """A unit with two assignments."""

    handler: str
    first: Booking
    second: Booking

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

    def _say(self, ordering: Ordering, here: Booking, other: Booking, now: int) -> None:
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
        new, other = _booking(values[:7]), _booking(values[7:])
        if _is_double(new, other, unit):
            pair = tuple(sorted((new.assignment, other.assignment)))
            found.setdefault(pair, DoubleBooking(handler, other, new))
    return list(found.values())


def _booking(row: list[Any]) -> Booking:
    scope, incident, assignment, made_in, seq, seen, received_at = row
    known = json.loads(seen) if seen else None
    return Booking(scope, incident, assignment, made_in, seq, known, received_at)


def _is_double(new: Booking, other: Booking, unit: str) -> bool:
    """A department works for many towns at once; within one scope even it is sent by one desk at a time."""
    if new.made_in == other.made_in:
        later, earlier = (new, other) if new.seq > other.seq else (other, new)
        return later.unaware_of(earlier)
    if json.loads(unit).get("kind") == UnitKind.DEPARTMENT.value:
        return False
    return new.unaware_of(other) and other.unaware_of(new)
