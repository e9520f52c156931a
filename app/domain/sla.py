"""Time limits: deadlines in clock and in working time, and what a suspension does to them.

Instants are ms since 1970 UTC. Days and hours of work are the district's own (UTC+08:00, no daylight
saving), so working time needs no time-zone database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.domain.errors import UnknownYear

if TYPE_CHECKING:
    from app.domain.catalogue import Item, Limit

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
UTC_OFFSET = 8 * HOUR
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked. ``days`` holds every working day (as ordinals) of the known ``years``.

    ``spans`` are the hours of work in minutes of the day, in order, not touching.
    """

    years: frozenset[int]
    days: frozenset[int]
    spans: tuple[tuple[int, int], ...] = ((9 * 60, 12 * 60), (13 * 60, 17 * 60))

    def is_workday(self, ordinal: int) -> bool:
        """Whether the day is worked; ``UnknownYear`` where nobody has said so yet."""
        year = date.fromordinal(ordinal).year
        if year not in self.years:
            raise UnknownYear(year)
        return ordinal in self.days

    def is_working(self, at: int) -> bool:
        """Whether the instant lies within the hours of work."""
        ordinal, ms = _local(at)
        return self.is_workday(ordinal) and any(a * MINUTE <= ms < b * MINUTE for a, b in self.spans)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Instants by which a matter is to be accepted, responded to and resolved (None: no limit).

    ``note`` says why one could not be computed (``calendar_year_unknown:2028``).
    """

    accept: int | None = None
    respond: int | None = None
    resolve: int | None = None
    note: str = ""

    def as_body(self) -> dict[str, int]:
        """As it stands in an op's body under ``due``."""
        named = (("accept", self.accept), ("respond", self.respond), ("resolve", self.resolve))
        return {name: value for name, value in named if value is not None}


def _local(at: int) -> tuple[int, int]:
    day, ms = divmod(at + UTC_OFFSET, DAY)
    return _EPOCH_ORDINAL + day, ms


def _instant(ordinal: int, minute: int) -> int:
    return (ordinal - _EPOCH_ORDINAL) * DAY + minute * MINUTE - UTC_OFFSET


def add_working(start: int, minutes: int, calendar: WorkCalendar) -> int:
    """The instant at which so many working minutes have passed since ``start``."""
    return _after(start, minutes * MINUTE, calendar)


def _after(start: int, left: int, calendar: WorkCalendar) -> int:
    """The instant at which ``left`` working milliseconds have passed since ``start``."""
    ordinal, ms = _local(start)
    while True:
        if calendar.is_workday(ordinal):
            for first, last in calendar.spans:
                begin = max(ms, first * MINUTE)
                room = last * MINUTE - begin
                if room <= 0:
                    continue
                if left <= room:
                    return _instant(ordinal, 0) + begin + left
                left -= room
        ordinal, ms = ordinal + 1, 0


def add_working_days(start: int, days: int, calendar: WorkCalendar) -> int:
    """The end of the last working span of the n-th working day after the day of ``start``."""
    ordinal, _ = _local(start)
    while days:
        ordinal += 1
        days -= calendar.is_workday(ordinal)
    return _instant(ordinal, calendar.spans[-1][1])


def working_between(start: int, end: int, calendar: WorkCalendar) -> int:
    """Working milliseconds from ``start`` to ``end`` (0 where the end is not later)."""
    total = 0
    ordinal, ms = _local(start)
    last_day, last_ms = _local(end)
    while (ordinal, ms) < (last_day, last_ms):
        day_end = last_ms if ordinal == last_day else DAY
        if calendar.is_workday(ordinal):
            for first, last in calendar.spans:
                total += max(0, min(day_end, last * MINUTE) - max(ms, first * MINUTE))
        ordinal, ms = ordinal + 1, 0
    return total


def deadline(start: int, limit: Limit, calendar: WorkCalendar) -> int:
    """The instant at which the limit has passed since ``start``; ``UnknownYear`` from the calendar."""
    if limit.days:
        return add_working_days(start, limit.days, calendar)
    if limit.working:
        return add_working(start, limit.minutes, calendar)
    return start + limit.minutes * MINUTE


def deadlines(item: Item, reported_at: int, calendar: WorkCalendar) -> Deadlines:
    """All three deadlines of an item, counted from the report; an unknown year is told, never guessed."""
    found: dict[str, int] = {}
    note = ""
    for name, limit in (("accept", item.accept), ("respond", item.respond), ("resolve", item.resolve)):
        try:
            found[name] = deadline(reported_at, limit, calendar)
        except UnknownYear as unknown:
            note = f"calendar_year_unknown:{unknown.year}"
    return Deadlines(found.get("accept"), found.get("respond"), found.get("resolve"), note)


def resumed(due: int, suspended_at: int, resumed_at: int, limit: Limit, calendar: WorkCalendar) -> int:
    """The deadline after a suspension: what was left when the clock stopped, from when it starts again.

    A deadline already missed when the clock stopped stays missed. ``UnknownYear`` from the calendar.
    """
    if due <= suspended_at or resumed_at <= suspended_at:
        return due
    if not limit.working:
        return due + (resumed_at - suspended_at)
    left = working_between(suspended_at, due, calendar)
    return _after(resumed_at, left, calendar)
