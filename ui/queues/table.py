"""The table of a queue: fixed columns, section heads across, the row under the cursor kept in its place."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from ui.theme.tokens import SIZES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

    from ui.queues.model import QueueModel
    from ui.queues.pictures import RowPictures
    from ui.queues.sections import Section

_Index = QModelIndex | QPersistentModelIndex
_FLEXIBLE = 1  # the matter's column takes what room is left
_UPWARDS = (
    QAbstractItemView.CursorAction.MoveUp,
    QAbstractItemView.CursorAction.MovePageUp,
    QAbstractItemView.CursorAction.MovePrevious,
)
_NARROW_COLUMNS = (36, 150, 80, 52, 68, 100)


class QueueTable(QTableView):
    """``seen`` says which lines are on screen; ``chosen`` the line the cursor has come to."""

    seen = Signal(int, int)
    chosen = Signal(int)
    opened = Signal()

    def __init__(self, model: QueueModel, pictures: RowPictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue, self._pictures = model, pictures
        self._spans: list[int] = []
        self._moving = False
        self._left: int | None = None  # where the chosen row stood when it went to another queue
        self.setModel(model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        upright = self.verticalHeader()
        upright.hide()
        upright.setMinimumSectionSize(SIZES.group)
        upright.setDefaultSectionSize(SIZES.row)
        head = self.horizontalHeader()
        head.setFixedHeight(SIZES.head)
        head.setSectionsClickable(True)
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.verticalScrollBar().valueChanged.connect(self._tell_seen)
        self.doubleClicked.connect(lambda _index: self.opened.emit())

    def lay_sections(self, heads: Iterable[Section]) -> None:
        """Let each section's head go across all columns, at its own height."""
        heads = tuple(heads)
        upright = self.verticalHeader()
        lines = [head.start for head in heads]
        if lines == self._spans:
            return
        self.clearSpans()
        for line in set(self._spans) - set(lines):
            if line < upright.count():
                upright.resizeSection(line, SIZES.row)
        for line in lines:
            upright.resizeSection(line, SIZES.group)
            self.setSpan(line, 0, 1, self.model().columnCount())
        self._spans = lines

    def lines_seen(self) -> tuple[int, int]:
        """The first and last line on screen."""
        first = max(0, self.rowAt(0))
        last = self.rowAt(self.viewport().height() - 1)
        return first, last if last >= 0 else max(first, self.model().rowCount() - 1)

    def offset_of(self, line: int) -> int:
        """How far below the top of the view a line begins, px."""
        return self.rowViewportPosition(line)

    def show_line(self, line: int, *, offset: int | None = None) -> None:
        """Put the cursor on a line without telling it as a choice; ``offset`` keeps it where it stood."""
        index = self.model().index(line, 1)
        select = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self._left = None
        with self.quiet():
            self.selectionModel().setCurrentIndex(index, select)
        if offset is None:
            self.scrollTo(index)
        else:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.offset_of(line) - offset)

    def leave(self, at: int | None = None) -> None:
        """No line is chosen; the next step goes on from ``at``, the line where the chosen row stood."""
        if at is not None:
            self._left = at
        with self.quiet():
            self.selectionModel().clear()

    def begin(self) -> None:
        """Another queue or order comes: from the top, with no line to go on from."""
        self._left = None
        self.verticalScrollBar().setValue(0)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """What moves the cursor meanwhile is no choice of the officer's."""
        self._moving = True
        try:
            yield
        finally:
            self._moving = False

    def step(self, by: int) -> None:
        """Choose the next incident or the one before it, over section heads."""
        index = self._after_step(by)
        if index.isValid():
            self.setCurrentIndex(index)

    def _after_step(self, by: int) -> QModelIndex:
        chosen = self.selectionModel().selectedRows()
        if chosen:
            return self._incident(chosen[0].row() + by, by, or_back=False)
        if self._left is None:
            return self._incident(0, 1)
        return self._incident(self._left if by > 0 else self._left - 1, by)

    def _incident(self, line: int, by: int, *, or_back: bool = True) -> QModelIndex:
        """The first incident from this line on; where there is none and ``or_back``, the other way."""
        model = self.model()
        line = max(0, min(line, model.rowCount() - 1)) if or_back else line
        for way in (by, -by) if or_back else (by,):
            at = line
            while 0 <= at < model.rowCount():
                index = model.index(at, _FLEXIBLE)
                if index.flags() & Qt.ItemFlag.ItemIsSelectable:
                    return index
                at += 1 if way > 0 else -1
        return QModelIndex()

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        if action in (QAbstractItemView.CursorAction.MoveUp, QAbstractItemView.CursorAction.MoveDown):
            return self._after_step(-1 if action in _UPWARDS else 1)
        if action is QAbstractItemView.CursorAction.MoveHome:  # Qt's own goes to the first column
            return self._incident(0, 1)
        if action is QAbstractItemView.CursorAction.MoveEnd:
            return self._incident(self.model().rowCount() - 1, -1)
        index = super().moveCursor(action, modifiers)
        return self._incident(index.row(), -1 if action in _UPWARDS else 1) if index.isValid() else index

    def selectionCommand(
        self, index: _Index, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """A section's head is never selected, and a click on it leaves the chosen row as it is."""
        if index.isValid() and not index.flags() & Qt.ItemFlag.ItemIsSelectable:
            return QItemSelectionModel.SelectionFlag.NoUpdate
        return super().selectionCommand(index, event)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """The selection is the choice, not the cursor, which Qt sets when the keyboard comes here."""
        super().selectionChanged(selected, deselected)
        if not self._moving and not selected.isEmpty():
            self._left = None
            self.chosen.emit(selected.first().top())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Whole lines instead of cells: one picture each."""
        count = self._queue.rowCount()
        if count == 0:
            return
        first, last = self.rowAt(event.rect().top()), self.rowAt(event.rect().bottom())
        last = count - 1 if last < 0 else last
        chosen = {index.row() for index in self.selectionModel().selectedRows(_FLEXIBLE)}
        widths = [self.columnWidth(column) for column in range(self._queue.columnCount())]
        left, wide = -self.horizontalOffset(), sum(widths)
        painter = QPainter(self.viewport())
        for line in range(max(0, first), last + 1):
            box = QRect(left, self.rowViewportPosition(line), wide, self.rowHeight(line))
            self._pictures.draw(painter, box, widths, self._queue.at(line), selected=line in chosen)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width()
        widths = list(SIZES.queue_columns if room >= 540 else _NARROW_COLUMNS)
        if room > 660:
            extra = (room - 660) // 4
            for column in (2, 5):
                widths[column] += extra
        widths[_FLEXIBLE] = max(120, room - sum(w for i, w in enumerate(widths) if i != _FLEXIBLE))
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)
        self._tell_seen()

    def _tell_seen(self) -> None:
        if self.model().rowCount():
            self.seen.emit(*self.lines_seen())
