"""The two charts: arrivals with closings by hour, and the share on time by day.

Drawn with pyqtgraph's items in the view's own pixels, so that bars stand on whole pixels. Importing
pyqtgraph takes some tenths of a second: import this module where a chart is about to be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QResizeEvent

from ui.kpi.lettering import advance, set_centred, set_right
from ui.kpi.scales import count_ticks, every, lonely, percent_ticks
from ui.theme.apply import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.kpi.figures import Flow, OnTime

_AXIS = 22
_LINE = 2.0
_DOT = 8


def _intervals(height: int) -> int:
    return 5 if height >= 240 else 3 if height >= 100 else 1


def _pen(colour: str, width: float) -> QPen:
    return QPen(QColor(colour), width, j=Qt.PenJoinStyle.RoundJoin, c=Qt.PenCapStyle.RoundCap)


class _Chart(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph is untyped
    """A view that only shows: no mouse, no focus, no menu; grid and labels are its background."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, useOpenGL=False, background=None)
        self.setCentralItem(None)
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.line = pg.PlotCurveItem(antialias=True, connect="finite")
        theme.changed.connect(self.lay)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay()

    def lay(self) -> None:
        """Put the items where they belong for the size, the figures and the theme."""
        raise NotImplementedError

    def drawBackground(self, painter: QPainter, _rect: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.fillRect(self.rect(), QColor(theme.tokens.bg1))
        self.draw_axes(painter)

    def draw_axes(self, painter: QPainter) -> None:
        raise NotImplementedError

    def grid_line(self, painter: QPainter, y: float, left: float) -> None:
        painter.fillRect(QRectF(left, round(y), self.width() - left, 1), QColor(theme.tokens.line))


class FlowChart(_Chart):
    """Bars: arrivals by hour, the begun hour fainter. Line: closings of the full hours."""

    # pyqtgraph resizes within its own constructor, so these stand before ours has run.
    _flow: Flow | None = None
    _ticks: tuple[int, ...] = (0,)
    _left = _step = _first = 0.0

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._bars = pg.BarGraphItem(x0=np.zeros(1), width=1, height=np.zeros(1), pen=None, brush="#000")
        self.addItem(self._bars)
        self.addItem(self.line)

    def show_flow(self, flow: Flow) -> None:
        self._flow = flow
        self.lay()

    def y_of(self, value: Any) -> Any:
        """Where a count (or an array of counts) stands, px from the top."""
        bottom = self.height() - _AXIS
        return bottom - value / self._ticks[-1] * (bottom - 8)

    def lay(self) -> None:
        flow = self._flow
        if flow is None or self.height() <= 2 * _AXIS:
            return
        count = len(flow.hours)
        top = max(*flow.arrived, *flow.closed)
        self._ticks = count_ticks(top, _intervals(self.height()))
        self._left = round(advance(f"{self._ticks[-1]:,}", "second")) + 8
        # Whole pixels a bar, so that all are of one width; what is left over stands at the left.
        self._step = max(1, int((self.width() - self._left) // count))
        start = self.width() - self._step * count
        wide = max(1, self._step - max(1, round(self._step * 0.3)))
        gap = (self._step - wide) // 2
        self._first = start + gap + wide / 2
        bottom, tokens = self.height() - _AXIS, theme.tokens
        arrived = np.asarray(flow.arrived, dtype=float)
        tops = np.round(self.y_of(arrived))
        middles = self._first + np.arange(count) * self._step
        self._bars.setOpts(
            x0=middles - wide / 2, width=wide, y0=tops, height=bottom - tops,
            pen=None, brush=None, pens=None,
            brushes=[QBrush(QColor(tokens.bar))] * (count - 1) + [QBrush(QColor(tokens.line2))],
        )  # fmt: skip
        closed = np.asarray(flow.closed[:-1], dtype=float)
        self.line.setPen(_pen(tokens.t1, _LINE))
        self.line.setData(middles[:-1], self.y_of(closed))
        self.line.setVisible(not flow.empty)
        self.viewport().update()

    def draw_axes(self, painter: QPainter) -> None:
        flow, tokens = self._flow, theme.tokens
        if flow is None:
            return
        bottom = self.height() - _AXIS
        for tick in self._ticks if not flow.empty else (0,):
            y = float(self.y_of(tick))
            self.grid_line(painter, y, self._left)
            set_right(painter, (self._left - 8, y), f"{tick:,}", ("second", tokens.t3))
        hop = every(len(flow.hours), self._step * len(flow.hours), 20)
        for i in range(0, len(flow.hours), hop):
            set_centred(
                painter, (self._first + i * self._step, bottom + 12), flow.hours[i], ("second", tokens.t3)
            )
        if flow.empty:
            set_centred(painter, (self.width() / 2, bottom / 2), flow.empty, ("body", tokens.t2))


class DaysChart(_Chart):
    """The share on time by day, with its target; labelled only on a page of its own."""

    _shown: OnTime | None = None
    _labelled = False
    _ticks: tuple[int, ...] = ()
    _span = (0.0, 1.0)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._dots = pg.ScatterPlotItem(pxMode=True, size=_DOT)
        self.addItem(self.line)
        self.addItem(self._dots)

    def show_days(self, shown: OnTime, *, labelled: bool) -> None:
        self._shown, self._labelled = shown, labelled
        self.lay()

    def _left(self) -> float:
        return advance("100", "second") + 12 if self._labelled else 5.0

    def _y(self, share: Any) -> Any:
        bottom = self.height() - (_AXIS if self._labelled else 5)
        low, high = self._span
        return bottom - (share - low) / (high - low) * (bottom - 8)

    def _xs(self, count: int) -> Any:
        inset = 24.0 if self._labelled else 0.0
        return np.linspace(self._left() + inset, self.width() - 5 - inset, count)

    def lay(self) -> None:
        shown = self._shown
        if shown is None or self.height() < 24:
            return
        held = [*(day for day in shown.days if day is not None), shown.target - 0.005]
        self._ticks = percent_ticks(held, 5) if self._labelled else ()
        if self._labelled:
            self._span = self._ticks[0] / 100, self._ticks[-1] / 100
        else:
            self._span = min(held) - 0.01, max(*held, shown.target + 0.02)
        xs = self._xs(len(shown.days))
        ys = self._y(np.array([np.nan if day is None else day for day in shown.days]))
        tokens = theme.tokens
        self.line.setPen(_pen(tokens.t1, _LINE))
        self.line.setData(xs, ys)
        marked = set(range(len(ys))) if self._labelled else {*lonely(shown.days), len(ys) - 1}
        seen = [i for i in sorted(marked) if shown.days[i] is not None]
        self._dots.setData(
            pos=[(xs[i], ys[i]) for i in seen], pen=None, brush=QBrush(QColor(tokens.t1)), size=_DOT
        )
        self.viewport().update()

    def draw_axes(self, painter: QPainter) -> None:
        shown, tokens = self._shown, theme.tokens
        if shown is None:
            return
        left = self._left()
        if self._labelled:
            for tick in self._ticks:
                y = float(self._y(tick / 100))
                self.grid_line(painter, y, left)
                set_right(painter, (left - 8, y), str(tick), ("second", tokens.t3))
            for x, name in zip(self._xs(len(shown.days)), shown.day_names, strict=True):
                set_centred(painter, (float(x), self.height() - 9), name, ("second", tokens.t3))
        target = round(float(self._y(shown.target))) + 0.5
        painter.setPen(QPen(QColor(tokens.t3), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(left, target), QPointF(self.width(), target))
