"""Silence is asserted: an unexpected Qt warning or log line, or a thread left behind, fails the test.

Exceptions in slots, in threads and in finalisers fail it already (pytest-qt, and pytest's own hooks with
``filterwarnings = error``).
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QtMsgType, qInstallMessageHandler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HARMLESS = (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
KNOWN = tuple(
    re.compile(pattern)
    for pattern in (
        r"This plugin does not support (propagateSizeHints\(\)|raise\(\)|grabbing the keyboard)",
        r"Release of profile requested but WebEnginePage still not deleted\. Expect troubles !",
        r"GPUInfo not initialized on GpuInfoUpdate",
        r"QRhiGles2: Failed to create (temporary )?context",
        r"Failed to create RHI for backend: OpenGL",
    )
)
"""What the off-screen platform says where there is no GPU, word for word."""
LANES = ("store-writer", "store-reader")
"""Background lanes of a window; they are daemons, and still none may outlive its test."""
PATIENCE_S = 5.0


class Silence(logging.Handler):
    """Hears Qt and the loggers; ``heard`` is what nobody expected."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, pattern: str) -> None:
        """This test provokes such a message on purpose."""
        self._expected.append(re.compile(pattern))

    def take(self) -> list[str]:
        """What was heard since; then begin anew."""
        heard = [line for line in self.heard if not any(p.search(line) for p in self._expected)]
        self.heard, self._expected = [], []
        return heard

    def hear(self, said: str) -> None:
        if not any(pattern.fullmatch(said) for pattern in KNOWN):
            self.heard.append(said)

    def emit(self, record: logging.LogRecord) -> None:
        self.hear(f"{record.levelname} {record.name}: {record.getMessage()}")

    def on_qt(self, kind: QtMsgType, _context: object, text: str | None) -> None:
        """Qt's messages while no test runs, and after its call: the lowest of the handlers."""
        if kind not in _HARMLESS:
            self.hear(text or "")
        else:
            sys.stderr.write(f"{text}\n")

    def over(self, below: Callable[..., None] | None) -> Callable[[QtMsgType, object, str | None], None]:
        """A handler that hears and hands on to the one that was there."""

        def handle(kind: QtMsgType, context: object, text: str | None) -> None:
            if kind not in _HARMLESS:
                self.hear(text or "")
            if below is not None:
                below(kind, context, text)

        return handle


SILENCE = Silence()
qInstallMessageHandler(SILENCE.on_qt)


@pytest.fixture(autouse=True)
def silence(request: pytest.FixtureRequest) -> Iterator[Silence]:
    """Fails the test that makes a noise. One that asks for ``caplog`` looks at the log lines itself."""
    listens = "caplog" not in request.fixturenames
    before = set(threading.enumerate())
    SILENCE.take()
    below = qInstallMessageHandler(None)
    qInstallMessageHandler(SILENCE.over(below))
    if listens:
        logging.getLogger().addHandler(SILENCE)
    yield SILENCE
    logging.getLogger().removeHandler(SILENCE)
    qInstallMessageHandler(SILENCE.on_qt)
    heard, left = SILENCE.take(), _left_behind(before)
    assert not heard, f"nobody expected: {heard}"
    assert not left, f"threads left behind: {left}"


def _left_behind(before: set[threading.Thread]) -> list[str]:
    """Threads that were begun since and do not end; each gets a while to do so."""
    ours = [t for t in threading.enumerate() if t not in before and (not t.daemon or t.name in LANES)]
    until = time.monotonic() + PATIENCE_S
    for thread in ours:
        thread.join(max(0.0, until - time.monotonic()))
    return [thread.name for thread in ours if thread.is_alive()]
