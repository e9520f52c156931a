"""The interface's own typeface, so that Chinese shows alike on a machine that has no Chinese font."""

from functools import cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

_FOLDER = Path(__file__).resolve().parent.parent / "resources" / "fonts"
_FILES = ("GridSansSC-Regular.otf", "GridSansSC-Bold.otf")
_TABULAR = QFont.Tag("tnum")


class FontMissingError(RuntimeError):
    """A font file that the program ships with is not there or cannot be read."""


@cache
def load_fonts() -> str:
    """Registers both weights with Qt, once, and returns the family's name.

    Needs a QGuiApplication. Raises FontMissingError, naming the file, where one is absent or damaged.
    """
    families = {_register(_FOLDER / name) for name in _FILES}
    if len(families) != 1:
        raise FontMissingError(f"字体文件不属于同一字族 the font files are of different families: {families}")
    return families.pop()


def ui_font(px: int, bold: bool = False) -> QFont:
    """The interface's font, `px` pixels high, with figures of one width."""
    font = QFont(load_fonts())
    font.setPixelSize(px)
    font.setBold(bold)
    # Our own face has no other figures; this is for the face that stands in for a character it lacks.
    font.setFeature(_TABULAR, 1)
    return font


def _register(path: Path) -> str:
    """Hands one file to Qt and returns the family that Qt found in it."""
    number = QFontDatabase.addApplicationFont(str(path))
    families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    if not families:
        raise FontMissingError(f"字体文件缺失或损坏 font file absent or damaged: {path}")
    return families[0]
