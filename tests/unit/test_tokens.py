"""The contrast promised in the visual tokens, computed anew from the colours that ship."""

import dataclasses

import pytest

from ui.theme.contrast import AA_CONTROL, AA_TEXT, contrast, relative_luminance
from ui.theme.sheet import style_sheet
from ui.theme.tokens import DARK, LIGHT, SEVERITIES, SIZES, THEMES, severity

# Rows of the table: token, then bg1 dark, sel dark, bg1 light, bg0 light, sel light.
TABLE = [
    ("t1", 15.4, 11.0, 16.5, 13.9, 13.2),
    ("t2", 9.6, 6.9, 8.3, 7.0, 6.6),
    ("t3", 6.3, 4.5, 5.7, 4.8, 4.6),
    ("acc", 8.0, 5.7, 6.4, 5.4, 5.1),
    ("crit", 6.5, 4.6, 5.9, 5.0, 4.7),
    ("high", 8.9, 6.4, 6.0, 5.0, 4.8),
    ("mid", 11.1, 7.9, 5.7, 4.8, 4.5),
    ("low", 7.5, 5.3, 6.1, 5.1, 4.8),
    ("ok", 8.3, 5.9, 5.8, 4.9, 4.6),
    ("off", 8.7, 6.2, 7.1, 6.0, 5.7),
    ("ctl", 4.4, 3.2, 3.9, 3.3, 3.1),
]
TINTED = [
    ("crit", 5.6, 5.0),
    ("high", 7.1, 5.2),
    ("mid", 8.6, 5.0),
    ("ok", 6.6, 5.0),
    ("off", 7.5, 6.0),
]
TEXT = ("t1", "t2", "t3", "acc", "crit", "high", "mid", "low", "ok", "off")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_contrast_is_what_the_table_says(row):
    token, *said = row
    grounds = ((DARK, "bg1"), (DARK, "sel"), (LIGHT, "bg1"), (LIGHT, "bg0"), (LIGHT, "sel"))
    computed = [contrast(t.colour(token), t.colour(ground)) for t, ground in grounds]
    assert computed == pytest.approx(said, abs=0.06)


@pytest.mark.parametrize(("token", "dark", "light"), TINTED)
def test_a_state_on_its_own_tint(token, dark, light):
    for tokens, said in ((DARK, dark), (LIGHT, light)):
        assert contrast(tokens.colour(token), getattr(tokens.tint, token)) == pytest.approx(said, abs=0.06)


@pytest.mark.parametrize("tokens", THEMES.values(), ids=THEMES)
def test_every_text_meets_aa_on_every_ground_it_stands_on(tokens):
    grounds = [tokens.bg0, tokens.bg1, tokens.bg2, tokens.sel]
    for token in TEXT:
        for ground in grounds:
            ratio = contrast(tokens.colour(token), ground)
            assert round(ratio, 2) >= AA_TEXT, (token, ground, ratio)
    for token in ("t1", "t2"):
        assert contrast(tokens.colour(token), tokens.bg3) >= AA_TEXT
        for field in dataclasses.fields(tokens.tint):
            assert contrast(tokens.colour(token), getattr(tokens.tint, field.name)) >= AA_TEXT


@pytest.mark.parametrize("tokens", THEMES.values(), ids=THEMES)
def test_controls_and_marks_meet_their_floors(tokens):
    for ground in (tokens.bg0, tokens.bg1, tokens.bg2, tokens.sel):
        assert contrast(tokens.ctl, ground) >= AA_CONTROL
    assert contrast(tokens.onacc, tokens.accbg) >= AA_TEXT
    assert contrast(tokens.bar, tokens.bg1) >= AA_CONTROL
    for look in SEVERITIES:
        assert contrast(tokens.onsev, tokens.colour(look.token)) >= AA_TEXT


def test_each_severity_has_a_colour_and_a_shape_of_its_own():
    assert [look.level for look in SEVERITIES] == [1, 2, 3, 4]
    assert len({look.shape for look in SEVERITIES}) == len({look.token for look in SEVERITIES}) == 4
    assert severity(2).shape == "triangle"
    for level in (0, 5):
        with pytest.raises(ValueError, match="severity"):
            severity(level)


def test_shade_of_a_grid_follows_the_legend():
    steps = [DARK.map.load.index(DARK.map.shade(n)) for n in (0, 1, 2, 3, 4, 5, 6, 40)]
    assert steps == [0, 1, 2, 2, 3, 3, 4, 4]


def test_luminance_at_both_ends_and_of_what_is_no_colour():
    assert relative_luminance("#000000") == 0
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    for wrong in ("red", "#FFF", "0000000"):
        with pytest.raises(ValueError, match=r"colour|literal"):
            relative_luminance(wrong)


def test_an_unknown_token_is_refused():
    for name in ("name", "tint", "nothing"):
        with pytest.raises(KeyError):
            DARK.colour(name)


def test_queue_columns_fill_the_queue_as_drawn():
    assert sum(SIZES.queue_columns) == 596


@pytest.mark.parametrize("tokens", THEMES.values(), ids=THEMES)
def test_sheet_has_no_gradient_and_leaves_nothing_unfilled(tokens):
    sheet = style_sheet(tokens)
    assert "gradient" not in sheet
    assert sheet.count("{") == sheet.count("}")
    assert tokens.accbg in sheet
