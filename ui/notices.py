"""The band under the top bar: trouble of the world with what to do, told until it is put away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout

from ui.theme.apply import theme
from ui.theme.heads import text_label
from ui.theme.tokens import SIZES
from ui.theme.widgets import IconButton, IconMark

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class TroubleBand(QFrame):
    """One line of trouble; ``closed`` when the officer has put it away."""

    closed = Signal()

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setFixedHeight(SIZES.band)
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZES.panel_padding, 0, SIZES.panel_padding, 0)
        row.setSpacing(12)
        row.addWidget(IconMark("triangle-alert", "crit", SIZES.icon))
        label = text_label(words, "strong")
        label.setAccessibleName(words)
        row.addWidget(label, 1)
        away = IconButton("x", self.tr("收起这条提示"))
        away.clicked.connect(self.closed)
        row.addWidget(away)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.tokens.tint.crit))
        painter.fillRect(0, 0, self.width(), 2, QColor(theme.tokens.crit))
