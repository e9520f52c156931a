"""The write transaction: numbers, folds, chains and keeps ops (DESIGN §5).

Head, own number, chain and counters are read inside the transaction: another process may have written since.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from app.domain.conflict import decide
from app.domain.errors import MalformedOp, Refusal
from app.domain.op import GENESIS, Op, OpKind, Origin, Outcome, canonical_body, chain_hash, is_text, keepable
from app.ports.ledger import Receipt
from app.ports.rows import Changed
from db import statements as sql
from db.link_rows import REFUSED_SEEN
from db.projections import Projections
from db.queries import HEAD, StoreReader
from db.records import RECORD_OPS, after_record, name_of, put_records, read_record, record_name, shadow_text
from db.shadow import Shadows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.domain.incident import Incident
    from app.ports.clock import Clock
    from app.ports.ledger import Draft
    from app.ports.rows import ImportMark, Person

OPS_HELD = 6_000
"""So many ops wait in memory before they are written inside the transaction."""

FORESEEN = 6_000
"""So many drafts at a time are looked at for what is new in the store."""

TOUCHED_AT_MOST = 5_000
"""A change of more incidents than this is told as a change of everything."""

_NOT_KEPT = Receipt(0, 0, Outcome.REFUSED, Refusal.MALFORMED, None)


class LedgerTx:
    """One write transaction in an actor's name (``app.ports.ledger.Tx``)."""

    def __init__(self, raw: Any, actor: str, clock: Clock) -> None:
        self._raw = raw
        self._actor = actor
        self._clock = clock
        row = raw.execute(
            "SELECT o.id, o.device, o.incarnation, o.last_n, o.head_hash FROM origin o "
            "JOIN meta m ON m.name = 'own_origin' AND o.id = CAST(m.value AS INTEGER)"
        ).fetchone()
        self._origin_id: int = row[0]
        self._origin = Origin(row[1], row[2])
        self._n: int = row[3]
        self._hash: bytes = row[4]
        self._first_n = self._n
        self._seq: int = raw.execute(HEAD).fetchone()[0]
        self._projections = Projections(raw)
        self._shadows = Shadows(raw)
        self._ops: list[tuple[Any, ...]] = []
        self._counts: dict[str, int] = {}
        self._touched: set[int] = set()
        self._kinds: set[str] = set()
        self.read = TxReader(raw, self._projections, self.flush)

    def append(self, draft: Draft) -> Receipt:
        """Number, fold, chain and keep the op."""
        return self._take(draft, self._clock.now())

    def append_many(self, drafts: Iterable[Draft]) -> Sequence[Receipt]:
        """The same for many."""
        made = self._clock.now()
        waiting = iter(drafts)
        receipts: list[Receipt] = []
        while part := list(islice(waiting, FORESEEN)):
            self._projections.foresee(*_named(part))
            receipts += [self._take(draft, made) for draft in part]
        return receipts

    def _take(self, draft: Draft, made: int) -> Receipt:
        kind = str(draft.kind)
        try:
            body = canonical_body(draft.body)
        except MalformedOp:
            return _NOT_KEPT
        if not keepable(draft.scope, kind, draft.entity, draft.at):
            return _NOT_KEPT
        if kind in RECORD_OPS:
            op = self._op(draft, kind, made, 0)
            refusal = self._take_record(op)
            outcome = Outcome.REFUSED if refusal else Outcome.APPLIED
            self._keep(op, body, None, outcome, refusal)
            return Receipt(self._seq, self._n, outcome, refusal, None)
        held = self._projections.held(draft.entity)
        before = held.now if held is not None else None
        op = self._op(draft, kind, made, self._shadows.base(draft.entity, before))
        decided = decide(before, op)
        after, refusal = decided.incident, decided.refusal
        if held is None and after is not None and self._is_known(after):
            refusal = Refusal.ALREADY_THERE
        if refusal is not None or after is None:
            self._keep(op, body, held.key if held is not None else None, Outcome.REFUSED, refusal)
            return Receipt(self._seq, self._n, Outcome.REFUSED, refusal, before)
        if held is None:
            held = self._projections.open(after)
        else:
            self._projections.step(held, after)
        self._shadows.keep(op.entity, held.key, before, op.n)
        self._keep(op, body, held.key, decided.outcome, None)
        return Receipt(self._seq, self._n, decided.outcome, None, after)

    def _op(self, draft: Draft, kind: str, made: int, base: int) -> Op:
        return Op(
            self._origin,
            self._n + 1,
            draft.scope,
            kind,
            draft.entity,
            draft.at,
            made,
            self._actor,
            base,
            draft.body,
        )

    def _is_known(self, reported: Incident) -> bool:
        """A source's number stands for one incident; what one incident is told cannot show that."""
        return reported.ref != "" and self._projections.has_ref(reported.ref)

    def _take_record(self, op: Op) -> Refusal | None:
        name = name_of(op)
        if name is None:
            return Refusal.MALFORMED
        before = read_record(self._raw, name)
        after = after_record(before, op)
        if isinstance(after, Refusal):
            return after
        self._shadows.keep_record(record_name(name), shadow_text(before), op.n)
        put_records(self._raw, {name: after}, self._seq + 1)
        self._kinds.add(name[0])
        return None

    def _keep(self, op: Op, body: str, key: int | None, outcome: Outcome, refusal: Refusal | None) -> None:
        self._n = op.n
        self._seq += 1
        self._hash = chain_hash(self._hash, op, body)
        if key is not None:
            self._touched.add(key)
        self._ops.append((
            self._seq, self._origin_id, op.n, op.scope, op.kind, op.entity, key, op.at, op.made, op.actor,
            op.base, body, outcome.value, refusal.value if refusal else "", self._hash, None, None,
            int(refusal is not None),
        ))  # fmt: skip
        if len(self._ops) >= OPS_HELD:
            self.flush()

    def next_count(self, day: str) -> int:
        """The next count of a day, from 1."""
        last = self._counts.get(day)
        if last is None:
            row = self._raw.execute("SELECT n FROM counter WHERE day = ?", (day,)).fetchone()
            last = 0 if row is None else row[0]
        self._counts[day] = last + 1
        return last + 1

    def keep_person(self, person: Person) -> None:
        """Keep a caller's particulars."""
        self._raw.execute(sql.PUT_PERSON, (person.id, person.incident, person.name, person.phone))

    def set_import_mark(self, mark: ImportMark) -> None:
        """Remember how far an import has come."""
        self._raw.execute(
            sql.PUT_MARK,
            (mark.job, mark.line, mark.offset, mark.taken, mark.known, mark.rejected, int(mark.done)),
        )

    def set_setting(self, name: str, value: Any) -> None:
        """Remember a setting (any JSON value) of this store."""
        self._raw.execute(sql.PUT_SETTING, (name, json.dumps(value, ensure_ascii=False)))

    def see_refused(self, up_to: int) -> None:
        """The officer has seen the hub's refusals up to this place of the ledger."""
        self.set_setting(REFUSED_SEEN, up_to)

    def changed(self) -> Changed:
        """What this transaction has touched so far."""
        everything = len(self._touched) > TOUCHED_AT_MOST
        touched = frozenset() if everything else frozenset(self._touched)
        return Changed(self._seq, touched, frozenset(self._kinds), everything)

    def flush(self) -> None:
        """Write what waits in memory, so that statements see it. The transaction stays open."""
        if self._ops:
            self._raw.executemany(sql.INSERT_OP, self._ops)
            self._ops.clear()
        self._projections.flush()
        if self._counts:
            self._raw.executemany(sql.PUT_COUNTER, list(self._counts.items()))
            self._counts.clear()
        if self._n != self._first_n:
            self._raw.execute(
                "UPDATE origin SET last_n = ?, head_hash = ? WHERE id = ?",
                (self._n, self._hash, self._origin_id),
            )
            self._first_n = self._n


class TxReader(StoreReader):
    """Reads what the transaction has folded so far; what it holds in memory needs no statement."""

    def __init__(self, raw: Any, projections: Projections, flush: Any) -> None:
        super().__init__(raw)
        self._projections = projections
        self._flush = flush

    def _run(self, statement: str, values: Sequence[Any] = ()) -> Any:
        self._flush()
        return super()._run(statement, values)

    def incident(self, identity: str) -> Incident | None:
        """By its identity."""
        held = self._projections.held(identity)
        return None if held is None else held.now

    def incident_by_key(self, key: int) -> Incident | None:
        """By its key."""
        held = self._projections.by_key(key)
        return None if held is None else held.now

    def key_of(self, identity: str) -> int | None:
        """The key of an incident."""
        held = self._projections.held(identity)
        return None if held is None else held.key


def _named(drafts: Iterable[Draft]) -> tuple[set[str], set[str]]:
    """The identities that reports open, and the sources' numbers that they bring."""
    reports = [draft for draft in drafts if draft.kind == OpKind.REPORT and is_text(draft.entity)]
    refs = {draft.body.get("ref") for draft in reports if is_text(draft.body.get("ref"))}
    return {draft.entity for draft in reports}, {ref for ref in refs if ref}


def first_origin(raw: Any, origin_id: int, device: str, incarnation: str) -> None:
    """Begin a life of this store: ops are numbered from 1 again and chained to nothing before."""
    raw.execute(sql.INSERT_ORIGIN, (origin_id, device, incarnation, 0, 0, GENESIS, 1))
    raw.execute(sql.PUT_META, ("own_origin", str(origin_id)))
