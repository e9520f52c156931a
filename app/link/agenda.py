"""When the sync thread does what: what woke it, how long it must wait. Pure; the thread tells it the time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.ports.link import LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.services.sync import RoundDone

FIRST, LONGEST = 1.0, 60.0
"""s of back-off at most after the first trouble, and after many."""

TURNED_AWAY = 600.0
"""s between two tries of a device that the hub does not know or has revoked."""

TURNED_AWAY_FROM = 3
"""So many times in a row it is asked at the usual pace: one answer may have been bent on the way."""

_NOT_WANTED = frozenset({LinkTrouble.NOT_ENROLLED, LinkTrouble.REVOKED})


@dataclass(frozen=True, slots=True)
class Task:
    """What to do now: a ``whole`` round, else push and take what was ``poked``; ``look`` only tells anew."""

    whole: bool = False
    look: bool = False
    poked: Mapping[str, int] = field(default_factory=dict)


class Agenda:
    """Instants are seconds of a clock that only runs forward. ``chance`` gives numbers from 0 to 1.

    ``period`` is the time in s between two whole rounds where nothing else calls for one.
    """

    def __init__(self, period: float, chance: Callable[[], float]) -> None:
        self._period = period
        self._chance = chance
        self._asked = False
        self._committed = False
        self._whole = True
        self._poked: dict[str, int] = {}
        self._next_whole = 0.0
        self._failures = 0
        self._turned_away = 0
        self.blocked_until = 0.0

    def commit(self) -> None:
        """An op was written here."""
        self._committed = True

    def poke(self, scope: str, head: int) -> None:
        """The hub has news; no scope: news may have been missed."""
        if scope:
            self._poked[scope] = max(head, self._poked.get(scope, 0))
        else:
            self._whole = True

    def ask(self) -> None:
        """Somebody asks for a whole round now, whatever is being waited for."""
        self._asked = True

    def next(self, now: float) -> Task | float:
        """What to do, or for how many seconds there is nothing."""
        if not self._asked and now < self.blocked_until:
            if self._committed:
                self._committed = False
                return Task(look=True)
            return self.blocked_until - now
        if self._asked or self._whole or now >= self._next_whole:
            self._asked = self._whole = self._committed = False
            self._poked.clear()
            return Task(whole=True)
        if self._poked or self._committed:
            task = Task(poked=dict(self._poked))
            self._poked.clear()
            self._committed = False
            return task
        return self._next_whole - now

    def succeeded(self, now: float, task: Task, done: RoundDone) -> None:
        """A round came to its end. A scope's trouble is looked at again after a while; others go on."""
        self._turned_away = 0
        self.blocked_until = 0.0
        if any(problem.code is LinkTrouble.EPOCH for _, problem in done.troubles) and self._failures == 0:
            self._failures = 1
            self._whole = True
            return
        if done.troubles:
            self._failures += 1
            self._next_whole = now + min(self._delay(), self._period)
            return
        self._failures = 0
        if task.whole:
            self._next_whole = now + self._period * (0.9 + 0.2 * self._chance())
        if not done.quiet and (done.pushed or done.pulled or done.unknown or done.snapshots):
            self._committed = True

    def failed(self, now: float, problem: LinkProblem) -> None:
        """The line, the device or the store is in trouble."""
        self._failures += 1
        self._turned_away = self._turned_away + 1 if problem.code in _NOT_WANTED else 0
        delay = self._delay()
        if problem.wait is not None:
            # At least as told; a little later each, so that not all come back at once.
            delay = problem.wait * (1 + 0.2 * self._chance())
        if self._turned_away >= TURNED_AWAY_FROM:
            delay = TURNED_AWAY * (1 + 0.2 * self._chance())
        self._whole = True
        self.blocked_until = now + delay

    def _delay(self) -> float:
        longest = min(LONGEST, FIRST * 2.0 ** min(self._failures - 1, 10))
        return longest * (0.5 + 0.5 * self._chance())
