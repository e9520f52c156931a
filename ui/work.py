"""Background work as small values: *Do* changes something, *Ask* wants to know; neither waits here.

Commands run one after another on the writer's thread, questions on the reader's; what comes back are
frozen rows, handed over on the GUI thread to the one who asked, if it is still there.
"""

from __future__ import annotations

import queue
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from app.ports.problems import StoreProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.services.desk import Desk

T = TypeVar("T")

GIL_SLICE = 0.0002
"""Seconds a background thread may keep the interpreter while the GUI thread waits for it."""


@dataclass(frozen=True, slots=True)
class Do(Generic[T]):
    """A command. ``asked_by`` names the view, so that it can tell its own changes from others'."""

    verb: Callable[[Desk], T]
    asked_by: str = ""


@dataclass(frozen=True, slots=True)
class Ask(Generic[T]):
    """A question. Of several waiting ones with the same ``slot``, only the last is asked."""

    question: Callable[[Desk], T]
    slot: str = ""


@dataclass(frozen=True, slots=True)
class _Job:
    run: Callable[[Desk], Any]
    then: Callable[[Any], None]
    owner: QObject
    slot: str


class _Lane:
    """One thread, its queue, and the latest question of each slot."""

    def __init__(
        self, name: str, desk: Desk, deliver: Callable[[_Job, Any, BaseException | None], None]
    ) -> None:
        self.desk = desk
        self._deliver = deliver
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._latest: dict[str, _Job] = {}
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, job: _Job) -> None:
        if job.slot:
            self._latest[job.slot] = job
        self._jobs.put(job)

    def stop(self) -> None:
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            if job.slot and self._latest.get(job.slot) is not job:
                continue
            try:
                result = job.run(self.desk)
            except Exception as error:  # noqa: BLE001 - handed to the GUI thread, which tells or raises it
                self._deliver(job, None, error)
            else:
                self._deliver(job, result, None)


class Work(QObject):
    """The two lanes, and the way back to the GUI thread."""

    troubled = Signal(object)
    """A ``StoreProblem``: the world's trouble, to be told in words."""

    did = Signal(str)
    """A command has ended; carries who asked for it."""

    _back = Signal(object, object, object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(GIL_SLICE)
        self.desk = desk
        self._back.connect(self._arrive, Qt.ConnectionType.QueuedConnection)
        self._writer = _Lane("store-writer", desk, self._back.emit)
        self._reader = _Lane("store-reader", desk, self._back.emit)

    def seat(self, desk: Desk) -> None:
        """Another officer sits down: what is asked for from now on is done in their name."""
        self.desk = self._writer.desk = self._reader.desk = desk

    def do(self, command: Do[T], owner: QObject, then: Callable[[T], None] | None = None) -> None:
        """Run the command; ``then`` gets what became of it, unless ``owner`` has gone meanwhile."""

        def ended(done: T) -> None:
            self.did.emit(command.asked_by)
            if then is not None:
                then(done)

        self._writer.put(_Job(command.verb, ended, owner, ""))

    def ask(self, question: Ask[T], owner: QObject, then: Callable[[T], None]) -> None:
        """Ask; ``then`` gets the answer, unless ``owner`` has gone or a newer question took the slot."""
        slot = f"{id(owner)}/{question.slot}" if question.slot else ""
        self._reader.put(_Job(question.question, then, owner, slot))

    def stop(self) -> None:
        """End both lanes after what they are doing now."""
        self._writer.stop()
        self._reader.stop()

    def _arrive(self, job: _Job, result: object, error: BaseException | None) -> None:
        if isinstance(error, StoreProblem):
            self.troubled.emit(error)
        elif error is not None:
            raise error  # a bug is a bug: the excepthook writes it down and tells
        elif isValid(job.owner):
            job.then(result)
