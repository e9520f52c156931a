"""Requests that come together are done together: one thread, one transaction, a bounded queue before it."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

from app.ports.link import LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

J = TypeVar("J")
A = TypeVar("A")

AT_ONCE, QUEUED, RETRY_AFTER = 64, 512, 1


class Batcher(Generic[J, A]):
    """While one batch is on its way to the disk the next one gathers; nobody waits for a clock."""

    def __init__(
        self,
        do: Callable[[Sequence[J]], Sequence[A | Exception]],
        *,
        at_once: int = AT_ONCE,
        queued: int = QUEUED,
    ) -> None:
        """``do`` answers each job, in order; an error among the answers is raised where it was asked."""
        self._do, self._at_once, self._queued = do, at_once, queued
        self._waiting: deque[tuple[J, asyncio.Future[A]]] = deque()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    async def submit(self, job: J) -> A:
        """The job's answer; ``LinkProblem(BUSY)`` where the queue is full."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        with self._news:
            if self._closed or len(self._waiting) >= self._queued:
                raise LinkProblem(LinkTrouble.BUSY, "too many reports at once", RETRY_AFTER)
            self._waiting.append((job, answer))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="field-batches", daemon=True)
                self._thread.start()
            self._news.notify()
        return await answer

    def close(self) -> None:
        """Finish what waits, and end the thread."""
        with self._news:
            self._closed = True
            self._news.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._news:
                while not self._waiting and not self._closed:
                    self._news.wait()
                if not self._waiting:
                    return
                count = min(len(self._waiting), self._at_once)
                batch = [self._waiting.popleft() for _ in range(count)]
            try:
                answers = self._do([job for job, _ in batch])
            except Exception as error:  # noqa: BLE001 - told to those who asked, and logged by the gate
                answers = [error] * count
            try:
                batch[0][1].get_loop().call_soon_threadsafe(_tell, [a for _, a in batch], answers)
            except RuntimeError:  # the loop has ended, and with it whoever asked
                continue


def _tell(asked: list[asyncio.Future[A]], answers: Sequence[A | Exception]) -> None:
    for future, answer in zip(asked, answers, strict=True):
        if future.done():  # the asker has gone
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
