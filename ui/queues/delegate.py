"""Paints the rows of a queue: mark, matter, place, source, waiting and limit, two lines each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.queues.model import QueueModel
from ui.queues.sections import Section
from ui.theme.apply import theme
from ui.theme.faces import role_face
from ui.theme.gauges import PIPS_WIDTH, draw_limit_bar, draw_pips, pips_for
from ui.theme.icons import draw_icon
from ui.theme.marks import draw_severity, draw_triangle
from ui.theme.tokens import SIZES

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ports.rows import QueueRow
    from ui.queues.cells import Cells, Limit

_Index = QModelIndex | QPersistentModelIndex
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_GAP = 4


class QueueDelegate(QStyledItemDelegate):
    """``now`` gives the instant to paint for; ``section_words`` a section's title and note."""

    def __init__(self, now: Callable[[], int], section_words: Callable[[Section], tuple[str, str]]) -> None:
        super().__init__()
        self._now = now
        self._section_words = section_words

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(0, SIZES.row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        if not isinstance(model, QueueModel):
            return
        line = model.line(index)
        painter.save()
        if isinstance(line, Section):
            self._paint_section(painter, option.rect, line)
        elif line is not None:
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            self._paint_row(painter, option.rect, index.column(), model, line, selected=selected)
        painter.restore()

    def _paint_section(self, painter: QPainter, box: QRect, section: Section) -> None:
        tokens = theme.tokens
        painter.fillRect(box, QColor(tokens.bg2))
        title, note = self._section_words(section)
        draw_icon(painter, "chevron-down", QRectF(box.left() + 12, box.center().y() - 7, 14, 14), tokens.t2)
        left = box.left() + SIZES.queue_columns[0]
        painter.setPen(QColor(tokens.t1))
        self._words(painter, QRect(left, box.top(), 260, box.height()), title, role_face("strong"))
        width = QFontMetrics(role_face("strong")).horizontalAdvance(title) + 8
        painter.setPen(QColor(tokens.t2))
        self._words(painter, QRect(left + width, box.top(), 300, box.height()), note, role_face("second"))

    def _paint_row(
        self, painter: QPainter, box: QRect, column: int, model: QueueModel, row: QueueRow, *, selected: bool
    ) -> None:
        tokens = theme.tokens
        painter.fillRect(box, QColor(tokens.sel if selected else tokens.bg1))
        painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), QColor(tokens.line))
        cells = model.writer.write(row, self._now())
        third = QColor(tokens.t2)
        upper = box.adjusted(0, 3, -_GAP, -box.height() // 2 + 1)
        lower = box.adjusted(0, box.height() // 2, -_GAP, -4)
        if column == 0:
            mark = QRectF(0, 0, SIZES.mark, SIZES.mark)
            mark.moveCenter(QRectF(box).center())
            draw_severity(painter, mark, row.severity, tokens)
        elif column == 1:
            strong = selected or cells.limit.kind in {"due", "overdue"}
            self._pair(painter, (upper, lower), (cells.title, ""), strong=strong, ink=third)
            self._second_line(painter, lower, cells)
        elif column == 2:
            self._pair(painter, (upper, lower), (cells.place, cells.town), strong=False, ink=third)
        elif column == 3:
            self._pair(painter, (upper, lower), (cells.source, cells.since), strong=False, ink=third)
        elif column == 4:
            self._waiting(painter, upper, lower, cells)
        else:
            self._limit(painter, upper, lower, cells.limit)

    def _pair(
        self,
        painter: QPainter,
        boxes: tuple[QRect, QRect],
        words: tuple[str, str],
        *,
        strong: bool,
        ink: QColor,
    ) -> None:
        painter.setPen(QColor(theme.tokens.t1))
        self._words(painter, boxes[0], words[0], role_face("strong" if strong else "body"))
        painter.setPen(ink)
        self._words(painter, boxes[1], words[1], role_face("second"))

    def _second_line(self, painter: QPainter, box: QRect, cells: Cells) -> None:
        right = box.right()
        if cells.conflicts:
            tokens = theme.tokens
            width = QFontMetrics(role_face("second")).horizontalAdvance(cells.conflicts)
            painter.setPen(QColor(tokens.high))
            self._words(painter, QRect(right - width, box.top(), width + 1, box.height()), cells.conflicts,
                        role_face("second"), _RIGHT)  # fmt: skip
            mark = QRectF(right - width - 14, box.center().y() - 4, 10, 9)
            draw_triangle(painter, mark, tokens.high)
            right -= width + 18
        painter.setPen(QColor(theme.tokens.t2))
        self._words(painter, QRect(box.left(), box.top(), right - box.left(), box.height()), cells.second,
                    role_face("second"))  # fmt: skip

    def _waiting(self, painter: QPainter, upper: QRect, lower: QRect, cells: Cells) -> None:
        right = upper.adjusted(-8, 0, -4, 0)
        painter.setPen(QColor(theme.tokens.t1))
        self._words(painter, right, cells.wait, role_face("body"), _RIGHT)
        draw_pips(
            painter,
            right.right() - PIPS_WIDTH + 1,
            lower.center().y() - 2,
            pips_for(cells.wait_minutes),
            theme.tokens,
        )

    def _limit(self, painter: QPainter, upper: QRect, lower: QRect, limit: Limit) -> None:
        tokens = theme.tokens
        ink = {"overdue": tokens.crit, "late": tokens.crit, "due": tokens.high}.get(limit.kind, tokens.t1)
        upper, lower = upper.adjusted(0, 0, -8, 0), lower.adjusted(0, 0, -8, 0)
        painter.setPen(QColor(ink if limit.kind in {"overdue", "due"} else tokens.t2))
        self._words(painter, upper, limit.clock, role_face("second"))
        painter.setPen(QColor(ink if limit.kind != "none" else tokens.t2))
        bold = limit.kind in {"overdue", "due", "late"}
        self._words(painter, upper, limit.text, role_face("strong" if bold else "body"), _RIGHT)
        if limit.kind == "neutral" or limit.kind == "due" or limit.kind == "overdue":  # noqa: PLR1714 - narrows
            bar = QRectF(lower.left(), lower.center().y() - 2, lower.width(), SIZES.limit_bar)
            draw_limit_bar(painter, bar, limit.share, limit.kind, tokens)

    def _words(
        self, painter: QPainter, box: QRect, words: str, font: QFont, align: Qt.AlignmentFlag = _LEFT
    ) -> None:
        painter.setFont(font)
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, int(align), shown)
