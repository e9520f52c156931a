"""A scroll area whose bar lies over the content, so that columns keep their line with head and foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QScrollBar

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

_WIDTH = 8


class OverlaidArea(QScrollArea):
    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._over = QScrollBar(Qt.Orientation.Vertical, self)
        self._over.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._over.hide()
        real = self.verticalScrollBar()
        real.rangeChanged.connect(self._on_range)
        real.valueChanged.connect(self._over.setValue)
        self._over.valueChanged.connect(real.setValue)

    def _on_range(self, low: int, high: int) -> None:
        real = self.verticalScrollBar()
        self._over.setPageStep(real.pageStep())
        self._over.setSingleStep(24)
        real.setSingleStep(24)
        self._over.setRange(low, high)
        self._over.setVisible(high > low)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._over.setGeometry(self.width() - _WIDTH, 0, _WIDTH, self.height())
        self._over.setPageStep(self.verticalScrollBar().pageStep())
        self._over.raise_()
