"""The command page: queue, map, dispatch and KPI strip, with 1 px lines between that a user can move."""

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.box import Box
from ui.shell.responsive import Arrangement, Edge, Moved, Places, arrange, place
from ui.theme.apply import theme

_REACH = 2  # px either side of a line where it can be caught
_STEP = 16  # px a line moves at one arrow key


class _Grip(QWidget):
    """A line between two parts: 1 px seen, 5 px to catch, moved by mouse or arrow keys."""

    dragged = Signal(int)

    def __init__(self, *, upright: bool, token: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._upright, self._token, self._hot = upright, token, False
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor if upright else Qt.CursorShape.SplitVCursor)
        theme.changed.connect(self.update)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            at = event.position()
            self.dragged.emit(round((at.x() if self._upright else at.y()) - _REACH))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back, forth = (
            (Qt.Key.Key_Left, Qt.Key.Key_Right) if self._upright else (Qt.Key.Key_Up, Qt.Key.Key_Down)
        )
        if event.key() == back:
            self.dragged.emit(-_STEP)
        elif event.key() == forth:
            self.dragged.emit(_STEP)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.tokens
        if self.hasFocus() or self.underMouse():
            painter, middle = QPainter(self), self.rect().adjusted(1, 0, -2, 0)
            if not self._upright:
                middle = self.rect().adjusted(0, 1, 0, -2)
            painter.fillRect(middle, QColor(tokens.acc))
            return
        line = QRect(_REACH, 0, 1, self.height()) if self._upright else QRect(0, _REACH, self.width(), 1)
        QPainter(self).fillRect(line, QColor(tokens.colour(self._token)))


class CommandLayout(QWidget):
    """Arranges the four parts it is given by its window's size; the map is never re-parented."""

    def __init__(
        self,
        queue: QWidget,
        map_view: QWidget,
        dispatch: QWidget,
        kpi: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.queue, self.map_view, self.dispatch, self.kpi = queue, map_view, dispatch, kpi
        for part in (queue, map_view, dispatch, kpi):
            part.setParent(self)
        self._plan = arrange(1920, 1080)
        self._moved = Moved()
        names: tuple[tuple[Edge, bool, str, str], ...] = (
            ("queue", True, "line", self.tr("调整队列宽度")),
            ("dispatch", True, "line", self.tr("调整派单栏宽度")),
            ("kpi", False, "line2", self.tr("调整指标条高度")),
            ("map", False, "line", self.tr("调整地图高度")),
        )
        self._grips: dict[Edge, _Grip] = {}
        for edge, upright, token, name in names:
            grip = _Grip(upright=upright, token=token, name=name, parent=self)
            grip.dragged.connect(lambda by, edge=edge: self._drag(edge, by))
            self._grips[edge] = grip

    def set_plan(self, plan: Arrangement) -> None:
        """Take the arrangement of the window; a change between narrow and wide forgets what was dragged."""
        if plan.narrow != self._plan.narrow:
            self._moved = Moved()
        self._plan = plan
        self._lay()

    def places(self) -> Places:
        return place(self.width(), self.height(), self._plan, self._moved)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay()

    def _lay(self) -> None:
        places = self.places()
        for part, box in (
            (self.queue, places.queue),
            (self.map_view, places.map),
            (self.dispatch, places.dispatch),
        ):
            part.setGeometry(box.x, box.y, box.width, box.height)
            part.show()
        self.kpi.setVisible(places.kpi is not None)
        if places.kpi is not None:
            self.kpi.setGeometry(places.kpi.x, places.kpi.y, places.kpi.width, places.kpi.height)
        for edge, grip in self._grips.items():
            line = places.lines.get(edge)
            grip.setVisible(line is not None)
            if line is not None:
                grip.setGeometry(_around(line))
                grip.raise_()

    def _drag(self, edge: Edge, by: int) -> None:
        places = self.places()
        lengths: dict[Edge, int] = {
            "queue": places.queue.width + 1 + by,
            "dispatch": places.dispatch.width + 1 - by,
            "kpi": places.kpi.height + 1 - by if places.kpi is not None else 0,
            "map": places.map.height + by,
        }
        self._moved = self._moved.with_edge(edge, lengths[edge])
        self._lay()


def _around(line: Box) -> QRect:
    wide, high = (_REACH, 0) if line.width == 1 else (0, _REACH)
    return QRect(line.x, line.y, line.width, line.height).adjusted(-wide, -high, wide, high)
