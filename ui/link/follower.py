"""Follows how the line stands: reads the newest status each second, so that ages move, and never waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.ports.link_status import LinkStatus

if TYPE_CHECKING:
    from app.ports.link_status import LinkWatch

LOOK_MS = 1000


class LinkFollower(QObject):
    """``told`` carries the ``LinkStatus`` each second, ``turned`` only one that says something new.

    ``user`` says who is signed in: the thread that writes the status may not know yet.
    """

    told = Signal(object)
    turned = Signal(object)

    def __init__(self, watch: LinkWatch | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watch = watch
        self.status = watch.status() if watch is not None else LinkStatus()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        if watch is not None:
            self._timer.start()

    def look(self) -> None:
        """Read the status now."""
        if self._watch is None:
            return
        before, self.status = self.status, self._watch.status()
        if self.status != before:
            self.turned.emit(self.status)
        self.told.emit(self.status)

    def sync_now(self) -> None:
        """Ask for a round at once."""
        if self._watch is not None:
            self._watch.sync_now()
