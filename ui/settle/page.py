"""The page of what waits: conflicts for a word, refused ops to be seen, the outbox for the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.services import to_settle
from ui.settle.column import SettleColumn
from ui.settle.rows import conflict_rows, refused_rows, unsent_rows
from ui.theme.heads import text_label
from ui.theme.tokens import SIZES
from ui.theme.widgets import KeyCap
from ui.work import Ask, Do

if TYPE_CHECKING:
    from app.ports.rows import Changed
    from app.services.to_settle import ToSettle
    from app.services.unsent import Unsent
    from app.services.words import Words
    from ui.relay import Relay
    from ui.settle.rows import SettleRow
    from ui.work import Work

SEEN_KEY, PAGE_KEY = "W", "Ctrl+3"


class SettlePage(QWidget):
    """``opened`` carries an incident's key; ``counted`` open conflicts and refused ops nobody has seen."""

    opened = Signal(int)
    counted = Signal(int, int)

    def __init__(self, work: Work, relay: Relay, words: Words) -> None:
        super().__init__()
        self._work, self._words = work, words
        self._found: ToSettle | None = None
        self.setProperty("panel", "bg1")
        self.conflicts = SettleColumn(
            self.tr("待定冲突"),
            self.tr("两边意思都保留，定了才算"),
            ("check", self.tr("没有待定的冲突"), self.tr("两处同时改动同一件事，会在这里等人定夺")),
        )
        self.refused = SettleColumn(
            self.tr("上级退回"),
            self.tr("本机做过、上级没有采纳的操作"),
            ("check", self.tr("没有被退回的操作"), self.tr("上级不采纳的操作会在这里，写明为什么")),
            self.tr("都看过了"),
            SEEN_KEY,
        )
        self.unsent = SettleColumn(
            self.tr("待传"),
            self.tr("存于本机，连上后自动上传"),
            ("check", self.tr("没有待传的操作"), self.tr("断网时做的操作在这里等线路，一件不丢")),
        )
        self._columns = (self.conflicts, self.refused, self.unsent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        for part in self._columns:
            if part is not self.conflicts:
                line = QFrame()
                line.setProperty("kind", "rule2")
                line.setFixedWidth(1)
                row.addWidget(line)
            row.addWidget(part, 1)
        column.addLayout(row, 1)
        column.addWidget(self._make_foot())
        for part in self._columns:
            part.opened.connect(self._open)
        self.refused.link_clicked.connect(self.see)
        relay.changed.connect(self._on_changed)
        self.refresh()

    def _make_foot(self) -> QFrame:
        foot = QFrame()
        foot.setFixedHeight(SIZES.tabs - 4)
        row = QHBoxLayout(foot)
        row.setContentsMargins(SIZES.panel_padding, 0, SIZES.panel_padding, 0)
        row.setSpacing(8)
        for keys, what in (
            (("J", "K"), self.tr("上下")),
            (("Tab",), self.tr("换一栏")),
            (("Enter",), self.tr("打开事件，按 F 定夺")),
        ):
            for key in keys:
                row.addWidget(KeyCap(key))
            row.addWidget(text_label(what, "third"))
            row.addSpacing(8)
        row.addStretch(1)
        return foot

    def refresh(self) -> None:
        """Ask anew."""
        self._work.ask(Ask(to_settle.to_settle, "settle"), self, self._take)

    def take_focus(self) -> None:
        """The keyboard goes to the first column that has something."""
        self._column().list.setFocus()

    def step(self, by: int) -> None:
        """The next or the previous row of the column that has the keyboard."""
        self._column().list.step(by)

    def see(self) -> None:
        """All that was sent back has been seen."""
        unseen = [row.seq for row in self._found.refused if not row.seen] if self._found else []
        if unseen:
            up_to = max(unseen)
            self._work.do(Do(lambda desk: to_settle.see(desk, up_to)), self, lambda _changed: self.refresh())

    def show_unsent(self, found: Unsent | None) -> None:
        """The outbox as it stands now."""
        rows = unsent_rows(found, self._words) if found is not None else ()
        self.unsent.show_rows(rows, count=found.count if found is not None else 0)

    def _column(self) -> SettleColumn:
        focused = (part for part in self._columns if part.list.hasFocus())
        filled = (part for part in self._columns if not self._empty(part))
        return next(focused, None) or next(filled, self.conflicts)

    @staticmethod
    def _empty(column: SettleColumn) -> bool:
        return not column.list.rows.rows

    def _on_changed(self, change: Changed) -> None:
        if change.incidents or change.everything or change.records:
            self.refresh()

    def _take(self, found: ToSettle) -> None:
        self._found = found
        self.conflicts.show_rows(conflict_rows(found, self._words))
        self.refused.show_rows(refused_rows(found, self._words), link=found.unseen > 0)
        self.counted.emit(len(found.conflicts), found.unseen)

    def _open(self, row: SettleRow) -> None:
        if row.key is not None:
            self.opened.emit(row.key)
