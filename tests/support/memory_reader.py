"""The questions of ``app.ports.reader`` answered from dicts, the plain way: whole lists, sorted anew."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from app.domain.geo import distance_m
from app.domain.incident import IN_HAND, Incident, State
from app.domain.kpi import contribution
from app.domain.sla import HOUR
from app.ports.rows import (
    Changed,
    ConflictRow,
    Counts,
    LedgerState,
    LivePoint,
    OpenAge,
    PointMark,
    Queue,
    QueuePage,
    QueueQuery,
    QueueRow,
    RecordRow,
    Sort,
    SumRow,
    TimelineRow,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from app.ports.rows import ImportMark, MovedRow, Person, RefusedRow, UnsentRow
    from tests.support.memory_store import Shelf

_LAST = 1 << 62
_STATES = {
    Queue.WAITING: (State.REPORTED,),
    Queue.TO_ASSIGN: (State.ACCEPTED,),
    Queue.WORKING: (State.ASSIGNED, State.WORKING),
    Queue.TO_VERIFY: (State.HANDLED,),
    Queue.SUSPENDED: (State.SUSPENDED,),
    Queue.CLOSED: (State.CLOSED,),
    Queue.ALL: tuple(State),
}


def _due(incident: Incident) -> int:
    return incident.next_due[1] if incident.next_due else _LAST


def _overdue(incident: Incident, now: int) -> bool:
    return _due(incident) < now


class MemoryReader:
    """Reads one shelf as it stands."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def incident(self, identity: str) -> Incident | None:
        return self._shelf.incidents.get(identity)

    def incident_by_key(self, key: int) -> Incident | None:
        return (
            self._shelf.incidents.get(self._shelf.order[key - 1])
            if 0 < key <= len(self._shelf.order)
            else None
        )

    def key_of(self, identity: str) -> int | None:
        return self._shelf.keys.get(identity)

    def find_number(self, number: str) -> int | None:
        return next(
            (self._shelf.keys[i.id] for i in self._shelf.incidents.values() if i.number == number), None
        )

    def known_refs(self, refs: Sequence[str]) -> Mapping[str, str]:
        return {ref: self._shelf.refs[ref] for ref in refs if ref in self._shelf.refs}

    def _in(self, query: QueueQuery) -> list[Incident]:
        def fits(i: Incident) -> bool:
            if query.queue is Queue.OVERDUE:
                if not (i.open and _overdue(i, query.now)):
                    return False
            elif i.state not in _STATES[query.queue]:
                return False
            wanted = (
                (query.towns, i.town), (query.severities, i.severity), (query.sources, i.source),
                (query.categories, i.category), ((query.loop,) if query.loop else (), i.loop.value),
            )  # fmt: skip
            said = f"{i.title}\n{i.detail}\n{i.number}"
            return all(value in some for some, value in wanted if some) and query.text.strip() in said

        by = {
            Sort.DUE: _due, Sort.REPORTED: lambda i: i.reported_at, Sort.SEVERITY: lambda i: i.severity,
            Sort.PLACE: lambda i: i.place, Sort.SOURCE: lambda i: i.source, Sort.NUMBER: lambda i: i.number,
        }[query.sort]  # fmt: skip
        found = filter(fits, self._shelf.incidents.values())
        return sorted(found, key=lambda i: (by(i), self._shelf.keys[i.id]), reverse=query.descending)

    def queue_page(self, query: QueueQuery) -> QueuePage:
        window = self._in(query)[query.offset : query.offset + query.limit]
        return QueuePage(query.offset, tuple(self._row(i) for i in window))

    def _row(self, i: Incident) -> QueueRow:
        clock, due = i.next_due or ("", None)
        active = [a for a in i.assignments if a.active]
        return QueueRow(
            key=self._shelf.keys[i.id], id=i.id, number=i.number, title=i.title, severity=i.severity,
            state=i.state, loop=i.loop, place=i.place, town=i.town, source=i.source, category=i.category,
            reported_at=i.reported_at, closed_at=i.closed_at, due_clock=clock, due_at=due,
            limit_from=i.accepted_at if clock == "respond" and i.accepted_at else i.reported_at,
            on_time=i.on_time,
            lead=i.lead.handler if i.lead else "", lead_state=i.lead.state if i.lead else "",
            active=len(active), arrived=sum(a.state.value == "arrived" for a in active),
            conflicts=len(i.conflicts), supervised=i.supervised, rework=i.rework,
        )  # fmt: skip

    def queue_count(self, query: QueueQuery) -> int:
        return len(self._in(query))

    def queue_due_counts(self, query: QueueQuery, edges: Sequence[int]) -> Sequence[int]:
        due = [_due(i) for i in self._in(query)]
        return [sum(d < min(edge, _LAST) for d in due) for edge in (*edges, _LAST)]

    def queue_position(self, query: QueueQuery, key: int) -> int | None:
        return next((n for n, i in enumerate(self._in(query)) if self._shelf.keys[i.id] == key), None)

    def counts(self, now: int, town: str = "") -> Counts:
        towns = (town,) if town else ()
        return Counts({queue: self.queue_count(QueueQuery(queue, now, towns=towns)) for queue in Queue})

    def _point(self, i: Incident, now: int) -> LivePoint | None:
        if not i.open or i.lon is None or i.lat is None:
            return None
        waiting = PointMark.WAITING if i.state is State.REPORTED else PointMark.NORMAL
        mark = PointMark.OVERDUE if _overdue(i, now) else waiting
        return LivePoint(self._shelf.keys[i.id], i.lon, i.lat, i.severity, mark)

    def points(self, now: int) -> Sequence[LivePoint]:
        return [point for i in self._shelf.incidents.values() if (point := self._point(i, now))]

    def points_of(self, keys: Iterable[int], now: int) -> tuple[Sequence[LivePoint], Sequence[int]]:
        wanted = list(keys)
        there = {point.key: point for point in self.points(now)}
        return [there[k] for k in wanted if k in there], [k for k in wanted if k not in there]

    def place_loads(self, now: int) -> Mapping[str, tuple[int, int]]:
        loads: dict[str, tuple[int, int]] = {}
        for i in self._shelf.incidents.values():
            if i.open:
                n, late = loads.get(i.place[:12], (0, 0))
                loads[i.place[:12]] = (n + 1, late + _overdue(i, now))
        return loads

    def handler_loads(self) -> Mapping[str, int]:
        return Counter(
            a.handler for i in self._shelf.incidents.values() if i.state in (*IN_HAND, State.HANDLED)
            for a in i.assignments if a.active
        )  # fmt: skip

    def timeline(self, identity: str) -> Sequence[TimelineRow]:
        return [
            TimelineRow(n, op.kind, op.at, op.made, op.actor, op.body, self._outcome(n, why), why)
            for n, (op, why) in enumerate(self._shelf.ops, start=1) if op.entity == identity
        ]  # fmt: skip

    def _outcome(self, n: int, why: str) -> str:
        return "refused" if why else "conflict" if n in self._shelf.clashed else "applied"

    def open_conflicts(self) -> Sequence[ConflictRow]:
        found = [
            ConflictRow(self._shelf.keys[i.id], i.number, i.title, i.severity, i.place, conflict)
            for i in self._shelf.incidents.values() for conflict in i.conflicts
        ]  # fmt: skip
        return sorted(found, key=lambda row: -row.conflict.at)

    def refused_ops(self, limit: int = 500) -> Sequence[RefusedRow]:
        return sorted(self._shelf.refused, key=lambda row: (row.seen, -row.seq))[:limit]

    def unsent(self, limit: int) -> Sequence[UnsentRow]:
        return ()

    def unsent_counts(self) -> Mapping[int, int]:
        return {}

    def unsent_of(self, key: int) -> frozenset[int]:
        return frozenset()

    def moved(self, identity: str) -> MovedRow | None:
        return self._shelf.moved.get(identity)

    def person(self, identity: str) -> Person | None:
        return self._shelf.persons.get(identity)

    def sums(self, first_hour: int, last_hour: int, measures: Sequence[str] = ()) -> Sequence[SumRow]:
        total: Counter[tuple[str, str, int]] = Counter()
        for i in self._shelf.incidents.values():
            total.update(contribution(i))
        return [
            SumRow(*key, n) for key, n in total.items()
            if n and (not measures or key[0] in measures)
            and (key[0].startswith("state:") or first_hour <= key[2] <= last_hour)
        ]  # fmt: skip

    def open_ages(self, now: int) -> Sequence[OpenAge]:
        found: dict[str, list[int]] = {}
        for i in self._shelf.incidents.values():
            if i.open:
                row = found.setdefault(i.town, [0] * 5)
                age = now - i.reported_at
                row[sum(age > limit * HOUR for limit in (1, 4, 24))] += 1
                row[4] += _overdue(i, now)
        return [OpenAge(town, (row[0], row[1], row[2], row[3]), row[4]) for town, row in found.items()]

    def nearby(self, lon: float, lat: float, metres: float, since: int) -> tuple[int, int]:
        near = [
            i for i in self._shelf.incidents.values()
            if i.lon is not None and i.lat is not None and i.reported_at >= since
            and distance_m((lon, lat), (i.lon, i.lat)) <= metres
        ]  # fmt: skip
        return len(near), sum(i.open for i in near)

    def records(self, kind: str) -> Sequence[RecordRow]:
        return [row for row in self._shelf.records.values() if row.kind == kind]

    def records_rev(self) -> int:
        return self._shelf.records_rev

    def export(self, query: QueueQuery) -> Iterator[Incident]:
        yield from self._in(query)

    def cursors(self) -> Mapping[str, int]:
        return self._shelf.cursors

    def import_mark(self, job: str) -> ImportMark | None:
        return self._shelf.marks.get(job)

    def changes_after(self, seq: int) -> Changed:
        later = [op for op, _ in self._shelf.ops[seq:]]
        kinds = frozenset(str(op.body["kind"]) for op in later if op.kind in {"put", "retire"})
        keys = frozenset(self._shelf.keys[op.entity] for op in later if op.entity in self._shelf.keys)
        return Changed(len(self._shelf.ops), keys, kinds)

    def state(self) -> LedgerState:
        return LedgerState(len(self._shelf.ops), len(self._shelf.ops), "memory", "1")

    def setting(self, name: str) -> Any:
        return self._shelf.settings.get(name)
