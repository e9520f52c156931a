"""The three rings beside each other, each with its words; moved once a second, painted only when changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.theme.heads import ElidedLabel, text_label
from ui.theme.tokens import SIZES
from ui.theme.widgets import Ring

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QLabel

    from ui.dispatch.clocks import RingFace

_NARROW_BELOW = 440


class _Cell(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._face: RingFace | None = None
        self._ring = Ring()
        self._name = ElidedLabel("", "strong")
        self._first, self._second = ElidedLabel("", "second"), ElidedLabel("", "second")
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._ring)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        for label in (self._name, self._first, self._second):
            column.addWidget(label)
        row.addLayout(column, 1)

    def show_face(self, face: RingFace) -> None:
        before = self._face
        if face == before:
            return
        self._face = face
        if before is None or (before.share, before.ink, before.inside) != (face.share, face.ink, face.inside):
            self._ring.show_share(face.share, face.ink, face.inside)
        self._ring.setAccessibleName(face.spoken)
        self._ring.setToolTip(face.spoken)
        for label, words in ((self._name, face.name), (self._first, face.first), (self._second, face.second)):
            if label.text() != words:
                label.setText(words)
        if before is None or (before.loud, before.ink) != (face.loud, face.ink):
            _restyle(self._first, "strong" if face.loud else "second", face.ink if face.loud else "")

    def fit(self, *, narrow: bool) -> None:
        self._row.setSpacing(6 if narrow else 10)


def _restyle(label: QLabel, role: str, ink: str) -> None:
    label.setProperty("role", role)
    label.setProperty("ink", ink or None)
    label.style().unpolish(label)
    label.style().polish(label)


class RingRow(QWidget):
    """Accept, respond, resolve; ``note`` below says why a limit could not be computed."""

    def __init__(self) -> None:
        super().__init__()
        self.cells = tuple(_Cell() for _ in range(3))
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(SIZES.panel_padding, 12, SIZES.panel_padding, 12)
        column.setSpacing(8)
        self._row = row = QHBoxLayout()
        for cell in self.cells:
            row.addWidget(cell, 1)
        column.addLayout(row)
        self._note = text_label("", "second", "high")
        self._note.setWordWrap(True)
        self._note.setVisible(False)
        column.addWidget(self._note)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < _NARROW_BELOW
        pad = SIZES.queue_padding if narrow else SIZES.panel_padding
        self._column.setContentsMargins(pad, 12, pad, 12)
        self._row.setSpacing(4 if narrow else 8)
        for cell in self.cells:
            cell.fit(narrow=narrow)

    def show_faces(self, faces: tuple[RingFace, ...], note: str) -> None:
        for cell, face in zip(self.cells, faces, strict=True):
            cell.show_face(face)
        if self._note.text() != note:
            self._note.setText(note)
        self._note.setVisible(bool(note))
