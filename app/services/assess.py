"""Assessment: the indicators' figures from the kept sums, never by scanning incidents."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.kpi import MIN_RANKED, percentile
from app.domain.sla import HOUR, UTC_OFFSET

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.ports.rows import OpenAge, SumRow
    from app.services.desk import Desk
    from app.services.lists import Lists

HOURS = 24
DAYS = 7
DAY_HOURS = 24

TARGET_ON_TIME = 0.95
"""Share of closings within their time limit that is aimed at."""
TARGET_P50 = 10
TARGET_P90 = 30
"""Minutes to the first response that half, and nine in ten, are to keep within."""

DAILY = ("limited", "on_time")
"""What is asked for all of the week; a week of response bins would be most of the rows."""


@dataclass(frozen=True, slots=True)
class TownLine:
    """One town beside the others. Shares are 0…1 (None without cases), minutes None without cases.

    ``ranked`` says whether enough cases stand behind the figures (n ≥ 10).
    """

    town: str
    name: str
    name_en: str
    open_now: int
    overdue: int
    on_time: float | None
    n: int
    p50: int | None
    ranked: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """The KPI strip: the last 24 full or begun hours up to ``now``, the last 7 days, the towns.

    ``hours`` are the instants (ms) at which the 24 hours begin. ``ages``: open up to 1 h, 4 h, 24 h, longer.
    ``net`` is arrivals less closings in these hours. Shares 0…1; response times in minutes.
    """

    now: int
    hours: tuple[int, ...]
    arrived: tuple[int, ...]
    closed: tuple[int, ...]
    backlog: int
    net: int
    ages: tuple[int, int, int, int]
    overdue: int
    on_time: float | None
    on_time_n: int
    on_time_days: tuple[float | None, ...]
    late: int
    p50: int | None
    p90: int | None
    response_n: int
    towns: tuple[TownLine, ...]


class _Sums:
    """Kept sums of a day of hours by measure and town, and of a week of days for the share on time."""

    def __init__(self, rows: Iterable[SumRow], first: int, week: int) -> None:
        self._first = first
        self._hours: dict[str, list[int]] = {"arrived": [0] * HOURS, "closed": [0] * HOURS}
        self._towns: dict[tuple[str, str], int] = defaultdict(int)
        self._responses: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._days: dict[str, list[int]] = {"limited": [0] * DAYS, "on_time": [0] * DAYS}
        days, day_of = self._days, range(week, week + DAYS * DAY_HOURS)
        for row in rows:
            measure, bucket = row.measure, row.bucket
            if measure in days and bucket in day_of:
                days[measure][(bucket - week) // DAY_HOURS] += row.n
            if bucket >= first:
                self._take_recent(measure, row)

    def _take_recent(self, measure: str, row: SumRow) -> None:
        if measure.startswith("response:"):
            self._responses[row.town][int(measure[9:])] += row.n
            return
        self._towns[measure, row.town] += row.n
        by_hour = self._hours.get(measure)
        if by_hour is not None and row.bucket - self._first < HOURS:
            by_hour[row.bucket - self._first] += row.n

    def by_hour(self, measure: str) -> tuple[int, ...]:
        return tuple(self._hours[measure])

    def total(self, measure: str) -> int:
        return sum(n for (name, _), n in self._towns.items() if name == measure)

    def share(self, town: str) -> tuple[float | None, int]:
        return _share(self._towns.get(("on_time", town), 0), self._towns.get(("limited", town), 0))

    def share_of_all(self) -> tuple[float | None, int]:
        return _share(self.total("on_time"), self.total("limited"))

    def share_by_day(self) -> tuple[float | None, ...]:
        pairs = zip(self._days["on_time"], self._days["limited"], strict=True)
        return tuple(_share(on_time, limited)[0] for on_time, limited in pairs)

    def responses(self, town: str) -> dict[int, int]:
        return self._responses.get(town, {})

    def all_responses(self) -> dict[int, int]:
        found: dict[int, int] = defaultdict(int)
        for bins in self._responses.values():
            for index, n in bins.items():
                found[index] += n
        return found


def _share(on_time: int, limited: int) -> tuple[float | None, int]:
    return (on_time / limited if limited else None), limited


def strip(desk: Desk) -> Strip:
    """The figures of the KPI strip as of now."""
    now = desk.clock.now()
    last = now // HOUR
    first = last - HOURS + 1
    week = (now + UTC_OFFSET) // (DAY_HOURS * HOUR) * DAY_HOURS - UTC_OFFSET // HOUR - (DAYS - 1) * DAY_HOURS
    with desk.store.reading() as read:
        lists = desk.lists.now(read)
        rows = [*read.sums(first, last), *read.sums(week, first - 1, DAILY)]
        sums = _Sums(rows, first, week)
        ages = read.open_ages(now)
    arrived, closed = sums.by_hour("arrived"), sums.by_hour("closed")
    on_time, on_time_n = sums.share_of_all()
    responses = sums.all_responses()
    return Strip(
        now=now,
        hours=tuple(h * HOUR for h in range(first, last + 1)),
        arrived=arrived,
        closed=closed,
        backlog=sum(sum(a.ages) for a in ages),
        net=sum(arrived) - sum(closed),
        ages=_added(ages),
        overdue=sum(a.overdue for a in ages),
        on_time=on_time,
        on_time_n=on_time_n,
        on_time_days=sums.share_by_day(),
        late=on_time_n - sums.total("on_time"),
        p50=percentile(responses, 0.5),
        p90=percentile(responses, 0.9),
        response_n=sum(responses.values()),
        towns=_towns(lists, sums, ages),
    )


def _added(ages: Sequence[OpenAge]) -> tuple[int, int, int, int]:
    a, b, c, d = (sum(age.ages[i] for age in ages) for i in range(4))
    return a, b, c, d


def _towns(lists: Lists, sums: _Sums, ages: Sequence[OpenAge]) -> tuple[TownLine, ...]:
    """Towns by open incidents, most first; those with too few cases are shown but not ranked."""
    by_town = {age.town: age for age in ages}
    lines = []
    for town in lists.towns:
        age = by_town.get(town.id)
        share, n = sums.share(town.id)
        p50 = percentile(sums.responses(town.id), 0.5)
        open_now = sum(age.ages) if age else 0
        overdue = age.overdue if age else 0
        ranked = n >= MIN_RANKED
        lines.append(TownLine(town.id, town.name, town.name_en, open_now, overdue, share, n, p50, ranked))
    return tuple(sorted(lines, key=lambda line: (-line.open_now, line.town)))
