"""The working calendar: the legal one is taken whole, own days win, an unknown year stays unknown."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date, timedelta

import chinese_calendar
import pytest

from app.domain.errors import UnknownYear
from app.services.calendar import work_calendar


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_is_as_the_legal_calendar_says(year):
    calendar = work_calendar({}, [year])
    day = date(year, 1, 1)
    while day.year == year:
        assert calendar.is_workday(day.toordinal()) is chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2025, 1, 1), False),  # 元旦
        (date(2025, 1, 26), True),  # 周日，春节调休上班
        (date(2025, 1, 28), False),  # 除夕
        (date(2025, 2, 8), True),  # 周六，春节调休上班
        (date(2025, 4, 27), True),  # 周日，劳动节调休上班
        (date(2025, 9, 28), True),  # 周日，国庆调休上班
        (date(2025, 10, 6), False),  # 中秋
        (date(2026, 2, 14), True),  # 周六，春节调休上班
        (date(2026, 2, 16), False),  # 除夕
        (date(2026, 10, 10), True),  # 周六，国庆调休上班
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
    ],
)
def test_published_days(day, worked):
    assert work_calendar({}, [day.year]).is_workday(day.toordinal()) is worked


def test_own_days_win_over_the_legal_ones():
    calendar = work_calendar({"2026-07-04": True, "2026-03-20": False})
    assert calendar.is_workday(date(2026, 7, 4).toordinal())
    assert not calendar.is_workday(date(2026, 3, 20).toordinal())
    assert len(calendar.days) == len(work_calendar({}).days)


def test_a_year_nobody_has_published_is_unknown():
    calendar = work_calendar({"2031-01-01": False})
    assert {2025, 2026} <= calendar.years
    assert 2031 not in calendar.years
    with pytest.raises(UnknownYear) as unknown:
        calendar.is_workday(date(2031, 1, 2).toordinal())
    assert unknown.value.year == 2031


def test_a_whole_local_year_is_known():
    calendar = work_calendar({"2031": True, "2031-01-01": False, "2031-01-04": True}, [2031])
    assert calendar.years == {2031}
    worked = {n for n in range(1, 8) if calendar.is_workday(date(2031, 1, n).toordinal())}
    assert worked == {2, 3, 4, 6, 7}


def test_a_year_that_is_legal_and_local_keeps_its_legal_days():
    assert work_calendar({"2026": True}).days == work_calendar({}).days


def test_only_the_years_asked_for():
    calendar = work_calendar({"2025-05-10": True, "2031": True}, [2026, 2040])
    assert calendar.years == {2026}
    assert all(date.fromordinal(day).year == 2026 for day in calendar.days)


@pytest.mark.parametrize("name", ["someday", "2026-02-30", "0000", "２０２７", ""])
def test_a_day_that_is_none_is_refused(name):
    with pytest.raises(ValueError):
        work_calendar({name: True})


def test_fast_enough_to_be_made_at_every_change():
    work_calendar({})  # the library is read in and each year computed once
    best = min(_timed() for _ in range(5))
    assert best < 0.02


def _timed() -> float:
    begin = time.perf_counter()
    work_calendar({"2026-03-20": False})
    return time.perf_counter() - begin


def test_the_library_is_read_only_when_a_calendar_is_made():
    code = "import sys, app.services.calendar; print('chinese_calendar' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
