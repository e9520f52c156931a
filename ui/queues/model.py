"""The thin Qt adapter over ``Window``: rows by line, section heads between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from ui.queues.sections import Section

if TYPE_CHECKING:
    from app.ports.rows import QueuePage, QueueRow
    from ui.queues.cells import CellWriter
    from ui.queues.window import Look, Window

COLUMNS = ("severity", "matter", "place", "source", "waiting", "limit")
ROW_ROLE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class QueueModel(QAbstractTableModel):
    """Six columns of one queue. ``ROW_ROLE`` gives the ``QueueRow``, the ``Section``, or None."""

    def __init__(self, window: Window, writer: CellWriter) -> None:
        super().__init__()
        self._window = window
        self.writer = writer
        self._heads: tuple[str, ...] = ("",) * len(COLUMNS)
        self._length = 0
        self.now = 0

    def set_heads(self, heads: tuple[str, ...]) -> None:
        """The column heads in the language in force."""
        self._heads = heads
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def take(self, answer: Look) -> None:
        """Show a fresh look at the queue. Rows come and go at the end, so that views keep their place."""
        before, after = self._length, answer.total + len(answer.heads)
        if after < before:
            self.beginRemoveRows(_ROOT, after, before - 1)
            self._length = after
            self.endRemoveRows()
        elif after > before:
            self.beginInsertRows(_ROOT, before, after - 1)
            self._length = after
            self.endInsertRows()
        self._window.take(answer)  # only now: rows that stay may not change while others come or go
        self.now = answer.query.now
        if after:
            self.dataChanged.emit(self.index(0, 0), self.index(after - 1, len(COLUMNS) - 1))

    def add(self, page: QueuePage) -> None:
        """One more page has come; of a queue that is shorter by now, what is left of it."""
        lines = self._window.lines
        end = min(page.offset + len(page.rows), lines.total)
        if page.offset >= end:
            return
        self._window.add(page)
        first, last = lines.of_row(page.offset), lines.of_row(end - 1)
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))

    def line(self, index: _Index) -> QueueRow | Section | None:
        """What stands on the index's line."""
        return self._window.at(index.row())

    def at(self, line: int) -> QueueRow | Section | None:
        """What stands on a line; None where its page is not held."""
        return self._window.at(line)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else self._length

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if isinstance(self.line(index), Section):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self.line(index)
        if role == ROW_ROLE:
            return line
        if line is None or isinstance(line, Section):
            return None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.writer.write(line, self.now).spoken
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, index.column())
        return None

    def _text(self, row: QueueRow, column: int) -> str:
        if column == 0:
            return self.writer.words.say("severity", str(row.severity))
        cells = self.writer.write(row, self.now)
        return (cells.title, cells.place, cells.source, cells.wait, cells.limit.text)[column - 1]
