"""The real window on a real, encrypted store: driven by key presses, read as the officer reads it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import delete, isValid

from app.bootstrap import Settings, looks_of, open_desk, words_of
from app.ports.rows import Queue, QueueRow
from ui.application import bring_up, open_window
from ui.queues.model import ROW_ROLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from app.services.desk import Desk
    from ui.desktop import Desktop

PASSPHRASE = "春风又绿江南岸"
SOON_MS = 10_000
"""How long a test waits for what must come; how soon it came is measured, not waited for."""


def settings(folder: Path) -> Settings:
    """An encrypted store of its own in ``folder``, opened as ``main.py`` opens it."""
    return Settings(store=folder / "district.db", plain=False, passphrase=PASSPHRASE)


@dataclass
class Seat:
    """One officer at one window. Everything waits for what is on the screen, never for a time."""

    bot: QtBot
    desk: Desk
    window: Desktop

    @classmethod
    def take(cls, bot: QtBot, folder: Path, monkeypatch: Any, size: tuple[int, int] = (1920, 1080)) -> Seat:
        """Open the store and the window, and wait until the map stands."""
        monkeypatch.setattr("app.bootstrap.settings.cache_folder", lambda: folder / "cache")
        chosen = settings(folder)
        desk = open_desk(chosen)
        bring_up(looks_of(chosen))
        seat = cls(bot, desk, open_window(desk, words_of(chosen), looks_of(chosen)))
        seat.window.resize(*size)
        seat.window.show()
        seat.window.activateWindow()
        seat.until(seat.window.isActiveWindow)
        seat.until(lambda: seat.window.map_stands and seat.window.kpi.shown is not None)
        seat.until(lambda: seat.window.kpi.charts_ready)
        return seat

    def leave(self) -> None:
        """Close the window, then the store."""
        if isValid(self.window):
            self.window.close()
            delete(self.window)
        self.desk.store.close()

    # ---- the hands

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Strike one key where the keyboard is."""
        target: QWidget = QApplication.focusWidget() or self.window
        QTest.keyClick(target, key, modifiers)

    def write(self, text: str) -> None:
        """Write Chinese as an input method hands it over: committed as a whole."""
        target = QApplication.focusWidget()
        assert target is not None, "nothing has the keyboard"
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(target, event)

    def queue(self, n: int) -> None:
        """Alt and the queue's number; waits until it is shown."""
        self.press(Qt.Key(Qt.Key.Key_0 + n), Qt.KeyboardModifier.AltModifier)

    # ---- the eyes

    def until(self, holds: Callable[[], Any], timeout: int = SOON_MS) -> int:
        """Wait until it holds; how long that took, ms."""
        began = time.perf_counter()
        self.bot.waitUntil(lambda: bool(holds()), timeout=timeout)
        return round((time.perf_counter() - began) * 1000)

    @property
    def lines(self) -> int:
        """How many lines the queue has, section heads included."""
        return self.window.queue.model.rowCount()

    def line(self, n: int) -> Any:
        """What stands on a line of the queue."""
        model = self.window.queue.model
        return model.data(model.index(n, 0), ROW_ROLE)

    @property
    def cursor(self) -> int:
        """The line that is chosen in the queue; -1 where none is."""
        chosen = self.window.queue.table.selectionModel().selectedRows()
        return chosen[0].row() if chosen else -1

    @property
    def chosen(self) -> QueueRow | None:
        """The row that is chosen in the queue."""
        found = self.line(self.cursor) if self.cursor >= 0 else None
        return found if isinstance(found, QueueRow) else None

    @property
    def seen(self) -> bool:
        """Whether the chosen line is on the screen."""
        first, last = self.window.queue.table.lines_seen()
        return first <= self.cursor <= last

    def tab(self, queue: Queue) -> int:
        """The figure on a queue's tab, as it is read out."""
        spoken = self.window.queue.tabs._tabs[queue].accessibleName()
        return int(spoken.rsplit(" ", 1)[1])

    def tabs(self) -> dict[Queue, int]:
        """The figures on all tabs that have one."""
        counted = (Queue.WAITING, Queue.TO_ASSIGN, Queue.WORKING, Queue.TO_VERIFY, Queue.SUSPENDED)
        return {queue: self.tab(queue) for queue in counted}

    def stats(self) -> dict[str, Any]:
        """What the map's page says of itself."""
        return self._page(self.window.map.stats)

    def point(self, key: int) -> dict[str, Any] | None:
        """What the map's page knows of one incident."""
        return self._page(lambda back: self.window.map.state_of(key, back))

    def _page(self, ask: Callable[[Callable[[Any], None]], None]) -> Any:
        with self.bot.waitCallback(timeout=SOON_MS) as answer:
            ask(answer)
        return answer.args[0]

    @property
    def acts(self) -> set[str]:
        """The ops that the panel offers now."""
        return {str(action.op) for action in self.window.panel.actions() if not action.off}

    @property
    def state(self) -> str:
        """The state that the panel shows; empty while it shows nothing."""
        dossier = self.window.panel.dossier
        return dossier.incident.state.value if dossier else ""
