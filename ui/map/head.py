"""The bar over the map: where we are, which layers are on, zoom."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFont, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QWidget

from ui.map.state import MapState, Shade

_STROKES: Final[dict[str, list[list[tuple[float, float]]]]] = {
    "plus": [[(10, 4), (10, 16)], [(4, 10), (16, 10)]],
    "chevron": [[(6, 8), (10, 12), (14, 8)]],
    "minus": [[(4, 10), (16, 10)]],
    "fit": [
        [(3, 7), (3, 3), (7, 3)],
        [(13, 3), (17, 3), (17, 7)],
        [(17, 13), (17, 17), (13, 17)],
        [(7, 17), (3, 17), (3, 13)],
    ],
}
"""Lines of the signs in a 20 px box."""


class _SignButton(QToolButton):
    """A 32 px button with a sign of 1.5 px strokes in the text colour, so that it follows every theme."""

    def __init__(self, sign: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._sign = sign
        self.setObjectName(f"map_{sign}")
        self.setProperty("kind", "icon")
        self.setAutoRaise(True)
        self.setFixedSize(QSize(32, 32))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        corner = QPointF((self.width() - 20) / 2, (self.height() - 20) / 2)
        _stroke(QPainter(self), self._sign, corner, self.palette().color(QPalette.ColorRole.ButtonText))


class _MenuButton(QToolButton):
    """Words with a chevron behind them, in place of the style's own small arrow."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setStyleSheet(
            "QToolButton { padding-right: 20px; } QToolButton::menu-indicator { image: none; }"
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        corner = QPointF(self.width() - 20, (self.height() - 20) / 2)
        _stroke(QPainter(self), "chevron", corner, self.palette().color(QPalette.ColorRole.ButtonText))


def _stroke(painter: QPainter, sign: str, corner: QPointF, colour: QColor) -> None:
    """Draws a sign in the 20 px box whose upper left corner is given."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(colour, 1.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    for line in _STROKES[sign]:
        painter.drawPolyline([corner + QPointF(x, y) for x, y in line])


class MapHead(QWidget):
    """44 px: breadcrumb, chips 事件 n / 负荷 / 超时, zoom − + and fit.

    Signals carry the wish; the owner answers with `show_state`.
    """

    state_wished = Signal(object)
    """A MapState."""
    zoom_wished = Signal(float)
    """Steps of zoom, negative to go out."""
    fit_wished = Signal()
    place_wished = Signal(object)
    """A place's id, or None for the whole district."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("map_head")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("panel", "bg1")
        self.setFixedHeight(44)
        self._state = MapState()
        self._towns: list[tuple[str, str]] = []
        self._district = ""
        self._count = 0
        self._build()
        self.retranslate()
        self.show_state(self._state)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(8)
        self._home = QToolButton(self)
        self._home.setObjectName("map_district")
        self._home.setProperty("kind", "crumb")
        self._home.setAutoRaise(True)
        bold = QFont()  # only the weight is set: the family is whatever the theme gives
        bold.setBold(True)
        self._home.setFont(bold)
        self._arrow = QLabel("›", self)
        self._arrow.setProperty("kind", "dim")
        self._where = _MenuButton(self)
        self._where.setObjectName("map_town")
        self._where.setProperty("kind", "crumb")
        self._where.setAutoRaise(True)
        self._where.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self._where)
        self._where.setMenu(self._menu)
        for part in (self._home, self._arrow, self._where):
            row.addWidget(part)
        row.addStretch(1)
        self._incidents = self._chip("map_incidents")
        self._load = self._chip("map_load")
        self._overdue = self._chip("map_overdue")
        self._minus = _SignButton("minus", self)
        self._plus = _SignButton("plus", self)
        self._fit = _SignButton("fit", self)
        for button in (self._incidents, self._load, self._overdue, self._minus, self._plus, self._fit):
            row.addWidget(button)
        self._home.clicked.connect(lambda: self.place_wished.emit(None))
        self._incidents.clicked.connect(lambda on: self.state_wished.emit(self._state.show_incidents(on)))
        self._load.clicked.connect(lambda: self.state_wished.emit(self._state.press(Shade.OPEN)))
        self._overdue.clicked.connect(lambda: self.state_wished.emit(self._state.press(Shade.OVERDUE)))
        self._minus.clicked.connect(lambda: self.zoom_wished.emit(-0.5))
        self._plus.clicked.connect(lambda: self.zoom_wished.emit(0.5))
        self._fit.clicked.connect(self.fit_wished)

    def _chip(self, name: str) -> QPushButton:
        chip = QPushButton(self)
        chip.setObjectName(name)
        chip.setProperty("kind", "chip")
        chip.setCheckable(True)
        chip.setFixedHeight(24)
        return chip

    def retranslate(self) -> None:
        """Words anew, after the translator changed."""
        self._load.setText(self.tr("负荷"))
        self._overdue.setText(self.tr("超时"))
        self._load.setToolTip(self.tr("按在办件数给网格着色"))
        self._overdue.setToolTip(self.tr("按超时件数给网格着色"))
        self._incidents.setToolTip(self.tr("显示或隐藏事件"))
        for button, words in (
            (self._minus, self.tr("缩小")),
            (self._plus, self.tr("放大")),
            (self._fit, self.tr("全区")),
        ):
            button.setToolTip(words)
            button.setAccessibleName(words)
        self._write_count()
        self.set_places(self._district, self._towns)

    def set_count(self, count: int) -> None:
        """How many incidents are on the map."""
        if count != self._count:
            self._count = count
            self._write_count()

    def _write_count(self) -> None:
        self._incidents.setText(self.tr("事件 {count}").format(count=self._count))

    def set_places(self, district: str, towns: Sequence[tuple[str, str]]) -> None:
        """The district's name, and (id, name) of its towns, for the menu."""
        self._district = district
        self._towns = list(towns)
        self._home.setText(district)
        self._menu.clear()
        for place, name in [(None, self.tr("全部镇街")), *self._towns]:
            action = QAction(name, self._menu)
            action.triggered.connect(lambda _=False, place=place: self.place_wished.emit(place))
            self._menu.addAction(action)
        self.show_state(self._state)

    def show_state(self, state: MapState) -> None:
        self._state = state
        self._incidents.setChecked(state.incidents)
        self._load.setChecked(state.shade is Shade.OPEN)
        self._overdue.setChecked(state.shade is Shade.OVERDUE)
        self._where.setText(dict(self._towns).get(state.place or "", self.tr("全部镇街")))
