"""Plain text over several lines, cut after so many with …; and a row of pills that wraps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QWidget

from ui.theme.apply import theme
from ui.theme.faces import role_face
from ui.theme.tokens import TYPE

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent


class Clamped(QWidget):
    """As tall as its lines. ``clipped`` tells whether more is hidden; ``most`` 0 shows all."""

    clipped = Signal(bool)

    def __init__(self, role: str, ink: str, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role, self._ink, self._most = role, ink, most
        self._text = ""
        self._lines: list[str] = []
        theme.changed.connect(self.update)

    def show_text(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self._lay()

    def set_most(self, most: int) -> None:
        self._most = most
        self._lay()

    def lines(self) -> tuple[str, ...]:
        """The lines as they are shown."""
        return tuple(self._lines)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay()

    def _lay(self) -> None:
        broken = self._broken()
        cut = bool(self._most) and len(broken) > self._most
        if cut:
            left = "".join(broken[self._most - 1 :])
            last = self._metrics().elidedText(left, Qt.TextElideMode.ElideRight, self.width())
            broken = [*broken[: self._most - 1], last]
        self._lines = broken
        self.setFixedHeight(len(broken) * TYPE[self._role].line)
        self.setToolTip(self._text if cut else "")
        self.clipped.emit(cut)
        self.update()

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(role_face(self._role))

    def _broken(self) -> list[str]:
        found: list[str] = []
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        for part in self._text.split("\n") if self._text else []:
            layout = QTextLayout(part, role_face(self._role))
            layout.setTextOption(option)
            layout.beginLayout()
            while (line := layout.createLine()).isValid():
                line.setLineWidth(max(1, self.width()))
                found.append(part[line.textStart() : line.textStart() + line.textLength()])
            layout.endLayout()
        return found

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(role_face(self._role))
        painter.setPen(QColor(theme.tokens.colour(self._ink)))
        metrics, height = self._metrics(), TYPE[self._role].line
        drop = (height - metrics.height()) / 2 + metrics.ascent()
        for i, line in enumerate(self._lines):
            painter.drawText(QPointF(0, i * height + drop), line)


class Wrapped(QWidget):
    """Small parts one after another, on as many lines as they need; ``last`` stands at the right end."""

    _GAP, _LINE = 6, 20

    def __init__(self, last: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[QWidget] = []
        self._last = last
        last.setParent(self)

    def show_parts(self, parts: list[QWidget]) -> None:
        for part in self._parts:
            part.hide()
            part.deleteLater()
        self._parts = parts
        for part in parts:
            part.setParent(self)
            part.show()
        self.lay()

    def lay(self) -> None:
        """Put every part in its place anew."""
        end = self._last.sizeHint().width()
        room = self.width() - end - 12
        x = y = 0
        for part in self._parts:
            width = part.sizeHint().width()
            if x and x + width > (room if y == 0 else self.width()):
                x, y = 0, y + self._LINE + 4
            part.setGeometry(x, y, min(width, self.width()), self._LINE)
            x += width + self._GAP
        self._last.setGeometry(self.width() - end, 0, end, self._LINE)
        self.setFixedHeight(y + self._LINE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay()
