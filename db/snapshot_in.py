"""A snapshot: the confirmed state of a scope is replaced, and what is pending stays on top of it."""

# ruff: noqa: S608  # only marks and names of ours are put in; values are parameters

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from app.domain.incident import MOVING
from app.domain.op import GENESIS, Op, Origin, Outcome
from app.domain.record import KINDS
from app.ports.rows import Changed
from db import statements as sql
from db.confirmed import Confirmed
from db.held import HeldReader
from db.origins import Origins
from db.page_in import place_acknowledged
from db.pending import STILL_PENDING, op_body
from db.persons import keep_persons
from db.projections import Projections
from db.queries import HEAD
from db.records import RECORD_OPS, RecordForm, name_of, record_name
from db.scopes import ScopeRow, held_whole, read_scope, write_scope
from db.unswept import unswept

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.domain.incident import Incident
    from app.ports.link import OrderedOp, Snapshot
    from db.records import Name

CHUNK = 4_000


def apply_snapshot(raw: Any, snapshot: Snapshot, now: int, *, keep_order: bool) -> Changed:
    """Take the snapshot whole. ``keep_order``: the cursor stays, rows up to the snapshot only get places."""
    with unswept():
        return _SnapshotIn(raw, snapshot).take(now, keep_order=keep_order)


class _SnapshotIn:
    def __init__(self, raw: Any, snapshot: Snapshot) -> None:
        self._raw = raw
        self._snapshot = snapshot
        self._scope = snapshot.head.scope
        self._origins = Origins(raw)
        self._projections = Projections(raw)
        self._confirmed = Confirmed(raw, self._projections, held_whole(raw) | {self._scope})
        self._seq: int = raw.execute(HEAD).fetchone()[0]
        self._on_top: dict[str, int | None] = {}
        self._arrived: dict[str, Incident] = {}

    def take(self, now: int, *, keep_order: bool) -> Changed:
        raw, head = self._raw, self._snapshot.head
        row = read_scope(raw, self._scope) or ScopeRow(
            self._scope, head.epoch, 0, GENESIS, 0, 0, 0, GENESIS, True, 0, None
        )
        row = row._replace(epoch=head.epoch, state_seq=head.seq, head=head.seq, unread=0, fresh_at=now)
        if not keep_order:
            row = row._replace(cursor=head.seq, chain=head.chain, start=head.seq, start_chain=head.chain)
        self._find_pending()
        self._take_incidents()
        self._take_records()
        self._take_ops()
        keep_persons(raw, tuple(self._snapshot.persons()))
        if not keep_order:
            # What the hub has acknowledged is in this state: it must not be laid on top of it once more.
            place_acknowledged(raw, self._scope)
        self._put_on_top()
        self._projections.flush()
        write_scope(raw, row)
        self._seq = raw.execute(HEAD).fetchone()[0] + 1
        raw.execute(sql.PUT_META, ("all_changed", str(self._seq)))
        return Changed(self._seq, records=frozenset(KINDS), everything=True)

    def _find_pending(self) -> None:
        """Incidents on which own ops wait: they are settled last, when it is known which ops came along."""
        self._on_top.update(self._raw.execute("SELECT entity, key FROM shadow WHERE key IS NOT NULL"))
        found = self._raw.execute(
            f"SELECT entity, incident FROM op WHERE scope = ? AND {STILL_PENDING} AND incident IS NOT NULL",
            (self._scope,),
        )
        self._on_top.update(found)

    def _waiting_records(self) -> set[Name]:
        """Records of the scope on which own ops wait, whether or not a shadow says so."""
        found = self._raw.execute(
            f"SELECT entity, kind, body FROM op WHERE scope = ? AND {STILL_PENDING} "
            "AND kind IN ('put', 'retire')",
            (self._scope,),
        ).fetchall()
        nobody = Origin("", "")
        ops = (Op(nobody, 0, self._scope, kind, e, 0, 0, "", 0, op_body(body)) for e, kind, body in found)
        return {name for op in ops if (name := name_of(op)) is not None}

    def _take_incidents(self) -> None:
        here = {
            identity
            for (identity,) in self._raw.execute("SELECT id FROM incident WHERE scope = ?", (self._scope,))
        }
        there_too = self._raw.execute("SELECT 1 FROM incident LIMIT 1").fetchone() is not None
        reader = HeldReader()
        for part in _parts(self._snapshot.incidents()):
            arrived = {held.id: reader.read(held.body) for held in part}
            here -= arrived.keys()
            for identity in arrived.keys() & self._on_top.keys():
                self._arrived[identity] = arrived.pop(identity)
            self._put(arrived, known=there_too)
            self._projections.flush()
        for identity in here - self._on_top.keys():
            held = self._projections.held(identity)
            if held is not None and not _under_way(held.now):
                self._projections.drop(held)
        self._projections.flush()

    def _put(self, arrived: dict[str, Incident], *, known: bool) -> None:
        if not known:
            for incident in arrived.values():
                self._projections.open(incident)
            return
        self._projections.hold(arrived)
        pointers: list[tuple[str]] = []
        keys = self._pointed(arrived)
        for identity, incident in arrived.items():
            held = self._projections.held(identity)
            if held is None:
                self._projections.open(incident, keys.get(identity))
                pointers.append((identity,))
            elif _replaces(incident, held.now):
                self._projections.step(held, incident)
        self._raw.executemany("DELETE FROM moved WHERE id = ?", pointers)

    def _pointed(self, ids: Iterable[str]) -> dict[str, int]:
        """The keys of those that had gone elsewhere from here."""
        known = dict(self._raw.execute("SELECT id, key FROM moved").fetchall())
        return {identity: known[identity] for identity in ids if identity in known}

    def _take_records(self) -> None:
        scope = self._scope
        kept = self._raw.execute("SELECT kind, id FROM record WHERE scope = ?", (scope,)).fetchall()
        names = {(kind, name, scope) for kind, name in kept}
        arrived = {
            (held.kind, held.id, scope): RecordForm(held.rev, held.body, held.retired)
            for held in self._snapshot.records()
        }
        waiting = self._waiting_records()
        self._confirmed.load((), {*names, *arrived, *waiting})
        for name in waiting:
            self._confirmed.wait_for(record_name(name), None)
        for name in self._confirmed.records:
            self._confirmed.records[name] = arrived.get(name)

    def _take_ops(self) -> None:
        for part in _parts(self._snapshot.ops()):
            ids = [self._origins.of(o.origin) for o in part]
            entities = list({o.entity for o in part if o.kind not in RECORD_OPS})
            keys = self._confirmed.keys_of(entities)
            keys.update({e: k for e in entities if (k := self._on_top.get(e)) is not None})
            rows: list[tuple[Any, ...]] = []
            waited: list[tuple[Any, ...]] = []
            for o, i in zip(part, ids, strict=True):
                self._seq += 1
                if i in self._origins.own:
                    waited.append((self._seq, o.seq, o.outcome, o.refusal, i, o.n))
                rows.append(self._op_row(o, i, keys.get(o.entity)))
            self._raw.executemany(_SEAT_WAITING, waited)
            self._raw.executemany(f"{sql.INSERT_OP} ON CONFLICT DO NOTHING", rows)

    def _op_row(self, o: OrderedOp, origin: int, key: int | None) -> tuple[Any, ...]:
        return (
            self._seq, origin, o.n, self._scope, o.kind, o.entity, key, o.at, o.made, o.actor, o.base, o.body,
            o.outcome, o.refusal, b"", o.seq, None, int(o.outcome == Outcome.REFUSED.value),
        )  # fmt: skip

    def _put_on_top(self) -> None:
        """Settle what own ops wait on: beneath them is now what the snapshot says."""
        confirmed = self._confirmed
        confirmed.load(self._on_top)
        for identity, key in self._on_top.items():
            confirmed.wait_for(identity, key)
            form, arrived = confirmed.forms[identity], self._arrived.get(identity)
            if arrived is not None:
                if form is None or _replaces(arrived, form):
                    confirmed.forms[identity] = arrived
                    confirmed.moved.pop(identity, None)
            elif form is not None and form.scope == self._scope and not _under_way(form):
                confirmed.forms[identity] = None
        self._seq = confirmed.settle((), self._seq)


_SEAT_WAITING = (
    "UPDATE op SET seq = ?, hub_seq = ?, outcome = ?, refusal = ? "
    "WHERE origin = ? AND n = ? AND hub_seq IS NULL"
)


def _replaces(arrived: Incident, form: Incident) -> bool:
    """Whether the snapshot's incident stands; not where another scope has told of later changes already."""
    return form.scope == arrived.scope or arrived.version > form.version


def _under_way(incident: Incident) -> bool:
    """Whether it left another scope and this one's order has yet to bring it in."""
    return bool(incident.marks) and incident.marks[0].concern == MOVING


def _parts(rows: Iterable[Any]) -> Iterator[list[Any]]:
    stream = iter(rows)
    while part := list(islice(stream, CHUNK)):
        yield part
