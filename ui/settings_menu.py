"""The settings that exist so far: theme, language and the hub, at the foot of the rail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from ui.theme.apply import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LANGUAGES = (("zh", "中文"), ("en", "English"))
"""Each language in its own words, so that whoever cannot read the present one finds the way."""


class SettingsMenu(QMenu):
    """``theme_chosen`` and ``language_chosen`` carry ``dark`` or ``light``, ``zh`` or ``en``."""

    theme_chosen = Signal(str)
    language_chosen = Signal(str)
    enrol_chosen = Signal()

    def __init__(self, lang: str, parent: QWidget, *, enrol: bool = False) -> None:
        super().__init__(parent)
        themes = (("dark", self.tr("深色")), ("light", self.tr("浅色")))
        self._section(self.tr("主题"), themes, theme.current(), self.theme_chosen.emit)
        self._section(self.tr("语言"), LANGUAGES, lang, self.language_chosen.emit)
        if enrol:
            self.addSeparator()
            self.addAction(self.tr("接入上级平台…")).triggered.connect(self.enrol_chosen)

    def _section(
        self, title: str, entries: Iterable[tuple[str, str]], now: str, choose: Callable[[str], None]
    ) -> None:
        head = self.addAction(title)
        head.setEnabled(False)
        group = QActionGroup(self)
        for code, name in entries:
            action = QAction(name, group)
            action.setCheckable(True)
            action.setChecked(code == now)
            action.triggered.connect(lambda _on=False, code=code: choose(code))
            self.addAction(action)

    def open_beside(self, widget: QWidget) -> None:
        """Open with its foot at the widget's foot, to its right."""
        corner = widget.mapToGlobal(QPoint(widget.width(), widget.height()))
        self.popup(corner - QPoint(0, self.sizeHint().height()))
