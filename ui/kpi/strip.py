"""The KPI strip: the indicators of the last day, along the command page's foot or on a page of its own."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.services import assess
from ui.kpi.backlog import BacklogPanel
from ui.kpi.figures import figures
from ui.kpi.flow import FlowPanel
from ui.kpi.on_time import OnTimePanel
from ui.kpi.places import PanelName, arrange
from ui.kpi.response import ResponsePanel
from ui.kpi.towns import TownsPanel
from ui.theme.apply import theme
from ui.work import Ask

if TYPE_CHECKING:
    from app.services.assess import Strip
    from app.services.words import Words
    from ui.box import Box
    from ui.relay import Relay
    from ui.work import Work

PAUSE_MS = 90
"""At most one question in so many ms; the first change after a rest is asked about at once."""


class KpiStrip(QWidget):
    """Five panels over one ``Strip``, which is asked for anew when something changed and as time goes by.

    Nothing is asked while it is hidden. Each panel's accessible name says its figures in words.
    """

    def __init__(
        self, work: Work, relay: Relay, words: Words, lang: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._work, self._words, self._lang = work, words, lang
        self._shown: Strip | None = None
        self._asked_at = 0.0
        self._charts_asked = self._charts_held = False
        self._lines: tuple[Box, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("指标"))
        self.flow = FlowPanel(self)
        self.backlog = BacklogPanel(self)
        self.on_time = OnTimePanel(self)
        self.response = ResponsePanel(self)
        self.towns = TownsPanel(self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self.refresh)
        theme.changed.connect(self.update)
        relay.changed.connect(self._refresh_soon)
        relay.ticked.connect(self._refresh_soon)

    @property
    def shown(self) -> Strip | None:
        """What is shown now; None before the first answer."""
        return self._shown

    @property
    def charts_ready(self) -> bool:
        """Whether the charts' library has been loaded and both charts stand."""
        return self.flow.chart is not None

    def refresh(self) -> None:
        """Ask for the figures now."""
        self._pause.stop()
        self._asked_at = monotonic()
        self._work.ask(Ask(assess.strip, slot="strip"), self, self.show_strip)

    def show_strip(self, strip: Strip) -> None:
        """Show these figures; panels whose figures are the same as before are not painted again."""
        if not self._charts_held:
            self.load_charts()
        self._shown = strip
        shown = figures(strip, self._words, self._lang, QCoreApplication.translate)
        self.flow.show_figures(shown.flow)
        self.backlog.show_figures(shown.backlog)
        self.on_time.show_figures(shown.on_time)
        self.response.show_figures(shown.response)
        self.towns.show_figures(shown.towns)

    def _refresh_soon(self) -> None:
        if not self.isVisible() or self._pause.isActive():
            return
        rest = PAUSE_MS - (monotonic() - self._asked_at) * 1000
        if rest <= 0:
            self.refresh()
        else:
            self._pause.start(int(rest) + 1)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), theme.tokens
        painter.fillRect(self.rect(), QColor(tokens.bg1))
        for line in self._lines:
            painter.fillRect(line.x, line.y, line.width, line.height, QColor(tokens.line))

    def _lay(self) -> None:
        places = arrange(self.width(), self.height())
        self._lines = places.lines
        panels: dict[PanelName, QWidget] = {
            "flow": self.flow,
            "backlog": self.backlog,
            "on_time": self.on_time,
            "response": self.response,
            "towns": self.towns,
        }
        for name, panel in panels.items():
            box = places.panels.get(name)
            panel.setVisible(box is not None)
            if box is not None:
                panel.setGeometry(box.x, box.y, box.width, box.height)
        for sized in (self.backlog, self.on_time, self.towns):
            sized.set_page(places.page)
        self.update()

    def hold_charts(self) -> None:
        """Do not load the charts' library before ``load_charts``: queue and map come first at the start."""
        self._charts_held = True

    def load_charts(self) -> None:
        """Load the charts' library (0.4 s, once), when what is waiting has been done.

        On the GUI thread: Qt's modules imported on another one end the process now and then.
        """
        self._charts_held = False
        if not self._charts_asked:
            self._charts_asked = True
            QTimer.singleShot(0, self, self._set_charts)

    def _set_charts(self) -> None:
        from ui.kpi.charts import DaysChart, FlowChart

        self.flow.set_chart(FlowChart(self.flow))
        self.on_time.set_chart(DaysChart(self.on_time))
