"""The working calendar: the legal one (holidays and 调休 working days) with the district's own days over it.

Own days are the records of kind ``day``, by their ``date``. A full date (``2027-02-11``) says whether that
day is worked; it wins over the legal calendar. A bare year (``2027``) declares that the local table holds
every exception of that year: so a year becomes known that the legal calendar lacks, with Monday to Friday
worked but for its listed days. A few local days alone never make a year known: working time in it is
refused in words (``UnknownYear``), not guessed.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from app.domain.sla import WorkCalendar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def work_calendar(local_days: Mapping[str, bool], years: Iterable[int] | None = None) -> WorkCalendar:
    """The calendar of all known years, or of those among ``years`` that are known.

    ``local_days`` says by ISO date whether a day is worked (for a bare year the value says nothing);
    ValueError for a key that is neither.
    """
    legal = _legal_years()
    whole = {int(name) for name in local_days if _is_year(name)}
    known = whole.union(legal)
    if years is not None:
        known &= set(years)
    days: set[int] = set()
    for year in known:
        days |= _legal_workdays(year) if year in legal else _weekdays(year)
    for name, worked in local_days.items():
        if _is_year(name):
            continue
        day = date.fromisoformat(name)
        if day.year in known:
            (days.add if worked else days.discard)(day.toordinal())
    return WorkCalendar(frozenset(known), frozenset(days))


def _is_year(name: str) -> bool:
    return len(name) == 4 and name.isascii() and name.isdecimal() and name != "0000"


@cache
def _legal_years() -> range:
    from chinese_calendar import holidays

    return range(min(holidays).year, max(holidays).year + 1)


def _weekdays(year: int) -> set[int]:
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    # Ordinal 1 is a Monday, so the weekday is (ordinal - 1) % 7 with Monday 0.
    return {day for day in range(first, last + 1) if (day - 1) % 7 < 5}


@cache
def _legal_workdays(year: int) -> frozenset[int]:
    from chinese_calendar import holidays, workdays

    rest = {day.toordinal() for day in holidays if day.year == year}
    made_up = {day.toordinal() for day in workdays if day.year == year}
    return frozenset((_weekdays(year) - rest) | made_up)
