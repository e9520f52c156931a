"""Limits as they stand in the lists."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.catalogue import Limit, parse_limit


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("10m", Limit(minutes=10)),
        ("4h", Limit(minutes=240)),
        ("2d", Limit(minutes=2880)),
        ("30wm", Limit(minutes=30, working=True)),
        ("4wh", Limit(minutes=240, working=True)),
        ("24wh", Limit(minutes=1440, working=True)),
        ("3wd", Limit(days=3, working=True)),
    ],
)
def test_a_limit_is_read_and_written(text, limit):
    assert parse_limit(text) == limit
    assert parse_limit(f" {text}\n") == limit
    assert limit.text == text


@settings(deadline=None)
@given(st.integers(1, 99_999), st.sampled_from(["m", "h", "d", "wm", "wh", "wd"]))
def test_a_limit_written_reads_back_the_same(amount, unit):
    limit = parse_limit(f"{amount}{unit}")
    assert parse_limit(limit.text) == limit


@pytest.mark.parametrize(
    "text", ["", "0m", "000h", "5", "m", "-5m", "1.5h", "5w", "5 m", "5md", "100000m", "5m5"]
)
def test_what_is_no_limit(text):
    with pytest.raises(ValueError, match="not a time limit"):
        parse_limit(text)
