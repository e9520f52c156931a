"""The facts: what was said, and what is known, two in a line where there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QWidget

from ui.dispatch.clamped import Clamped
from ui.dispatch.facts import SHOW_KEY
from ui.theme.buttons import KeyButton
from ui.theme.faces import role_face
from ui.theme.heads import ElidedLabel, text_label
from ui.theme.tokens import SIZES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from ui.dispatch.facts import Fact

_LINE = 20
_DETAIL_LINES = 3
_TWO_FROM = 420
"""From this width on, short facts stand two in a line."""


class FactView(QWidget):
    """The detail over at most three lines until it is unfolded, then the facts."""

    link_clicked = Signal()
    """What can be done about a fact is wished for; at most one fact has such a link."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: tuple[Fact, ...] = ()
        self._detail = Clamped("body", "t2", _DETAIL_LINES, self)
        self._detail.clipped.connect(self._on_clipped)
        self._more = KeyButton("", "", "link", parent=self)
        self._more.clicked.connect(self._unfold)
        self._cut = self._unfolded = False
        self._link = KeyButton("", SHOW_KEY, "link", parent=self)
        self._link.clicked.connect(self.link_clicked)
        self._link.hide()
        self._pairs: list[tuple[QLabel, ElidedLabel]] = []
        self._words = ("", "")

    def show_facts(self, detail: str, facts: Sequence[Fact], more: str, fewer: str, *, fresh: bool) -> None:
        """``more`` and ``fewer`` are the words of the link; ``fresh``: another incident, folded again."""
        if fresh:
            self._unfolded = False
            self._detail.set_most(_DETAIL_LINES)
        self._words = (more, fewer)
        self._detail.show_text(detail)
        self._detail.setVisible(bool(detail))
        if tuple(facts) != self._facts:
            self._facts = tuple(facts)
            self._fill()
        self._lay()

    def _fill(self) -> None:
        link = next((fact.link for fact in self._facts if fact.link), "")
        self._link.set_words(link)
        self._link.setVisible(bool(link))
        while len(self._pairs) < len(self._facts):
            label, value = text_label("", "third"), ElidedLabel("", "body")
            label.setParent(self)
            value.setParent(self)
            self._pairs.append((label, value))
        for i, (label, value) in enumerate(self._pairs):
            shown = i < len(self._facts)
            label.setVisible(shown)
            value.setVisible(shown)
            if shown:
                fact = self._facts[i]
                label.setText(fact.label)
                value.setText(fact.words)
                value.setAccessibleName(f"{fact.label} {fact.words}")

    def _on_clipped(self, cut: bool) -> None:
        self._cut = cut
        self._lay()

    def _unfold(self) -> None:
        self._unfolded = not self._unfolded
        self._detail.set_most(0 if self._unfolded else _DETAIL_LINES)
        self._lay()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay()

    def _lay(self) -> None:
        pad, y = SIZES.panel_padding, 8
        width = self.width() - 2 * pad
        if not self._detail.isHidden():
            self._detail.setGeometry(pad, y, width, self._detail.height())
            y += self._detail.height()
        folds = (self._cut or self._unfolded) and not self._detail.isHidden()
        self._more.setVisible(folds)
        if folds:
            self._more.set_words(self._words[1] if self._unfolded else self._words[0])
            self._more.setGeometry(pad, y, self._more.sizeHint().width(), _LINE)
            y += _LINE
        y = self._lay_facts(pad, y + (4 if y > 8 else 0), width)
        if self.height() != y + 8:
            self.setFixedHeight(y + 8)

    def _lay_facts(self, pad: int, y: int, width: int) -> int:
        metrics = QFontMetrics(role_face("second"))
        name = max((metrics.horizontalAdvance(fact.label) for fact in self._facts), default=0) + 12
        half = width // 2
        at = 0  # which half of the line is free
        for fact, (label, value) in zip(self._facts, self._pairs, strict=False):
            pairs = fact.short and self.width() >= _TWO_FROM
            if at and not pairs:
                y, at = y + _LINE, 0
            left = pad + at * (half + 4)
            room = (half - 8 if pairs else width) - name
            label.setGeometry(left, y, name, _LINE)
            if fact.link:
                wide = self._link.sizeHint().width()
                said = QFontMetrics(role_face("body")).horizontalAdvance(fact.words) + 2
                room = min(said, room - wide - 8)
                self._link.setGeometry(left + name + room + 8, y, wide, _LINE)
            value.setGeometry(left + name, y, max(20, room), _LINE)
            if fact.tip and not value.toolTip():
                value.setToolTip(fact.tip)
            if pairs and not at:
                at = 1
            else:
                y, at = y + _LINE, 0
        return y + _LINE if at else y
