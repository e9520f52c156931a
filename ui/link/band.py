"""The band while the line is down: since when, how much waits, how old the data is, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from ui.theme.apply import theme
from ui.theme.buttons import KeyButton
from ui.theme.heads import ElidedLabel, text_label
from ui.theme.tokens import SIZES
from ui.theme.widgets import IconMark

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from ui.link.saying import BandWords

SYNC_KEY, LINE_KEY = "F5", "F6"


class LineBand(QFrame):
    """48 px under the top bar; rewritten in place each second. ``retry`` and ``more`` are its two keys."""

    retry = Signal()
    more = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(SIZES.band)
        self._stopped = False
        self._mark = IconMark("link-off", "off", SIZES.icon)
        self._head = text_label("", "strong")
        self._rest = ElidedLabel("", "body")
        self._detail = ElidedLabel("", "second")
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZES.panel_padding + 2, 2, SIZES.queue_padding, 0)
        row.setSpacing(SIZES.panel_padding)
        row.addWidget(self._mark)
        column = QVBoxLayout()
        column.setSpacing(0)
        first = QHBoxLayout()
        first.setSpacing(0)
        first.addWidget(self._head)
        first.addWidget(self._rest, 1)
        column.addStretch(1)
        column.addLayout(first)
        column.addWidget(self._detail)
        column.addStretch(1)
        row.addLayout(column, 1)
        again = KeyButton(self.tr("立即重试"), SYNC_KEY, "small")
        again.clicked.connect(self.retry)
        more = KeyButton(self.tr("线路详情"), LINE_KEY, "small")
        more.clicked.connect(self.more)
        row.addWidget(again)
        row.addWidget(more)
        row.setSpacing(12)
        theme.changed.connect(self.update)

    def show_words(self, words: BandWords) -> None:
        """Say this now."""
        if self._head.text() != words.head:
            self._head.setText(words.head)
        self._head.setVisible(bool(words.head))
        if self._rest.text() != words.rest:
            self._rest.setText(words.rest)
        if self._detail.text() != words.detail:
            self._detail.setText(words.detail)
        if self._stopped != words.stopped:
            self._stopped = words.stopped
            icon, ink = ("triangle-alert", "high") if words.stopped else ("link-off", "off")
            self._mark.show_icon(icon, ink)
            self.update()
        self.setAccessibleName(f"{words.head}{words.rest} {words.detail}")

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.tokens
        ground, edge = (tokens.tint.high, tokens.high) if self._stopped else (tokens.tint.off, tokens.off)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(ground))
        painter.fillRect(0, 0, self.width(), 2, QColor(edge))
