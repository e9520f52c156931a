"""The command line's arguments, with what is wrong about them told in the language in force."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.tools.wording import Wording

_FAULTS = (
    ("missing", r"the following arguments are required: (?P<name>.+)"),
    ("unknown", r"unrecognized arguments: (?P<name>.+)"),
    ("choice", r"argument (?P<name>.+?): invalid choice: (?P<value>.+) \(choose from (?P<known>.+)\)"),
    ("number", r"argument (?P<name>.+?): invalid (?:int|float|whole_number) value: (?P<value>.+)"),
    ("no_value", r"argument (?P<name>.+?): expected .*argument.*"),
    ("no_value", r"argument (?P<name>.+?): ignored explicit argument .+"),
    ("ambiguous", r"ambiguous option: (?P<name>.+) could match (?P<known>.+)"),
)
"""argparse's own sentences (Python 3.11 to 3.13) and the code of the group ``arguments`` for each."""


def language_asked(argv: Sequence[str]) -> str | None:
    """What ``--lang`` says, before anything else of the command line is understood."""
    for at, word in enumerate(argv):
        if word.startswith("--lang="):
            return word.partition("=")[2]
        if word == "--lang" and at + 1 < len(argv):
            return argv[at + 1]
    return None


def whole_number(text: str) -> int:
    """A count of at least one; ValueError otherwise."""
    number = int(text)
    if number < 1:
        raise ValueError(f"{text}: at least 1")
    return number


class Arguments(argparse.ArgumentParser):
    """``argparse`` whose errors are sentences of the tools' table."""

    def __init__(self, prog: str, description: str, wording: Wording) -> None:
        super().__init__(prog=prog, description=description, allow_abbrev=False)
        self._wording = wording

    def error(self, message: str) -> NoReturn:
        """Usage, what is wrong, and exit code 2."""
        self.print_usage()
        self.exit(2, f"{self.prog}: {self._told(message)}\n")

    def _told(self, message: str) -> str:
        for code, pattern in _FAULTS:
            found = re.fullmatch(pattern, message, re.DOTALL)
            if found:
                return self._wording("arguments", code, **found.groupdict())
        return message
