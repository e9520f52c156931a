"""Line icons: the SVG files of ``resources/icons``, drawn in a token's colour at one stroke width."""

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui.theme.tokens import SIZES

_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "icons"
_BOX = 24  # the files' own view box


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    return (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _renderer(name: str, size: int, colour: str) -> QSvgRenderer:
    width = SIZES.icon_stroke * _BOX / size
    text = _source(name).replace('stroke-width="2"', f'stroke-width="{width:.3f}"')
    return QSvgRenderer(QByteArray(text.replace("currentColor", colour).encode()))


def draw_icon(painter: QPainter, name: str, box: QRectF, colour: str) -> None:
    """Draw icon ``name`` into the square ``box``. Raises FileNotFoundError for an unknown name."""
    _renderer(name, max(1, round(box.width())), colour).render(painter, box)


@lru_cache(maxsize=512)
def icon_pixmap(name: str, size: int, colour: str, dpr: float = 1.0, lead: int = 0) -> QPixmap:
    """Return icon ``name``, ``size`` px square at 100 %, for a screen of ``dpr`` device pixels per px.

    ``lead`` px at the left stay empty, to stand the icon off from words before it.
    """
    pixmap = QPixmap(round((size + lead) * dpr), round(size * dpr))
    pixmap.setDevicePixelRatio(dpr)
    pixmap.fill(Qt.GlobalColor.transparent)
    drawing = _renderer(name, size, colour)  # before the painter: it raises for an unknown name
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    drawing.render(painter, QRectF(lead, 0, size, size))
    painter.end()
    return pixmap


def make_icon(name: str, size: int, colour: str, lead: int = 0) -> QIcon:
    """Return a QIcon for buttons and menus, at 100, 150 and 200 %."""
    made = QIcon()
    for dpr in (1.0, 1.5, 2.0):
        made.addPixmap(icon_pixmap(name, size, colour, dpr, lead))
    return made
