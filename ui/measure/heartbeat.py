"""How long the GUI thread is not free: a beat every millisecond, and what was late about it.

The beat is a precise timer with a Python slot, so it meets all that an input would meet: events that take
long, painting, and the interpreter held by a background thread. A late beat is one gap. Counting beats would
flatter: a stretch of 50 ms is one late beat among a thousand good ones. So the gap is held against every
millisecond in it: ``waits`` is how long an input would have waited that came at that millisecond.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer

from ui.measure.waiting import clock_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

BEAT_MS = 1


class Heartbeat(QObject):
    """Beats from ``start`` to ``stop``; ``note`` names what is done meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._beats: list[float] = []
        self._notes: list[tuple[float, str]] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(lambda: self._beats.append(clock_ms()))

    def start(self) -> None:
        self._beats = [clock_ms()]
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def note(self, what: str) -> None:
        """From now on this is being done."""
        self._notes.append((clock_ms(), what))

    def gaps(self) -> list[float]:
        """The time between beats beyond the beat itself, ms."""
        return gaps(self._beats)

    def waits(self) -> list[float]:
        """How long an input waited, for each millisecond at which it might have come."""
        return waits(self.gaps())

    def worst(self, count: int) -> list[tuple[float, str]]:
        """The longest gaps and the last act before the end of each."""
        found = sorted(zip(self.gaps(), self._beats[1:], strict=True), reverse=True)[:count]
        times = [at for at, _ in self._notes]
        return [(gap, self._named(bisect_right(times, at) - 1)) for gap, at in found]

    def _named(self, index: int) -> str:
        return self._notes[index][1] if index >= 0 else ""


def gaps(beats: Sequence[float]) -> list[float]:
    """Time between beats (ms) beyond ``BEAT_MS``."""
    return [max(0.0, b - a - BEAT_MS) for a, b in pairwise(beats)]


def waits(late: Sequence[float]) -> list[float]:
    """One wait a millisecond: a gap of 3.5 ms is met by inputs that wait 3.5, 2.5, 1.5 and 0.5 ms."""
    found: list[float] = []
    for gap in late:
        left = gap
        while left > 0:
            found.append(left)
            left -= 1
        found.append(0.0)
    return found
