"""The caller of the incident shown, unmasked for a minute at most, and for this incident alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.errors import Refusal
from app.services import persons
from ui.work import Do

if TYPE_CHECKING:
    from app.ports.rows import Person
    from app.services.dossier import Dossier
    from ui.work import Work

SHOWN_MS = 60_000
"""Long enough to dial, short enough for an officer who goes away."""


class Caller(QObject):
    """``person`` is who is shown now; ``turned`` after each change, ``refused`` carries a ``Refusal``."""

    turned = Signal()
    refused = Signal(object)

    def __init__(self, work: Work, asked_by: str, parent: QObject) -> None:
        super().__init__(parent)
        self._work, self._asked_by = work, asked_by
        self.person: Person | None = None
        self._wanted: int | None = None  # whose caller was asked for
        self._end = QTimer(self)
        self._end.setSingleShot(True)
        self._end.setInterval(SHOWN_MS)
        self._end.timeout.connect(self.mask)

    def turn(self, dossier: Dossier | None) -> None:
        """Show the caller in full, with a word of it in the ledger; or mask them again."""
        if self.person is not None:
            self.mask()
        elif dossier is not None and dossier.may_show and self._wanted != dossier.key:
            key = self._wanted = dossier.key
            verb = Do(lambda desk: persons.show(desk, key), self._asked_by)
            self._work.do(verb, self, lambda found: self._arrived(key, found))

    def mask(self) -> None:
        """Mask them again; one that is on its way is not shown either."""
        self._end.stop()
        self._wanted = None
        if self.person is not None:
            self.person = None
            self.turned.emit()

    def _arrived(self, key: int, found: Person | Refusal) -> None:
        if self._wanted != key:
            return
        self._wanted = None
        if isinstance(found, Refusal):
            self.refused.emit(found)
            return
        self.person = found
        self._end.start()
        self.turned.emit()
