"""One listening connection a worker, and the streams that hear of it: a scope has a new head."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from app.hub.parts import PokeSource

FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0
"""s between two tries to listen again."""


class Listener:
    """One stream: the heads that it has not told yet, the latest of each scope."""

    def __init__(self, scopes: frozenset[str]) -> None:
        self._scopes = scopes
        self._news: dict[str, int] = {}
        self._woken = asyncio.Event()

    def tell(self, scope: str, head: int) -> None:
        """Note a head of a scope that it may see."""
        if scope in self._scopes or "*" in self._scopes:
            self._news[scope] = head
            self._woken.set()

    def wake(self) -> None:
        """End the wait, with or without news."""
        self._woken.set()

    async def news(self, wait: float) -> Mapping[str, int]:
        """What is new; empty after ``wait`` s without."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._woken.wait()
        self._woken.clear()
        told, self._news = self._news, {}
        return told


class Fanout:
    """Begun and closed on the event loop; listens in a thread of its own."""

    def __init__(self, source: PokeSource, heads: Callable[[], Mapping[str, int]]) -> None:
        self._source, self._heads = source, heads
        self._listeners: set[Listener] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self.closing = False

    def begin(self) -> None:
        """Start to listen."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._listen, name="fanout", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End every stream and the listening; from the loop's thread."""
        self.closing = True
        self._source.stop()
        for listener in self._listeners:
            listener.wake()

    def join(self) -> None:
        """Wait until nothing listens any more."""
        if self._thread is not None:
            self._thread.join(3)

    @contextlib.asynccontextmanager
    async def listener(self, scopes: frozenset[str]) -> AsyncIterator[Listener]:
        """A stream's ear, while the block runs."""
        mine = Listener(scopes)
        self._listeners.add(mine)
        try:
            yield mine
        finally:
            self._listeners.discard(mine)

    def _listen(self) -> None:
        log, wait = structlog.get_logger("hub"), FIRST_WAIT
        while not self.closing:
            try:
                for poke in self._announced():
                    wait = FIRST_WAIT
                    if self.closing:
                        return
                    if poke is not None:
                        self._spread(*poke)
            except Exception as error:  # noqa: BLE001 - whatever broke the line, the worker listens again
                if self.closing:
                    return
                log.warning("listening broke", error=type(error).__name__)
            threading.Event().wait(wait * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            wait = min(wait * 2, LONGEST_WAIT)

    def _announced(self) -> Iterator[tuple[str, int] | None]:
        heard = iter(self._source.listen())
        yield next(heard, None)
        # What was committed before this line stood is told from the heads.
        yield from self._heads().items()
        yield from heard

    def _spread(self, scope: str, head: int) -> None:
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._tell, scope, head)

    def _tell(self, scope: str, head: int) -> None:
        for listener in self._listeners:
            listener.tell(scope, head)
