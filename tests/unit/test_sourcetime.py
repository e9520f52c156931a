"""Times of other systems, held against ``datetime.strptime`` and ``zoneinfo``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tools.sourcetime import SourceTime

BOSTON = ZoneInfo("America/New_York")
wall = datetime.fromisoformat
TWELVE = "%m/%d/%Y %I:%M:%S %p"


def utc(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)


@given(st.datetimes(wall("1990-01-01"), wall("2060-12-31")))
def test_agrees_with_zoneinfo_wherever_the_clock_shows_that_time(when: datetime) -> None:
    local = when.replace(microsecond=0, tzinfo=BOSTON)
    if local.astimezone(UTC).astimezone(BOSTON) != local:
        return  # an hour that never was
    expected = int(local.timestamp() * 1000)
    assert SourceTime([TWELVE], BOSTON).parse(f"{local:{TWELVE}}") == expected


@given(st.lists(st.datetimes(wall("2015-03-08"), wall("2015-03-08T05:00")), min_size=2, max_size=2))
def test_order_of_wall_times_is_kept_where_the_clocks_spring_forward(times: list[datetime]) -> None:
    early, late = sorted(t.replace(microsecond=0) for t in times)
    parse = SourceTime(["%Y-%m-%d %H:%M:%S"], BOSTON).parse
    first, second = parse(f"{early:%Y-%m-%d %H:%M:%S}"), parse(f"{late:%Y-%m-%d %H:%M:%S}")
    assert first is not None
    assert second is not None
    assert first <= second


def test_an_hour_that_never_was_is_the_last_moment_before_it() -> None:
    parse = SourceTime([TWELVE], BOSTON).parse
    assert parse("03/08/2015 02:30:00 AM") == utc(2015, 3, 8, 7) - 1
    assert parse("03/08/2015 03:00:00 AM") == utc(2015, 3, 8, 7)


def test_an_hour_that_comes_twice_is_the_first() -> None:
    assert SourceTime([TWELVE], BOSTON).parse("11/01/2015 01:30:00 AM") == utc(2015, 11, 1, 5, 30)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "02/30/2015 10:00:00 AM", "13/01/2015 10:00:00 AM", "01/05/2015 13:00:00 PM",
        "01/05/2015 00:10:00 AM", "01/05/2015 10:60:00 AM", "01/05/2015", "yesterday", "01/05/15 10:00:00 AM",
        "01/05/2015 10:00:00 AM ", "01/05/0000 10:00:00 AM", "٠١/05/2015 10:00:00 AM",
    ],
)  # fmt: skip
def test_what_is_no_time_is_none(text: str) -> None:
    assert SourceTime([TWELVE], BOSTON).parse(text) is None


def test_further_formats_offsets_and_fractions() -> None:
    parse = SourceTime(
        ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S.%f"], ZoneInfo("Asia/Shanghai")
    ).parse
    assert parse("2026-11-20") == utc(2026, 11, 19, 16)
    assert parse("2026-11-20T14:05:32+08:00") == utc(2026, 11, 20, 6, 5, 32)
    assert parse("2026-11-20T14:05:32Z") == utc(2026, 11, 20, 14, 5, 32)
    assert parse("2026-11-20 14:05:32.25") == utc(2026, 11, 20, 6, 5, 32) + 250


def test_a_format_with_an_unknown_part_is_refused() -> None:
    with pytest.raises(ValueError, match="%j"):
        SourceTime(["%Y-%j"], BOSTON)


def test_the_days_that_are_remembered_give_the_same_answer_again() -> None:
    parse = SourceTime([TWELVE], BOSTON).parse
    start = wall("2015-01-01")
    texts = [f"{start + timedelta(hours=7 * n):{TWELVE}}" for n in range(500)]
    fresh = [SourceTime([TWELVE], BOSTON).parse(t) for t in texts]
    assert [parse(t) for t in texts] == [parse(t) for t in texts] == fresh
