"""Desktop state = confirmed + pending (DESIGN §5): the entities that one page or snapshot touches.

``load`` takes them back to their confirmed forms; the caller folds what the hub says; ``settle`` folds what
is still pending on top again, and writes rows and shadows.
"""

# only marks and names of ours are put in; values are parameters

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from app.domain.conflict import decide
from app.domain.errors import Refusal
from app.domain.op import Op, OpKind, Origin, Outcome
from db import statements as sql
from db.pending import PENDING, SET_OUTCOME, STILL_PENDING, Pending, folded, op_body
from db.records import (
    RECORD_OPS,
    after_record,
    name_of,
    put_records,
    read_records,
    record_name,
    shadow_form,
    shadow_text,
)
from db.shadow import incident_text, shadowed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from app.domain.incident import Incident
    from db.projections import Held, Projections
    from db.records import Name, RecordForm

AT_ONCE = 5_000
MOVES = frozenset({OpKind.MOVE_OUT.value, OpKind.MOVE_IN.value})


class Moved(NamedTuple):
    """Where an incident went, and the key that it has or had here."""

    key: int
    number: str
    scope: str
    at: int


class Confirmed:
    """The confirmed forms of what one transaction touches."""

    def __init__(self, raw: Any, projections: Projections, held_scopes: Collection[str]) -> None:
        self._raw = raw
        self.projections = projections
        self._held_scopes = held_scopes
        self._shadow_keys: dict[str, int | None] = {}
        self._before_moved: dict[str, Moved] = {}
        self._own_keys: dict[str, int] = {}
        self.forms: dict[str, Incident | None] = {}
        self.records: dict[Name, RecordForm | None] = {}
        self.moved: dict[str, Moved] = {}
        self.touched_keys: set[int] = set()
        self.touched_kinds: set[str] = set()

    def load(self, ids: Iterable[str], names: Iterable[Name] = ()) -> None:
        """Take these entities back to their confirmed forms."""
        ids = [identity for identity in ids if identity not in self.forms]
        names = [name for name in names if name not in self.records]
        self.projections.hold(ids)
        for identity in ids:
            held = self.projections.held(identity)
            self.forms[identity] = None if held is None else held.now
        kept = read_records(self._raw, names)
        for name in names:
            self.records[name] = kept.get(name)
        self._load_moved(ids)
        self._load_shadows(ids, {record_name(name): name for name in names})

    def _load_moved(self, ids: Sequence[str]) -> None:
        if self._raw.execute("SELECT 1 FROM moved LIMIT 1").fetchone() is None:
            return
        for identity, *rest in self._in("SELECT id, key, number, scope, at FROM moved WHERE id IN", ids):
            self.moved[identity] = self._before_moved[identity] = Moved(*rest)

    def _load_shadows(self, ids: Sequence[str], names: dict[str, Name]) -> None:
        if self._raw.execute("SELECT 1 FROM shadow LIMIT 1").fetchone() is None:
            return
        statement = "SELECT entity, key, body FROM shadow WHERE entity IN"
        for entity, key, body in self._in(statement, [*ids, *names]):
            self._shadow_keys[entity] = key
            if entity in names:
                self.records[names[entity]] = shadow_form(body)
            else:
                self.forms[entity] = shadowed(body)

    def _in(self, statement: str, values: Sequence[Any], tail: str = "") -> Iterator[Sequence[Any]]:
        for i in range(0, len(values), AT_ONCE):
            part = values[i : i + AT_ONCE]
            yield from self._raw.execute(
                f"{statement} ({', '.join('?' * len(part))}) {tail}", part
            ).fetchall()

    def own_key(self, identity: str, key: int) -> None:
        """The key under which own ops know an incident that is not here."""
        self._own_keys[identity] = key

    def wait_for(self, identity: str, key: int | None) -> None:
        """Own ops may wait on the incident, whether or not a shadow says so."""
        self._shadow_keys.setdefault(identity, key)

    def fold(self, op: Op) -> bool:
        """Fold an op that stands at the hub; False where this program cannot read what the hub could."""
        if op.kind in RECORD_OPS:
            return self._fold_record(op)
        identity = op.entity
        before = self.forms[identity]
        decided = decide(before, op)
        if decided.refusal is not None:
            return decided.refusal is Refusal.MOVED_AWAY or (before is None and identity in self.moved)
        after = self.forms[identity] = decided.incident
        if after is not None and op.kind in MOVES:
            self._moves(after, op.at)
        return True

    def _moves(self, incident: Incident, at: int) -> None:
        """Into a scope that is not held here it leaves a pointer; else it is one row all the time."""
        before = self.moved.pop(incident.id, None)
        if before is not None:
            self.own_key(incident.id, before.key)
        if incident.scope not in self._held_scopes:
            held = self.projections.held(incident.id)
            key = held.key if held is not None else self._own_keys.get(incident.id)
            if key is None:
                key = self.projections.fresh_key()
            self.moved[incident.id] = Moved(key, incident.number, incident.scope, at)
            self.forms[incident.id] = None

    def _fold_record(self, op: Op) -> bool:
        name = name_of(op)
        if name is None:
            return False
        after = after_record(self.records[name], op)
        if isinstance(after, Refusal):
            return False
        self.records[name] = after
        return True

    def settle(self, seated: Collection[tuple[int, int]], seq: int) -> int:
        """Fold what waits on top and write all rows; the ledger's last place afterwards.

        ``seated`` names own ops that have just got their place, though the rows do not say so yet.
        """
        waiting: dict[str, list[Pending]] = {}
        names: dict[str, Name] = {}
        for pending in self._pending():
            if (pending.origin, pending.op.n) not in seated:
                entity = pending.op.entity
                name = name_of(pending.op) if pending.op.kind in RECORD_OPS else None
                if name is not None:
                    entity = record_name(name)
                    names[entity] = name
                waiting.setdefault(entity, []).append(pending)
        seq = self._settle_incidents(waiting, seq)
        seq = self._settle_records(waiting, seq)
        self._write_moved()
        return seq

    def _pending(self) -> Iterator[Pending]:
        """Own ops without a place on what is touched, in their order."""
        keys = [key for key in self._shadow_keys.values() if key is not None]
        rows = list(self._in(f"{PENDING} WHERE {STILL_PENDING} AND incident IN", keys, "ORDER BY origin, n"))
        if any(record_name(name) in self._shadow_keys for name in self.records):
            found = self._raw.execute(
                f"{PENDING} WHERE {STILL_PENDING} AND kind IN ('put', 'retire') ORDER BY origin, n"
            )
            rows += [row for row in found.fetchall() if self._is_touched(row)]
        origins = {row[0]: Origin(*row[1:]) for row in self._raw.execute(sql.READ_ORIGINS)}
        for origin, n, scope, kind, entity, at, made, actor, base, body, outcome, refusal, key in rows:
            op = Op(origins[origin], n, scope, kind, entity, at, made, actor, base, op_body(body))
            yield Pending(origin, op, outcome, refusal, key)

    def _is_touched(self, row: Sequence[Any]) -> bool:
        body = op_body(row[9])
        return (body.get("kind"), body.get("id"), row[2]) in self.records

    def _settle_incidents(self, waiting: dict[str, list[Pending]], seq: int) -> int:
        outcomes: list[tuple[Any, ...]] = []
        stale: list[tuple[str]] = []
        for identity, form in self.forms.items():
            held = self.projections.held(identity)
            pending = waiting.get(identity)
            now = form
            if pending:
                moved = identity in self.moved
                for one in pending:
                    seq += 1
                    now, row = folded(now, one, seq, moved=moved)
                    outcomes.append(row)
                key = held.key if held is not None else pending[0].key
                first = pending[0].op.n
                self._raw.execute(sql.PUT_SHADOW, (identity, key, incident_text(form), first))
                if key is not None:
                    self.own_key(identity, key)
            elif identity in self._shadow_keys:
                stale.append((identity,))
            self._put(identity, held, now)
        self._raw.executemany(SET_OUTCOME, outcomes)
        self._raw.executemany("DELETE FROM shadow WHERE entity = ?", stale)
        return seq

    def _put(self, identity: str, held: Held | None, now: Incident | None) -> None:
        if now is None:
            if held is not None:
                self.touched_keys.add(held.key)
                self.projections.drop(held)
            return
        if held is None:
            held = self.projections.open(now, self._own_keys.get(identity))
        elif held.now is not now and held.now != now:
            self.projections.step(held, now)
        self.touched_keys.add(held.key)

    def _settle_records(self, waiting: dict[str, list[Pending]], seq: int) -> int:
        now: dict[Name, RecordForm | None] = {}
        for name, form in self.records.items():
            entity = record_name(name)
            after = form
            pending = waiting.get(entity)
            for one in pending or ():
                seq += 1
                told = after_record(after, one.op)
                refusal = told.value if isinstance(told, Refusal) else ""
                outcome = Outcome.REFUSED if refusal else Outcome.APPLIED
                self._raw.execute(SET_OUTCOME, (seq, outcome.value, refusal, one.origin, one.op.n))
                after = after if isinstance(told, Refusal) else told
            if pending:
                self._raw.execute(sql.PUT_SHADOW, (entity, None, shadow_text(form), pending[0].op.n))
            elif entity in self._shadow_keys:
                self._raw.execute("DELETE FROM shadow WHERE entity = ?", (entity,))
            now[name] = after
            self.touched_kinds.add(name[0])
        if now:
            put_records(self._raw, now, max(seq, 1))
        return seq

    def _write_moved(self) -> None:
        gone = [(identity,) for identity in self._before_moved if identity not in self.moved]
        self._raw.executemany("DELETE FROM moved WHERE id = ?", gone)
        new = [
            (identity, *moved) for identity, moved in self.moved.items()
            if self._before_moved.get(identity) != moved
        ]  # fmt: skip
        self._raw.executemany(sql.PUT_MOVED, new)

    def keys_of(self, ids: Iterable[str]) -> dict[str, int]:
        """The keys that ops on these incidents carry; those that were never here are left out."""
        keys: dict[str, int] = {}
        unread: list[str] = []
        for identity in ids:
            if identity not in self.forms:
                unread.append(identity)
                continue
            held = self.projections.held(identity)
            key = held.key if held is not None else self._own_keys.get(identity)
            if identity in self.moved:
                key = self.moved[identity].key
            if key is not None:
                keys[identity] = key
        keys.update(self._in("SELECT id, key FROM incident WHERE id IN", unread))  # type: ignore[arg-type]
        return keys
