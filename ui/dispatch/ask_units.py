"""The form that chooses: departments to whistle for (several), or a place (one), found by typing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent

from ui.dispatch.ask_words import FormFrame, WordsEdit
from ui.dispatch.row_list import ROW, RowList
from ui.dispatch.row_paint import Rows, say
from ui.theme.apply import theme
from ui.theme.icons import draw_icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

    from app.services.words import Words

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit or a place; ``group`` is what it belongs to, ``on`` whether it is chosen."""

    unit: str
    name: str
    group: str
    on: bool = False

    @property
    def spoken(self) -> str:
        """The row in one line, for screen readers."""
        return f"{'✓ ' if self.on else ''}{self.name} {self.group}"


class _UnitRows(Rows):
    height = 28
    chooses = True

    def _paint_row(
        self, painter: QPainter, box: QRect, index: QModelIndex | QPersistentModelIndex, *, chosen: bool
    ) -> None:
        row: UnitRow = index.data(ROW)
        tokens = theme.tokens
        square = QRect(box.left() + 8, box.top() + 7, 14, 14)
        painter.setPen(QColor(tokens.accbg if row.on else tokens.ctl))
        painter.setBrush(QColor(tokens.accbg if row.on else tokens.bg1))
        painter.drawRoundedRect(square, 3, 3)
        if row.on:
            draw_icon(painter, "check", square.adjusted(1, 1, -1, -1).toRectF(), tokens.onacc)
        soft = tokens.third_on(selected=chosen)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        taken = say(painter, box.adjusted(0, 0, -8, 0), row.group, soft, "second", right)
        say(painter, box.adjusted(30, 0, -taken - 16, 0), row.name, tokens.t1)


class _Filter(WordsEdit):
    toggled = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.toggled.emit()
        else:
            super().keyPressEvent(event)


class AskUnits(FormFrame):
    """Asks which of them; ``submitted`` carries their ids, never none."""

    submitted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._all: tuple[UnitRow, ...] = ()
        self._on: list[str] = []
        self._first = 0
        self._missing, self._one = "", False
        self._words: Words | None = None
        self.filter = _Filter("")
        self.filter.takes_digits = lambda: False
        self.list = RowList("", _UnitRows(), _UnitRows.height)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.inputs.addWidget(self.filter)
        self.inputs.addWidget(self.list)
        self.filter.textChanged.connect(lambda _text: self._narrow())
        self.filter.moved.connect(self._move)
        self.filter.toggled.connect(lambda: self._toggle(self.list.currentIndex().row()))
        self.filter.sent.connect(self._send)
        self.filter.left.connect(self.cancelled)
        self.list.picked.connect(self._toggle)
        self.send.clicked.connect(self._send)

    def set_words(self, send: str, back: str, hint: str, missing: str, find: str) -> None:
        """The form's own words; ``missing`` is said where nobody was chosen."""
        self.send.set_words(send)
        self.back.set_words(back)
        self.hint.setText(hint)
        self.filter.setPlaceholderText(find)
        self.filter.setAccessibleName(find)
        self._missing = missing

    def open(
        self, act: str, question: str, units: Sequence[UnitRow], words: Words, *, one: bool = False
    ) -> None:
        """Ask which of ``units``; with ``one`` it is the one on which Enter is pressed."""
        self.ask(f"{act} · {question}", "")
        self.list.setAccessibleName(question)
        self._all, self._on, self._first, self._words = tuple(units), [], 0, words
        self._one = one
        self.hint.setText(words.say("dispatch", "choose_one" if one else "choose_hint"))
        self.filter.clear()
        self._narrow()
        self.filter.setFocus(Qt.FocusReason.OtherFocusReason)

    def found(self) -> tuple[UnitRow, ...]:
        """The units that the filter leaves."""
        text = self.filter.text().strip().lower()
        return tuple(row for row in self._all if text in row.name.lower() or text in row.group.lower())

    def _narrow(self) -> None:
        self._first = 0
        self._show(0)

    def _show(self, current: int) -> None:
        found = self.found()
        window = found[self._first : self._first + _SHOWN]
        self.list.show_rows(
            [UnitRow(row.unit, row.name, row.group, on=row.unit in self._on) for row in window]
        )
        self.list.show_current(current - self._first if window else -1)

    def _move(self, by: int) -> None:
        count = len(self.found())
        if not count:
            return
        at = max(0, min(count - 1, self._first + self.list.currentIndex().row() + by))
        self._first = max(min(self._first, at), at - _SHOWN + 1)
        self._show(at)

    def _toggle(self, row: int) -> None:
        at = self._first + row
        found = self.found()
        if not 0 <= at < len(found):
            return
        unit = found[at].unit
        if self._one:
            self._on = [unit]
        elif unit in self._on:
            self._on.remove(unit)
        else:
            self._on.append(unit)
        self.warning.setVisible(False)
        if self._words is not None and not self._one:
            self.hint.setText(self._words.say("dispatch", "chosen", n=len(self._on)))
        self._show(at)

    def _send(self) -> None:
        if self._one:
            self._toggle(self.list.currentIndex().row())
        if self._on:
            self.submitted.emit(tuple(self._on))
        else:
            self.warning.setText(self._missing)
            self.warning.setVisible(True)
