"""The frame: top bar, rail and a stack of pages; it takes each window size to the arrangement for it."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui.shell.command_layout import CommandLayout
from ui.shell.rail import Rail, RailItem
from ui.shell.responsive import arrange
from ui.shell.shortcut_sheet import ShortcutSheet
from ui.shell.shortcuts import KeyEntry, Shortcuts
from ui.shell.topbar import TopBar

COMMAND = "command"


def _system_now() -> datetime:
    return datetime.now(UTC)


class Frame(QWidget):
    """Holds the pages. ``page_changed`` gives the id of the page shown, after it is shown."""

    page_changed = Signal(str)

    def __init__(
        self,
        items: tuple[RailItem, ...],
        now: Callable[[], datetime] = _system_now,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.topbar = TopBar(now)
        self.rail = Rail(items)
        self.keys = Shortcuts(self)
        self._stack = QStackedWidget()
        self._pages: dict[str, QWidget] = {}
        self._command: CommandLayout | None = None
        self._band: QWidget | None = None
        self._line_band: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.topbar)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self._stack, 1)
        self._column.addLayout(row, 1)
        self.setProperty("panel", "bg0")
        self.rail.chosen.connect(self.show_page)
        self.rail.keys_requested.connect(self.show_keys)
        search = KeyEntry("search", "Ctrl+K", self.tr("查找事件"))
        self.keys.add(search, self.topbar.search_requested.emit)
        self.keys.add(KeyEntry("keys", "?", self.tr("全部快捷键")), self.show_keys)

    def add_page(self, name: str, page: QWidget) -> None:
        """Add the page of the rail's item ``name``; the first one added is shown."""
        self._pages[name] = page
        self._stack.addWidget(page)
        if len(self._pages) == 1:
            self.show_page(name)

    def set_command(self, page: CommandLayout) -> None:
        """Add the command page, which goes without its KPI strip in a narrow window."""
        self._command = page
        self.add_page(COMMAND, page)
        self._fit()

    def set_band(self, band: QWidget | None) -> None:
        """Stand ``band`` (48 px, trouble) under the top bar, or take the present one away."""
        self._band = self._exchange(self._band, band)

    def set_line_band(self, band: QWidget | None) -> None:
        """The same for the band that says that the line is down; it stands above the other."""
        self._line_band = self._exchange(self._line_band, band, at=1)

    def _exchange(self, old: QWidget | None, new: QWidget | None, at: int = 0) -> QWidget | None:
        if old is not None:
            self._column.removeWidget(old)
            old.setParent(None)
        if new is not None:
            self._column.insertWidget(at if at > 0 else self._column.count() - 1, new)
            new.show()
        return new

    def page(self) -> str:
        """Return the id of the page shown; empty before there is one."""
        shown = self._stack.currentWidget()
        return next((name for name, page in self._pages.items() if page is shown), "")

    def show_page(self, name: str) -> None:
        """Show page ``name``. Raises KeyError when it was not added."""
        changed = self.page() != name or self._stack.count() == 1
        self._stack.setCurrentWidget(self._pages[name])
        self.rail.set_current(name)
        if changed:
            self.page_changed.emit(name)

    def show_keys(self) -> None:
        sheet = ShortcutSheet(self.keys.entries(), self)
        sheet.finished.connect(sheet.deleteLater)
        sheet.open()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        plan = arrange(self.width(), self.height())
        self.topbar.set_narrow(narrow=plan.narrow, search=plan.search, rail=plan.rail)
        self.rail.set_size(plan.rail, plan.rail_item, plan.rail_gap)
        if self._command is not None:
            self._command.set_plan(plan)
