"""Every key of the desktop in one list: what it does in words, and the Qt shortcut that does it."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """``key`` as Qt writes it ("Ctrl+K", "J", "Return", "?"); ``group`` heads it on the sheet."""

    id: str
    key: str
    words: str
    group: str = ""

    @property
    def cap(self) -> str:
        """What the key's cap says."""
        return {"Return": "Enter", "Up": "↑", "Down": "↓", "Left": "←", "Right": "→"}.get(self.key, self.key)

    @property
    def bare(self) -> bool:
        """Is it a key that types something or moves within an input, so that inputs come first?"""
        return "+" not in self.key and not (self.key[0] == "F" and self.key[1:].isdigit())


def typing_into(widget: QWidget | None) -> bool:
    """Is ``widget`` an input that takes letters now?"""
    if isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit):
        return not widget.isReadOnly() and widget.isEnabled()
    if isinstance(widget, QAbstractSpinBox):
        return not widget.isReadOnly()
    return isinstance(widget, QComboBox) and widget.isEditable()


class Shortcuts(QObject):
    """Registers keys on ``window`` or on a part of it. ``changed`` follows each change of the list."""

    changed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._entries: dict[str, KeyEntry] = {}
        self._shortcuts: dict[str, QShortcut] = {}

    def add(self, entry: KeyEntry, act: Callable[[], object], scope: QWidget | None = None) -> None:
        """Let ``entry.key`` do ``act``: anywhere in the window, or only while the focus is in ``scope``.

        Raises ValueError when the id is taken or the same key is already taken in that scope.
        """
        if entry.id in self._entries:
            raise ValueError(f"key id {entry.id!r} is taken")
        host = scope or self._window
        sequence = QKeySequence(entry.key)
        if any(s.key() == sequence and s.parent() is host for s in self._shortcuts.values()):
            raise ValueError(f"key {entry.key!r} is taken")
        shortcut = QShortcut(sequence, host)
        if scope is not None:
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.setAutoRepeat(entry.key in {"J", "K", "Up", "Down"})
        shortcut.activated.connect(lambda: self._fire(entry, act))
        self._entries[entry.id] = entry
        self._shortcuts[entry.id] = shortcut
        self.changed.emit()

    def remove(self, entry_id: str) -> None:
        """Forget a key. Raises KeyError when there is none of that id."""
        del self._entries[entry_id]
        self._shortcuts.pop(entry_id).deleteLater()
        self.changed.emit()

    def set_enabled(self, entry_id: str, *, enabled: bool) -> None:
        """Switch a key on or off; it stays on the sheet. Raises KeyError when there is none of that id."""
        self._shortcuts[entry_id].setEnabled(enabled)

    def entries(self) -> tuple[KeyEntry, ...]:
        return tuple(self._entries.values())

    def _fire(self, entry: KeyEntry, act: Callable[[], object]) -> None:
        if entry.bare and typing_into(QApplication.focusWidget()):
            return
        act()
