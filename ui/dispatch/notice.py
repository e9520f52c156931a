"""The band that says why an act was refused and what to do, until it is put away or the next act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.theme.apply import theme
from ui.theme.heads import text_label
from ui.theme.tokens import SIZES
from ui.theme.widgets import IconButton, IconMark

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class Notice(QWidget):
    """Hidden until ``say``."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZES.panel_padding, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(IconMark("triangle-alert", "high", SIZES.icon_inline), 0, Qt.AlignmentFlag.AlignVCenter)
        self._words = text_label("", "body")
        self._words.setWordWrap(True)
        row.addWidget(self._words, 1)
        self._close = IconButton("x", "")
        self._close.clicked.connect(self.hide)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self.update)
        self.hide()

    def say(self, words: str, close: str) -> None:
        """Show the words; ``close`` names the button that puts them away."""
        self._words.setText(words)
        self.setAccessibleName(words)
        self._close.setAccessibleName(close)
        self._close.setToolTip(close)
        self.show()

    def words(self) -> str:
        """What is said now; empty while hidden."""
        return "" if self.isHidden() else self._words.text()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.tokens.tint.high))
        painter.fillRect(0, 0, self.width(), 1, QColor(theme.tokens.high))
