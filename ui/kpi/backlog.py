"""The panel of open incidents: how many, the net of a day, and how old they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from ui.kpi.figures import Backlog
from ui.kpi.lettering import advance, first_that_fits, set_left, set_right
from ui.kpi.panel import PAD, Panel, bar_height, draw_bar

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from ui.kpi.figures import Age
    from ui.theme.tokens import Tokens

_FIGURE_Y, _NOTE_Y = 59.0, 66.0
_ROWS_TOP = 78.0
_PITCH = (20.0, 160.0)


class BacklogPanel(Panel[Backlog]):
    """在办积压."""

    def paint(self, painter: QPainter, shown: Backlog, tokens: Tokens) -> None:
        right = self.width() - PAD
        end = set_left(painter, (PAD, _FIGURE_Y), shown.figure, ("kpi", tokens.t1))
        end = set_left(painter, (end + 8, _NOTE_Y), shown.unit, ("second", tokens.t2))
        net = first_that_fits(shown.net, "second", right - end - 8)
        set_right(painter, (right, _NOTE_Y), net, ("second", tokens.t2))
        room = self.height() - 10 - _ROWS_TOP
        pitch = min(max(room / len(shown.ages), _PITCH[0]), _PITCH[1])
        left = PAD + max(advance(age.label, "second") for age in shown.ages) + 14
        counts = max(advance(age.count, "body") for age in shown.ages)
        for i, age in enumerate(shown.ages):
            middle = _ROWS_TOP + pitch * (i + 0.5)
            if middle + 10 <= self.height():
                high = bar_height(pitch, page=self.page)
                track = QRectF(round(left), round(middle) - high / 2, 0, high)
                track.setRight(round(right - max(counts, 22.0) - 9))
                self._row(painter, age, track, tokens)

    def _row(self, painter: QPainter, age: Age, track: QRectF, tokens: Tokens) -> None:
        middle = track.center().y()
        ink = tokens.high if age.old else tokens.t2
        set_left(painter, (PAD, middle), age.label, ("second", ink))
        draw_bar(painter, track, age.share, tokens.high if age.old else tokens.bar, tokens.bar2)
        set_right(painter, (self.width() - PAD, middle), age.count, ("body", tokens.t1))
