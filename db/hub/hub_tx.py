"""The hub's own write transaction: what is done at the hub itself becomes ops of ``hub:<scope>``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from app.domain.errors import MalformedOp, Refusal
from app.domain.op import Outcome, keepable
from app.ports.ledger import Receipt
from app.ports.rows import Changed, Person, RecordRow
from db.hub.copying import run
from db.hub.held_records import RECORD_OPS, living, living_in
from db.hub.ordering import ScopeNotHeld

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.domain.incident import Incident
    from app.ports.ledger import Draft
    from app.ports.reader import Reader
    from app.ports.rows import ImportMark
    from db.hub.database import Raw
    from db.hub.held_incidents import HeldIncidents
    from db.hub.ordering import Ordering

_NOT_KEPT = Receipt(0, 0, Outcome.REFUSED, Refusal.MALFORMED, None)


class HubReader:
    """What a use case asks within the hub's transaction (a part of ``app.ports.reader.Reader``)."""

    def __init__(self, raw: Raw, incidents: HeldIncidents) -> None:
        self._raw = raw
        self._incidents = incidents

    def incident(self, identity: str) -> Incident | None:
        """By its identity, in whatever scope, as the transaction has folded it so far."""
        return self._incidents.now(identity)

    def key_of(self, _identity: str) -> None:
        """The hub has no small numbers."""

    def known_refs(self, refs: Sequence[str]) -> Mapping[str, str]:
        """Those of the sources' own numbers that are here, each with its incident's identity."""
        found = run(
            self._raw, "SELECT ref, id FROM incident WHERE ref = ANY(%s) AND ref <> ''", (list(refs),)
        )
        return dict(found.fetchall())

    def records(self, kind: str) -> Sequence[RecordRow]:
        """The living records of a kind, of all scopes."""
        return [RecordRow(kind, identity, rev, body) for identity, rev, body in living(self._raw, kind)]

    def records_in(self, kind: str) -> Sequence[tuple[str, RecordRow]]:
        """The living records of a kind, each with its scope."""
        return [(s, RecordRow(kind, i, rev, body)) for s, i, rev, body in living_in(self._raw, kind)]

    def records_rev(self) -> int:
        """Grows with every change of any record."""
        return int(run(self._raw, "SELECT coalesce(sum(record_changes), 0)::bigint FROM scope").fetchone()[0])

    def person(self, identity: str) -> Person | None:
        """A caller's particulars, in full."""
        row = run(
            self._raw, "SELECT id, incident, name, phone FROM person WHERE id = %s", (identity,)
        ).fetchone()
        return None if row is None else Person(*row)


class HubTx:
    """One write transaction of the hub's own, in an actor's name (``app.ports.ledger.Tx``).

    It holds the scopes that it was begun with; ``ScopeNotHeld`` where an op needs another one.
    """

    def __init__(self, raw: Raw, ordering: Ordering, actor: str, scopes: Sequence[str]) -> None:
        self._raw = raw
        self._ordering = ordering
        self._actor = actor
        self._scope = scopes[0]
        self._reader = HubReader(raw, ordering.incidents)

    @property
    def read(self) -> Reader:
        """Questions to what the transaction has folded so far."""
        return cast("Reader", self._reader)

    def append(self, draft: Draft) -> Receipt:
        """Number, decide, chain and keep the op. A refused op is kept too, with its reason."""
        if draft.scope not in self._ordering.seats:
            raise ScopeNotHeld(draft.scope)
        kind = str(draft.kind)
        if not keepable(draft.scope, kind, draft.entity, draft.at) or not draft.entity.isprintable():
            return _NOT_KEPT
        try:
            taken = self._ordering.say(draft.scope, kind, draft.entity, draft.at, draft.body, self._actor)
        except MalformedOp:
            return _NOT_KEPT
        refusal = Refusal(taken.refusal) if taken.refusal else None
        return Receipt(taken.seq, taken.n, taken.outcome, refusal, taken.incident)

    def append_many(self, drafts: Iterable[Draft]) -> Sequence[Receipt]:
        """The same for many, what they name loaded at once."""
        told = list(drafts)
        self._ordering.records.foresee(d.body for d in told if d.kind in RECORD_OPS)
        self._ordering.incidents.foresee(
            d.entity for d in told if d.kind not in RECORD_OPS and d.entity.isprintable()
        )
        return [self.append(draft) for draft in told]

    def next_count(self, day: str) -> int:
        """The next count of the hub's numbers for a day, from 1; held until the transaction ends."""
        counted = run(
            self._raw,
            "INSERT INTO counter (day, n) VALUES (%s, 1) "
            "ON CONFLICT (day) DO UPDATE SET n = counter.n + 1 RETURNING n",
            (day,),
        )
        return int(counted.fetchone()[0])

    def keep_person(self, person: Person) -> None:
        """Keep a caller's particulars."""
        self._ordering.keep_person(self._scope, person)

    def set_import_mark(self, mark: ImportMark) -> None:
        """Remember how far an import has come."""
        self.set_setting(f"import:{mark.job}", asdict(mark))

    def set_setting(self, name: str, value: Any) -> None:
        """Remember a setting (any JSON value) of the hub."""
        self._raw.execute(
            "INSERT INTO meta (name, value) VALUES (%s, %s) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (f"setting:{name}", json.dumps(value, ensure_ascii=False)),
        )

    def changed(self) -> Changed:
        """What this transaction has touched so far."""
        head = self._ordering.seats[self._scope].head
        return Changed(head, records=frozenset(self._ordering.records.kinds))
