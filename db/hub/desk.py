"""A desk at the hub: what people in the field send is done in their names by the hub's origin (DESIGN §5).

Many requests share one transaction over their scopes: one commit on the disk serves them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.domain.errors import MalformedOp, Refusal
from app.domain.op import OpKind, Outcome, keepable
from app.ports.ledger import Receipt
from app.ports.rows import Changed, RecordRow
from db.hub.copying import run
from db.hub.held_records import living

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.domain.incident import Incident
    from app.ports.ledger import Draft
    from app.ports.rows import ImportMark, Person
    from db.hub.database import Raw
    from db.hub.ordering import Ordering, Taken

_NOT_KEPT = Receipt(0, 0, Outcome.REFUSED, Refusal.MALFORMED, None)


class Known(NamedTuple):
    """An incident that a sender's own name for a report stands for already."""

    id: str
    number: str
    scope: str


class DeskReader:
    """What use cases ask within the desk's transaction: incidents as they stand in it, and the lists."""

    def __init__(self, raw: Raw, ordering: Ordering | None = None) -> None:
        self._raw = raw
        self._ordering = ordering

    def incident(self, identity: str) -> Incident | None:
        """By its identity, as the transaction's ops leave it."""
        assert self._ordering is not None
        return self._ordering.incidents.now(identity)

    def records(self, kind: str) -> Sequence[RecordRow]:
        """The living records of a kind."""
        return tuple(RecordRow(kind, name, rev, body) for name, rev, body in living(self._raw, kind))

    def records_rev(self) -> int:
        """Grows with every change of any record in any scope."""
        return int(run(self._raw, "SELECT coalesce(sum(record_changes), 0)::bigint FROM scope").fetchone()[0])


class DeskTx:
    """The part of ``app.ports.ledger.Tx`` that intake and acts need. ``actor`` changes with each request."""

    def __init__(self, raw: Raw, ordering: Ordering) -> None:
        self._ordering = ordering
        self._raw = raw
        self._counts: dict[str, int] = {}
        self.actor = ""
        self.scope = ""
        self.read = DeskReader(raw, ordering)

    def foresee(self, ids: Iterable[str], refs: Iterable[str]) -> None:
        """Ask once for all incidents and senders' names that the requests will ask for."""
        self._ordering.incidents.foresee(ids, refs)

    def knows_scope(self, scope: str) -> bool:
        """Whether the scope is there, and held by this transaction."""
        return scope in self._ordering.seats

    def reserve(self, days: Mapping[str, int]) -> None:
        """Draw so many counts of each day at once."""
        names = sorted(days)
        rows = run(
            self._raw,
            "INSERT INTO counter (day, n) SELECT * FROM unnest(%s::text[], %s::bigint[]) "
            "ON CONFLICT (day) DO UPDATE SET n = counter.n + excluded.n RETURNING day, n",
            (names, [days[name] for name in names]),
        )
        self._counts.update((day, n - days[day]) for day, n in rows)

    def next_count(self, day: str) -> int:
        """The next count of a day, from 1; drawn beforehand (``reserve``), else now."""
        if day not in self._counts:
            self.reserve({day: 1})
        self._counts[day] += 1
        return self._counts[day]

    def append(self, draft: Draft) -> Receipt:
        """Order and fold the op in the actor's name. ``ScopeNotHeld`` where it touches another scope."""
        kind = draft.kind.value if isinstance(draft.kind, OpKind) else draft.kind
        if not keepable(draft.scope, kind, draft.entity, draft.at):
            return _NOT_KEPT
        try:
            taken = self._ordering.say(draft.scope, kind, draft.entity, draft.at, draft.body, self.actor)
        except MalformedOp:
            return _NOT_KEPT
        return _receipt(taken)

    def append_many(self, drafts: Iterable[Draft]) -> Sequence[Receipt]:
        """The same for several."""
        return [self.append(draft) for draft in drafts]

    def keep_person(self, person: Person) -> None:
        """Keep a caller's particulars in the scope of the request."""
        self._ordering.keep_person(self.scope, person)

    def set_import_mark(self, mark: ImportMark) -> None:
        """No import runs at the hub."""
        raise NotImplementedError(mark.job)

    def set_setting(self, name: str, value: object) -> None:
        """The hub has no settings of a store."""
        raise NotImplementedError(f"{name} {value}")

    def changed(self) -> Changed:
        """The hub's desktops hear by pokes; nobody asks here."""
        return Changed(0)


def known_refs(raw: Raw, refs: Iterable[str]) -> dict[str, Known]:
    """Those of the senders' own names that stand for an incident already."""
    asked = [ref for ref in refs if ref]
    if not asked:
        return {}
    rows = run(raw, "SELECT ref, id, number, scope FROM incident WHERE ref = ANY(%s) AND ref <> ''", (asked,))
    return {ref: Known(*told) for ref, *told in rows}


def scopes_of(raw: Raw, incidents: Iterable[str]) -> dict[str, str]:
    """Where each of the incidents is; those that there are."""
    asked = list(incidents)
    if not asked:
        return {}
    return dict(run(raw, "SELECT id, scope FROM incident WHERE id = ANY(%s)", (asked,)).fetchall())


def _receipt(taken: Taken) -> Receipt:
    return Receipt(
        taken.seq, 0, taken.outcome, Refusal(taken.refusal) if taken.refusal else None, taken.incident
    )
