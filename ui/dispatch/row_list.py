"""A list of painted rows of one height, as tall as its rows: the panel around it scrolls, not the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyledItemDelegate

from ui.theme.apply import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QWidget

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
ROW = int(Qt.ItemDataRole.UserRole)


class RowModel(QAbstractListModel):
    """Rows with ``spoken`` words and perhaps a ``tip``; exchanged in place, so that nothing flickers."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[Any, ...] = ()

    def show_rows(self, rows: Sequence[Any]) -> None:
        old, new = self.rows, tuple(rows)
        if len(new) > len(old):
            self.beginInsertRows(_ROOT, len(old), len(new) - 1)
            self.rows = new
            self.endInsertRows()
        elif len(new) < len(old):
            self.beginRemoveRows(_ROOT, len(new), len(old) - 1)
            self.rows = new
            self.endRemoveRows()
        self.rows = new
        for i, (before, after) in enumerate(zip(old, new, strict=False)):
            if before != after:
                self.dataChanged.emit(self.index(i), self.index(i))

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return row.spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            return getattr(row, "tip", "") or row.spoken
        return None


class RowList(QListView):
    """``picked`` carries the row that the user chose, by mouse or key."""

    picked = Signal(int)

    def __init__(self, name: str, delegate: QStyledItemDelegate, row_height: int) -> None:
        super().__init__()
        self._height = row_height
        self.rows = RowModel(self)
        self.setModel(self.rows)
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(0)
        self.clicked.connect(lambda index: self.picked.emit(index.row()))
        theme.changed.connect(self.viewport().update)

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Show these rows instead; the current one keeps its place."""
        if tuple(rows) != self.rows.rows:
            self.rows.show_rows(rows)
        self.setFixedHeight(len(rows) * self._height)

    def show_current(self, row: int) -> None:
        """Mark a row as the current one; none with -1."""
        index = self.rows.index(row) if row >= 0 else _ROOT
        if self.currentIndex() != index:
            self.setCurrentIndex(index)
            self.viewport().update()

    def step(self, by: int) -> None:
        """Choose the next or the previous row."""
        count = self.rows.rowCount()
        if count:
            row = max(0, min(count - 1, self.currentIndex().row() + by))
            self.show_current(row)
            self.picked.emit(row)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
