"""What the KPI panels share: ground, title, and one value that they paint."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.kpi.lettering import set_left
from ui.theme.apply import theme
from ui.theme.tokens import SIZES, Tokens

PAD = SIZES.panel_padding
TITLE_Y = 19.0


class _Shown(Protocol):
    @property
    def title(self) -> str: ...

    @property
    def spoken(self) -> str: ...


F = TypeVar("F", bound=_Shown)


class Panel(QWidget, Generic[F]):
    """A painted panel. ``show_figures`` repaints only where something has changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.figures: F | None = None
        self.page = False
        theme.changed.connect(self.update)

    def show_figures(self, shown: F) -> None:
        if shown == self.figures:
            return
        self.figures = shown
        self.setAccessibleName(shown.spoken)
        self.took()
        self.update()

    def set_page(self, page: bool) -> None:
        """Whether the panel stands on a page of its own, with more room for more columns."""
        self.page = page
        self.update()

    def took(self) -> None:
        """Told that ``figures`` are new; for panels with a chart inside."""

    def paint(self, painter: QPainter, shown: F, tokens: Tokens) -> None:
        """Paint all but ground and title."""
        raise NotImplementedError

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), theme.tokens
        painter.fillRect(self.rect(), QColor(tokens.bg1))
        if self.figures is not None:
            set_left(painter, (PAD, TITLE_Y), self.figures.title, ("strong", tokens.t1))
            self.paint(painter, self.figures, tokens)
        painter.end()


def bar_height(pitch: float, *, page: bool) -> int:
    """How thick a row's bar is: as drawn in the strip, growing with the rows on a page."""
    return 2 * round(min(max(pitch * 0.11, 6), 16)) if page else 8


def draw_bar(painter: QPainter, track: QRectF, share: float | None, colour: str, ground: str = "") -> None:
    """A flat bar over its track; ``share`` 0…1, None draws the track alone."""
    if ground:
        painter.fillRect(track, QColor(ground))
    if share and track.width() > 0:
        long = max(1.0, track.width() * min(share, 1.0))
        painter.fillRect(QRectF(track.left(), track.top(), long, track.height()), QColor(colour))
