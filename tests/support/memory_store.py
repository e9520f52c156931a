"""A store on dicts: an honest implementation of ``app.ports`` for tests that need no file.

Ops are folded with ``app.domain``; a transaction that ends in an error leaves no trace.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from app.domain.conflict import Decided, decide
from app.domain.errors import MalformedOp, Refusal
from app.domain.op import Op, Origin, Outcome, canonical_body, keepable
from app.ports.ledger import Receipt
from app.ports.rows import Changed, RecordRow
from tests.support.memory_reader import MemoryReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from app.domain.incident import Incident
    from app.ports.clock import Clock
    from app.ports.ledger import Draft
    from app.ports.rows import ImportMark, MovedRow, Person, RefusedRow

ORIGIN = Origin("memory", "1")
NOT_KEPT = Receipt(0, 0, Outcome.REFUSED, Refusal.MALFORMED, None)


@dataclass
class Shelf:
    """Everything that is kept. An incident's key is its place in ``order``, from 1."""

    incidents: dict[str, Incident] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    ops: list[tuple[Op, str]] = field(default_factory=list)
    clashed: dict[int, bool] = field(default_factory=dict)  # places of ops whose outcome is a conflict
    refused: list[RefusedRow] = field(default_factory=list)  # what a hub has refused
    moved: dict[str, MovedRow] = field(default_factory=dict)
    records: dict[tuple[str, str], RecordRow] = field(default_factory=dict)
    records_rev: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)
    marks: dict[str, ImportMark] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    cursors: dict[str, int] = field(default_factory=dict)

    def copy(self) -> Shelf:
        return Shelf(**{
            f.name: value.copy() if isinstance(value := getattr(self, f.name), (dict, list)) else value
            for f in fields(self)
        })  # fmt: skip


class MemoryTx:
    """One write transaction on a copy of the shelf."""

    def __init__(self, shelf: Shelf, actor: str, clock: Clock) -> None:
        self.shelf = shelf
        self.read = MemoryReader(shelf)
        self._actor = actor
        self._clock = clock
        self._first = len(shelf.ops)

    def append(self, draft: Draft) -> Receipt:
        shelf = self.shelf
        kind = str(draft.kind)
        try:
            canonical_body(draft.body)
        except MalformedOp:
            return NOT_KEPT
        if not keepable(draft.scope, kind, draft.entity, draft.at):
            return NOT_KEPT
        before = shelf.incidents.get(draft.entity)
        n = len(shelf.ops) + 1
        op = Op(
            ORIGIN, n, draft.scope, kind, draft.entity, draft.at, self._clock.now(), self._actor,
            before.version if before else 0, draft.body,
        )  # fmt: skip
        return self.take(op)

    def take(self, op: Op) -> Receipt:
        """Fold an op of any origin, as the hub's order would bring it."""
        shelf, n = self.shelf, len(self.shelf.ops) + 1
        before = shelf.incidents.get(op.entity)
        if op.kind in {"put", "retire"}:
            refusal = self._record(op, n)
            decided = Decided(None, Outcome.REFUSED if refusal else Outcome.APPLIED, refusal)
        else:
            decided = decide(before, op)
            if before is None and decided.incident is not None and decided.incident.ref in shelf.refs:
                decided = Decided(None, Outcome.REFUSED, Refusal.ALREADY_THERE)
        shelf.ops.append((op, decided.refusal.value if decided.refusal else ""))
        if decided.outcome is Outcome.CONFLICT:
            shelf.clashed[n] = True
        after = decided.incident
        if decided.refusal is not None or after is None:
            return Receipt(n, n, decided.outcome, decided.refusal, before)
        if before is None:
            shelf.order.append(after.id)
            shelf.keys[after.id] = len(shelf.order)
            if after.ref:
                shelf.refs[after.ref] = after.id
        shelf.incidents[after.id] = after
        return Receipt(n, n, decided.outcome, None, after)

    def _record(self, op: Op, seq: int) -> Refusal | None:
        kind, identity = op.body.get("kind"), op.body.get("id")
        if not (isinstance(kind, str) and isinstance(identity, str)):
            return Refusal.MALFORMED
        if op.kind == "put":
            self.shelf.records[kind, identity] = RecordRow(kind, identity, seq, op.body["record"])
        elif self.shelf.records.pop((kind, identity), None) is None:
            return Refusal.UNKNOWN_RECORD
        self.shelf.records_rev = seq
        return None

    def append_many(self, drafts: Iterable[Draft]) -> Sequence[Receipt]:
        return [self.append(draft) for draft in drafts]

    def next_count(self, day: str) -> int:
        self.shelf.counts[day] = self.shelf.counts.get(day, 0) + 1
        return self.shelf.counts[day]

    def keep_person(self, person: Person) -> None:
        self.shelf.persons[person.id] = person

    def set_import_mark(self, mark: ImportMark) -> None:
        self.shelf.marks[mark.job] = mark

    def set_setting(self, name: str, value: Any) -> None:
        self.shelf.settings[name] = value

    def see_refused(self, up_to: int) -> None:
        rows = self.shelf.refused
        self.shelf.refused = [replace(r, seen=r.seen or r.seq <= up_to) for r in rows]

    def changed(self) -> Changed:
        return self.read.changes_after(self._first)


class MemoryStore:
    """``app.ports.ledger.Store`` without a file."""

    def __init__(self, clock: Clock) -> None:
        self.shelf = Shelf()
        self.commits = 0
        self._clock = clock

    @contextmanager
    def write(self, actor: str) -> Iterator[MemoryTx]:
        tx = MemoryTx(self.shelf.copy(), actor, self._clock)
        yield tx
        self.shelf = tx.shelf
        self.commits += 1

    @contextmanager
    def reading(self) -> Iterator[MemoryReader]:
        yield MemoryReader(self.shelf)

    @contextmanager
    def bulk(self) -> Iterator[None]:
        yield

    def head(self) -> int:
        return len(self.shelf.ops)

    def close(self) -> None:
        pass
