"""Fonts by type role, so that no view names a size of its own."""

from functools import cache

from PySide6.QtGui import QFont

from ui.fonts import ui_font
from ui.theme.tokens import TYPE


@cache
def face(px: int, *, bold: bool = False) -> QFont:
    """Return the product's font at ``px``, weight 400 or 700. Needs a QGuiApplication."""
    return ui_font(px, bold)


def role_face(role: str) -> QFont:
    """Return the font of a type role of ``tokens.TYPE``. Raises KeyError for an unknown role."""
    kind = TYPE[role]
    return face(kind.px, bold=kind.bold)
