"""Announces once what changed and who asked; views decide for themselves whether it concerns them.

Changes are read back from the ledger itself, so those of another process (an import at the command line)
are announced like our own, and none is missed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.services import board
from ui.work import Ask

if TYPE_CHECKING:
    from app.ports.rows import Changed
    from ui.work import Work

THROTTLE_MS = 60
"""At most one announcement in so many ms: 50 changes a second become 16 refreshes."""
WATCH_MS = 100
"""So soon is seen what another process has written; a look takes a tenth of a millisecond."""
TICK_MS = 20_000


class Relay(QObject):
    """``changed`` carries a ``Changed``; ``ticked`` comes now and then, because limits pass by themselves."""

    changed = Signal(object)
    ticked = Signal()

    def __init__(self, work: Work, head: int, parent: QObject | None = None) -> None:
        """``head`` is the ledger's place up to which the views already know."""
        super().__init__(parent)
        self._work = work
        self._seen = head
        self._asking = False
        self._again = False
        self._asked_by = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(THROTTLE_MS)
        self._pause.timeout.connect(self._rested)
        work.did.connect(self._on_did)
        work.troubled.connect(self._on_trouble)
        self._watch = self._every(WATCH_MS, self.look)
        self._tick = self._every(TICK_MS, self.ticked.emit)

    def _every(self, ms: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(ms)
        timer.timeout.connect(slot)
        timer.start()
        return timer

    def look(self) -> None:
        """Ask the ledger for what is new; announced when it comes, never more often than the throttle."""
        if self._asking or self._pause.isActive():
            self._again = True
            return
        self._asking, self._again = True, False
        seen = self._seen
        self._work.ask(Ask(lambda desk: board.changes_after(desk, seen)), self, self._arrived)

    def _on_did(self, asked_by: str) -> None:
        self._asked_by = asked_by
        self.look()

    def _arrived(self, change: Changed) -> None:
        self._asking = False
        if change.head > self._seen:
            self._seen = change.head
            asked_by, self._asked_by = self._asked_by, ""
            self._pause.start()
            self.changed.emit(replace(change, asked_by=asked_by))
        elif self._again:
            self.look()

    def _on_trouble(self, _problem: object) -> None:
        """The question may have been ours: without its answer it has to be put again."""
        self._asking = False

    def _rested(self) -> None:
        if self._again:
            self.look()
