"""The enrolment: an invitation pasted or read from a file makes this desktop a device of a hub."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from app.ports.gate import Enrolled, Trouble
from ui.gate.dialog import GateDialog
from ui.gate.trouble import trouble_words
from ui.theme.buttons import KeyButton
from ui.theme.heads import text_label
from ui.theme.tokens import SIZES

if TYPE_CHECKING:
    from app.ports.gate import Gate
    from app.services.words import Words

_INVITATION = re.compile(r"https?://\S+#[^\s.]+(?:\.\S+)?")
_MOST = 4096
"""Octets of a file that may hold an invitation."""


class EnrolDialog(GateDialog):
    """``enrolled`` carries an ``Enrolled``."""

    enrolled = Signal(object)

    def __init__(self, gate: Gate, words: Words, parent: QWidget) -> None:
        self._gate, self._words = gate, words
        super().__init__(
            self.tr("接入上级平台"),
            self.tr(
                "把管理员给的登记地址贴在下面，形如 https://主机:端口/#登记码.指纹。"
                "接入后，本机的操作自动上传，上级和其他分中心的变化自动取回；断网时照常办理。登记码只能用一次。"
            ),
            self.tr("接入"),
            self.tr("返回"),
            parent,
        )
        self.text = QLineEdit()
        self.text.setFixedHeight(SIZES.button)
        self.text.setAccessibleName(self.tr("登记地址"))
        self.text.setPlaceholderText("https://…/#…")
        self.file = KeyButton(self.tr("从文件读取"), "", "small")
        self.file.setAutoDefault(False)
        self.file.setFixedHeight(SIZES.small)
        self.file.clicked.connect(self._choose_file)
        self._will = text_label("", "second", "t2")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.file)
        row.addWidget(self._will, 1)
        self.inputs.addWidget(self.text)
        self.inputs.addLayout(row)
        self.text.textChanged.connect(self._look)
        self.errand.told.connect(self._progress)
        self.errand.back.connect(self._arrived)
        self._look()
        self.text.setFocus()

    def opened_inputs(self) -> tuple[QWidget, ...]:
        return self.text, self.file

    def invitation(self) -> str:
        """The invitation in what was pasted; empty where there is none."""
        found = _INVITATION.search(self.text.text())
        return found.group() if found else ""

    def read(self, path: str) -> None:
        """Take the invitation out of a file."""
        try:
            with open(path, encoding="utf-8-sig", errors="replace") as file:  # noqa: PTH123 - a text as Qt gave it
                text = file.read(_MOST)
        except OSError as error:
            self.say(self.tr("读不了这个文件：{error}").format(error=error.strerror or str(error)))
            return
        self.text.setText(" ".join(text.split()))
        if not self.invitation():
            self.say(self.tr("这个文件里没有登记地址。请向管理员要登记文件，或把地址贴进来。"))

    def go(self) -> None:
        """Enrol with what was pasted."""
        invitation, gate = self.invitation(), self._gate
        if not invitation or self.errand.running:
            self._look()
            return
        self.say(self._step_words("reach"), "t2")
        self.set_busy(busy=True)
        self.errand.send(lambda tell: gate.enrol(invitation, tell))

    def _choose_file(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self, self.tr("登记文件"))
        if path:
            self.read(path)

    def _look(self) -> None:
        invitation = self.invitation()
        pasted = bool(self.text.text().strip())
        self.act.set_off("" if invitation else self.tr("先贴登记地址"))
        host = invitation.partition("://")[2].partition("#")[0].partition("/")[0]
        self._will.setText(self.tr("将接入 {host}").format(host=host) if host else "")
        if pasted and not invitation:
            self.say(self.tr("这不像登记地址：要有 https://、井号和登记码。"))
        else:
            self.say("")

    def _progress(self, step: object) -> None:
        self.say(self._step_words(str(step)), "t2")

    def _step_words(self, step: str) -> str:
        return {
            "reach": self.tr("正在连接上级平台…"),
            "trust": self.tr("正在核对对方的证书…"),
            "enrol": self.tr("正在登记本机…"),
            "keep": self.tr("正在保存登记…"),
            "fetch": self.tr("正在取第一批数据…"),
        }.get(step, step)

    def _arrived(self, answer: Enrolled | Trouble) -> None:
        self.set_busy(busy=False)
        if isinstance(answer, Enrolled):
            self.accept()
            self.enrolled.emit(answer)
            return
        self.say(trouble_words(answer, self._words))
        self.text.setFocus()
