"""The panel's head: mark, title, pills, number, close; it stays while the rest scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.dispatch.clamped import Clamped, Wrapped
from ui.theme.heads import text_label
from ui.theme.tokens import SIZES
from ui.theme.widgets import IconButton, Pill, SeverityMark, StateDot

if TYPE_CHECKING:
    from ui.dispatch.facts import Head, PillFace


class HeadView(QWidget):
    """Shows a ``Head``."""

    close_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Head | None = None
        self._mark = SeverityMark(4, "", SIZES.mark_title)
        self._title = Clamped("title", "t1", 2)
        self.number = text_label("", "body", "t2")
        self.number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._pills = Wrapped(self.number)
        self._close = IconButton("x", "")
        self._close.clicked.connect(self.close_wished)
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZES.panel_padding, 10, 12, 8)
        row.setSpacing(0)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addSpacing(12)
        column = QVBoxLayout()
        column.setSpacing(4)
        upper = QHBoxLayout()
        upper.setSpacing(8)
        upper.addWidget(self._title, 1, Qt.AlignmentFlag.AlignTop)
        upper.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(upper)
        pills = QHBoxLayout()
        pills.setContentsMargins(0, 0, 4, 0)
        pills.addWidget(self._pills)
        column.addLayout(pills)
        row.addLayout(column, 1)

    def show_head(self, head: Head, close: str) -> None:
        """Show a head; ``close`` is the word of the closing button."""
        self._close.setAccessibleName(close)
        self._close.setToolTip(close)
        if head == self._shown:
            return
        before, self._shown = self._shown, head
        self._mark.show_level(head.severity, head.severity_word)
        self._title.show_text(head.title)
        if self.number.text() != head.number:
            self.number.setText(head.number)
            self.number.setAccessibleName(head.number)
        if before is None or before.pills != head.pills:
            self._pills.show_parts([_pill(face) for face in head.pills])
        self._pills.lay()


def _pill(face: PillFace) -> QWidget:
    pill = Pill(face.words, StateDot(face.mark) if face.mark else None)
    pill.setAccessibleName(face.words)
    pill.setToolTip(face.tip)
    return pill
