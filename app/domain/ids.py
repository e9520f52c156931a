"""Identities: UUIDv7 for entities and devices, and numbers that can be read aloud on a phone."""

from __future__ import annotations

import re
from datetime import date, timedelta, timezone
from functools import lru_cache

CHINA = timezone(timedelta(hours=8), "UTC+08:00")
"""The district's time zone; China has had no daylight saving since 1991."""

_AHEAD_MS, _DAY_MS = 8 * 3_600_000, 86_400_000
_FIRST_DAY = date(1970, 1, 1).toordinal()


def uuid7(ms: int, random: int) -> str:
    """UUIDv7 (RFC 9562 §5.7) as 32 hex digits, from ms since 1970 and ≥ 74 random bits."""
    rand_a = (random >> 62) & 0xFFF
    rand_b = random & ((1 << 62) - 1)
    value = (ms & ((1 << 48) - 1)) << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b
    return f"{value:032x}"


def number(sign: str, letter: str, at: int, count: int) -> str:
    """An incident's number: ``261120-0441`` at the district (empty sign), ``弥1120-14`` at a town.

    A second desktop of the same centre puts its letter before the count: ``261120-B0441``.
    """
    day = _day((at + _AHEAD_MS) // _DAY_MS)
    if sign:
        return f"{sign}{day[2:]}-{letter}{count:02d}"
    return f"{day}-{letter}{count:04d}"


@lru_cache(maxsize=64)
def _day(days: int) -> str:
    """A day, counted from 1970 in the district's time, as ``261120``: an import asks for one many times."""
    return f"{date.fromordinal(_FIRST_DAY + days):%y%m%d}"


def number_day(sign: str, letter: str, at: int) -> str:
    """The part of a number before its count: one counter is kept for each."""
    return number(sign, letter, at, 0).rstrip("0")


_NUMBER = re.compile(r"(?:[0-9]{6}|[\u4e00-\u9fff][0-9]{4})-[A-Z]?[0-9]{2,}")


def is_number(text: str) -> bool:
    """Whether the text is a whole incident number."""
    return _NUMBER.fullmatch(text) is not None
