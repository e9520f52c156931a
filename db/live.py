"""Open incidents as figures and points, from indexes that hold the open ones alone."""

# ruff: noqa: S608  # statements are put together from names and whole numbers of our own; values are parameters

from __future__ import annotations

from collections import Counter
from math import cos, radians
from typing import TYPE_CHECKING

from app.domain.geo import distance_m
from app.ports.rows import Counts, LivePoint, OpenAge, PointMark, Queue
from db.facets import CODE_OF, QUEUE_BITS, SEVERITY_AT, SEVERITY_BITS, TOWN_AT, TOWN_BITS, WAITING
from db.rows import cells_of
from db.tables import POSITIONED, STILL_OPEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from db.facets import Codes
    from db.queues import Run

HOUR_MS = 3_600_000
VILLAGE_DIGITS = 12
"""A village's official code; a second-level grid's id begins with it."""

METRES_PER_DEGREE = 111_195.0
"""Of latitude, on the mean sphere (``app.domain.geo``)."""

_POINT = "key, lon, lat, facets, due_at"


def counts(run: Run, codes: Codes, now: int, town: str) -> Counts:
    """How many incidents each queue holds, in one town or in all."""
    of: dict[Queue, int] = dict.fromkeys(Queue, 0)
    test = ""
    if town:
        code = codes.town(town)
        if code is None:
            return Counts(of)
        test = f"AND facets & {TOWN_BITS << TOWN_AT} = {code << TOWN_AT}"
    sums = dict(
        run(f"SELECT facets & {QUEUE_BITS}, sum(n) FROM facet_sum WHERE 1 {test} GROUP BY 1", ()).fetchall()
    )
    for queue, number in CODE_OF.items():
        of[queue] = sums.get(number, 0)
    of[Queue.ALL] = sum(sums.values())
    overdue = f"SELECT count(*) FROM incident INDEXED BY open_by_due WHERE {STILL_OPEN} AND due_at < ? {test}"
    of[Queue.OVERDUE] = run(overdue, (now,)).fetchone()[0]
    return Counts(of)


def points(run: Run, now: int) -> Sequence[LivePoint]:
    """Every open incident that has a position."""
    return _points(run(f"SELECT {_POINT} FROM incident INDEXED BY open_points WHERE {POSITIONED}", ()), now)


def points_of(run: Run, keys: Sequence[int], now: int) -> tuple[Sequence[LivePoint], Sequence[int]]:
    """The open ones among these, and the keys of the rest."""
    if not keys:
        return (), ()
    marks = ", ".join("?" * len(keys))
    found = _points(run(f"SELECT {_POINT} FROM incident WHERE {POSITIONED} AND key IN ({marks})", keys), now)
    here = {point.key for point in found}
    return found, tuple(key for key in keys if key not in here)


def _points(rows: Iterable[tuple[int, float, float, int, int]], now: int) -> tuple[LivePoint, ...]:
    normal, overdue, waiting = PointMark.NORMAL, PointMark.OVERDUE, PointMark.WAITING
    point = LivePoint._make
    return tuple(
        [
            point((
                key, lon, lat, facets >> SEVERITY_AT & SEVERITY_BITS,
                overdue if due_at < now else waiting if facets & QUEUE_BITS == WAITING else normal,
            ))
            for key, lon, lat, facets, due_at in rows
        ]
    )  # fmt: skip


def place_loads(run: Run, now: int) -> Mapping[str, tuple[int, int]]:
    """Open and overdue incidents of each village."""
    loads: dict[str, tuple[int, int]] = {}
    for place, n, overdue in run(
        "SELECT place, count(*), sum(due_at < ?) FROM incident INDEXED BY open_by_place "
        f"WHERE {STILL_OPEN} GROUP BY town, place", (now,),
    ):  # fmt: skip
        village = place[:VILLAGE_DIGITS]
        before = loads.get(village, (0, 0))
        loads[village] = (before[0] + n, before[1] + overdue)
    return loads


def open_ages(run: Run, codes: Codes, now: int) -> Sequence[OpenAge]:
    """Open incidents by age, per town in the order in which the towns first came.

    Only the last day's are looked at one by one: how many there are in all is a kept sum.
    """
    young: dict[int, list[int]] = {}
    for town, reported_at in run(
        f"SELECT facets >> {TOWN_AT} & {TOWN_BITS}, reported_at FROM incident INDEXED BY open_by_reported "
        f"WHERE {STILL_OPEN} AND reported_at >= ?", (now - 24 * HOUR_MS,),
    ):  # fmt: skip
        age = now - reported_at
        young.setdefault(town, [0, 0, 0])[0 if age <= HOUR_MS else 1 if age <= 4 * HOUR_MS else 2] += 1
    late: Counter[int] = Counter()
    for facets, n in run(
        "SELECT facets, count(*) FROM incident INDEXED BY open_by_facets "
        f"WHERE {STILL_OPEN} AND due_at < ? GROUP BY facets", (now,),
    ):  # fmt: skip
        late[facets >> TOWN_AT & TOWN_BITS] += n
    every: Counter[int] = Counter()
    for facets, n in run(f"SELECT facets, n FROM facet_sum WHERE {STILL_OPEN} AND n > 0", ()):
        every[facets >> TOWN_AT & TOWN_BITS] += n
    towns = codes.towns()
    ages = {town: young.get(town, [0, 0, 0]) for town in sorted(every)}
    return tuple(
        OpenAge(towns[town], (hour, four, day, every[town] - hour - four - day), late[town])
        for town, (hour, four, day) in ages.items()
    )


def nearby(run: Run, at: tuple[float, float], metres: float, since: int) -> tuple[int, int]:
    """How many lay within so many metres since then, and how many of them are open."""
    lon, lat = at
    up = metres / METRES_PER_DEGREE
    across = up / max(cos(radians(lat)), 1e-6)
    box = (lon - across, lon + across, lat - up, lat + up)
    cells = ", ".join(str(cell) for cell in cells_of(*box))
    total = still_open = 0
    for x, y, facets in run(
        f"SELECT lon, lat, facets FROM incident INDEXED BY near WHERE cell IN ({cells}) AND reported_at >= ? "
        "AND lon BETWEEN ? AND ? AND lat BETWEEN ? AND ?", (since, *box),
    ):  # fmt: skip
        if distance_m(at, (x, y)) <= metres:
            total += 1
            still_open += facets & QUEUE_BITS < CODE_OF[Queue.CLOSED]
    return total, still_open
