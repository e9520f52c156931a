"""Times as other systems write them, read fast: every day and every time of day is worked out once."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from app.domain.sla import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

_TOKENS = {
    "%Y": r"(?P<Y>\d{4})", "%m": r"(?P<m>\d{1,2})", "%d": r"(?P<d>\d{1,2})",
    "%H": r"(?P<H>\d{1,2})", "%I": r"(?P<I>\d{1,2})", "%M": r"(?P<M>\d{2})", "%S": r"(?P<S>\d{2})",
    "%f": r"(?P<f>\d{1,6})", "%p": r"(?P<p>[AaPp][Mm])", "%z": r"(?P<z>[Zz]|[+-]\d{2}:?\d{2})",
}  # fmt: skip
_KEPT = 100_000  # distinct days or times of day: more means nonsense in the file, so start over
_EPOCH = date(1970, 1, 1).toordinal()
_YEARS = range(1900, 2201)

Day = tuple[int, int | None]
"""Local midnight in ms since 1970 as if it were UTC, and the day's offset; None where it changes that day."""


def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"(%[A-Za-z])", text)
    unknown = [part for part in parts[1::2] if part not in _TOKENS]
    if unknown:
        raise ValueError(f"time format: {unknown[0]} is not known")
    return re.compile(
        "".join(_TOKENS[p] if i % 2 else re.escape(p) for i, p in enumerate(parts)), flags=re.ASCII
    )


class _Format:
    """One format, cut where its time of day begins."""

    def __init__(self, text: str, zone: ZoneInfo) -> None:
        cut = re.search(r"(.)(%[HI].*)$", text)
        self.separator = cut[1] if cut else "\n"
        self._date = _pattern(text[: cut.start()] if cut else text)
        self._time = _pattern(cut[2] if cut else "")
        self._zone = zone
        self._days: dict[str, Day] = {}
        self._times: dict[str, tuple[int, int | None]] = {}

    def parse(self, text: str) -> int | None:
        day_text, _, time_text = text.partition(self.separator)
        day = self._days.get(day_text) or self._read_day(day_text)
        time = self._times.get(time_text) or self._read_time(time_text)
        if day is None or time is None:
            return None
        local = day[0] + time[0]
        if time[1] is not None:
            return local - time[1]
        if day[1] is not None:
            return local - day[1]
        return _across_a_change(local, self._zone)

    def _read_day(self, text: str) -> Day | None:
        match = self._date.fullmatch(text)
        if match is None or int(match["Y"]) not in _YEARS:
            return None
        try:
            day = date(int(match["Y"]), int(match["m"]), int(match["d"]))
        except ValueError:
            return None
        start = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        offset, later = start.utcoffset(), (start + timedelta(days=1)).utcoffset()
        if len(self._days) >= _KEPT:
            self._days.clear()
        known = _ms(offset) if offset == later else None
        found = self._days[text] = ((day.toordinal() - _EPOCH) * DAY, known)
        return found

    def _read_time(self, text: str) -> tuple[int, int | None] | None:
        match = self._time.fullmatch(text)
        if match is None:
            return None
        part = match.groupdict()
        hour, minute, second = (int(part.get(name) or 0) for name in "HMS")
        if part.get("p"):
            twelve = int(part.get("I") or 0)
            if not 1 <= twelve <= 12:
                return None
            hour = twelve % 12 + (12 if part["p"].upper() == "PM" else 0)
        if hour > 23 or minute > 59 or second > 59:
            return None
        ms = hour * HOUR + minute * MINUTE + second * 1000 + int((part.get("f") or "").ljust(3, "0")[:3])
        if len(self._times) >= _KEPT:
            self._times.clear()
        found = self._times[text] = (ms, _offset(part.get("z")))
        return found


class SourceTime:
    """Reads times in the given ``strptime``-like formats (``%Y %m %d %H %I %M %S %f %p %z``).

    A format without ``%z`` is local time of ``zone``. ValueError for a format with an unknown part.
    """

    def __init__(self, formats: Sequence[str], zone: ZoneInfo) -> None:
        self._formats = [_Format(text, zone) for text in formats]

    def parse(self, text: str) -> int | None:
        """The instant, ms since 1970 UTC; None where the text is no time in any of the formats."""
        for form in self._formats:
            at = form.parse(text)
            if at is not None:
                return at
        return None


def _ms(offset: timedelta | None) -> int:
    return int(offset.total_seconds() * 1000) if offset is not None else 0


def _offset(text: str | None) -> int | None:
    if not text:
        return None
    if text in {"Z", "z"}:
        return 0
    size = int(text[1:3]) * HOUR + int(text[-2:]) * MINUTE
    return -size if text[0] == "-" else size


def _across_a_change(local: int, zone: ZoneInfo) -> int:
    """The instant of a local time on a day on which the clocks change.

    Order is kept, because limits are compared: an hour that occurs twice is taken the first time, and a
    time in the hour that never was becomes the last moment before it.
    """
    naive = datetime.fromtimestamp(local // 1000, UTC).replace(tzinfo=zone)
    before, after = _ms(naive.utcoffset()), _ms(naive.replace(fold=1).utcoffset())
    if before >= after:
        return local - before
    low, high = local - after, local - before
    while high - low > 1:
        middle = (low + high) // 2
        moved = _ms(datetime.fromtimestamp(middle / 1000, zone).utcoffset()) == after
        low, high = (low, middle) if moved else (middle, high)
    return high - 1
