"""Times as they are written in rows and heads: durations, clock times and days, in the district's zone."""

from __future__ import annotations

from datetime import datetime

from app.domain.ids import CHINA
from app.domain.sla import DAY, HOUR, MINUTE

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEKDAYS = "一二三四五六日"


def duration(ms: int, lang: str) -> str:
    """``41 分`` below an hour, ``2:19`` (h:mm) below a day, ``2 天 4 时`` from there; never seconds.

    Whole minutes that have passed; the sign is left to words beside it (余, 超).
    """
    ms = abs(ms)
    zh = lang != "en"
    if ms < HOUR:
        return f"{ms // MINUTE} {'分' if zh else 'min'}"
    if ms < DAY:
        return f"{ms // HOUR}:{ms % HOUR // MINUTE:02d}"
    days, hours = ms // DAY, ms % DAY // HOUR
    text = f"{days} {'天' if zh else 'd'}"
    return f"{text} {hours} {'时' if zh else 'h'}" if hours else text


def clock_time(at: int, *, seconds: bool = False) -> str:
    """``14:05``, or ``14:05:32`` for the clock in the top bar; ``at`` in ms since 1970 UTC."""
    return f"{_local(at):{'%H:%M:%S' if seconds else '%H:%M'}}"


def day(at: int, lang: str, *, weekday: bool = False) -> str:
    """``11月20日`` / ``20 Nov``, with ``weekday`` ``11月20日 周五`` / ``Fri 20 Nov``."""
    when = _local(at)
    if lang == "en":
        text = f"{when.day} {_MONTHS[when.month - 1]}"
        return f"{_WEEKDAYS_EN[when.weekday()]} {text}" if weekday else text
    text = f"{when.month}月{when.day}日"
    return f"{text} 周{_WEEKDAYS[when.weekday()]}" if weekday else text


def day_time(at: int, lang: str, now: int | None = None) -> str:
    """``11月20日 14:05`` / ``20 Nov 14:05``; with ``now`` only the time on the same day, and the year
    where it is another one.
    """
    text = f"{day(at, lang)} {clock_time(at)}"
    if now is None:
        return text
    then, today = _local(at), _local(now)
    if then.date() == today.date():
        return clock_time(at)
    if then.year == today.year:
        return text
    return f"{day(at, lang)} {then.year} {clock_time(at)}" if lang == "en" else f"{then.year}年{text}"


def short_time(at: int, *, dated: bool) -> str:
    """``14:05``, or with the day as narrow as it goes: ``11-20 14:05``."""
    return f"{_local(at):{'%m-%d %H:%M' if dated else '%H:%M'}}"


def short_day(at: int) -> str:
    """``11-20``."""
    return f"{_local(at):%m-%d}"


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, CHINA)
