"""The panel of the towns side by side: backlog as bars, share on time, median response."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRectF

from ui.kpi.lettering import advance, first_that_fits, set_centred, set_left, set_right
from ui.kpi.panel import PAD, TITLE_Y, Panel, bar_height, draw_bar
from ui.kpi.town_figures import Town, Towns
from ui.theme.apply import theme
from ui.theme.marks import draw_triangle

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from ui.theme.tokens import Tokens

_HEAD_Y, _ROWS_TOP = 47.0, 57.0
_PITCH = (18.0, 128.0)
_LEAST_BAR = 24.0
_MORE_FROM = 480
"""px of width from which there is room for the columns overdue and n."""


class _Columns(NamedTuple):
    """Left edge of the bars, then right edges; 0: no such column."""

    bar: float
    bar_end: float
    open_now: float
    overdue: float
    on_time: float
    n: float
    p50: float


class TownsPanel(Panel[Towns]):
    """镇街并列."""

    def paint(self, painter: QPainter, shown: Towns, tokens: Tokens) -> None:
        right = self.width() - PAD
        room = right - PAD - advance(shown.title, "strong") - 12
        note = first_that_fits((shown.note, shown.short_note), "second", room)
        set_right(painter, (right, TITLE_Y), note, ("second", tokens.t2))
        if shown.empty:
            centre = (self.width() / 2, (self.height() + _HEAD_Y) / 2)
            set_centred(painter, centre, shown.empty, ("body", tokens.t2))
            return
        columns = self._columns(shown)
        self._head(painter, shown, columns, tokens)
        room = self.height() - _ROWS_TOP - 3
        pitch = min(max(room / len(shown.rows), _PITCH[0]), _PITCH[1])
        for i, town in enumerate(shown.rows):
            middle = _ROWS_TOP + pitch * (i + 0.5)
            if middle + 8 <= self.height():
                high = bar_height(pitch, page=self.page)
                self._bar(painter, town, QRectF(columns.bar, round(middle) - high / 2, 0, high), columns)
                self._row(painter, town, columns, middle, tokens)

    def _columns(self, shown: Towns) -> _Columns:
        """Each column as wide as its widest words; the bars take what is left."""
        right = float(self.width() - PAD)
        gap = 16.0 if self.width() < _MORE_FROM else 28.0
        heads = [advance(head, "second") for head in shown.heads]
        names = max(heads[0], *(advance(t.name, "body") for t in shown.rows))
        p50 = max(heads[5], *(advance(t.p50, "body") for t in shown.rows))
        edges = {"p50": right}
        at = right - p50 - gap
        more = self.width() >= _MORE_FROM
        if more:
            edges["n"] = at
            at -= max(heads[4], *(advance(t.n, "body") for t in shown.rows), 20.0) + gap
        edges["on_time"] = at
        at -= max(heads[3], 52.0) + gap
        if more:
            edges["overdue"] = at
            at -= max(heads[2], *(advance(t.overdue, "body") for t in shown.rows)) + gap
        edges["open_now"] = at
        at -= max(20.0, *(advance(t.open_now, "body") for t in shown.rows)) + 12
        bar = PAD + names + 16
        if at - bar < _LEAST_BAR:
            bar = at  # no room for bars: the numbers say it
        return _Columns(bar, at, edges["open_now"], edges.get("overdue", 0.0), edges["on_time"],
                        edges.get("n", 0.0), edges["p50"])  # fmt: skip

    def _head(self, painter: QPainter, shown: Towns, columns: _Columns, tokens: Tokens) -> None:
        look = ("second", tokens.t3)
        town, open_now, overdue, on_time, n, p50 = shown.heads
        set_left(painter, (PAD, _HEAD_Y), town, look)
        bars = columns.bar < columns.bar_end
        if bars:
            set_left(painter, (columns.bar, _HEAD_Y), open_now, look)
        for words, edge in (
            (open_now, 0.0 if bars else columns.open_now),
            (overdue, columns.overdue),
            (on_time, columns.on_time),
            (n, columns.n),
            (p50, columns.p50),
        ):
            if edge:
                set_right(painter, (edge, _HEAD_Y), words, look)

    def _bar(self, painter: QPainter, town: Town, track: QRectF, columns: _Columns) -> None:
        track.setLeft(round(columns.bar))
        track.setRight(round(columns.bar_end))
        draw_bar(painter, track, town.share, theme.tokens.bar)

    def _row(self, painter: QPainter, town: Town, columns: _Columns, y: float, tokens: Tokens) -> None:
        set_left(painter, (PAD, y), town.name, ("body", tokens.t1), columns.bar - PAD - 4)
        set_right(painter, (columns.open_now, y), town.open_now, ("body", tokens.t1))
        if columns.overdue:
            look = ("strong", tokens.crit) if town.late else ("body", tokens.t2)
            set_right(painter, (columns.overdue, y), town.overdue, look)
        if town.aside:
            set_right(painter, (columns.p50, y), town.aside, ("second", tokens.t3))
            return
        if columns.n:
            set_right(painter, (columns.n, y), town.n, ("body", tokens.t2))
        set_right(painter, (columns.p50, y), town.p50, ("body", tokens.t1))
        look = ("strong", tokens.high) if town.below else ("body", tokens.t1)
        start = set_right(painter, (columns.on_time, y), town.on_time, look)
        if town.below:
            draw_triangle(painter, QRectF(start - 14, y - 4.5, 10, 9), tokens.high, filled=False, down=True)
