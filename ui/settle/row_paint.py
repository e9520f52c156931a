"""How a row of the page is painted: 52 px, two lines, the number and the time at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from ui.dispatch.row_list import ROW
from ui.dispatch.row_paint import Rows, say
from ui.theme.apply import theme
from ui.theme.faces import role_face
from ui.theme.icons import draw_icon
from ui.theme.marks import draw_severity, draw_triangle
from ui.theme.tokens import SIZES

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex, QPersistentModelIndex

    from ui.settle.rows import SettleRow

_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_PAD = SIZES.panel_padding


class SettleRows(Rows):
    height = 52
    chooses = True

    def _paint_row(
        self, painter: QPainter, box: QRect, index: QModelIndex | QPersistentModelIndex, *, chosen: bool
    ) -> None:
        row: SettleRow = index.data(ROW)
        tokens = theme.tokens
        soft = tokens.third_on(selected=chosen)
        ink, second = (soft, soft) if row.seen else (tokens.t1, tokens.t2)
        left, right = box.left() + _PAD, box.right() - _PAD
        square = QRectF(left, box.top() + 8, 16, 16)
        if row.mark == "conflict":
            draw_triangle(painter, square.adjusted(2, 2, -2, -2), tokens.high)
        elif row.mark == "unsent":
            draw_icon(painter, "arrow-up", square, tokens.off)
        else:
            draw_icon(painter, "undo-2", square, soft if row.seen else tokens.crit)
        left += 24
        first = QRect(left, box.top() + 6, 0, 20)
        lower = QRect(left, box.top() + 27, 0, 18)
        wide = QFontMetrics(role_face("second")).horizontalAdvance(row.when) + 8  # halves of a px add up
        for line, words, role in ((first, row.number, "body"), (lower, row.when, "second")):
            at = QRect(right - max(wide, 90), line.top(), max(wide, 90), line.height())
            say(painter, at, words, soft if role == "second" else second, role, _RIGHT)
        room = right - max(wide, 90) - 16 - left
        first.setWidth(room)
        taken = say(painter, first, row.head, ink, "body" if row.seen else "strong") + 10
        if row.severity:
            mark = QRectF(left + taken, box.top() + 9, 14, 14)
            draw_severity(painter, mark, row.severity, tokens)
            taken += 20
        first.setLeft(left + taken)
        say(painter, first, row.title, ink)
        lower.setWidth(room)
        say(painter, lower, row.words, second, "second")
        painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), QColor(tokens.line))
