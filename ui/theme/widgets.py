"""Small painted widgets: key cap, severity mark, state dot, ring, icon, pill, chip."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from ui.theme.apply import theme
from ui.theme.gauges import draw_ring
from ui.theme.icons import draw_icon, make_icon
from ui.theme.marks import draw_dot, draw_key, draw_severity, draw_triangle, key_width
from ui.theme.tokens import SIZES


class _Mark(QWidget):
    """A widget of fixed size that only paints and repaints itself when the theme changes."""

    def __init__(self, width: int, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(width, height)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(self.update)

    def _box(self) -> QRectF:
        return QRectF(self.rect())


class KeyCap(_Mark):
    """The cap of one key; ``words`` are what the keyboard says ("J", "Enter", "Ctrl+K")."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(key_width(key), SIZES.key, parent)
        self._key = key
        self.setAccessibleName(key)

    def paintEvent(self, _event: QPaintEvent) -> None:
        draw_key(QPainter(self), self._box(), self._key, theme.tokens)


class SeverityMark(_Mark):
    """The mark of a severity, 18 px in rows, 28 in a panel's head. ``name`` is its word, for readers."""

    def __init__(self, level: int, name: str, size: int = SIZES.mark, parent: QWidget | None = None) -> None:
        super().__init__(size, size, parent)
        self.show_level(level, name)

    def show_level(self, level: int, name: str) -> None:
        self._level = level
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        draw_severity(QPainter(self), self._box(), self._level, theme.tokens)


class StateDot(_Mark):
    """A state's circle: ``ok`` filled, ``under_way`` half, ``waiting`` hollow, ``conflict`` a triangle."""

    def __init__(self, state: str, size: int = 10, parent: QWidget | None = None) -> None:
        super().__init__(size, size, parent)
        self._state = state

    def show_state(self, state: str) -> None:
        self._state = state
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, box = QPainter(self), self._box()
        if self._state == "conflict":
            draw_triangle(painter, box, theme.tokens.high)
        else:
            draw_dot(painter, QPointF(box.center()), self._state, theme.tokens, box.width() / 2)


class IconMark(_Mark):
    """A line icon in a token's colour."""

    def __init__(
        self, name: str, ink: str = "t2", size: int = SIZES.icon, parent: QWidget | None = None
    ) -> None:
        super().__init__(size, size, parent)
        self._name, self._token, self._size = name, ink, size

    def show_icon(self, name: str, ink: str) -> None:
        self._name, self._token = name, ink
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0, 0, self._size, self._size)
        box.moveCenter(self._box().center())
        draw_icon(painter, self._name, box, theme.tokens.colour(self._token))


class Ring(_Mark):
    """A time limit as a ring. ``share`` 0 to 1 of it is used; no words means done: a tick."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(SIZES.ring, SIZES.ring, parent)
        self._share, self._token, self._words = 0.0, "acc", ""

    def show_share(self, share: float, ink: str, words: str = "") -> None:
        """Show ``share`` in token ``ink``: ok = done, acc = running, high = due, crit = over."""
        self._share, self._token, self._words = share, ink, words
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.tokens
        draw_ring(QPainter(self), self._box(), self._share, tokens.colour(self._token), tokens, self._words)


class Pill(QFrame):
    """A word about the matter in hand, on a grey ground, with an optional mark before it."""

    def __init__(self, words: str = "", mark: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "pill")
        self.setFixedHeight(SIZES.key)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 6, 0)
        row.setSpacing(4)
        if mark is not None:
            row.addWidget(mark)
        self._label = QLabel(words)
        self._label.setProperty("role", "second")
        self._label.setProperty("ink", "t1")
        row.addWidget(self._label)

    def set_words(self, words: str) -> None:
        self._label.setText(words)


class Chip(QPushButton):
    """A small switch; on = selected ground and accent outline. ``icon`` (x, chevron-down) stands after."""

    def __init__(
        self, words: str, icon: str = "", *, checkable: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(words, parent)
        self.setProperty("kind", "chip")
        self.setCheckable(checkable)
        self.setAccessibleName(words)
        self._icon = icon
        if icon:
            self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            self.setIconSize(QSize(SIZES.icon_inline + 4, SIZES.icon_inline))
            self._tint()
            theme.changed.connect(self._tint)
            self.toggled.connect(self._tint)

    def _tint(self) -> None:
        tokens = theme.tokens
        colour = tokens.t1 if self.isChecked() else tokens.t2
        self.setIcon(make_icon(self._icon, SIZES.icon_inline, colour, lead=4))


class IconButton(QPushButton):
    """A button that is only an icon; ``name`` is its word for readers and its tip."""

    def __init__(self, icon: str, name: str, *, ink: str = "t2", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "icon")
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setIconSize(QSize(SIZES.icon, SIZES.icon))
        self._icon, self._token = icon, ink
        self._tint()
        theme.changed.connect(self._tint)

    def _tint(self) -> None:
        self.setIcon(make_icon(self._icon, SIZES.icon, theme.tokens.colour(self._token)))
