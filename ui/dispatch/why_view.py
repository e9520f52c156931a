"""Why the incident came here: the rule that decided, the small loop, and what other rules missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.theme.heads import ElidedLabel, SectionHead
from ui.theme.tokens import SIZES
from ui.theme.widgets import IconMark

if TYPE_CHECKING:
    from ui.dispatch.facts import Why, WhyLine

_MARKS = {"hit": ("check", "ok"), "missed": ("minus", "t3"), "plain": ("info", "t3")}


class _Line(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(20)
        self._icon = IconMark("minus", "t3", SIZES.icon_inline)
        self.words = ElidedLabel("", "second")
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZES.panel_padding, 0, SIZES.panel_padding, 0)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self.words, 1)

    def show_line(self, line: WhyLine) -> None:
        icon, ink = _MARKS.get(line.mark, ("", ""))
        policy = self._icon.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._icon.setSizePolicy(policy)
        self._icon.setVisible(bool(icon))
        if icon:
            self._icon.show_icon(icon, ink)
        if self.words.text() != line.words:
            self.words.setText(line.words)
        self.words.setAccessibleName(line.words)
        wanted = "t1" if line.mark == "hit" else "t2"
        if self.words.property("ink") != wanted:
            self.words.setProperty("ink", wanted)
            self.words.style().unpolish(self.words)
            self.words.style().polish(self.words)


class WhyView(QWidget):
    """The first lines, and all of them once asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.head = SectionHead("")
        self.head.link_clicked.connect(self._turn)
        self._lines: list[_Line] = []
        self._why: Why | None = None
        self._links = ("", "")
        self.unfolded = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 6, 0, 6)
        self._column.setSpacing(0)
        column.addLayout(self._column)

    def show_why(self, why: Why, title: str, links: tuple[str, str], *, fresh: bool) -> None:
        """``links``: the words that unfold and fold; ``fresh``: another incident, folded again."""
        self.unfolded = self.unfolded and not fresh
        self.head.set_title(title)
        self._links = links
        self._why = why
        self._fill()

    def _turn(self) -> None:
        self.unfolded = not self.unfolded
        self._fill()

    def _fill(self) -> None:
        why = self._why
        if why is None:
            return
        lines = (*why.first, *why.rest) if self.unfolded else why.first
        while len(self._lines) < len(lines):
            line = _Line()
            self._lines.append(line)
            self._column.addWidget(line)
        for i, line in enumerate(self._lines):
            line.setVisible(i < len(lines))
            if i < len(lines):
                line.show_line(lines[i])
        self.head.set_link((self._links[1] if self.unfolded else self._links[0]) if why.rest else "")
