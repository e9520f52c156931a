"""Draws one line of a queue: mark, matter, place, source, waiting and limit, two lines of words each.

Each call into Qt may hand the interpreter to a background thread and wait to get it back, so a line is drawn
in as few as it takes: words are elided only where they may be too long, a font's measures are taken once.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from ui.theme.apply import theme
from ui.theme.faces import role_face
from ui.theme.gauges import PIPS_WIDTH, draw_limit_bar, draw_pips, pips_for
from ui.theme.icons import draw_icon
from ui.theme.marks import draw_severity, draw_triangle
from ui.theme.tokens import SIZES, TYPE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFont

    from ui.queues.cells import Cells, Limit
    from ui.theme.tokens import Tokens

_GAP = 4


def draw_section(painter: QPainter, box: QRect, title: str, note: str) -> None:
    """A section's head across all columns."""
    tokens = theme.tokens
    painter.fillRect(box, QColor(tokens.bg2))
    draw_icon(painter, "chevron-down", QRectF(box.left() + 12, box.center().y() - 7, 14, 14), tokens.t2)
    left = box.left() + SIZES.queue_columns[0]
    _words(painter, "strong", tokens.t1, QRect(left, box.top(), 260, box.height()), title)
    left += _measures("strong")[1].horizontalAdvance(title) + 8
    _words(painter, "second", tokens.t2, QRect(left, box.top(), 300, box.height()), note)


def draw_row(
    painter: QPainter, box: QRect, widths: Sequence[int], severity: int, cells: Cells, *, selected: bool
) -> None:
    """One row; ``widths`` of its columns in px."""
    tokens = theme.tokens
    painter.fillRect(box, QColor(tokens.sel if selected else tokens.bg1))
    painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), QColor(tokens.line))
    lefts = [box.left()]
    for width in widths:
        lefts.append(lefts[-1] + width)
    upper: list[QRect] = []
    lower: list[QRect] = []
    for left, width in zip(lefts, widths, strict=False):
        here = QRect(left, box.top(), width, box.height())
        upper.append(here.adjusted(0, 3, -_GAP, -box.height() // 2 + 1))
        lower.append(here.adjusted(0, box.height() // 2, -_GAP, -4))
    mark = QRectF(0, 0, SIZES.mark, SIZES.mark)
    mark.moveCenter(QRectF(box.left(), box.top(), widths[0], box.height()).center())
    draw_severity(painter, mark, severity, tokens)
    strong = selected or cells.limit.kind in {"due", "overdue"}
    _words(painter, "strong" if strong else "body", tokens.t1, upper[1], cells.title)
    _second_line(painter, lower[1], cells, tokens)
    for column, above, below in ((2, cells.place, cells.town), (3, cells.source, cells.since)):
        _words(painter, "body", tokens.t1, upper[column], above)
        _words(painter, "second", tokens.t2, lower[column], below)
    _waiting(painter, upper[4], lower[4], cells, tokens)
    _limit(painter, upper[5], lower[5], cells.limit, tokens)


def _second_line(painter: QPainter, box: QRect, cells: Cells, tokens: Tokens) -> None:
    right = box.right()
    if cells.conflicts:
        width = _measures("second")[1].horizontalAdvance(cells.conflicts)
        place = QRect(right - width, box.top(), width + 1, box.height())
        _words(painter, "second", tokens.high, place, cells.conflicts, right=True)
        draw_triangle(painter, QRectF(right - width - 14, box.center().y() - 4, 10, 9), tokens.high)
        right -= width + 18
    if cells.unsent:
        unsent = cells.unsent[:1] if cells.conflicts else cells.unsent  # else there is no room for the number
        width = _measures("second")[1].horizontalAdvance(unsent)
        place = QRect(right - width, box.top(), width + 1, box.height())
        _words(painter, "second", tokens.off, place, unsent, right=True)
        right -= width + 8
    _words(
        painter,
        "second",
        tokens.t2,
        QRect(box.left(), box.top(), right - box.left(), box.height()),
        cells.second,
    )


def _waiting(painter: QPainter, upper: QRect, lower: QRect, cells: Cells, tokens: Tokens) -> None:
    box = upper.adjusted(-8, 0, -4, 0)
    _words(painter, "body", tokens.t1, box, cells.wait, right=True)
    left, top = box.right() - PIPS_WIDTH + 1, lower.center().y() - 2
    draw_pips(painter, left, top, pips_for(cells.wait_minutes), tokens)


def _limit(painter: QPainter, upper: QRect, lower: QRect, limit: Limit, tokens: Tokens) -> None:
    ink = {"overdue": tokens.crit, "late": tokens.crit, "due": tokens.high}.get(limit.kind, tokens.t1)
    upper, lower = upper.adjusted(0, 0, -8, 0), lower.adjusted(0, 0, -8, 0)
    bold = limit.kind in {"overdue", "due", "late"}
    taken = sum(
        _measures(role)[1].horizontalAdvance(words)
        for role, words in (("second", limit.clock), ("strong" if bold else "body", limit.text))
    )
    if taken + 4 <= upper.width():  # the figure says more than whose it is
        clock = ink if limit.kind in {"overdue", "due"} else tokens.t2
        _words(painter, "second", clock, upper, limit.clock)
    ink = ink if limit.kind != "none" else tokens.t2
    _words(painter, "strong" if bold else "body", ink, upper, limit.text, right=True)
    if limit.kind == "neutral" or limit.kind == "due" or limit.kind == "overdue":  # noqa: PLR1714 - narrows
        bar = QRectF(lower.left(), lower.center().y() - 2, lower.width(), SIZES.limit_bar)
        draw_limit_bar(painter, bar, limit.share, limit.kind, tokens)


@cache
def _measures(role: str) -> tuple[QFont, QFontMetrics, int, int]:
    """A role's font, its measures, how high a line is and where in it the letters stand, px."""
    font = role_face(role)
    measures = QFontMetrics(font)
    return font, measures, measures.height(), measures.ascent()


def _words(painter: QPainter, role: str, ink: str, box: QRect, words: str, *, right: bool = False) -> None:
    """One line of words in the middle of the box, elided where it is too long."""
    if not words:
        return
    font, measures, high, rise = _measures(role)
    width = box.width()
    if len(words) * TYPE[role].px > width:  # no letter is wider than its font is high
        words = measures.elidedText(words, Qt.TextElideMode.ElideRight, width)
    left = box.left() + (width - measures.horizontalAdvance(words) if right else 0)
    painter.setFont(font)
    painter.setPen(QColor(ink))
    painter.drawText(left, box.top() + (box.height() - high) // 2 + rise, words)
