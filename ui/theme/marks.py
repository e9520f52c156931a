"""Painted marks: colour, shape and numeral together, never a colour alone. All lengths in px at 100 %."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPainterPath, QPen, QPolygonF

from ui.theme.faces import face, role_face
from ui.theme.tokens import SIZES, Tokens, severity

_NUMERAL_FLOOR = 14  # below this box the numeral goes and the shape stays


def _ready(painter: QPainter) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)


def severity_shape(level: int, box: QRectF) -> QPainterPath:
    """Return the outline of a severity mark in the square ``box``: diamond, triangle, square or circle."""
    path = QPainterPath()
    unit = box.width() / SIZES.mark
    at = box.topLeft()

    def points(*pairs: tuple[float, float]) -> None:
        path.addPolygon(QPolygonF([at + QPointF(x * unit, y * unit) for x, y in pairs]))
        path.closeSubpath()

    match severity(level).shape:
        case "diamond":
            points((9, 0), (18, 9), (9, 18), (0, 9))
        case "triangle":
            points((9, 0.5), (18, 17), (0, 17))
        case "square":
            path.addRect(QRectF(at.x() + 2 * unit, at.y() + 2 * unit, 14 * unit, 14 * unit))
        case "circle":
            path.addEllipse(QRectF(at.x() + 2 * unit, at.y() + 2 * unit, 14 * unit, 14 * unit))
    return path


def draw_severity(
    painter: QPainter, box: QRectF, level: int, tokens: Tokens, halo: str | None = None
) -> None:
    """Draw the mark of ``level`` 1 to 4 in the square ``box``; ``halo`` is a ground to stand off from."""
    _ready(painter)
    shape = severity_shape(level, box)
    if halo is not None:
        painter.strokePath(shape, QPen(QColor(halo), 5, j=Qt.PenJoinStyle.RoundJoin))
    painter.fillPath(shape, QColor(tokens.colour(severity(level).token)))
    if box.width() >= _NUMERAL_FLOOR:
        drop = box.width() * (1.8 / SIZES.mark if level == 2 else 0)
        painter.setFont(face(max(10, round(box.width() * 11 / SIZES.mark)), bold=True))
        painter.setPen(QColor(tokens.onsev))
        painter.drawText(box.translated(0, drop), Qt.AlignmentFlag.AlignCenter, str(level))
    painter.restore()


def draw_dot(painter: QPainter, centre: QPointF, state: str, tokens: Tokens, radius: float = 5) -> None:
    """Draw a state's circle: ``ok`` filled, ``under_way`` half filled, ``waiting`` hollow."""
    _ready(painter)
    box = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
    if state == "ok":
        painter.setBrush(QColor(tokens.ok))
        painter.drawEllipse(box)
    else:
        colour = QColor(tokens.acc if state == "under_way" else tokens.t2)
        painter.setPen(QPen(colour, 1.5))
        painter.drawEllipse(box.adjusted(0.75, 0.75, -0.75, -0.75))
        if state == "under_way":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawPie(box, 90 * 16, 180 * 16)
    painter.restore()


def draw_triangle(
    painter: QPainter, box: QRectF, colour: str, *, filled: bool = True, down: bool = False
) -> None:
    """Draw a small triangle: filled = conflict, hollow pointing down = below target."""
    _ready(painter)
    inset = box if filled else box.adjusted(0.75, 0.75, -0.75, -0.75)
    tip, base = (inset.bottom(), inset.top()) if down else (inset.top(), inset.bottom())
    shape = QPolygonF(
        [QPointF(inset.center().x(), tip), QPointF(inset.right(), base), QPointF(inset.left(), base)]
    )
    if filled:
        painter.setBrush(QColor(colour))
    else:
        painter.setPen(QPen(QColor(colour), 1.2))
    painter.drawPolygon(shape)
    painter.restore()


def key_width(key: str) -> int:
    """Return the width of the cap of ``key``: at least square, else 6 px either side of the words."""
    return max(SIZES.key, QFontMetrics(role_face("second")).horizontalAdvance(key) + 12)


def draw_plate(
    painter: QPainter, box: QRectF, tokens: Tokens, *, ground: str | None = None, edge: str | None = None
) -> None:
    """Draw a plate: a panel with a 1 px edge and radius 3, for words laid over a map or a picture."""
    _ready(painter)
    painter.setPen(QPen(QColor(edge or tokens.line2), 1))
    painter.setBrush(QBrush(QColor(ground or tokens.bg1)))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), SIZES.radius_chip, SIZES.radius_chip)
    painter.restore()


def draw_key(
    painter: QPainter,
    box: QRectF,
    key: str,
    tokens: Tokens,
    *,
    ink: str | None = None,
    edge: str | None = None,
    ground: str | None = None,
) -> None:
    """Draw the cap of a key ("J", "Enter") in ``box``, 20 px high; on a primary button pass its inks."""
    draw_plate(painter, box, tokens, ground=ground or tokens.bg2, edge=edge)
    painter.save()
    painter.setFont(role_face("second"))
    painter.setPen(QColor(ink or tokens.t2))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, key)
    painter.restore()
