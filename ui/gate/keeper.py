"""Who sits here: asks at the start, lets users change places, and enrols the desk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.domain.rights import Role
from app.ports.link import LinkTrouble
from app.services.desk import Centre
from ui.gate.enrol import EnrolDialog
from ui.gate.sign_in import SignInDialog
from ui.shell.shortcuts import KeyEntry

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog

    from app.ports.gate import Enrolled, Gate, Signed
    from app.services.desk import Desk
    from app.services.words import Words
    from ui.shell.frame import Frame
    from ui.work import Work

USER_KEY = "F9"
ENROL_AGAIN = frozenset({LinkTrouble.REVOKED, LinkTrouble.NOT_ENROLLED, LinkTrouble.NOT_TRUSTED})
"""Troubles of the line that a new enrolment ends."""


class Gatekeeper(QObject):
    """``seated``: somebody else sits here from now on, or the desk belongs to another centre."""

    seated = Signal()

    def __init__(self, gate: Gate | None, work: Work, words: Words, frame: Frame) -> None:
        super().__init__(frame)
        self._gate, self._work, self._words, self._frame = gate, work, words, frame
        self.dialog: QDialog | None = None
        if gate is not None:
            frame.keys.add(KeyEntry("user", USER_KEY, self.tr("换人登录")), self.switch)
            frame.topbar.user_requested.connect(self.switch)
            signed = gate.signed()
            if signed is not None:
                work.seat(seated(work.desk, signed))

    def can_enrol(self, trouble: str) -> bool:
        """Whether there is a gate, and no hub yet or none that knows this desk any more (``trouble``)."""
        return self._gate is not None and (not self._gate.enrolled() or trouble in ENROL_AGAIN)

    @property
    def signed(self) -> Signed | None:
        """Who is signed in; None at a desk that stands alone."""
        return self._gate.signed() if self._gate is not None else None

    @property
    def nobody(self) -> bool:
        """Whether the desk belongs to a hub and nobody has signed in yet."""
        return self._gate is not None and self._gate.enrolled() and self._gate.signed() is None

    def ask(self) -> None:
        """At the start: an enrolled desk wants to know who sits down."""
        gate = self._gate
        if gate is not None and gate.enrolled() and gate.signed() is None:
            self._open(gate, leaving=True)

    def switch(self) -> None:
        """Another user signs in; until they have, the one before sits here."""
        gate = self._gate
        if gate is not None and gate.enrolled():
            self._open(gate, leaving=gate.signed() is None)

    def enrol(self) -> None:
        """Make this desk a device of a hub."""
        if self._gate is not None and self.dialog is None:
            dialog = EnrolDialog(self._gate, self._words, self._frame)
            dialog.enrolled.connect(self._on_enrolled)
            self._show(dialog)

    def _open(self, gate: Gate, *, leaving: bool) -> None:
        if self.dialog is not None:
            return
        dialog = SignInDialog(gate, self._words, self._frame, leaving=leaving)
        dialog.signed.connect(self._on_signed)
        if leaving:
            dialog.rejected.connect(self._frame.close)
        self._show(dialog)

    def _show(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.finished.connect(self._finished)
        dialog.open()

    def _finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _on_signed(self, signed: Signed) -> None:
        self._work.seat(seated(self._work.desk, signed))
        self.seated.emit()

    def _on_enrolled(self, enrolled: Enrolled) -> None:
        centre = Centre(enrolled.place, enrolled.sign, enrolled.letter)
        self._work.seat(replace(self._work.desk, centre=centre))
        self.seated.emit()
        self._finished()
        self.ask()


def seated(desk: Desk, signed: Signed) -> Desk:
    """The desk with this user at it; a role that this program does not know may do nothing special."""
    role = next((r for r in Role if r.value == signed.role), Role.AUDITOR)
    return replace(desk, actor=signed.user, role=role)
