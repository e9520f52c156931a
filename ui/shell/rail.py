"""The rail: one item a module that exists, and at its foot the keys and the settings."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QVBoxLayout, QWidget

from ui.theme.apply import theme
from ui.theme.faces import face
from ui.theme.icons import draw_icon
from ui.theme.sheet import disabled_text
from ui.theme.tokens import SIZES

_FOOT_ITEM = 56


@dataclass(frozen=True, slots=True)
class RailItem:
    """One module: ``id`` of its page, ``icon`` a file of ``resources/icons``, ``words`` as shown.

    ``tip`` says more, or why it is not enabled.
    """

    id: str
    icon: str
    words: str
    enabled: bool = True
    tip: str = ""


class RailButton(QAbstractButton):
    """An icon over its word; the current one has a lighter ground, a bar at its left and bold words."""

    def __init__(self, item: RailItem, *, checkable: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item = item
        self.setText(item.words)
        self.setCheckable(checkable)
        self.setEnabled(item.enabled)
        self.setAccessibleName(item.words)
        self.setToolTip(item.tip)
        self.setProperty("ownFocus", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(64, 60)

    def paintEvent(self, _event: QPaintEvent) -> None:
        t = theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        current = self.isChecked()
        if current or self.underMouse():
            painter.fillRect(self.rect(), QColor(t.bg3))
        if current:
            painter.fillRect(0, 0, 3, self.height(), QColor(t.acc))
        top = (self.height() - 40) // 2
        ink = t.t1 if current else t.t2
        tint = t.acc if current else t.t2
        if not self.isEnabled():
            ink = tint = disabled_text(t)
        box = QRectF((self.width() - SIZES.icon) / 2, top, SIZES.icon, SIZES.icon)
        draw_icon(painter, self.item.icon, box, tint)
        painter.setFont(face(12, bold=current))
        painter.setPen(QColor(ink))
        words = QRectF(0, top + 24, self.width(), 16)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, self.text())
        if self.hasFocus():
            painter.setPen(QColor(t.acc))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))


class Rail(QWidget):
    """The column of modules. ``chosen`` says which id was picked; help and settings have their own."""

    chosen = Signal(str)
    keys_requested = Signal()
    settings_requested = Signal()

    def __init__(self, items: tuple[RailItem, ...] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("模块"))
        self._group = QButtonGroup(self)
        self._buttons: dict[str, RailButton] = {}
        self._item_height = 60
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._foot: list[RailButton] = []
        keys = RailItem("keys", "circle-question-mark", self.tr("快捷键 ?"), tip=self.tr("全部快捷键"))
        settings = RailItem("settings", "settings-2", self.tr("设置"))
        for item, signal in ((keys, self.keys_requested), (settings, self.settings_requested)):
            button = RailButton(item, checkable=False, parent=self)
            button.clicked.connect(lambda _on=False, signal=signal: signal.emit())
            self._column.addWidget(button)
            self._foot.append(button)
        self.set_items(items)
        self.set_size(64, 60, 8)
        theme.changed.connect(self.update)

    def set_items(self, items: tuple[RailItem, ...]) -> None:
        """Show these modules, in this order; the current one stays current if it is still there."""
        current = self.current()
        for button in self._buttons.values():
            self._group.removeButton(button)
            self._column.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = {}
        for place, item in enumerate(items):
            button = RailButton(item, checkable=True, parent=self)
            button.setFixedHeight(self._item_height)
            button.clicked.connect(lambda _on=False, name=item.id: self.chosen.emit(name))
            self._group.addButton(button)
            self._column.insertWidget(place, button)
            button.show()
            self._buttons[item.id] = button
        self.set_current(current)

    def items(self) -> tuple[RailItem, ...]:
        return tuple(button.item for button in self._buttons.values())

    def current(self) -> str:
        return next((name for name, button in self._buttons.items() if button.isChecked()), "")

    def set_current(self, name: str) -> None:
        """Mark ``name`` as current; a name with no item is passed over."""
        if name in self._buttons:
            self._buttons[name].setChecked(True)

    def set_size(self, width: int, item: int, gap: int) -> None:
        """Take a width, an item's height and the gap above the first item."""
        self._item_height = item
        self.setFixedWidth(width)
        self._column.setContentsMargins(0, gap, 1, 4)
        for button in self._buttons.values():
            button.setFixedHeight(item)
        for button in self._foot:
            button.setFixedHeight(_FOOT_ITEM)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, t = QPainter(self), theme.tokens
        painter.fillRect(self.rect(), QColor(t.bg0))
        painter.fillRect(self.width() - 1, 0, 1, self.height(), QColor(t.line))
