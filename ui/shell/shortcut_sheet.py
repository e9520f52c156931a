"""The sheet of all keys, which ``?`` opens."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.shell.shortcuts import KeyEntry
from ui.theme.heads import SectionHead, text_label
from ui.theme.widgets import KeyCap


class ShortcutSheet(QDialog):
    """Lists ``entries`` by group, each key's cap beside its words. Esc closes it."""

    def __init__(self, entries: tuple[KeyEntry, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("全部快捷键"))
        self.setModal(True)
        self.resize(720, 520)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(16, 12, 16, 12)
        head.setSpacing(8)
        head.addWidget(text_label(self.tr("全部快捷键"), "title"), 1)
        head.addWidget(KeyCap("Esc"))
        head.addWidget(text_label(self.tr("关闭"), "second"))
        column.addLayout(head)
        body = QWidget()
        self._fill(body, entries)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(body)
        area.setAccessibleName(self.tr("快捷键列表"))
        column.addWidget(area, 1)

    def _fill(self, body: QWidget, entries: tuple[KeyEntry, ...]) -> None:
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(0)
        groups: dict[str, list[KeyEntry]] = {}
        for entry in entries:
            groups.setdefault(entry.group or self.tr("通用"), []).append(entry)
        for title, members in groups.items():
            column.addWidget(SectionHead(title))
            grid = QGridLayout()
            grid.setContentsMargins(16, 8, 16, 8)
            grid.setHorizontalSpacing(12)
            grid.setVerticalSpacing(8)
            for place, entry in enumerate(members):
                row, half = divmod(place, 2)
                grid.addWidget(KeyCap(entry.cap), row, half * 2, Qt.AlignmentFlag.AlignRight)
                grid.addWidget(text_label(entry.words, "body"), row, half * 2 + 1)
            grid.setColumnMinimumWidth(0, 64)
            grid.setColumnMinimumWidth(2, 64)
            grid.setColumnStretch(1, 1)
            grid.setColumnStretch(3, 1)
            column.addLayout(grid)
        column.addStretch(1)
