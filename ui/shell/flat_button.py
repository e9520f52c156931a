"""A button without furniture of its own: parts in a row, a ground only where it is pointed at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

_PAD = 6


class FlatButton(QPushButton):
    """As wide as what is seen of its parts; ``gaps`` px stand before each of them."""

    def __init__(self, parts: Sequence[QWidget], gaps: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "icon")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(_PAD, 0, _PAD, 0)
        self._row.setSpacing(0)
        self._gaps = tuple(zip(parts, gaps, strict=True))
        for part, gap in self._gaps:
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            part.setContentsMargins(gap, 0, 0, 0)
            self._row.addWidget(part)

    def sizeHint(self) -> QSize:
        return QSize(self._row.sizeHint().width(), 32)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
