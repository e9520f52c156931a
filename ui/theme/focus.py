"""The focus ring: 2 px of accent, 2 px outside the control that has the keyboard.

A style sheet can only draw inside a widget, so one small overlay follows the focus. Views with rows paint
their own ring inside the row and are left alone.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

_RINGED = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QTextEdit, QPlainTextEdit)
_REACH = 4  # 2 px gap and 2 px line
_FOLLOWED = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide)


class _Overlay(QWidget):
    def __init__(self, parent: QWidget, colour: Callable[[], str]) -> None:
        super().__init__(parent)
        self._colour = colour
        self.setObjectName("focusRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._colour()), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)


class FocusRing(QObject):
    """Follows the application's focus; ``colour`` gives the ring's colour at each painting."""

    def __init__(self, app: QApplication, colour: Callable[[], str]) -> None:
        super().__init__(app)
        self._colour = colour
        self._overlay: _Overlay | None = None
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        app.focusChanged.connect(self._focus_moved)

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        self._drop()
        if new is None or not isinstance(new, _RINGED) or new.property("ownFocus"):
            return
        host = new.parentWidget()
        while host is not None and not host.isWindow() and not self._scrolls(host):
            host = host.parentWidget()
        if host is None:
            return
        self._target = new
        step: QWidget | None = new
        while step is not None and step is not host:
            step.installEventFilter(self)
            self._watched.append(step)
            step = step.parentWidget()
        self._overlay = _Overlay(host, self._colour)
        self._overlay.destroyed.connect(self._lost)
        self._place()

    @staticmethod
    def _scrolls(widget: QWidget) -> bool:
        """Is ``widget`` the content of a scroll area? A ring inside it is clipped and scrolled with it."""
        port = widget.parentWidget()
        area = None if port is None else port.parentWidget()
        return isinstance(area, QScrollArea) and area.widget() is widget

    def _place(self) -> None:
        if self._overlay is None or self._target is None:
            return
        host = self._overlay.parentWidget()
        if host is None:
            return
        corner = self._target.mapTo(host, QPoint(0, 0))
        self._overlay.setGeometry(
            QRect(corner, self._target.size()).adjusted(-_REACH, -_REACH, _REACH, _REACH)
        )
        self._overlay.setVisible(self._target.isVisible())
        self._overlay.raise_()

    def _lost(self) -> None:
        self._overlay = None

    def _drop(self) -> None:
        for widget in self._watched:
            if isValid(widget):  # the focus also moves because its widget is being destroyed
                widget.removeEventFilter(self)
        self._watched.clear()
        self._target = None
        if self._overlay is not None:
            overlay, self._overlay = self._overlay, None
            overlay.destroyed.disconnect(self._lost)
            overlay.hide()
            overlay.deleteLater()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _FOLLOWED:
            self._place()
        return False
