"""One column of the page: a head with its count, a list that scrolls, and words where it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from ui.dispatch.row_list import RowList
from ui.settle.row_paint import SettleRows
from ui.theme.heads import EmptyState, SectionHead

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QWheelEvent

    from ui.settle.rows import SettleRow


class SettleList(RowList):
    """Fills its column and scrolls by itself; Enter or a double click opens a row."""

    opened = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__(name, SettleRows(), SettleRows.height)
        self.setMinimumHeight(0)
        self.setMaximumHeight(16_777_215)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setProperty("ownFocus", True)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    def show_rows(self, rows: tuple[SettleRow, ...]) -> None:  # type: ignore[override]  # narrower: rows of one kind
        if rows != self.rows.rows:
            self.rows.show_rows(rows)
        if rows and not self.currentIndex().isValid():
            self.show_current(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        super(RowList, self).wheelEvent(event)


class SettleColumn(QWidget):
    """``opened`` carries a ``SettleRow``."""

    opened = Signal(object)
    link_clicked = Signal()

    def __init__(
        self, title: str, note: str, empty: tuple[str, str, str], link: str = "", key: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self.head = SectionHead(title, note, link, key)
        self._link = link
        self.head.link_clicked.connect(self.link_clicked)
        self.list = SettleList(title)
        self.empty = EmptyState(*empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        body = QWidget()
        self._body = QStackedLayout(body)
        self._body.addWidget(self.list)
        self._body.addWidget(self.empty)
        column.addWidget(body, 1)
        self.list.opened.connect(lambda row: self.opened.emit(self.list.rows.rows[row]))

    def show_rows(self, rows: tuple[SettleRow, ...], *, link: bool = False, count: int | None = None) -> None:
        """Show these, of ``count`` where there are more; the link only where it would do something."""
        self.head.set_title(f"{self._title} {len(rows) if count is None else count}")
        self.head.set_link(self._link if link else "")
        self.list.show_rows(rows)
        self._body.setCurrentIndex(0 if rows else 1)
