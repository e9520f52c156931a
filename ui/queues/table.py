"""The table of a queue: fixed columns, section heads across, the row under the cursor kept in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from ui.theme.tokens import SIZES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from ui.queues.delegate import QueueDelegate
    from ui.queues.model import QueueModel
    from ui.queues.sections import Section

_Index = QModelIndex | QPersistentModelIndex
_FLEXIBLE = 1  # the matter's column takes what room is left
_NARROW_COLUMNS = (36, 150, 80, 52, 68, 100)


class QueueTable(QTableView):
    """``seen`` says which lines are on screen; ``chosen`` the line the cursor has come to."""

    seen = Signal(int, int)
    chosen = Signal(int)
    opened = Signal()

    def __init__(self, model: QueueModel, delegate: QueueDelegate, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spans: list[int] = []
        self._moving = False
        self.setModel(model)
        self.setItemDelegate(delegate)
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
        self._moving = True
        try:
            select = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(index, select)
        finally:
            self._moving = False
        if offset is None:
            self.scrollTo(index)
        else:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.offset_of(line) - offset)

    def leave(self) -> None:
        """No line is chosen."""
        self._moving = True
        try:
            self.selectionModel().clear()
        finally:
            self._moving = False

    def step(self, by: int) -> None:
        """Move the cursor by lines, over section heads."""
        line = self.currentIndex().row() + by if self.currentIndex().isValid() else 0
        while 0 <= line < self.model().rowCount():
            if self.model().index(line, 0).flags() & Qt.ItemFlag.ItemIsSelectable:
                self.setCurrentIndex(self.model().index(line, 1))
                return
            line += 1 if by >= 0 else -1

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        if not self._moving and current.isValid():
            self.chosen.emit(current.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
            return
        super().keyPressEvent(event)

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
