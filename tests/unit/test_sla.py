"""Time limits in clock and in working time, against the real legal calendar of 2025 and 2026."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.catalogue import HandlerLevel, Item, Limit, parse_limit
from app.domain.errors import UnknownYear
from app.domain.ids import CHINA
from app.domain.incident import Loop
from app.domain.sla import (
    DAY,
    HOUR,
    MINUTE,
    WorkCalendar,
    add_working,
    add_working_days,
    deadline,
    deadlines,
    resumed,
    working_between,
)
from app.services.calendar import work_calendar

LEGAL = work_calendar({}, [2025, 2026])


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=CHINA).timestamp() * 1000)


def text(instant: int) -> str:
    return f"{datetime.fromtimestamp(instant / 1000, CHINA):%Y-%m-%d %H:%M:%S}".removesuffix(":00")


INSTANTS = st.integers(at("2025-01-01"), at("2026-05-01"))
MINUTES = st.integers(1, 60 * 7 * 40)
CALM = settings(max_examples=200, deadline=None)


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-11-20 13:24", "10m", "2026-11-20 13:34"),
        ("2026-11-20 13:24", "4h", "2026-11-20 17:24"),
        ("2026-11-20 13:24", "2d", "2026-11-22 13:24"),
        ("2026-11-20 10:00", "2wh", "2026-11-20 12:00"),
        ("2026-11-20 10:00", "121wm", "2026-11-20 13:01"),  # 午休不计
        ("2026-11-20 12:30", "30wm", "2026-11-20 13:30"),
        ("2026-11-20 06:00", "1wh", "2026-11-20 10:00"),
        ("2026-11-20 16:30", "1wh", "2026-11-23 09:30"),  # 周五到周一
        ("2026-11-21 11:00", "7wh", "2026-11-23 17:00"),
        ("2026-11-20 09:00:30", "1wh", "2026-11-20 10:00:30"),
        ("2026-11-20 13:24", "1wd", "2026-11-23 17:00"),
        ("2025-09-30 16:00", "2wh", "2025-10-09 10:00"),  # 国庆 10-01 至 10-08
        ("2025-09-29 09:00", "3wd", "2025-10-10 17:00"),
        ("2025-09-29 09:00", "4wd", "2025-10-11 17:00"),  # 周六调休上班
        ("2025-01-25 10:00", "1wd", "2025-01-26 17:00"),  # 周日调休上班
        ("2026-02-13 16:00", "2wh", "2026-02-14 10:00"),  # 周六调休上班
        ("2026-02-12 10:00", "3wd", "2026-02-24 17:00"),  # 春节 02-15 至 02-23
    ],
)
def test_deadlines_of_the_real_calendar(start, limit, due):
    assert text(deadline(at(start), parse_limit(limit), LEGAL)) == due


@pytest.mark.parametrize(
    ("instant", "working"),
    [
        ("2026-11-20 08:59:59", False),
        ("2026-11-20 09:00", True),
        ("2026-11-20 12:00", False),
        ("2026-11-20 13:00", True),
        ("2026-11-20 17:00", False),
        ("2026-11-22 10:00", False),
        ("2026-02-14 10:00", True),
        ("2026-10-01 10:00", False),
    ],
)
def test_hours_of_work(instant, working):
    assert LEGAL.is_working(at(instant)) is working


@CALM
@given(INSTANTS, MINUTES)
def test_what_was_added_is_what_lies_between(start, minutes):
    due = add_working(start, minutes, LEGAL)
    assert due > start
    assert working_between(start, due, LEGAL) == minutes * MINUTE
    assert LEGAL.is_working(due - 1)


@CALM
@given(INSTANTS, MINUTES, MINUTES)
def test_working_time_adds_up(start, first, second):
    assert add_working(add_working(start, first, LEGAL), second, LEGAL) == add_working(
        start, first + second, LEGAL
    )


@CALM
@given(INSTANTS, st.integers(0, 40 * DAY), MINUTES)
def test_a_later_report_is_never_due_earlier(start, later, minutes):
    assert add_working(start, minutes, LEGAL) <= add_working(start + later, minutes, LEGAL)
    days = 1 + minutes % 20
    assert add_working_days(start, days, LEGAL) <= add_working_days(start + later, days, LEGAL)


@CALM
@given(st.lists(INSTANTS, min_size=3, max_size=3).map(sorted))
def test_stretches_of_working_time_join(three):
    a, b, c = three
    assert working_between(a, b, LEGAL) + working_between(b, c, LEGAL) == working_between(a, c, LEGAL)
    assert 0 <= working_between(a, c, LEGAL) <= c - a
    assert working_between(c, a, LEGAL) == 0


@CALM
@given(INSTANTS, st.integers(1, 20))
def test_working_days_end_with_a_day_of_work(start, days):
    due = add_working_days(start, days, LEGAL)
    assert text(due).endswith(" 17:00")
    assert LEGAL.is_working(due - 1)
    day_after = (start + 8 * HOUR) // DAY * DAY + DAY - 8 * HOUR
    assert working_between(day_after, due, LEGAL) == days * 7 * HOUR


def test_an_unknown_year_is_refused():
    for limit in ("1wh", "2wd"):
        with pytest.raises(UnknownYear) as unknown:
            deadline(at("2026-12-31 16:30"), parse_limit(limit), LEGAL)
        assert unknown.value.year == 2027
    assert text(deadline(at("2026-12-31 16:30"), parse_limit("1wm"), LEGAL)) == "2026-12-31 16:31"
    assert text(deadline(at("2026-12-31 16:30"), parse_limit("1d"), LEGAL)) == "2027-01-01 16:30"
    with pytest.raises(UnknownYear):
        working_between(at("2026-12-31"), at("2027-01-02"), LEGAL)
    with pytest.raises(UnknownYear):
        LEGAL.is_working(at("2028-05-05 10:00"))


def test_a_calendar_without_a_working_day_ends_in_an_unknown_year():
    with pytest.raises(UnknownYear):
        add_working(at("2026-05-05"), 1, WorkCalendar(frozenset({2026}), frozenset()))


def item(accept: str, respond: str, resolve: str) -> Item:
    limits = (parse_limit(t) for t in (accept, respond, resolve))
    return Item("I-1", "水", "Water", "排污", "Spill", Loop.BIG, HandlerLevel.TOWN, 2, *limits)


def test_an_items_deadlines_are_counted_from_the_report():
    due = deadlines(item("10m", "30wm", "1wd"), at("2026-11-20 16:45"), LEGAL)
    assert [text(x) for x in (due.accept, due.respond, due.resolve)] == [
        "2026-11-20 16:55", "2026-11-23 09:15", "2026-11-23 17:00",
    ]  # fmt: skip
    assert due.note == ""
    assert due.as_body() == {"accept": due.accept, "respond": due.respond, "resolve": due.resolve}


def test_a_limit_in_an_unknown_year_is_told_and_the_others_stand():
    due = deadlines(item("10m", "2h", "3wd"), at("2026-12-31 16:45"), LEGAL)
    assert text(due.respond) == "2026-12-31 18:45"
    assert (due.resolve, due.note) == (None, "calendar_year_unknown:2027")
    assert due.as_body() == {"accept": due.accept, "respond": due.respond}


CLOCK, WORKING = Limit(minutes=240), Limit(minutes=240, working=True)


def test_a_suspension_in_clock_time_moves_the_deadline_by_its_length():
    due = at("2026-11-20 17:24")
    assert resumed(due, at("2026-11-20 14:00"), at("2026-11-22 14:00"), CLOCK, LEGAL) == due + 2 * DAY


def test_a_suspension_in_working_time_leaves_the_working_time_that_was_left():
    due = at("2026-11-20 17:00")
    moved = resumed(due, at("2026-11-20 15:30"), at("2026-11-24 11:00"), WORKING, LEGAL)
    assert text(moved) == "2026-11-24 13:30"


def test_a_suspension_of_a_second_moves_a_deadline_at_the_end_of_the_day_by_a_second():
    due = at("2026-11-20 16:59:30")
    moved = resumed(due, at("2026-11-20 16:30:15.5"), at("2026-11-20 16:30:16.5"), WORKING, LEGAL)
    assert moved == due + 1000


def test_a_deadline_that_was_missed_stays_missed():
    for limit in (CLOCK, WORKING):
        due = at("2026-11-20 14:00")
        assert resumed(due, due, due + DAY, limit, LEGAL) == due
        assert resumed(due, due + HOUR, due + DAY, limit, LEGAL) == due


@CALM
@given(INSTANTS, MINUTES, st.integers(0, 20 * DAY), st.integers(0, 20 * DAY))
def test_what_was_left_at_the_stop_is_left_at_the_start(start, minutes, until_stop, length):
    for limit in (Limit(minutes=minutes), Limit(minutes=minutes, working=True)):
        due = deadline(start, limit, LEGAL)
        stop = min(start + until_stop, due - 1)
        moved = resumed(due, stop, stop + length, limit, LEGAL)
        if limit.working:
            assert moved >= due
            assert working_between(stop + length, moved, LEGAL) == working_between(stop, due, LEGAL)
            asleep = working_between(stop, stop + length, LEGAL) == 0
            assert not asleep or moved == due
        else:
            assert moved - (stop + length) == due - stop


@CALM
@given(INSTANTS, st.integers(1, 15), st.integers(1, 20 * DAY))
def test_days_of_work_after_a_suspension(start, days, length):
    due = add_working_days(start, days, LEGAL)
    moved = resumed(due, start, start + length, Limit(days=days, working=True), LEGAL)
    assert working_between(start + length, moved, LEGAL) == working_between(start, due, LEGAL)
