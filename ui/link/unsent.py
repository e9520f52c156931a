"""Watches what waits to be sent: asked anew after each change here and each answer of the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.ports.rows import Changed
from app.services import unsent
from ui.work import Ask

if TYPE_CHECKING:
    from app.services.unsent import Unsent
    from ui.link.follower import LinkFollower
    from ui.relay import Relay
    from ui.work import Work


class UnsentWatch(QObject):
    """``told`` carries an ``Unsent`` (None at a desk that stands alone) whenever it may have changed.

    The link's own count is as old as its last word, and while a hub is silent that is half a minute.
    """

    told = Signal(object)
    touched = Signal(object)
    """A ``Changed`` with the incidents of which more or less waits than before."""

    def __init__(self, work: Work, relay: Relay, follower: LinkFollower, parent: QObject) -> None:
        super().__init__(parent)
        self._work = work
        self.found: Unsent | None = None
        relay.changed.connect(self.look)
        follower.turned.connect(self.look)
        self.look()

    def look(self, _news: object = None) -> None:
        """Ask now."""
        self._work.ask(Ask(unsent.unsent, "unsent"), self, self._take)

    def _take(self, found: Unsent | None) -> None:
        before, self.found = self._of(), found
        self.told.emit(found)
        if touched := frozenset(key for key, _n in before ^ self._of()):
            self.touched.emit(Changed(0, touched))

    def _of(self) -> frozenset[tuple[int, int]]:
        return frozenset(self.found.of.items()) if self.found is not None else frozenset()
