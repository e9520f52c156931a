"""The questions a store answers (``app.ports.reader``), in one view of it; rows come out frozen."""

# ruff: noqa: S608  # statements are put together from names of db.tables and marks; values are parameters

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.domain.record import KINDS
from app.ports.rows import (
    Changed,
    ImportMark,
    LedgerState,
    MovedRow,
    Person,
    QueuePage,
    RecordRow,
    SumRow,
    TimelineRow,
)
from db import link_rows, live, unsent
from db import statements as sql
from db.facets import Codes
from db.outbox import WAITING_COUNT
from db.projections import load
from db.queue_rows import queue_rows
from db.queues import Queues
from db.rows import ASSIGNMENT_COLUMNS, incident_of
from db.tables import UNDER_WAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from app.domain.incident import Incident
    from app.ports.rows import ConflictRow, Counts, LivePoint, OpenAge, QueueQuery, RefusedRow, UnsentRow

TOUCHED_AT_MOST = 5_000
"""More changed incidents than this are told as a change of everything."""

MARKS_AT_ONCE = 5_000

HEAD = (
    "SELECT max(coalesce((SELECT max(seq) FROM op), 0), "
    "coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'all_changed'), 0))"
)
"""The last place in this store's ledger: of an op, or of a snapshot that changed everything."""

RECORDS_REV = (
    "SELECT max(coalesce((SELECT max(changed) FROM record), 0), "
    "coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'records_gone'), 0))"
)
LIVING_RECORDS = (
    "SELECT kind, id, rev, body FROM record r WHERE kind = ? AND NOT retired AND NOT EXISTS ("
    "SELECT 1 FROM record o WHERE o.kind = r.kind AND o.id = r.id AND (o.rev, o.scope) > (r.rev, r.scope)"
    ") ORDER BY id"
)
"""Of two scopes' records of one name the later put stands."""


class StoreReader:
    """One view of the store; used by one thread at a time.

    ``settled``: nothing is written within it, so that what was looked up for one question serves the next.
    """

    def __init__(self, raw: Any, *, settled: bool = False) -> None:
        self._raw = raw
        self._settled = settled
        self._queues_held: Queues | None = None

    def _run(self, statement: str, values: Sequence[Any] = ()) -> Any:
        return self._raw.execute(statement, values)

    def _one(self, statement: str, values: Sequence[Any] = ()) -> Any:
        row = self._run(statement, values).fetchone()
        return None if row is None else row[0]

    def _codes(self) -> Codes:
        return Codes(self._run("SELECT facet, word, code FROM facet_code"))

    def _queues(self) -> Queues:
        if self._queues_held is None or not self._settled:
            self._queues_held = Queues(self._run, self._codes())
        return self._queues_held

    def incident(self, identity: str) -> Incident | None:
        held = load(self._raw, "id", identity)
        return None if held is None else held.now

    def incident_by_key(self, key: int) -> Incident | None:
        held = load(self._raw, "key", key)
        return None if held is None else held.now

    def key_of(self, identity: str) -> int | None:
        found: int | None = self._one("SELECT key FROM incident WHERE id = ?", (identity,))
        return found

    def find_number(self, number: str) -> int | None:
        """The latest where desktops without a line have given a number twice."""
        found: int | None = self._one("SELECT max(key) FROM incident WHERE number = ?", (number,))
        return found

    def known_refs(self, refs: Sequence[str]) -> Mapping[str, str]:
        known: dict[str, str] = {}
        for i in range(0, len(refs), MARKS_AT_ONCE):
            part = [ref for ref in refs[i : i + MARKS_AT_ONCE] if ref]
            marks = ", ".join("?" * len(part))
            known.update(
                self._run(
                    f"SELECT ref, id FROM incident WHERE ref != '' AND ref IN ({marks})", part
                ).fetchall()
            )
        return known

    def queue_page(self, query: QueueQuery) -> QueuePage:
        return QueuePage(query.offset, queue_rows(self._run, self._queues().window(query)))

    def queue_count(self, query: QueueQuery) -> int:
        return self._queues().count(query)

    def queue_due_counts(self, query: QueueQuery, edges: Sequence[int]) -> Sequence[int]:
        return self._queues().due_counts(query, edges)

    def queue_position(self, query: QueueQuery, key: int) -> int | None:
        return self._queues().position(query, key)

    def counts(self, now: int, town: str = "") -> Counts:
        return live.counts(self._run, self._codes(), now, town)

    def points(self, now: int) -> Sequence[LivePoint]:
        return live.points(self._run, now)

    def points_of(self, keys: Iterable[int], now: int) -> tuple[Sequence[LivePoint], Sequence[int]]:
        return live.points_of(self._run, list(keys), now)

    def place_loads(self, now: int) -> Mapping[str, tuple[int, int]]:
        return live.place_loads(self._run, now)

    def handler_loads(self) -> Mapping[str, int]:
        rows = self._run(f"SELECT handler, count(*) FROM assignment WHERE {UNDER_WAY} GROUP BY handler")
        return dict(rows.fetchall())

    def timeline(self, identity: str) -> Sequence[TimelineRow]:
        key = self.key_of(identity)
        if key is None:
            return ()
        rows = self._run(
            "SELECT seq, kind, at, made, actor, body, outcome, refusal FROM op "
            "WHERE incident = ? ORDER BY seq",
            (key,),
        )
        return tuple(
            TimelineRow(seq, kind, at, made, actor, json.loads(body), outcome, refusal)
            for seq, kind, at, made, actor, body, outcome, refusal in rows
        )

    def person(self, identity: str) -> Person | None:
        row = self._run("SELECT id, incident, name, phone FROM person WHERE id = ?", (identity,)).fetchone()
        return None if row is None else Person(*row)

    def sums(self, first_hour: int, last_hour: int, measures: Sequence[str] = ()) -> Sequence[SumRow]:
        wanted = f"AND measure IN ({', '.join('?' * len(measures))})" if measures else ""
        rows = self._run(
            "SELECT measure, town, bucket, n FROM kept_sum "
            f"WHERE (bucket BETWEEN ? AND ? OR bucket = 0) AND n != 0 {wanted}",
            (first_hour, last_hour, *measures),
        )
        return tuple(map(SumRow._make, rows))

    def open_ages(self, now: int) -> Sequence[OpenAge]:
        return live.open_ages(self._run, self._codes(), now)

    def nearby(self, lon: float, lat: float, metres: float, since: int) -> tuple[int, int]:
        return live.nearby(self._run, (lon, lat), metres, since)

    def records(self, kind: str) -> Sequence[RecordRow]:
        rows = self._run(LIVING_RECORDS, (kind,))
        return tuple(RecordRow(kind, identity, rev, json.loads(body)) for kind, identity, rev, body in rows)

    def records_rev(self) -> int:
        return int(self._one(RECORDS_REV))

    def export(self, query: QueueQuery) -> Iterator[Incident]:
        """Streamed: only some hundred incidents are in memory at a time."""
        for keys in self._queues().walk(query):
            yield from self._incidents(keys)

    def _incidents(self, keys: Sequence[int]) -> Iterator[Incident]:
        marks = ", ".join("?" * len(keys))
        given: dict[int, list[Sequence[Any]]] = {}
        columns = ", ".join(f'"{c}"' for c in ASSIGNMENT_COLUMNS)
        for key, *rest in self._run(
            f"SELECT incident, {columns} FROM assignment WHERE incident IN ({marks}) "
            "ORDER BY incident, position",
            keys,
        ):
            given.setdefault(key, []).append(rest)
        rows = {row[0]: row for row in self._run(f"{sql.READ_INCIDENT} WHERE key IN ({marks})", keys)}
        for key in keys:
            yield incident_of(rows[key], given.get(key, ()))

    def open_conflicts(self) -> Sequence[ConflictRow]:
        return link_rows.open_conflicts(self._run)

    def refused_ops(self, limit: int = 500) -> Sequence[RefusedRow]:
        return link_rows.refused_ops(self._run, limit, self.setting(link_rows.REFUSED_SEEN))

    def unsent(self, limit: int) -> Sequence[UnsentRow]:
        return unsent.unsent(self._run, limit)

    def unsent_counts(self) -> Mapping[int, int]:
        return unsent.unsent_counts(self._run)

    def unsent_of(self, key: int) -> frozenset[int]:
        return unsent.unsent_of(self._run, key)

    def moved(self, identity: str) -> MovedRow | None:
        row = self._run(link_rows.MOVED, (identity,)).fetchone()
        return None if row is None else MovedRow(*row)

    def cursors(self) -> Mapping[str, int]:
        return dict(self._run("SELECT scope, cursor FROM scope ORDER BY scope").fetchall())

    def import_mark(self, job: str) -> ImportMark | None:
        row = self._run(sql.READ_MARK, (job,)).fetchone()
        if row is None:
            return None
        name, line, offset, taken, known, rejected, done = row
        return ImportMark(name, line, offset, taken, known, rejected, bool(done))

    def changes_after(self, seq: int) -> Changed:
        keys = self._run(
            "SELECT DISTINCT incident FROM op NOT INDEXED WHERE seq > ? AND incident IS NOT NULL LIMIT ?",
            (seq, TOUCHED_AT_MOST + 1),
        ).fetchall()
        kinds = {kind for (kind,) in self._run("SELECT DISTINCT kind FROM record WHERE changed > ?", (seq,))}
        marks = dict(self._run("SELECT name, value FROM meta WHERE name IN ('all_changed', 'records_gone')"))
        if int(marks.get("records_gone", 0)) > seq:
            kinds |= set(KINDS)
        everything = len(keys) > TOUCHED_AT_MOST or int(marks.get("all_changed", 0)) > seq
        touched = frozenset() if everything else frozenset(key for (key,) in keys)
        return Changed(self.head(), touched, frozenset(kinds), everything)

    def head(self) -> int:
        """The last place in this store's ledger; 0 where it is empty."""
        return int(self._one(HEAD))

    def state(self) -> LedgerState:
        device, incarnation, waiting = self._run(
            "SELECT o.device, o.incarnation, o.last_n FROM origin o "
            "JOIN meta m ON m.name = 'own_origin' AND o.id = CAST(m.value AS INTEGER)"
        ).fetchone()
        if self._one("SELECT 1 FROM scope LIMIT 1"):
            waiting = self._one(WAITING_COUNT)
        return LedgerState(self.head(), waiting, device, incarnation)

    def setting(self, name: str) -> Any:
        found = self._one("SELECT value FROM setting WHERE name = ?", (name,))
        return None if found is None else json.loads(found)
