"""Buttons one after another, on as many lines as they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ui.theme.tokens import SIZES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

_GAP = 8


class FlowRow(QWidget):
    """As tall as its lines of small buttons."""

    def __init__(self, parts: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts = tuple(parts)
        for part in self.parts:
            part.setParent(self)
            part.show()
        self._lay()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay()

    def _lay(self) -> None:
        x = y = 0
        for part in self.parts:
            width = min(part.sizeHint().width(), max(1, self.width()))
            if x and x + width > self.width():
                x, y = 0, y + SIZES.small + _GAP
            part.setGeometry(x, y, width, SIZES.small)
            x += width + _GAP
        if self.height() != y + SIZES.small:
            self.setFixedHeight(y + SIZES.small)
