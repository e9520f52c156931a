"""Buttons that draw more than words: an action with its key's cap, a tab with its count."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QWidget

from ui.theme.apply import theme
from ui.theme.faces import role_face
from ui.theme.icons import draw_icon
from ui.theme.marks import draw_key, key_width
from ui.theme.sheet import disabled_text
from ui.theme.tokens import SIZES

_GAP = 8
_PAD = 12
_TAB_GAP = 6


class KeyButton(QPushButton):
    """``kind`` = primary, plain, small or link; ``key`` may be empty; ``icon`` stands before the words.

    The key is only shown here: who owns the action registers it with ``ui.shell.shortcuts``.
    """

    def __init__(
        self,
        words: str,
        key: str = "",
        kind: str = "plain",
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(words, parent)
        self._key, self._icon = key, icon
        self.setProperty("kind", kind)
        self.setAccessibleName(words)
        self.setAccessibleDescription(key)

    def set_words(self, words: str) -> None:
        self.setText(words)
        self.setAccessibleName(words)
        self.updateGeometry()

    def set_off(self, reason: str) -> None:
        """Disable the button and say why in its tip; an empty ``reason`` enables it."""
        self.setEnabled(not reason)
        self.setToolTip(reason)

    def _kind(self) -> str:
        return str(self.property("kind"))

    def _role(self) -> str:
        return {"primary": "strong", "link": "second"}.get(self._kind(), "body")

    def _content_width(self) -> int:
        gap = 4 if self._kind() == "link" else _GAP
        width = QFontMetrics(role_face(self._role())).horizontalAdvance(self.text())
        width += SIZES.icon_inline + gap if self._icon else 0
        return width + (gap + key_width(self._key) if self._key else 0)

    def sizeHint(self) -> QSize:
        kind = self._kind()
        height = {"small": SIZES.small, "link": SIZES.key}.get(kind, SIZES.button)
        return QSize(self._content_width() + (0 if kind == "link" else 2 * _PAD), height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _ink(self) -> str:
        tokens = theme.tokens
        if not self.isEnabled():
            return disabled_text(tokens)
        return {"primary": tokens.onacc, "link": tokens.acc}.get(self._kind(), tokens.t1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        self.style().drawControl(QStyle.ControlElement.CE_PushButtonBevel, option, painter, self)
        tokens, ink = theme.tokens, self._ink()
        gap = 4 if self._kind() == "link" else _GAP
        at = (self.width() - self._content_width()) / 2
        middle = self.height() / 2
        if self._icon:
            box = QRectF(at, middle - SIZES.icon_inline / 2, SIZES.icon_inline, SIZES.icon_inline)
            draw_icon(painter, self._icon, box, ink)
            at += SIZES.icon_inline + gap
        painter.setFont(role_face(self._role()))
        painter.setPen(QColor(ink))
        words = QRectF(at, 0, self.width() - at, self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        if self._key:
            at += painter.fontMetrics().horizontalAdvance(self.text()) + gap
            cap = QRectF(at, (self.height() - SIZES.key) / 2, key_width(self._key), SIZES.key)
            if self._kind() == "primary" and self.isEnabled():
                draw_key(painter, cap, self._key, tokens, ink=ink, edge=ink, ground=tokens.accbg)
            else:
                faded = None if self.isEnabled() else ink
                draw_key(painter, cap, self._key, tokens, ink=faded)


class TabButton(QPushButton):
    """A tab: words, then how many are behind it; bold and underlined when it is the one shown."""

    def __init__(self, words: str, count: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setProperty("kind", "tab")
        self.setCheckable(True)
        self.set_count(count)

    def set_count(self, count: int | None) -> None:
        """Show ``count``; None shows no figure."""
        self._count = "" if count is None else str(count)
        self.setAccessibleName(f"{self.text()} {self._count}".strip())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(role_face("strong" if self.isChecked() else "body"))
        width = metrics.horizontalAdvance(self.text())
        if self._count:
            width += _TAB_GAP + metrics.horizontalAdvance(self._count)
        return QSize(width, SIZES.tabs)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def checkStateSet(self) -> None:
        super().checkStateSet()
        self.updateGeometry()

    def nextCheckState(self) -> None:
        super().nextCheckState()
        self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        self.style().drawControl(QStyle.ControlElement.CE_PushButtonBevel, option, painter, self)
        tokens, shown = theme.tokens, self.isChecked()
        painter.setFont(role_face("strong" if shown else "body"))
        painter.setPen(QColor(tokens.t1 if shown or self.underMouse() else tokens.t2))
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(self.rect(), left, self.text())
        if self._count:
            at = painter.fontMetrics().horizontalAdvance(self.text()) + _TAB_GAP
            painter.setPen(QColor(tokens.t1 if shown else tokens.t3))
            painter.drawText(self.rect().adjusted(at, 0, 0, 0), left, self._count)
