"""What the hub's commands say, in the language asked for: Chinese and English side by side in the code."""

from __future__ import annotations

import sys


class Said(Exception):
    """The world's trouble, told in words: the command ends with exit code 1."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class Voice:
    """Speaks one language."""

    def __init__(self, lang: str) -> None:
        self._english = lang == "en"

    def words(self, zh: str, en: str) -> str:
        """The sentence."""
        return en if self._english else zh

    def say(self, zh: str, en: str) -> None:
        """The command's answer, on standard output."""
        self.line(self.words(zh, en))

    def warn(self, zh: str, en: str) -> None:
        """A trouble or a warning, on standard error."""
        sys.stderr.write(self.words(zh, en) + "\n")

    def line(self, text: str) -> None:
        """A line without language."""
        sys.stdout.write(text + "\n")
