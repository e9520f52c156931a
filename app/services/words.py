"""Words of the trade in each language: the domain's codes, said from tables in ``resources/i18n``."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES = ("zh", "en")


class MissingWord(KeyError):
    """A code without a word; raised by strict tables only."""


class Words:
    """One language's table. ``resources`` is the folder that holds ``i18n`` (it moves in a frozen program).

    A screen never fails for a word: a missing one is said as its code, unless ``strict``. OSError and
    ``tomllib.TOMLDecodeError`` where the table itself cannot be read.
    """

    def __init__(self, lang: str, resources: Path, *, strict: bool = False) -> None:
        self.lang = lang if lang in LANGUAGES else LANGUAGES[0]
        self._strict = strict
        path = resources / "i18n" / f"words.{self.lang}.toml"
        self._groups: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))

    @property
    def groups(self) -> tuple[str, ...]:
        """Every group, in the table's order."""
        return tuple(self._groups)

    def codes(self, group: str) -> tuple[str, ...]:
        """Every code of a group, in the table's order."""
        return tuple(self._groups.get(group, {}))

    def say(self, group: str, code: str | int, /, **args: object) -> str:
        """The word for a code (``say("state", "working")``), its placeholders filled from ``args``."""
        pattern = self._groups.get(group, {}).get(str(code))
        if pattern is None:
            return self._missing(f"{group}.{code}", str(code))
        try:
            return pattern.format_map(args)
        except KeyError as error:
            return self._missing(f"{group}.{code} {error}", pattern)

    def say_coded(self, group: str, text: str) -> str:
        """The word for a code that carries its argument: ``load:2/4``, ``calendar_year_unknown:2028``."""
        code, _, arg = text.partition(":")
        return self.say(group, code, arg=arg)

    def _missing(self, name: str, instead: str) -> str:
        if self._strict:
            raise MissingWord(name)
        return instead
