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
    """Kept sums by measure, asked by town and hours."""

    def __init__(self, rows: Iterable[SumRow]) -> None:
        self._of: dict[str, list[SumRow]] = defaultdict(list)
        for row in rows:
            self._of[row.measure.partition(":")[0]].append(row)

    def total(self, measure: str, first: int, last: int, town: str = "") -> int:
        return sum(
            r.n for r in self._of[measure] if first <= r.bucket <= last and (not town or r.town == town)
        )

    def by_hour(self, measure: str, first: int, last: int) -> tuple[int, ...]:
        found = [0] * (last - first + 1)
        for r in self._of[measure]:
            if first <= r.bucket <= last:
                found[r.bucket - first] += r.n
        return tuple(found)

    def share(self, first: int, last: int, town: str = "") -> tuple[float | None, int]:
        n = self.total("limited", first, last, town)
        return (self.total("on_time", first, last, town) / n if n else None), n

    def responses(self, first: int, last: int, town: str = "") -> dict[int, int]:
        found: dict[int, int] = defaultdict(int)
        for r in self._of["response"]:
            if first <= r.bucket <= last and (not town or r.town == town):
                found[int(r.measure.partition(":")[2])] += r.n
        return found


def strip(desk: Desk) -> Strip:
    """The figures of the KPI strip as of now."""
    now = desk.clock.now()
    last = now // HOUR
    first = last - HOURS + 1
    week = (now + UTC_OFFSET) // (24 * HOUR) * 24 - UTC_OFFSET // HOUR - (DAYS - 1) * 24
    with desk.store.reading() as read:
        lists = desk.lists.now(read)
        sums = _Sums(read.sums(min(first, week), last))
        ages = read.open_ages(now)
    backlog = sum(sum(a.ages) for a in ages)
    arrived, closed = sums.by_hour("arrived", first, last), sums.by_hour("closed", first, last)
    on_time, on_time_n = sums.share(first, last)
    responses = sums.responses(first, last)
    return Strip(
        now=now,
        hours=tuple(h * HOUR for h in range(first, last + 1)),
        arrived=arrived,
        closed=closed,
        backlog=backlog,
        net=sum(arrived) - sum(closed),
        ages=_added(ages),
        overdue=sum(a.overdue for a in ages),
        on_time=on_time,
        on_time_n=on_time_n,
        on_time_days=tuple(sums.share(d, d + 23)[0] for d in range(week, week + DAYS * 24, 24)),
        late=on_time_n - sums.total("on_time", first, last),
        p50=percentile(responses, 0.5),
        p90=percentile(responses, 0.9),
        response_n=sum(responses.values()),
        towns=_towns(lists, sums, ages, (first, last)),
    )


def _added(ages: Sequence[OpenAge]) -> tuple[int, int, int, int]:
    a, b, c, d = (sum(age.ages[i] for age in ages) for i in range(4))
    return a, b, c, d


def _towns(
    lists: Lists, sums: _Sums, ages: Sequence[OpenAge], hours: tuple[int, int]
) -> tuple[TownLine, ...]:
    """Towns by open incidents, most first; those with too few cases are shown but not ranked."""
    by_town = {age.town: age for age in ages}
    lines = []
    for town in lists.towns:
        age = by_town.get(town.id)
        share, n = sums.share(*hours, town=town.id)
        p50 = percentile(sums.responses(*hours, town=town.id), 0.5)
        open_now = sum(age.ages) if age else 0
        overdue = age.overdue if age else 0
        ranked = n >= MIN_RANKED
        lines.append(TownLine(town.id, town.name, town.name_en, open_now, overdue, share, n, p50, ranked))
    return tuple(sorted(lines, key=lambda line: (-line.open_now, line.town)))
