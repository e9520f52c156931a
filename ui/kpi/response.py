"""The panel of response times: what half and nine in ten keep within, beside their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from ui.kpi.figures import Response
from ui.kpi.lettering import advance, set_left, set_right
from ui.kpi.panel import PAD, Panel, draw_bar

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from ui.kpi.figures import Pace
    from ui.theme.tokens import Tokens

_FIRST_Y = 59.0
_PITCH = (60.0, 240.0)
_NOTE = 7.0


class ResponsePanel(Panel[Response]):
    """响应用时 P50/P90."""

    def paint(self, painter: QPainter, shown: Response, tokens: Tokens) -> None:
        pitch = min(max((self.height() - 80.0) / 2, _PITCH[0]), _PITCH[1])
        figures = PAD + max(advance(pace.name, "body") for pace in shown.paces) + 12
        last = 0.0
        for i, pace in enumerate(shown.paces):
            last = _FIRST_Y + i * pitch
            if last + 34 <= self.height():
                self._pace(painter, pace, (figures, last), tokens)
        if last + 58 <= self.height():
            set_left(painter, (PAD, last + 50), shown.n, ("second", tokens.t2))

    def _pace(self, painter: QPainter, pace: Pace, at: tuple[float, float], tokens: Tokens) -> None:
        left, middle = at
        right = self.width() - PAD
        ink = tokens.high if pace.over else tokens.t3 if pace.share is None else tokens.t1
        set_left(painter, (PAD, middle + _NOTE), pace.name, ("body", tokens.t2))
        end = set_left(painter, (left, middle), pace.figure, ("kpi", ink))
        end = set_left(painter, (end + 6, middle + _NOTE), pace.unit, ("body", tokens.t2))
        if right - advance(pace.target_words, "second") > end + 4:
            words = tokens.high if pace.over else tokens.t3
            set_right(painter, (right, middle + _NOTE), pace.target_words, ("second", words))
        track = QRectF(PAD, round(middle) + 26, right - PAD, 4)
        draw_bar(painter, track, pace.share, tokens.high if pace.over else tokens.bar, tokens.bar2)
        tick = QRectF(round(PAD + track.width() * pace.target_share) - 1, track.top() - 4, 2, 12)
        painter.fillRect(tick, QColor(tokens.t1))
