"""The interface's typeface is ours, its figures are of one width, and it has every character we write."""

import ast
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtGui import QFontInfo, QFontMetricsF, QRawFont

from ui import fonts

pytestmark = pytest.mark.gui

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("bold", [False, True])
def test_our_own_face_draws_the_screen(qapp, bold):
    info = QFontInfo(fonts.ui_font(13, bold))
    assert (info.family(), info.pixelSize(), info.bold()) == ("Grid Sans SC", 13, bold)


@pytest.mark.parametrize("bold", [False, True])
def test_figures_are_of_one_width(qapp, bold):
    metrics = QFontMetricsF(fonts.ui_font(13, bold))
    widths = {metrics.horizontalAdvance(first + second) for first, second in product("0123456789", repeat=2)}
    assert len(widths) == 1


def test_a_missing_file_is_named(qapp, monkeypatch, tmp_path):
    monkeypatch.setattr(fonts, "_FOLDER", tmp_path)
    fonts.load_fonts.cache_clear()
    with pytest.raises(fonts.FontMissingError, match=r"GridSansSC-(Regular|Bold)\.otf"):
        fonts.load_fonts()
    fonts.load_fonts.cache_clear()


def _written_characters():
    """Every character beyond ASCII in a text of ui/ or app/, with one place where it is written."""
    places = {}
    for path in [*ROOT.glob("ui/**/*.py"), *ROOT.glob("app/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for character in node.value:
                    if ord(character) > 0x7F:
                        places[character] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return places


def test_it_has_every_character_that_we_write(qapp):
    raw = QRawFont.fromFont(fonts.ui_font(13))
    written = _written_characters()
    assert "网" in written
    lacking = {char: place for char, place in written.items() if not raw.supportsCharacter(ord(char))}
    assert not lacking, f"Not in the shipped font, so it would be a box on a bare machine: {lacking}"


def test_it_has_the_names_of_the_district(qapp):
    raw = QRawFont.fromFont(fonts.ui_font(13))
    for character in "青白江区大弯大同弥牟城厢姚渡清泉福洪堃喆䶮龑":
        assert raw.supportsCharacter(ord(character)), character
