"""The line in detail, under the top bar: address, times, what waits, each scope's place, the last trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from ui.link.band import SYNC_KEY
from ui.link.saying import line_of, notice_words, popover_lines
from ui.shell.topbar_state import Line
from ui.theme.buttons import KeyButton
from ui.theme.heads import SectionHead, text_label
from ui.theme.tokens import SIZES

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from app.ports.link_status import LinkStatus
    from app.services.lists import Lists
    from app.services.words import Words

_WIDTH = 440


class LinkPopover(QFrame):
    """Opened by the officer alone; Esc, F6 or a click elsewhere closes it."""

    retry = Signal()
    settle = Signal()

    def __init__(self, words: Words, lists: Lists, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("kind", "popover")
        self.setAccessibleName(self.tr("线路详情"))
        self.setFixedWidth(_WIDTH)
        self._words, self._lists = words, lists
        self._shown: tuple[object, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 12)
        column.setSpacing(0)
        column.addWidget(SectionHead(self.tr("线路")))
        self._trouble = text_label("", "body", "high")
        self._trouble.setWordWrap(True)
        self._trouble.setContentsMargins(SIZES.panel_padding, 10, SIZES.panel_padding, 0)
        column.addWidget(self._trouble)
        self._facts = self._grid(column)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        column.addWidget(self._bar)
        self._scopes_head = SectionHead(self.tr("同步范围"), self.tr("已取 / 上级现有"))
        column.addWidget(self._scopes_head)
        self._scopes = self._grid(column)
        column.addSpacing(4)
        column.addLayout(self._make_foot())

    @staticmethod
    def _grid(column: QVBoxLayout) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(SIZES.panel_padding, 10, SIZES.panel_padding, 10)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, 72)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        return grid

    def _make_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(SIZES.panel_padding, 0, SIZES.panel_padding, 0)
        row.setSpacing(8)
        self._again = KeyButton(self.tr("立即同步"), SYNC_KEY, "primary")
        self._again.clicked.connect(self.retry)
        settle = KeyButton(self.tr("冲突、退回、待传"), "Ctrl+3", "plain")
        settle.clicked.connect(self.settle)
        settle.clicked.connect(self.close)
        row.addWidget(self._again)
        row.addWidget(settle)
        row.addStretch(1)
        return row

    def show_status(self, status: LinkStatus, now: int) -> None:
        """Say how it stands now; called each second, and only what has changed is written anew."""
        words = self._words
        trouble = words.say("link", status.trouble) if status.trouble else ""
        notices = [notice_words(notice, words) for notice in status.notices]
        self._trouble.setText("\n".join(part for part in (trouble, *notices) if part))
        self._trouble.setVisible(bool(trouble or notices))
        self._write(self._facts, [(what, how, "") for what, how in popover_lines(status, now, words)])
        self._bar.setVisible(status.progress is not None)
        if status.progress is not None:
            taken, whole = status.progress
            self._bar.setRange(0, max(1, whole))
            self._bar.setValue(taken)
        scopes = [
            (self._lists.place_name(s.scope, words.lang), f"{s.cursor} / {s.head}", self._waiting(s.waiting))
            for s in status.scopes
        ]
        self._write(self._scopes, scopes)
        self._scopes_head.setVisible(bool(scopes))
        self._again.setEnabled(line_of(status) is not Line.ALONE)
        self.adjustSize()

    def _waiting(self, n: int) -> str:
        return self.tr("待传 {n}").format(n=n) if n else ""

    @staticmethod
    def _write(grid: QGridLayout, lines: list[tuple[str, str, str]]) -> None:
        """Write a grid's lines over those before: one label a cell, made once."""
        roles = (("second", "t3"), ("body", "t1"), ("second", "off"))
        for row in range(max(len(lines), grid.rowCount())):
            for column in range(3):
                item = grid.itemAtPosition(row, column)
                label = item.widget() if item is not None else None
                if not isinstance(label, QLabel):
                    if row >= len(lines):
                        continue
                    label = text_label("", *roles[column])
                    label.setWordWrap(column == 1)
                    grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignTop)
                said = lines[row][column] if row < len(lines) else ""
                if label.text() != said:
                    label.setText(said)
                label.setVisible(bool(said))

    def open_under(self, widget: QWidget) -> None:
        """Open with its right top corner under the widget's right foot."""
        corner = widget.mapToGlobal(QPoint(widget.width(), widget.height()))
        self.adjustSize()
        self.move(corner - QPoint(self.width(), 0))
        self.show()
        self._again.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F5 and self._again.isEnabled():
            self.retry.emit()
        elif event.key() in {Qt.Key.Key_F6, Qt.Key.Key_Escape}:
            self.close()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._again.hasFocus():
            self._again.click()
        else:
            super().keyPressEvent(event)
