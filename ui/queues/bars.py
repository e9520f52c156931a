"""The queue's two bars: tabs with counts, and the chips that narrow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QSizePolicy, QWidget

from app.ports.rows import Queue
from ui.theme.buttons import TabButton
from ui.theme.heads import ElidedLabel
from ui.theme.tokens import SIZES
from ui.theme.widgets import Chip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtGui import QKeyEvent

    from app.ports.rows import Counts
    from app.services.words import Words

TABS = (
    Queue.WAITING, Queue.TO_ASSIGN, Queue.WORKING, Queue.TO_VERIFY, Queue.OVERDUE,
    Queue.SUSPENDED, Queue.CLOSED, Queue.ALL,
)  # fmt: skip
UNCOUNTED = (Queue.CLOSED, Queue.ALL)
SOURCES = (
    "hotline",
    "resident",
    "patrol",
    "grid",
    "sensor",
    "video",
    "town",
    "department",
    "import",
    "other",
)


class Tabs(QFrame):
    """One tab a queue, with its count; long counts of closed matters are left to the foot."""

    chosen = Signal(object)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(SIZES.tabs)
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZES.queue_padding, 0, 4, 0)
        row.setSpacing(12)
        self._tabs: dict[Queue, TabButton] = {}
        for queue in TABS:
            tab = TabButton(words.say("queue", queue.value))
            tab.clicked.connect(lambda _on=False, queue=queue: self.chosen.emit(queue))
            row.addWidget(tab)
            self._tabs[queue] = tab
        row.addStretch(1)

    def show_counts(self, counts: Counts) -> None:
        """Write the counts beside the names."""
        for queue, tab in self._tabs.items():
            if queue not in UNCOUNTED:
                tab.set_count(counts.of.get(queue, 0))

    def set_current(self, queue: Queue) -> None:
        """Mark the queue that is shown."""
        for name, tab in self._tabs.items():
            tab.setChecked(name is queue)


class TextField(QLineEdit):
    """Escape empties it, once more leaves it; Enter and Down leave it for the rows it has found."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class ChipBar(QFrame):
    """Chips: place, severity, source, loop; a field for text; the order in words."""

    place_cleared = Signal()
    severity_toggled = Signal(int)
    source_toggled = Signal(str)
    loop_toggled = Signal()
    text_changed = Signal(str)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.setFixedHeight(SIZES.tabs)
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZES.queue_padding, 0, SIZES.queue_padding, 0)
        row.setSpacing(8)
        self.place = Chip(self.tr("全区"), "x")
        self.place.clicked.connect(self._clear_place)
        self.big = Chip(words.say("loop", "big"))
        self.big.clicked.connect(lambda _on=False: self.loop_toggled.emit())
        self.severity = self._menu_chip(
            self.tr("等级"), ((str(n), words.say("severity", str(n))) for n in range(1, 5)),
            lambda code: self.severity_toggled.emit(int(code)),
        )  # fmt: skip
        self.source = self._menu_chip(
            self.tr("来源"), ((s, words.say("source", s)) for s in SOURCES), self.source_toggled.emit
        )
        self.text = TextField()
        self.text.setPlaceholderText(self.tr("查文字、编号"))
        self.text.setAccessibleName(self.tr("在队列中查找文字或编号"))
        self.text.setClearButtonEnabled(True)
        self.text.setProperty("kind", "chip")
        self.text.setMinimumWidth(96)
        self.text.textChanged.connect(self.text_changed)
        self.order = ElidedLabel("", "third")
        self.order.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.order.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        for part in (self.place, self.big, self.severity, self.source):
            row.addWidget(part)
        row.addWidget(self.text, 2)
        row.addWidget(self.order, 1)

    def _menu_chip(
        self, title: str, entries: Iterable[tuple[str, str]], toggle: Callable[[str], None]
    ) -> Chip:
        chip = Chip(title, "chevron-down")
        chip.setProperty("title", title)
        menu = QMenu(chip)
        for code, name in entries:
            action = QAction(name, menu)
            action.setCheckable(True)
            action.setData(code)
            action.triggered.connect(lambda _on=False, code=code: toggle(code))
            menu.addAction(action)
        chip.clicked.connect(lambda _on=False: menu.popup(chip.mapToGlobal(chip.rect().bottomLeft())))
        chip.setProperty("menu", menu)
        return chip

    def show_menu(self, chip: Chip, chosen: Iterable[str]) -> None:
        """Tick what is chosen, and say it on the chip."""
        menu = chip.property("menu")
        wanted = set(chosen)
        names = []
        for action in menu.actions():
            action.setChecked(action.data() in wanted)
            if action.data() in wanted:
                names.append(action.text())
        title = str(chip.property("title"))
        chip.setText("·".join(names) if 0 < len(names) <= 2 else f"{title} {len(names)}" if names else title)
        chip.setAccessibleName(chip.text())
        chip.setChecked(bool(names))

    def show_place(self, name: str, *, narrowed: bool) -> None:
        """The place that the queue is narrowed to."""
        self.place.setText(name)
        self.place.setAccessibleName(name)
        self.place.setChecked(narrowed)

    def _clear_place(self) -> None:
        self.place_cleared.emit()
