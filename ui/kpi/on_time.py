"""The panel of closings within their limit: the share of a day, and of the last seven beside the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from ui.kpi.figures import OnTime
from ui.kpi.lettering import first_that_fits, set_left, set_right
from ui.kpi.panel import PAD, Panel
from ui.kpi.saying import NONE
from ui.theme.marks import draw_triangle

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter, QResizeEvent

    from ui.kpi.charts import DaysChart
    from ui.theme.tokens import Tokens

_FIGURE_Y, _NOTE_Y = 59.0, 66.0
_CHART_TOP = 82


class OnTimePanel(Panel[OnTime]):
    """按时率. The chart stands in it from ``set_chart`` on."""

    chart: DaysChart | None = None

    def set_chart(self, chart: DaysChart) -> None:
        self.chart = chart
        self._fit()
        self.took()
        chart.show()

    def set_page(self, page: bool) -> None:
        super().set_page(page)
        self._fit()
        self.took()

    def took(self) -> None:
        if self.chart is not None and self.figures is not None:
            self.chart.show_days(self.figures, labelled=self.page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self.chart is not None:
            high = self.height() - _CHART_TOP - 46
            self.chart.setGeometry(PAD, _CHART_TOP, self.width() - 2 * PAD, max(0, high))
            self.chart.setVisible(high >= 24)

    def paint(self, painter: QPainter, shown: OnTime, tokens: Tokens) -> None:
        right = self.width() - PAD
        none = shown.figure == NONE
        ink = tokens.high if shown.below else tokens.t3 if none else tokens.t1
        end = set_left(painter, (PAD, _FIGURE_Y), shown.figure, ("kpi", ink))
        if not none:
            end = set_left(painter, (end + 4, _NOTE_Y), "%", ("body", tokens.t2))
        if shown.below:
            mark = QRectF(end + 6, _NOTE_Y - 5, 11, 10)
            draw_triangle(painter, mark, tokens.high, filled=False, down=True)
            end = mark.right()
        foot = self.height() - 34.0
        beside = first_that_fits((shown.n,), "second", right - end - 6)
        set_right(painter, (right, _NOTE_Y), beside, ("second", tokens.t2))
        if foot > _CHART_TOP:
            start = set_right(painter, (right, foot), shown.days_words, ("second", tokens.t3))
            set_left(painter, (PAD, foot), shown.target_words, ("second", tokens.t3), start - PAD - 8)
        if foot + 20 > _CHART_TOP:
            end = set_left(painter, (PAD, foot + 20), shown.late, ("second", tokens.t2), right - PAD)
            n = "" if beside else first_that_fits((shown.n,), "second", right - end - 6)
            set_right(painter, (right, foot + 20), n, ("second", tokens.t2))
