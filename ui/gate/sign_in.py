"""The sign-in: user and password, asked of the hub, and off line of the users known here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.ports.gate import Signed, Trouble
from ui.gate.dialog import GateDialog
from ui.gate.trouble import sign_in_words
from ui.theme.heads import text_label

if TYPE_CHECKING:
    from app.ports.gate import Gate
    from app.services.words import Words


class SignInDialog(GateDialog):
    """``signed`` carries a ``Signed``. With ``leaving`` the way out is out of the program."""

    signed = Signal(object)

    def __init__(self, gate: Gate, words: Words, parent: QWidget, *, leaving: bool) -> None:
        self._gate, self._words = gate, words
        super().__init__(
            self.tr("登录"),
            self.tr("操作都记在登录人名下。断网时，在本机登录过的用户照样可以登录。"),
            self.tr("登录"),
            self.tr("退出程序") if leaving else self.tr("返回"),
            parent,
        )
        self.user, self.password = QLineEdit(), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        for label, field in ((self.tr("用户名"), self.user), (self.tr("口令"), self.password)):
            field.setAccessibleName(label)
            self.inputs.addWidget(text_label(label, "second"))
            self.inputs.addWidget(field)
        self.errand.back.connect(self._arrived)
        self.user.setFocus()

    def opened_inputs(self) -> tuple[QWidget, ...]:
        return self.user, self.password

    def go(self) -> None:
        """Sign in with what was written."""
        user, password, gate = self.user.text().strip(), self.password.text(), self._gate
        empty = next((f for f in self.opened_inputs() if isinstance(f, QLineEdit) and not f.text()), None)
        if empty is not None:
            empty.setFocus()  # Enter in the first field goes on to the second
            self.say("")
            return
        if self.errand.running:
            return
        self.say(self.tr("正在核对…"), "t2")
        self.set_busy(busy=True)
        self.errand.send(lambda _tell: gate.sign_in(user, password))

    def _arrived(self, answer: Signed | Trouble) -> None:
        self.set_busy(busy=False)
        self.password.clear()
        if isinstance(answer, Signed):
            self.accept()
            self.signed.emit(answer)
            return
        self.say(sign_in_words(answer, self._words))
        self.password.setFocus()
