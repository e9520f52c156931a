"""The start of the real window: says on standard output when it is usable and when the map stands."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer

from ui.application import bring_up, open_window
from ui.measure.waiting import until

if TYPE_CHECKING:
    from app.services.desk import Desk
    from app.services.words import Words
    from ui.desktop import Desktop, Looks

REST_MS = 2_500
"""After the map stands: what was begun at the start is through, the memory that of a window at rest."""


class _Painted(QObject):
    """Says when the queue's rows were first painted."""

    def __init__(self, window: Desktop) -> None:
        super().__init__(window)
        self._rows = False
        self.done = False
        window.usable.connect(self._has_rows)
        window.queue.table.viewport().installEventFilter(self)

    def _has_rows(self) -> None:
        self._rows = True

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if self._rows and not self.done and event.type() == QEvent.Type.Paint:
            self.done = True
            QTimer.singleShot(0, lambda: _say("usable"))  # the paint itself comes before
        return False


def run_start(desk: Desk, words: Words, looks: Looks) -> int:
    """Open the window, say the marks, rest, wait for a line on standard input, close; the exit code."""
    bring_up(looks, off_screen=True)
    window = open_window(desk, words, looks)
    painted = _Painted(window)
    window.map_ready.connect(lambda: _say("map"))
    window.showMaximized()
    until(lambda: painted.done and window.map_stands)
    rested: list[bool] = []
    QTimer.singleShot(REST_MS, lambda: rested.append(True))
    until(lambda: bool(rested))
    _say("rest")
    sys.stdin.readline()
    window.close()
    desk.store.close()
    return 0


def _say(mark: str) -> None:
    """``monotonic`` is the machine's: the process that started this one reads the same clock."""
    print(json.dumps({"mark": mark, "at": time.monotonic()}), flush=True)  # noqa: T201 - the answer
