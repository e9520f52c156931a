"""The tools' own words: both languages hold the same codes and placeholders, and every reason has a word."""

from __future__ import annotations

import ast
import re
import string
import tomllib

import pytest

from tests.support.desks import RESOURCES, wording

TOOLS = RESOURCES.parent / "app/tools"


def table(lang: str) -> dict[tuple[str, str], str]:
    groups = tomllib.loads((RESOURCES / f"i18n/tools.{lang}.toml").read_text(encoding="utf-8"))
    return {(group, code): text for group, codes in groups.items() for code, text in codes.items()}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_tables_hold_the_same() -> None:
    zh, en = table("zh"), table("en")
    assert set(zh) == set(en)
    assert {key: placeholders(text) for key, text in zh.items()} == {
        key: placeholders(text) for key, text in en.items()
    }


def reasons() -> set[str]:
    """Every reason code that the source can give a row."""
    found: set[str] = set()
    for name in ("rowcheck", "position"):
        source = (TOOLS / f"{name}.py").read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {
                "_Bad",
                "Rejected",
                "NoPosition",
            }:
                found |= {
                    leaf.value for leaf in ast.walk(node.args[0])
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
                }  # fmt: skip
    source = (TOOLS / "incidentfile.py").read_text(encoding="utf-8")
    return found | set(re.findall(r'"(wrong_columns|open_quote|broken_encoding|too_long)"', source))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_reason_has_a_word(lang: str) -> None:
    say = wording(lang)
    codes = reasons()
    assert len(codes) > 15
    assert not [code for code in codes if say("reject", code) == code]
