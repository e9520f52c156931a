"""What both dialogs have: a title, words, inputs, a line of trouble or progress, and two buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ui.errand import Errand
from ui.theme.buttons import KeyButton
from ui.theme.heads import text_label

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

_WIDTH = 520


class GateDialog(QDialog):
    """Modal. While an errand runs the inputs are shut, and Esc does nothing."""

    def __init__(self, title: str, what: str, act: str, away: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setProperty("kind", "gate")
        self.setFixedWidth(_WIDTH)  # so that wrapped words know how high they are
        self.errand = Errand(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(10)
        column.addWidget(text_label(title, "title"))
        self.what = text_label(what, "body", "t2")
        self.what.setWordWrap(True)
        column.addWidget(self.what)
        self.inputs = QVBoxLayout()
        self.inputs.setSpacing(6)
        column.addLayout(self.inputs)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(policy)
        self._bar.hide()
        column.addWidget(self._bar)
        self._said = text_label("", "body", "high")
        self._said.setWordWrap(True)
        self._said.setMinimumHeight(40)
        self._said.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self._said)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.act, self.away = KeyButton(act, "Enter", "primary"), KeyButton(away, "Esc", "plain")
        self.act.setDefault(True)
        self.away.setAutoDefault(False)
        row.addWidget(self.act)
        row.addWidget(self.away)
        row.addStretch(1)
        column.addLayout(row)
        self.act.clicked.connect(self.go)
        self.away.clicked.connect(self.reject)

    def go(self) -> None:
        """Do what the dialog is for."""
        raise NotImplementedError

    def opened_inputs(self) -> tuple[QWidget, ...]:
        """What is shut while an errand runs."""
        return ()

    def say(self, words: str, ink: str = "high") -> None:
        """One line under the inputs."""
        self._said.setText(words)
        self._said.setProperty("ink", ink)
        self._said.style().unpolish(self._said)
        self._said.style().polish(self._said)
        self._said.setAccessibleName(words)
        self._fit()

    def said(self) -> str:
        """What is said now."""
        return self._said.text()

    def set_busy(self, *, busy: bool) -> None:
        """Shut or open the inputs."""
        for part in (*self.opened_inputs(), self.act, self.away):
            part.setEnabled(not busy)
        self._bar.setVisible(busy)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Be as high as the wrapped words need."""
        layout = self.layout()
        if layout is not None and self.isVisible():
            layout.activate()
            self.resize(_WIDTH, max(self.height(), layout.totalHeightForWidth(_WIDTH)))

    def reject(self) -> None:
        if not self.errand.running:
            super().reject()
