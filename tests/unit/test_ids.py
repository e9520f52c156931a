"""Identities and numbers: what they look like, and that they sort as time does."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.ids import CHINA, is_number, number, number_day, uuid7

NOV20 = round(datetime(2026, 11, 20, 14, 5, tzinfo=CHINA).timestamp() * 1000)
MS = st.integers(0, 2**48 - 1)
RANDOM = st.integers(0, 2**74 - 1)


@settings(deadline=None)
@given(MS, RANDOM)
def test_a_uuid7_is_as_the_rfc_says(ms, random):
    text = uuid7(ms, random)
    assert len(text) == 32
    parsed = uuid.UUID(hex=text)
    assert parsed.version == 7
    assert parsed.variant == uuid.RFC_4122
    assert parsed.int >> 80 == ms
    rand_a, rand_b = parsed.int >> 64 & 0xFFF, parsed.int & (1 << 62) - 1
    assert rand_a << 62 | rand_b == random


def test_the_rfcs_own_example():
    # RFC 9562 A.6: 2022-02-22 14:22:22.00 -05:00
    assert uuid7(0x017F22E279B0, 0xCC3 << 62 | 0x18C4DC0C0C07398F) == "017f22e279b07cc398c4dc0c0c07398f"


@settings(deadline=None)
@given(MS, MS, RANDOM, RANDOM)
def test_identities_sort_as_time_does(a, b, x, y):
    assume(a < b)
    assert uuid7(a, x) < uuid7(b, y)


@pytest.mark.parametrize(
    ("sign", "letter", "count", "text"),
    [
        ("", "", 441, "261120-0441"),
        ("弥", "", 14, "弥1120-14"),
        ("", "B", 441, "261120-B0441"),
        ("弥", "B", 4, "弥1120-B04"),
        ("", "", 12345, "261120-12345"),
        ("姚", "", 100, "姚1120-100"),
    ],
)
def test_numbers_can_be_read_aloud(sign, letter, count, text):
    assert number(sign, letter, NOV20, count) == text
    assert is_number(text)


def test_the_day_of_a_number_is_the_districts():
    midnight = round(datetime(2026, 11, 21, tzinfo=CHINA).timestamp() * 1000)
    assert number("", "", midnight - 1, 1) == "261120-0001"
    assert number("", "", midnight, 1) == "261121-0001"


INSTANTS = st.integers(round(datetime(2020, 1, 1, tzinfo=CHINA).timestamp() * 1000), NOV20 + 10**11)
SIGNS, LETTERS = st.sampled_from(["", "弥", "城"]), st.sampled_from(["", "B", "C"])


@settings(deadline=None)
@given(SIGNS, LETTERS, INSTANTS, st.integers(1, 99_999))
def test_one_counter_is_kept_for_each_day_of_a_desktop(sign, letter, at, count):
    day = number_day(sign, letter, at)
    text = number(sign, letter, at, count)
    assert text.startswith(day)
    assert int(text.removeprefix(day)) == count
    assert is_number(text)


@settings(deadline=None)
@given(SIGNS, LETTERS, INSTANTS, st.integers(1, 9_999), SIGNS, LETTERS, st.integers(1, 9_999))
def test_two_desktops_never_make_one_number(sign, letter, at, count, other, its, its_count):
    assume((sign, letter, count) != (other, its, its_count))
    assert number(sign, letter, at, count) != number(other, its, at, its_count)


@pytest.mark.parametrize(
    "text",
    ["", "261120", "261120-", "261120-4", "26112-0441", "x1120-14", "弥1120-BB14", "261120-0441 ",
     "261120-0441\n", "２６１１２０-0441", "弥弥120-14", "261120-b0441"],
)  # fmt: skip
def test_what_is_no_number(text):
    assert not is_number(text)
