"""The panel of arrivals and closings by hour: legend with totals over its chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QResizeEvent

from ui.kpi.figures import Flow
from ui.kpi.lettering import advance, set_right
from ui.kpi.panel import PAD, TITLE_Y, Panel

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from ui.kpi.charts import FlowChart
    from ui.theme.tokens import Tokens

_CHART_TOP, _LEGEND_ROW = 48, 21


class FlowPanel(Panel[Flow]):
    """到达与结案 24 小时. The chart stands in it from ``set_chart`` on."""

    chart: FlowChart | None = None

    def set_chart(self, chart: FlowChart) -> None:
        self.chart = chart
        self._fit()
        self.took()
        chart.show()

    def _legend_below(self) -> bool:
        """Whether title and legend have no room in one line."""
        shown = self.figures
        if shown is None:
            return False
        legend = advance(shown.arrived_words, "second") + advance(shown.closed_words, "second") + 46
        return PAD + advance(shown.title, "strong") + 12 + legend > self.width() - PAD

    def took(self) -> None:
        self._fit()
        if self.chart is not None and self.figures is not None:
            self.chart.show_flow(self.figures)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self.chart is not None:
            top = _CHART_TOP + (12 if self._legend_below() else 0)
            self.chart.setGeometry(PAD, top, self.width() - 2 * PAD, max(0, self.height() - top))

    def paint(self, painter: QPainter, shown: Flow, tokens: Tokens) -> None:
        y = TITLE_Y + (_LEGEND_ROW if self._legend_below() else 0)
        at = set_right(painter, (self.width() - PAD, y), shown.closed_words, ("second", tokens.t2))
        painter.fillRect(QRectF(round(at) - 22, y - 1, 16, 2), QColor(tokens.t1))
        at = set_right(painter, (at - 30, y), shown.arrived_words, ("second", tokens.t2))
        painter.fillRect(QRectF(round(at) - 16, y - 5, 10, 10), QColor(tokens.bar))
