"""Painted gauges of time: limit bar, ageing pips, ring. Lengths in px at 100 %."""

from typing import Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from ui.theme.faces import role_face
from ui.theme.icons import draw_icon
from ui.theme.tokens import SIZES, Tokens

LimitKind = Literal["neutral", "due", "overdue"]

_PIP, _PIP_GAP, _PIP_HEIGHT = 8, 2, 4
PIPS_WIDTH = 4 * _PIP + 3 * _PIP_GAP
_STRIPE = 7.0  # px from one stripe of the overdue bar to the next


def pips_for(minutes: float) -> int:
    """Return how many pips a wait of ``minutes`` fills: 1 to 30 min, 2 to 1 h, 3 to 4 h, 4 beyond."""
    return 1 + sum(minutes > edge for edge in (30, 60, 240))


def draw_limit_bar(painter: QPainter, box: QRectF, share: float, kind: LimitKind, tokens: Tokens) -> None:
    """Draw how much of a time limit is used, ``share`` 0 to 1; an overdue bar is hatched and full."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    if kind == "overdue":
        painter.setClipRect(box)
        painter.setBrush(QColor(tokens.crit))
        stripes = QPainterPath()
        left = box.left() - _STRIPE
        while left < box.right() + _STRIPE:
            stripes.moveTo(left, box.bottom())
            stripes.lineTo(left + 2.5, box.top())
            stripes.lineTo(left + 7.3, box.top())
            stripes.lineTo(left + 4.8, box.bottom())
            stripes.closeSubpath()
            left += _STRIPE
        painter.drawPath(stripes)
    else:
        radius = box.height() / 2
        painter.setBrush(QColor(tokens.bar2))
        painter.drawRoundedRect(box, radius, radius)
        width = box.width() * min(max(share, 0.0), 1.0)
        if width > 0:
            painter.setBrush(QColor(tokens.high if kind == "due" else tokens.bar))
            used = QRectF(box.left(), box.top(), max(width, box.height()), box.height())
            painter.drawRoundedRect(used, radius, radius)
    painter.restore()


def draw_pips(painter: QPainter, left: float, top: float, filled: int, tokens: Tokens) -> None:
    """Draw the four ageing pips, ``filled`` 1 to 4 of them; ``PIPS_WIDTH`` wide, 4 high."""
    for place in range(4):
        colour = tokens.bar if place < filled else tokens.bar2
        painter.fillRect(QRectF(left + place * (_PIP + _PIP_GAP), top, _PIP, _PIP_HEIGHT), QColor(colour))


def draw_ring(
    painter: QPainter, box: QRectF, share: float, colour: str, tokens: Tokens, words: str = ""
) -> None:
    """Draw a ring filled clockwise from the top by ``share`` 0 to 1, with ``words`` or else a tick."""
    stroke = SIZES.ring_stroke * box.width() / SIZES.ring
    half = box.width() * 24 / SIZES.ring
    centre = box.center()
    circle = QRectF(centre.x() - half, centre.y() - half, 2 * half, 2 * half)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(tokens.bar2), stroke))
    painter.drawEllipse(circle)
    share = min(max(share, 0.0), 1.0)
    if share > 0:
        painter.setPen(QPen(QColor(colour), stroke, c=Qt.PenCapStyle.FlatCap))
        painter.drawArc(circle, 90 * 16, -round(share * 360 * 16))
    if words:
        painter.setFont(role_face("label"))
        painter.setPen(QColor(tokens.t1))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
    else:
        tick = QRectF(0, 0, SIZES.icon, SIZES.icon)
        tick.moveCenter(centre)
        draw_icon(painter, "check", tick, colour)
    painter.restore()
