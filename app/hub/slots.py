"""Back-pressure: so many at once, a short queue behind them, and then "come back later"."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from app.ports.link import LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

ADDRESSES = 10_000
"""So many addresses are remembered; then those whose bucket is full again are forgotten."""


class Slots:
    """``at_once`` inside, ``queued`` waiting at most ``patience`` s; everyone else hears ``BUSY``."""

    def __init__(
        self,
        at_once: int,
        queued: int,
        patience: float,
        retry_after: int,
        waits: Callable[[int], object] = lambda _more: None,
    ) -> None:
        """``waits`` hears +1 and -1 as the queue grows and shrinks."""
        self._free = asyncio.Semaphore(at_once)
        self._queued, self._patience, self._retry = queued, patience, retry_after
        self._waits = waits
        self.waiting = 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A slot while the block runs; ``LinkProblem(BUSY)`` where none comes free in time."""
        await self._enter()
        try:
            yield
        finally:
            self._free.release()

    async def _enter(self) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        if self.waiting >= self._queued:
            raise LinkProblem(LinkTrouble.BUSY, "queue is full", self._retry)
        self.waiting += 1
        self._waits(1)
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            raise LinkProblem(LinkTrouble.BUSY, "no slot in time", self._retry) from None
        finally:
            self.waiting -= 1
            self._waits(-1)


class Doorkeeper:
    """A bucket of ``burst`` tries for each address, refilled by ``rate`` a second."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._seen: dict[str, tuple[float, float]] = {}

    def knock(self, address: str) -> None:
        """Take one try; ``LinkProblem(BUSY)`` with the wait in s where none is left."""
        now = self._clock()
        left, since = self._seen.get(address, (float(self._burst), now))
        left = min(self._burst, left + (now - since) * self._rate)
        if left < 1:
            raise LinkProblem(LinkTrouble.BUSY, "too many tries from this address", (1 - left) / self._rate)
        if len(self._seen) >= ADDRESSES and address not in self._seen:
            self._forget(now)
        self._seen[address] = left - 1, now

    def _forget(self, now: float) -> None:
        full = self._burst / self._rate
        self._seen = {a: s for a, s in self._seen.items() if now - s[1] < full}
        while len(self._seen) >= ADDRESSES:
            self._seen.pop(next(iter(self._seen)))
