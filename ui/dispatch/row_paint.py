"""How rows are painted: work orders 28 px, candidates 48 px, the timeline 24 px."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.dispatch.history import CLOCK
from ui.dispatch.row_list import ROW
from ui.theme.apply import theme
from ui.theme.faces import role_face
from ui.theme.icons import draw_icon
from ui.theme.marks import draw_dot, draw_key, draw_plate, draw_triangle
from ui.theme.tokens import SIZES

if TYPE_CHECKING:
    from ui.dispatch.history import HistoryRow
    from ui.dispatch.row_list import RowList
    from ui.dispatch.rows import CandidateRow, OrderRow

_Index = QModelIndex | QPersistentModelIndex
_PAD = SIZES.panel_padding
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_BAR = 3
_TIMES_FROM = 430
"""Narrower than this, a work order's row has no room for its clock times; they are in its tip."""


def say(
    painter: QPainter,
    box: QRect,
    words: str,
    ink: str,
    role: str = "body",
    align: Qt.AlignmentFlag = _LEFT,
) -> int:
    """Write one line into ``box``, shortened where it has no room; returns the width it took."""
    font = role_face(role)
    painter.setFont(font)
    painter.setPen(QColor(ink))
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, int(align), shown)
    return metrics.horizontalAdvance(shown)


class Rows(QStyledItemDelegate):
    """Ground, selection and focus of a row; ``_paint_row`` writes what it says."""

    height = 24
    chooses = False
    """Whether the current row is a choice: then it has a fill and a bar at its left."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(100, self.height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        view, box = cast("RowList", option.widget), option.rect
        tokens = theme.tokens
        current = view.currentIndex().row() == index.row()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = current and self.chooses
        hot = bool(option.state & QStyle.StateFlag.State_MouseOver)
        ground = self._ground(index)
        if chosen:
            painter.fillRect(box, QColor(tokens.sel))
            painter.fillRect(QRect(box.left(), box.top(), _BAR, box.height()), QColor(tokens.acc))
        elif ground:
            painter.fillRect(box, QColor(ground))
        elif hot and self.chooses:
            painter.fillRect(box, QColor(tokens.bg3))
        self._paint_row(painter, box, index, chosen=chosen)
        if current and view.hasFocus():
            painter.setPen(QPen(QColor(tokens.acc), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        painter.restore()

    def _ground(self, _index: _Index) -> str:
        return ""

    def _paint_row(self, painter: QPainter, box: QRect, index: _Index, *, chosen: bool) -> None:
        raise NotImplementedError


class OrderColumns:
    """Where the columns of the work orders stand; the head above them asks as well."""

    def __init__(self) -> None:
        self.stands = 110

    def fit(self, rows: tuple[OrderRow, ...], head: str) -> None:
        """Make the last column as wide as its words."""
        bold, plain = (QFontMetrics(role_face(role)) for role in ("strong", "second"))
        widths = [bold.horizontalAdvance(row.stands) + 20 for row in rows]
        self.stands = max([64, plain.horizontalAdvance(head), *widths])

    def boxes(self, box: QRect) -> tuple[QRect, QRect | None, QRect | None, QRect]:
        """Name, acknowledged, arrived, how it stands; the times None where there is no room."""
        top, high = box.top(), box.height()
        stands = QRect(box.right() + 1 - _PAD - self.stands, top, self.stands, high)
        left = box.left() + 48
        if box.width() < _TIMES_FROM or stands.left() - left < 230:
            return QRect(left, top, stands.left() - left - 8, high), None, None, stands
        arrived = QRect(stands.left() - 66, top, 54, high)
        asked = QRect(arrived.left() - 62, top, 58, high)
        return QRect(left, top, asked.left() - left - 8, high), asked, arrived, stands


class OrderRows(Rows):
    height = SIZES.whistle

    def __init__(self, columns: OrderColumns) -> None:
        super().__init__()
        self._columns = columns

    def _ground(self, index: _Index) -> str:
        return theme.tokens.tint.crit if index.data(ROW).alarm else ""

    def _paint_row(self, painter: QPainter, box: QRect, index: _Index, *, chosen: bool) -> None:
        row: OrderRow = index.data(ROW)
        tokens = theme.tokens
        name, asked, arrived, stands = self._columns.boxes(box)
        soft = tokens.third_on(selected=chosen)
        badge = QRectF(box.left() + _PAD, box.top() + 4, 20, 20)
        edge = tokens.t1 if row.lead and not row.ended else tokens.line2
        draw_plate(painter, badge, tokens, ground=tokens.bg1, edge=edge)
        lead = row.lead and not row.ended
        painter.setFont(role_face("strong" if lead else "second"))
        painter.setPen(QColor(tokens.t1 if lead else tokens.t2))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, row.badge)
        say(painter, name, row.name, soft if row.ended else tokens.t1)
        for column, time in ((asked, row.asked), (arrived, row.arrived)):
            if column is not None:
                say(painter, column, time, soft if row.ended else tokens.t2, "second", _RIGHT)
        ink = soft if row.ink == "t3" else tokens.colour(row.ink)
        role = "strong" if row.alarm else "body"
        width = say(painter, stands, row.stands, ink, role, _RIGHT)
        self._mark(painter, row.mark, ink, stands.right() - width - 19, box.center().y())

    @staticmethod
    def _mark(painter: QPainter, mark: str, ink: str, left: int, middle: int) -> None:
        square = QRectF(left, middle - 7, 16, 16)
        icon = {"tick": "check", "chevron": "chevron-right", "alarm": "triangle-alert", "end": "minus"}.get(
            mark
        )
        if icon:
            draw_icon(painter, icon, square, ink)
        else:
            draw_dot(painter, square.center(), "waiting", theme.tokens, 4.5)


class CandidateRows(Rows):
    height = SIZES.candidate
    chooses = True

    def _paint_row(self, painter: QPainter, box: QRect, index: _Index, *, chosen: bool) -> None:
        row: CandidateRow = index.data(ROW)
        tokens = theme.tokens
        soft = tokens.third_on(selected=chosen)
        cap = QRectF(box.left() + _PAD, box.center().y() - 9, 20, 20)
        draw_key(painter, cap, str(row.index), tokens, ground=tokens.bg1 if chosen else None)
        upper = QRect(box.left() + 48, box.top() + 5, box.width() - 48 - _PAD, 20)
        lower = QRect(upper.left(), box.top() + 25, upper.width(), 18)
        taken = say(painter, upper, row.minutes, tokens.t1, "strong", _RIGHT)
        say(
            painter, upper.adjusted(0, 0, -taken - 12, 0), row.name, tokens.t1, "strong" if chosen else "body"
        )
        taken = say(painter, lower, row.distance, soft, "second", _RIGHT)
        room = lower.adjusted(0, 0, -taken - 12, 0)
        used = 0
        if row.reasons:
            wanted = QFontMetrics(role_face("second")).horizontalAdvance(row.shortfalls) + 26
            share = max(room.width() // 2, room.width() - wanted) if row.shortfalls else room.width()
            used = say(
                painter,
                QRect(room.left(), room.top(), share, room.height()),
                row.reasons,
                tokens.t2,
                "second",
            )
            used += 8
        if row.shortfalls:
            mark = QRectF(room.left() + used, room.center().y() - 4, 9, 9)
            draw_triangle(painter, mark, tokens.high, filled=False)
            say(painter, room.adjusted(used + 13, 0, 0, 0), row.shortfalls, tokens.high, "second")
        painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), QColor(tokens.line))


class HistoryRows(Rows):
    height = SIZES.timeline

    def _paint_row(self, painter: QPainter, box: QRect, index: _Index, *, chosen: bool) -> None:
        row: HistoryRow = index.data(ROW)
        tokens = theme.tokens
        soft = tokens.third_on(selected=chosen)
        wide = box.width() >= _TIMES_FROM
        stamp = 48 if len(row.time) <= CLOCK else 78
        dot = QPointF(box.left() + stamp + 28, box.center().y() + 0.5)
        self._thread(painter, box, index, dot.x())
        say(painter, QRect(box.left() + _PAD, box.top(), stamp, box.height()), row.time, soft, "second")
        self._dot(painter, dot, row.mark)
        name = QRect(
            box.left() + stamp + 44, box.top(), (96 if stamp == 48 else 72) if wide else 64, box.height()
        )
        say(painter, name, row.actor, tokens.t2, "second")
        left = name.right() + 9
        what = QRect(left, box.top(), box.right() - _PAD - left + 1, box.height())
        if row.unsent:
            taken = say(painter, what, row.unsent, tokens.off, "second", _RIGHT)
            what.adjust(0, 0, -taken - 8, 0)
        if not row.refused:
            say(painter, what, row.what, tokens.crit if row.mark == "alarm" else tokens.t1, "second")
            return
        used = self._struck(painter, what, row.what, soft)
        say(painter, what.adjusted(used + 6, 0, 0, 0), row.refused, tokens.crit, "second")

    @staticmethod
    def _thread(painter: QPainter, box: QRect, index: _Index, at: float) -> None:
        first, last = index.row() == 0, index.row() == index.model().rowCount() - 1
        top = box.center().y() if first else box.top()
        bottom = box.center().y() if last else box.bottom() + 1
        painter.fillRect(QRectF(at - 0.5, top, 1, bottom - top), QColor(theme.tokens.line2))

    @staticmethod
    def _dot(painter: QPainter, at: QPointF, mark: str) -> None:
        tokens = theme.tokens
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.bg1))
        painter.drawEllipse(at, 5.5, 5.5)
        square = QRectF(at.x() - 4.5, at.y() - 4.5, 9, 9)
        if mark == "alarm":
            draw_triangle(painter, square, tokens.crit)
        elif mark == "back":
            draw_triangle(painter, square, tokens.high, filled=False, down=True)
        else:
            draw_dot(painter, at, {"ok": "ok", "acc": "under_way"}.get(mark, "waiting"), tokens, 4)

    @staticmethod
    def _struck(painter: QPainter, box: QRect, words: str, ink: str) -> int:
        font = QFont(role_face("second"))
        font.setStrikeOut(True)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        painter.drawText(box, int(_LEFT), words)
        return QFontMetrics(font).horizontalAdvance(words)


class OrderHead(QWidget):
    """The names of the work orders' columns."""

    def __init__(self, columns: OrderColumns) -> None:
        super().__init__()
        self._columns, self._words = columns, ("", "", "", "")
        self.setFixedHeight(24)
        theme.changed.connect(self.update)

    def show_words(self, words: tuple[str, str, str, str]) -> None:
        self._words = words
        self.setAccessibleName("，".join(words))
        self.update()

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        for i, (box, words) in enumerate(zip(self._columns.boxes(self.rect()), self._words, strict=True)):
            if box is not None:
                say(painter, box, words, theme.tokens.t3, "second", _RIGHT if i else _LEFT)
