"""Runs the event loop until something has happened; by events, not by sleeping."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QTimer

from ui.work import Ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from ui.work import Work

T = TypeVar("T")
PATIENCE_MS = 60_000
LOOK_MS = 5


class TooSlowError(RuntimeError):
    """What was waited for did not happen in a minute."""


def clock_ms() -> float:
    """The measuring clock, ms."""
    return perf_counter() * 1000


class Call:
    """Something that can be called once and waited for. ``at`` is when, ms; ``value`` with what."""

    def __init__(self) -> None:
        self.at = 0.0
        self.value: object = None
        self.done = False
        self._loop = QEventLoop()

    def __call__(self, value: object = None) -> None:
        self.at, self.value, self.done = clock_ms(), value, True
        self._loop.quit()

    def wait(self) -> float:
        """Run the event loop until it was called; when that was, ms."""
        if not self.done:
            end = _ending(self._loop)
            self._loop.exec()
            end.stop()
        if not self.done:
            raise TooSlowError
        return self.at


def run_for(ms: int) -> None:
    """Let the event loop run so long."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def until(ready: Callable[[], bool]) -> None:
    """Run the event loop until ``ready``."""
    loop = QEventLoop()
    look = QTimer(loop)
    look.setInterval(LOOK_MS)
    look.timeout.connect(lambda: loop.quit() if ready() else None)
    look.start()
    end = _ending(loop)
    if not ready():
        loop.exec()
    end.stop()
    if not ready():
        raise TooSlowError


def drain(work: Work, owner: QObject) -> None:
    """Until the reader has answered all that was asked before."""
    answered = Call()
    work.ask(Ask(lambda _desk: None), owner, answered)
    answered.wait()


def _ending(loop: QEventLoop) -> QTimer:
    end = QTimer(loop)
    end.setSingleShot(True)
    end.timeout.connect(loop.quit)
    end.start(PATIENCE_MS)
    return end


def close_for_good(window: QWidget) -> None:
    """Close the window and let all of it go now: what is left to the interpreter's end dies in any order."""
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
