"""Text set on a panel by its edge and its middle line, as the panels' drawing gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from ui.theme.faces import role_face

if TYPE_CHECKING:
    from collections.abc import Sequence

_TALL = 48.0
_ROOMY = 4000.0


def advance(words: str, role: str) -> float:
    """Width of ``words`` in a type role, px."""
    return QFontMetricsF(role_face(role)).horizontalAdvance(words)


def set_left(
    painter: QPainter, at: tuple[float, float], words: str, look: tuple[str, str], room: float = _ROOMY
) -> float:
    """Write ``words`` from x, centred on y; ``look`` is type role and colour. Returns where they end.

    Shortened to … where they need more than ``room`` px.
    """
    role, colour = look
    x, y = at
    wide = advance(words, role)
    if wide > room:
        words = QFontMetricsF(role_face(role)).elidedText(words, Qt.TextElideMode.ElideRight, room)
        wide = min(wide, room)
    painter.setFont(role_face(role))
    painter.setPen(QColor(colour))
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
    painter.drawText(QRectF(x, y - _TALL / 2, wide + 2, _TALL), int(flags), words)
    return x + wide


def set_right(painter: QPainter, at: tuple[float, float], words: str, look: tuple[str, str]) -> float:
    """Write ``words`` up to x, centred on y. Returns where they begin."""
    start = at[0] - advance(words, look[0])
    set_left(painter, (start, at[1]), words, look)
    return start


def set_centred(painter: QPainter, at: tuple[float, float], words: str, look: tuple[str, str]) -> None:
    """Write ``words`` centred on x and y."""
    set_left(painter, (at[0] - advance(words, look[0]) / 2, at[1]), words, look)


def first_that_fits(choices: Sequence[str], role: str, room: float) -> str:
    """The first of ``choices``, best first, that needs no more than ``room`` px; none: empty."""
    return next((words for words in choices if advance(words, role) <= room), "")
