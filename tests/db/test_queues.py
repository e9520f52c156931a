"""Queues, counts and figures against the plain way: every incident in a list, sorted and counted."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.geo import distance_m
from app.domain.incident import State
from app.ports.rows import PointMark, Queue, QueueQuery, Sort
from db.engine import open_store
from db.queues import Queues
from tests.db.conftest import KEY, Told, draft, report
from tests.support.matters import AT

if TYPE_CHECKING:
    from app.domain.incident import Incident

N = 700
HOUR = 3_600_000
NOW = AT + 40 * HOUR
TOWNS = ("510113103", "510113104", "510113105")
SOURCES, CATEGORIES = ("hotline", "patrol", "sensor"), ("water", "road", "noise", "")
TITLES = ("井盖破损", "路灯不亮", "井水浑浊", "Broken lamp", "占道经营 A栋")
STATES = {
    Queue.WAITING: {State.REPORTED},
    Queue.TO_ASSIGN: {State.ACCEPTED},
    Queue.WORKING: {State.ASSIGNED, State.WORKING},
    Queue.TO_VERIFY: {State.HANDLED},
    Queue.SUSPENDED: {State.SUSPENDED},
    Queue.CLOSED: {State.CLOSED},
    Queue.ALL: set(State),
}
WAYS = [
    line.split()
    for line in """reported
    accept
    accept assign
    accept assign acknowledge
    accept assign report_in
    accept assign handle
    accept assign suspend
    accept assign whistle
    accept assign supervise
    accept assign handle verify close
    accept close
    accept close
    accept close reopen
    decline
    cancel""".splitlines()
]
WAYS[0] = []


def fill(store) -> None:
    luck = random.Random(1)
    with store.write("m1") as tx:
        for i in range(N):
            at = AT + luck.randrange(30) * HOUR
            town = luck.choice(TOWNS)
            due = {c: at + luck.randrange(1, 40) * HOUR for c in ("accept", "respond", "resolve")}
            point = {"lon": 104.3 + luck.random() / 50, "lat": 30.8 + luck.random() / 50}
            nowhere = {"lon": None, "lat": None}
            tx.append(
                report(
                    f"{i:032x}", at, number=f"2611{luck.randrange(20, 30)}-{luck.randrange(9999):04d}",
                    town=town, place=f"{town}{luck.randrange(5):03d}{luck.choice(('', '01', '02'))}",
                    severity=luck.randrange(1, 5), source=luck.choice(SOURCES),
                    category=luck.choice(CATEGORIES), loop=luck.choice(("small", "big")),
                    title=luck.choice(TITLES), detail=luck.choice(("", "门口")),
                    due=luck.choice((due, None)), **luck.choice((point, point, nowhere)),
                )
            )  # fmt: skip
            for step, kind in enumerate(luck.choice(WAYS)):
                extra = (
                    {"assignment": "a1"} if kind in ("assign", "acknowledge", "report_in", "handle") else {}
                )
                tx.append(draft(kind, f"{i:032x}", at + step * HOUR, **extra))


@pytest.fixture(scope="module", params=[None, KEY], ids=["plain", "encrypted"])
def full(tmp_path_factory, request):
    told = Told()
    path = tmp_path_factory.mktemp("full") / "store.db"
    store = open_store(path, key=request.param, device="d" * 32, ids=told, clock=told)
    fill(store)
    with store.reading() as read:
        incidents = {key: read.incident_by_key(key) for key in range(1, N + 1)}
    yield store, incidents
    store.close()


def due_at(incident: Incident) -> int:
    return incident.next_due[1] if incident.next_due else 1 << 60


SORTED_BY = {
    Sort.DUE: due_at,
    Sort.REPORTED: lambda i: i.reported_at,
    Sort.SEVERITY: lambda i: i.severity,
    Sort.PLACE: lambda i: (i.town, i.place),
    Sort.SOURCE: lambda i: i.source,
    Sort.NUMBER: lambda i: i.number,
}


def passes(i: Incident, q: QueueQuery) -> bool:
    in_queue = (i.open and due_at(i) < q.now) if q.queue is Queue.OVERDUE else i.state in STATES[q.queue]
    return (
        in_queue
        and (not q.towns or i.town in q.towns)
        and (not q.severities or i.severity in q.severities)
        and (not q.sources or i.source in q.sources)
        and (not q.categories or i.category in q.categories)
        and (not q.loop or i.loop == q.loop)
        and (not q.text or q.text in f"{i.number} {i.title} {i.detail}")
    )


def plain_way(incidents: dict[int, Incident], q: QueueQuery) -> list[int]:
    found = [key for key, i in incidents.items() if passes(i, q)]
    return sorted(found, key=lambda k: (SORTED_BY[q.sort](incidents[k]), k), reverse=q.descending)


def some(values):
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


QUERIES = st.builds(
    QueueQuery,
    queue=st.sampled_from(Queue), now=st.sampled_from((NOW, AT, AT + 20 * HOUR)),
    sort=st.sampled_from(Sort), descending=st.booleans(), offset=st.integers(0, N), limit=st.integers(0, 80),
    towns=some((*TOWNS, "none")), severities=some((1, 2, 3, 4)), sources=some((*SOURCES, "none")),
    categories=some(CATEGORIES), loop=st.sampled_from(("", "", "small", "big")),
    text=st.sampled_from(("", "", "井盖", "井", "栋", "261121", "门口")),
)  # fmt: skip


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES)
def test_every_queue_is_what_the_plain_way_finds(full, query):
    store, incidents = full
    wanted = plain_way(incidents, query)
    with store.reading() as read:
        page = read.queue_page(query)
        assert [row.key for row in page.rows] == wanted[query.offset : query.offset + query.limit]
        assert read.queue_count(query) == len(wanted)
        assert [i.id for i in read.export(query)] == [incidents[k].id for k in wanted]
        for key in (*wanted[:3], *wanted[-2:]):
            assert read.queue_position(query, key) == wanted.index(key)
        outside = next((k for k in incidents if k not in wanted), None)
        assert outside is None or read.queue_position(query, outside) is None


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES, hours=st.lists(st.integers(-10, 90), max_size=4))
def test_rows_are_counted_by_their_limits(full, query, hours):
    store, incidents = full
    due = [due_at(incidents[key]) for key in plain_way(incidents, query)]
    edges = [AT + hour * HOUR for hour in hours]
    with store.reading() as read:
        *before, limited = read.queue_due_counts(query, edges)
    assert before == [sum(d < edge for d in due) for edge in edges]
    assert limited == sum(d < 1 << 60 for d in due)


@pytest.mark.parametrize(("collects", "reads"), [(0, N), (0, 0), (N, N)])
@pytest.mark.parametrize("sort", Sort)
def test_walking_reading_and_collecting_find_the_same(full, monkeypatch, collects, reads, sort):
    store, incidents = full
    monkeypatch.setattr("db.queues.COLLECT_AT_MOST", collects)
    monkeypatch.setattr("db.queues.READ_FROM", reads)
    monkeypatch.setattr("db.queues.READ_STEP", 40)
    monkeypatch.setattr("db.queues.READ_AT_MOST", 200)
    monkeypatch.setattr(Queues, "_few", lambda *_: bool(collects))
    for queue in Queue:
        for text in ("", "井盖"):
            query = QueueQuery(queue, NOW, sort, limit=50, towns=TOWNS[:2], text=text)
            with store.reading() as read:
                page = read.queue_page(query)
            assert [row.key for row in page.rows] == plain_way(incidents, query)[:50]


def test_a_line_says_what_the_incident_says(full):
    store, incidents = full
    with store.reading() as read:
        rows = read.queue_page(QueueQuery(Queue.ALL, NOW, limit=N)).rows
    assert len(rows) == N
    for row in rows:
        i = incidents[row.key]
        same = ("id", "number", "title", "severity", "state", "loop", "place", "town", "source", "category",
                "reported_at", "closed_at", "on_time", "supervised", "rework")  # fmt: skip
        assert {name: getattr(row, name) for name in same} == {name: getattr(i, name) for name in same}
        assert (row.due_clock, row.due_at) == (i.next_due or ("", None))
        lead = i.lead
        assert (row.lead, row.lead_state) == ((lead.handler, lead.state) if lead else ("", ""))
        assert row.active == sum(a.active for a in i.assignments)
        assert row.arrived == sum(a.state == "arrived" for a in i.assignments)
        assert row.conflicts == len(i.conflicts)


def test_counts_are_the_queues_lengths(full):
    store, incidents = full
    for town in ("", *TOWNS, "none"):
        towns = (town,) if town else ()
        with store.reading() as read:
            of = read.counts(NOW, town).of
        assert of == {q: len(plain_way(incidents, QueueQuery(q, NOW, towns=towns))) for q in Queue}


def test_the_map_shows_every_open_incident_that_has_a_position(full):
    store, incidents = full
    here = {k: i for k, i in incidents.items() if i.open and i.lon is not None}
    with store.reading() as read:
        points = {p.key: p for p in read.points(NOW)}
        some_points, gone = read.points_of([1, 2, 3, 4, 5, N + 9], NOW)
    assert points.keys() == here.keys()
    for key, p in points.items():
        i = here[key]
        waiting = PointMark.WAITING if i.state is State.REPORTED else PointMark.NORMAL
        mark = PointMark.OVERDUE if due_at(i) < NOW else waiting
        assert (p.lon, p.lat, p.severity, p.mark) == (i.lon, i.lat, i.severity, mark)
    assert {p.key for p in some_points} == {k for k in range(1, 6) if k in here}
    assert set(gone) == {1, 2, 3, 4, 5, N + 9} - here.keys()
    assert N + 9 in gone


def test_loads_and_ages_are_counted_alike(full):
    store, incidents = full
    still_open = [i for i in incidents.values() if i.open]
    loads = Counter(i.place[:12] for i in still_open)
    late = Counter(i.place[:12] for i in still_open if due_at(i) < NOW)
    handlers = Counter(a.handler for i in incidents.values() for a in i.assignments if a.active)
    with store.reading() as read:
        assert read.place_loads(NOW) == {p: (n, late[p]) for p, n in loads.items()}
        assert read.handler_loads() == handlers
        ages = {a.town: a for a in read.open_ages(NOW)}
    assert ages.keys() == {i.town for i in still_open}
    for town, age in ages.items():
        mine = [i for i in still_open if i.town == town]
        assert sum(age.ages) == len(mine)
        assert age.ages[2] == sum(4 * HOUR < NOW - i.reported_at <= 24 * HOUR for i in mine)
        assert age.overdue == sum(due_at(i) < NOW for i in mine)


@pytest.mark.parametrize("metres", [50, 400, 3_000])
def test_what_lies_near(full, metres):
    store, incidents = full
    at, since = (104.3100, 30.8100), AT + 10 * HOUR
    near = [
        i for i in incidents.values()
        if i.lon is not None and i.reported_at >= since and distance_m(at, (i.lon, i.lat)) <= metres
    ]  # fmt: skip
    with store.reading() as read:
        assert read.nearby(*at, metres, since) == (len(near), sum(i.open for i in near))


def test_kept_sums_lie_in_the_hours_asked_for(full):
    store, incidents = full
    first, last = AT // HOUR + 5, AT // HOUR + 9
    with store.reading() as read:
        rows = read.sums(first, last)
    arrived = {(r.town, r.bucket): r.n for r in rows if r.measure == "arrived"}
    counted = Counter(
        (i.town, i.reported_at // HOUR) for i in incidents.values()
        if first <= i.reported_at // HOUR <= last and i.state not in (State.MERGED, State.CANCELLED)
    )  # fmt: skip
    assert arrived == counted
    assert sum(r.n for r in rows if r.measure.startswith("state:")) == N
    for some_of in (("arrived",), ("on_time", "limited"), ("state:closed", "closed"), ("none",)):
        with store.reading() as read:
            assert set(read.sums(first, last, some_of)) == {r for r in rows if r.measure in some_of}


def test_the_store_is_what_its_ops_say(full):
    assert full[0].verify(refold=True) is None
    assert full[0].quick_check() == []
