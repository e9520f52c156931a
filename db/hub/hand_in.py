"""What devices give back after the hub was restored: rows of a scope's lost order, of whatever origin.

Nothing is asked of their numbers but that they are not known: gaps are what has been lost for good. Each op
is decided anew in the order in which it comes; one that the lost order refused stays refused.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from app.domain.errors import Refusal
from app.domain.op import HUB_DEVICE, HUB_OPS, Op, OpKind, Origin, Outcome
from app.ports.link import LinkProblem, LinkTrouble, OrderedOp
from db.hub.copying import run
from db.hub.held_records import RECORD_OPS
from db.hub.ordering import HUB
from db.hub.push import SERIOUS, Note, Rights, check_texts, origin_row, towns, why_no_body
from db.hub.rows import body_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from app.ports.rows import Person
    from db.hub.database import Raw
    from db.hub.ordering import Ordering
    from db.hub.push import Permit

PAST_LIVES = "past_lives"
"""The hub's incarnations before its restores (JSON): ops of theirs may come back, and of no other hub."""


_HUB_OPS = frozenset(kind.value for kind in HUB_OPS)
HUBS_OWN = _HUB_OPS | {OpKind.NOTE.value, OpKind.ATTACH.value}
"""What the hub says in no person's name: moves, flags, and what it carries after a moved incident."""


def _nobody(_actor: str, _kind: str, _scope: str) -> Refusal | None:
    return Refusal.NOT_PERMITTED


class HandIn:
    """Ops handed in, read once, however often the transaction is begun anew."""

    def __init__(self, scope: str, ops: Sequence[OrderedOp], persons: Sequence[Person], device: str) -> None:
        for op in ops:
            check_texts(op.kind, op.entity, op.actor, op.refusal, op.body)
            check_texts(op.origin.device, op.origin.incarnation, "", "", "")
        for person in persons:
            check_texts(person.id, person.incident, "", "", "")
        self._scope = scope
        self._read = tuple((op, body_of(op.body)) for op in ops if not op.withheld)
        self._persons = persons
        self._device = device
        self.scopes = {scope} | towns((op.kind, body) for op, body in self._read)
        self.notes: list[Note] = []
        self._permit: Permit = _nobody

    def origins(self, raw: Raw) -> dict[Origin, int]:
        """The ids of the origins, their rows locked; before any scope, as every writer does."""
        told = {op.origin for op, _ in self._read}
        self._check_hubs(raw, told)
        return {o: origin_row(raw, o) for o in sorted(told, key=lambda o: (o.device, o.incarnation))}

    def _check_hubs(self, raw: Raw, told: Iterable[Origin]) -> None:
        hubs = [o for o in told if o.device.startswith(HUB_DEVICE)]
        if any(o.device != f"{HUB_DEVICE}{self._scope}" for o in hubs):
            raise LinkProblem(LinkTrouble.FORBIDDEN, "ops of the hub's for another scope")
        if {o.incarnation for o in hubs} - past_lives(raw) - {life_of(raw)}:
            raise LinkProblem(LinkTrouble.FORBIDDEN, "ops of a hub that this one never was")

    def _check_alive(self, raw: Raw, new: Iterable[Origin]) -> None:
        """Of its life now the hub has everything: what it does not know was never its own."""
        lives = {o.incarnation for o in new if o.device.startswith(HUB_DEVICE)}
        if lives and life_of(raw) in lives:
            raise LinkProblem(LinkTrouble.FORBIDDEN, "ops that this hub has not made")

    def take(self, raw: Raw, ordering: Ordering, origins: dict[Origin, int], permit: Permit) -> int:
        """Take what is not known; how many that were."""
        if self._scope not in ordering.seats:
            raise LinkProblem(LinkTrouble.FORBIDDEN, f"no scope {self._scope}")
        self.notes.clear()
        known = self._known(raw, origins)
        new = [(op, body) for op, body in self._read if (origins[op.origin], op.n) not in known]
        ordering.records.foresee(b for op, b in new if op.kind in RECORD_OPS and b is not None)
        ordering.incidents.foresee(op.entity for op, _ in new if op.kind not in RECORD_OPS)
        rights = Rights(permit, self._scope)
        self._permit = permit
        self._check_alive(raw, {op.origin for op, _ in new})
        taken = 0
        for op, body in new:
            name = (origins[op.origin], op.n)
            if name not in known:
                known.add(name)
                self._take(ordering, name[0], op, body, rights)
                taken += 1
        about = {op.entity for op, _ in self._read}
        for person in self._persons:
            if person.incident in about:
                ordering.keep_caller(self._scope, person)
        if taken:
            self.notes.append((self._device, "", "hand_in", "", f"{self._scope} {taken}"))
        return taken

    def _take(
        self, ordering: Ordering, origin: int, o: OrderedOp, body: dict[str, Any] | None, rights: Rights
    ) -> None:
        refusal = o.refusal if o.outcome == Outcome.REFUSED else ""
        if not refusal and o.origin.device.startswith(HUB_DEVICE):
            refusal = self._why_not_hubs(o, body) or ""
        elif not refusal:
            refusal = rights.why_not(o.actor, o.kind) or why_no_body(o.kind, body) or ""
        if refusal in SERIOUS and o.outcome != Outcome.REFUSED:
            self.notes.append(
                (self._device, o.actor, "hand_in", refusal, f"{self._scope} {o.kind} {o.entity}")
            )
        op = Op(o.origin, o.n, self._scope, o.kind, o.entity, o.at, o.made, o.actor, o.base, body or {})
        ordering.take(origin, op, o.body, refusal)

    def _why_not_hubs(self, o: OrderedOp, body: dict[str, Any] | None) -> Refusal | None:
        """What a past life of the hub has said: its own kinds, and reports, in its own name; what people did
        at its desk, in theirs and by their rights.
        """
        if body is None:
            return Refusal.MALFORMED
        if o.kind == OpKind.REPORT or (o.actor == HUB and o.kind in HUBS_OWN):
            return None
        if o.kind in _HUB_OPS:
            return Refusal.HUB_ONLY
        return self._permit(o.actor, o.kind, self._scope)

    def _known(self, raw: Raw, origins: dict[Origin, int]) -> set[tuple[int, int]]:
        names = [(origins[op.origin], op.n) for op, _ in self._read]
        rows = run(
            raw,
            "SELECT origin, n FROM op WHERE (origin, n) "
            "IN (SELECT * FROM unnest(%s::integer[], %s::bigint[]))",
            ([origin for origin, _ in names], [n for _, n in names]),
        )
        return {(origin, n) for origin, n in rows}


def past_lives(raw: Raw) -> frozenset[str]:
    """The hub's incarnations before this one."""
    row = run(raw, "SELECT value FROM meta WHERE name = %s", (PAST_LIVES,)).fetchone()
    return frozenset(json.loads(row[0])) if row is not None else frozenset()


def life_of(raw: Raw) -> str:
    """The hub's incarnation now."""
    return str(run(raw, "SELECT value FROM meta WHERE name = 'hub'").fetchone()[0])
