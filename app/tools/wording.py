"""What the command-line tools say, from ``resources/i18n/tools.*.toml``; trade words come from ``Words``."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from app.services.words import Words


class Wording:
    """The tools' own table in the language of the trade words, with those behind it."""

    def __init__(self, words: Words, resources: Path) -> None:
        self.words = words
        path = resources / "i18n" / f"tools.{words.lang}.toml"
        self._groups: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))

    def __call__(self, group: str, code: str, /, **args: object) -> str:
        """The sentence for a code, its placeholders filled from ``args``."""
        pattern = self._groups.get(group, {}).get(code)
        if pattern is None:
            return self.words.say(group, code, **args)
        return pattern.format_map(args)

    def codes(self, group: str) -> tuple[str, ...]:
        """Every code of one of the tools' own groups, in the table's order."""
        return tuple(self._groups.get(group, {}))
