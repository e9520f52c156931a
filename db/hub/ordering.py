"""The hub's write transaction: scopes locked, ops ordered, decided, chained and kept (DESIGN §5).

Every writer of a scope holds the scope's row from its first read to its commit. So commit order is the
order of ``seq``, a reader never sees a row before one that precedes it, and ``seq`` has no gaps.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.domain.conflict import decide
from app.domain.errors import Refusal
from app.domain.moving import as_body
from app.domain.op import Op, OpKind, Outcome, canonical_body, leaf_hash, link_hash
from db.hub.bookings import Bookings
from db.hub.copying import copy_in, run, storable_text
from db.hub.held_incidents import HeldIncidents
from db.hub.held_records import RECORD_OPS, HeldRecords
from db.hub.names import too_long
from db.hub.rows import OP_COLUMNS, op_line
from db.hub.seats import last_n, locked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.domain.incident import Incident
    from app.ports.rows import Person
    from db.hub.database import Raw
    from db.hub.seats import Seat

HUB = "hub"
"""The actor of the hub's own ops."""

POKES = "poke"
"""The channel on which a commit says ``{"scope": …, "head": …}``."""

_CARRIED = frozenset({OpKind.NOTE.value, OpKind.ATTACH.value})
_MOVE_IN = OpKind.MOVE_IN.value
_PLACES = frozenset({OpKind.REPORT.value, OpKind.RELOCATE.value})
"""What says where a matter lies: where that is in another scope, the matter goes there."""

_APPLIED, _REFUSED = Outcome.APPLIED.value, Outcome.REFUSED.value


class ScopeNotHeld(LookupError):
    """The work needs a scope that the transaction has not locked: begin anew with it."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an op: its place and number, outcome and refusal, and the incident after it."""

    seq: int
    n: int
    outcome: Outcome
    refusal: str
    incident: Incident | None


class Ordering:
    """One write transaction over some scopes. ``now`` is the instant of receiving, ms since 1970 UTC."""

    def __init__(self, raw: Raw, scopes: Iterable[str], now: int) -> None:
        self._raw = raw
        self._now = now
        self._asked = frozenset(scopes)
        self.seats = locked(raw, sorted(self._asked))
        self.incidents = HeldIncidents(raw)
        self.records = HeldRecords(raw)
        self.bookings = Bookings(raw, now)
        self._lines: list[str] = []
        self._last: dict[tuple[str, int], int] = {}
        self._persons: dict[str, tuple[str, Person]] = {}
        self._moved: list[tuple[str, str, str]] = []

    def take(self, origin: int, op: Op, text: str, refusal: str = "") -> Taken:
        """Order an op and decide it. ``text`` is its body as it was hashed by its author; one that is
        ``refused`` already is kept and folded nowhere. ``ScopeNotHeld`` where it touches another scope.
        """
        if refusal:
            return self._keep(origin, op, text, Outcome.REFUSED, refusal, None)
        if too_long(op.body):
            return self._keep(origin, op, text, Outcome.REFUSED, Refusal.MALFORMED, None)
        if op.kind in RECORD_OPS:
            why = self.records.take(op)
            outcome = Outcome.REFUSED if why else Outcome.APPLIED
            return self._keep(origin, op, text, outcome, why or "", None)
        before = self.incidents.now(op.entity)
        if before is not None and before.scope != op.scope and op.kind in _REACHES:
            self._held(before.scope)
            if op.kind == _MOVE_IN:
                # A move handed in after a restore, before the op by which its old scope knows of it.
                before = self._leave(before, op.scope, op.at)
        decided = decide(before, op)
        after, outcome, why = decided.incident, decided.outcome, decided.refusal
        if before is None and after is not None and after.ref and self.incidents.has_ref(after.ref):
            after, outcome, why = None, Outcome.REFUSED, Refusal.ALREADY_THERE
        taken = self._keep(origin, op, text, outcome, why or "", after)
        if outcome is Outcome.REFUSED or after is None:
            late = why is Refusal.MOVED_AWAY and op.kind in _CARRIED
            if late and before is not None and self._has_left(op.entity, op.scope):
                self._carry(op, before.scope)
            return taken
        self.incidents.step(after)
        self.bookings.note(op, taken.seq, origin, before, after)
        if op.kind in _PLACES and after.town != op.scope and self._held(after.town):
            return replace(taken, incident=self._move(after, op.at))
        return taken

    def say(
        self, scope: str, kind: str, entity: str, at: int, body: Mapping[str, Any], actor: str = HUB
    ) -> Taken:
        """Order an op of the hub's own. ``MalformedOp`` where the body cannot be said in JSON."""
        seat = self.seats[scope]
        text = canonical_body(body)
        before = None if kind in RECORD_OPS else self.incidents.now(entity)
        base = before.version if before is not None else 0
        op = Op(seat.own, self._own_n(seat) + 1, scope, kind, entity, at, self._now, actor, base, body)
        return self.take(seat.own_id, op, text)

    def keep_person(self, scope: str, person: Person) -> None:
        """Keep a caller's particulars where the caller's incident is."""
        self._persons[person.id] = (scope, person)

    def keep_caller(self, scope: str, person: Person) -> None:
        """Keep what a device of the scope tells of a caller, where it is its matter's to tell.

        The incident names the caller, and it is in the scope or has left it: nobody is made the caller of
        another scope's matter.
        """
        incident = self.incidents.now(person.incident)
        if incident is None or incident.person != person.id:
            return
        if incident.scope == scope or self._has_left(incident.id, scope):
            self.keep_person(scope, person)

    def _own_n(self, seat: Seat) -> int:
        """Asked for once the scope is locked: what a statement saw while it waited may be out of date."""
        if seat.own_n is None:
            seat.own_n = last_n(self._raw, seat.scope, seat.own_id)
        return seat.own_n

    def _held(self, scope: str) -> bool:
        """Whether the scope is locked; False where there is none of the name."""
        if scope in self.seats:
            return True
        if scope not in self._asked and scope.isprintable():
            raise ScopeNotHeld(scope)
        return False

    def _move(self, incident: Incident, at: int) -> Incident:
        """Out of the old scope with a pointer, and whole into the new one."""
        new = incident.town
        out = self._leave(incident, new, at)
        arrived = self.say(new, OpKind.MOVE_IN, incident.id, at, as_body(out))
        assert arrived.incident is not None
        return arrived.incident

    def _leave(self, incident: Incident, new: str, at: int) -> Incident:
        out = self.say(incident.scope, OpKind.MOVE_OUT, incident.id, at, {"to": new})
        assert out.incident is not None
        self._moved.append((new, incident.scope, incident.id))
        return out.incident

    def _has_left(self, incident: str, scope: str) -> bool:
        """Whether it was in the scope and moved out of it: only then may something follow it from there."""
        if any(left == scope and moved == incident for _, left, moved in self._moved):
            return True
        asked = (scope, incident, OpKind.MOVE_OUT.value)
        select = "SELECT 1 FROM op WHERE scope = %s AND entity = %s AND kind = %s LIMIT 1"
        return run(self._raw, select, asked).fetchone() is not None

    def _carry(self, op: Op, scope: str) -> None:
        """A note or a photo that came too late follows its incident."""
        self.say(scope, op.kind, op.entity, op.at, {**op.body, "by": op.actor})

    def _keep(
        self, origin: int, op: Op, text: str, outcome: Outcome, refusal: str, after: Incident | None
    ) -> Taken:
        seat = self.seats[op.scope]
        seq = seat.head = seat.head + 1
        told = outcome.value
        seat.chain = link_hash(seat.chain, leaf_hash(seq, op, text, told, refusal))
        name = (op.scope, origin)
        if op.n > self._last.get(name, 0):
            self._last[name] = op.n
        if origin == seat.own_id:
            seat.own_n = op.n
        self._lines.append(op_line(seq, origin, op, text, told, refusal, self._now, seat.chain))
        return Taken(seq, op.n, outcome, refusal, after)

    def flush(self) -> None:
        """Write everything; the caller commits."""
        copy_in(self._raw, "op", OP_COLUMNS, self._lines)
        self._lines.clear()
        self.bookings.flush(self.incidents.changed())
        self.incidents.flush()
        records = self.records.flush()
        self._write_persons()
        self._write_last()
        self._write_heads(records)

    def _write_last(self) -> None:
        """How far each origin has come in each scope: one statement for all."""
        if not self._last:
            return
        scopes, origins = zip(*self._last, strict=True)
        self._raw.execute(
            "INSERT INTO scope_origin (scope, origin, last_n) "
            "SELECT * FROM unnest(%s::text[], %s::int[], %s::bigint[]) ON CONFLICT (scope, origin) "
            "DO UPDATE SET last_n = greatest(scope_origin.last_n, excluded.last_n)",
            (list(scopes), list(origins), list(self._last.values())),
        )
        self._last.clear()

    def _write_heads(self, records: Mapping[str, int]) -> None:
        """Where each scope stands now, and the word to the desktops: one statement each."""
        grown = [seat for seat in self.seats.values() if seat.head != seat.began]
        if not grown:
            return
        self._raw.execute(
            "UPDATE scope SET head = t.head, chain = t.chain, booked = greatest(booked, t.looked), "
            "record_changes = record_changes + t.records "
            "FROM unnest(%s::text[], %s::bigint[], %s::bytea[], %s::bigint[], %s::bigint[]) "
            "AS t (id, head, chain, looked, records) WHERE scope.id = t.id",
            (
                [s.scope for s in grown], [s.head for s in grown], [s.chain for s in grown],
                [s.booked for s in grown], [records.get(s.scope, 0) for s in grown],
            ),
        )  # fmt: skip
        self._raw.execute(
            "SELECT pg_notify(%s, news) FROM unnest(%s::text[]) AS news",
            (POKES, [poke(s.scope, s.head) for s in grown]),
        )

    def _write_persons(self) -> None:
        for new, old, incident in self._moved:
            self._raw.execute(
                "DELETE FROM person p WHERE scope = %s AND incident = %s "
                "AND EXISTS (SELECT 1 FROM person o WHERE o.scope = %s AND o.id = p.id)",
                (old, incident, new),
            )  # a name that is another's there
            self._raw.execute(
                "UPDATE person SET scope = %s WHERE scope = %s AND incident = %s", (new, old, incident)
            )
        self._moved.clear()
        for scope, person in self._persons.values():
            now = self.incidents.now(person.incident)
            self._raw.execute(
                "INSERT INTO person (scope, id, incident, name, phone) VALUES (%s, %s, %s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                (
                    scope if now is None else now.scope, person.id, person.incident,
                    storable_text(person.name), storable_text(person.phone),
                ),
            )  # fmt: skip
        self._persons.clear()


_REACHES = _CARRIED | {_MOVE_IN}
"""What reaches from one scope into the one where the incident is."""


def poke(scope: str, head: int) -> str:
    """What a commit says on ``POKES``."""
    return json.dumps({"scope": scope, "head": head}, ensure_ascii=False)
