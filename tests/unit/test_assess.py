"""The strip's figures are sums over the kept sums: by hour, by day, by town; never a share without cases."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from time import perf_counter
from types import SimpleNamespace

import pytest

from app.domain.kpi import RESPONSE_EDGES
from app.ports.rows import OpenAge, SumRow
from app.services import assess

HOUR = 3_600_000
NOW = int(datetime(2026, 11, 20, 6, 5, 32, tzinfo=UTC).timestamp() * 1000)  # 14:05 in China
LAST = NOW // HOUR
MIDNIGHT = LAST - 14
TOWNS = {"t1": "大弯街道", "t2": "城厢镇", "t3": "福洪镇"}


class Reader:
    """Answers like the store: the hours asked for, and the sums by state, which have no hour."""

    def __init__(self, rows, ages):
        self._rows, self._ages = rows, ages

    def sums(self, first_hour, last_hour, measures=()):
        asked = (r for r in self._rows if not measures or r.measure in measures)
        return [r for r in asked if first_hour <= r.bucket <= last_hour or r.bucket == 0]

    def open_ages(self, now):
        assert now == NOW
        return self._ages


def strip(rows=(), ages=()):
    reader = Reader([SumRow(*row) for row in rows], [OpenAge(*age) for age in ages])

    @contextmanager
    def reading():
        yield reader

    towns = tuple(SimpleNamespace(id=i, name=name, name_en="") for i, name in TOWNS.items())
    lists = SimpleNamespace(now=lambda _read: SimpleNamespace(towns=towns))
    desk = SimpleNamespace(
        clock=SimpleNamespace(now=lambda: NOW), lists=lists, store=SimpleNamespace(reading=reading)
    )
    return assess.strip(desk)


def response(minutes):
    return f"response:{RESPONSE_EDGES.index(minutes)}"


def test_the_hours_end_with_the_one_begun():
    shown = strip([("arrived", "t1", LAST, 3), ("arrived", "t2", LAST, 1), ("closed", "t1", LAST - 23, 5)])
    assert shown.hours == tuple((LAST - 23 + i) * HOUR for i in range(24))
    assert shown.arrived == (0,) * 23 + (4,)
    assert shown.closed == (5,) + (0,) * 23
    assert shown.net == -1


def test_an_hour_before_the_24_counts_in_no_figure_of_the_day():
    old = LAST - 24
    counted = ("arrived", "closed", response(5), "limited", "on_time")
    shown = strip([*((measure, "t1", old, 7) for measure in counted), ("state:closed", "t1", 0, 99)])
    assert (sum(shown.arrived), sum(shown.closed), shown.response_n, shown.on_time_n) == (0, 0, 0, 0)


def test_without_cases_there_is_no_share_and_no_time():
    shown = strip()
    assert (shown.on_time, shown.p50, shown.p90, shown.late) == (None, None, None, 0)
    assert shown.on_time_days == (None,) * 7
    assert [(t.on_time, t.p50, t.ranked) for t in shown.towns] == [(None, None, False)] * 3


def test_days_are_those_of_the_calendar_in_china():
    rows = [("limited", "t1", MIDNIGHT, 4), ("on_time", "t1", MIDNIGHT, 3)]
    rows += [("limited", "t1", MIDNIGHT - 1, 2), ("on_time", "t1", MIDNIGHT - 1, 1)]
    rows += [("limited", "t2", MIDNIGHT - 6 * 24, 1), ("on_time", "t2", MIDNIGHT - 6 * 24, 1)]
    rows += [("limited", "t2", MIDNIGHT - 6 * 24 - 1, 1)]
    assert strip(rows).on_time_days == (1.0, None, None, None, None, 0.5, 0.75)


def test_late_closings_are_the_limited_ones_that_were_not_on_time():
    rows = [("limited", "t1", LAST, 12), ("on_time", "t1", LAST, 9), ("limited", "t2", LAST - 1, 8)]
    rows += [("on_time", "t2", LAST - 1, 8)]
    shown = strip(rows)
    assert (shown.on_time, shown.on_time_n, shown.late) == (0.85, 20, 3)


def test_response_times_of_the_towns_are_merged_before_the_percentile():
    rows = [(response(5), "t1", LAST, 6), (response(20), "t2", LAST - 2, 3), (response(60), "t2", LAST, 1)]
    shown = strip(rows)
    assert (shown.p50, shown.p90, shown.response_n) == (5, 20, 10)
    assert {t.town: t.p50 for t in shown.towns} == {"t1": 5, "t2": 20, "t3": None}


def test_towns_stand_by_their_backlog_and_few_cases_are_not_ranked():
    rows = [("limited", "t1", LAST, 9), ("on_time", "t1", LAST, 9)]
    rows += [("limited", "t2", LAST, 10), ("on_time", "t2", LAST, 9)]
    shown = strip(rows, [("t1", (1, 2, 3, 4), 5), ("t2", (20, 0, 0, 0), 1)])
    assert [(t.town, t.open_now, t.overdue, t.n, t.ranked) for t in shown.towns] == [
        ("t2", 20, 1, 10, True),
        ("t1", 10, 5, 9, False),
        ("t3", 0, 0, 0, False),
    ]
    assert (shown.backlog, shown.ages, shown.overdue) == (30, (21, 2, 3, 4), 6)


@pytest.mark.parametrize("bins", [30])
def test_a_full_week_of_every_measure_is_summed_fast(bins):
    """Worst case: some 40,000 sums. The promise is 20 ms; three times that allows for a busy machine."""
    measures = ["arrived", "closed", "limited", "on_time", "reworked", "rated", "rating"]
    measures += [f"response:{i}" for i in range(bins)]
    rows = [
        SumRow(m, f"t{t}", h, 1) for h in range(LAST - 166, LAST + 1) for t in range(1, 8) for m in measures
    ]
    assert len(rows) > 40_000
    took = []
    for _ in range(5):
        start = perf_counter()
        sums = assess._Sums(rows, LAST - 23, MIDNIGHT - 144)
        took.append(perf_counter() - start)
    assert sums.total("arrived") == 7 * 24
    assert min(took) < 0.060
