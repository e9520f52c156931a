"""Text search: two-character words for Chinese, whole words for the rest.

FTS5's trigrams never find a two-character word, so each run of Han characters is written as its overlapping
pairs and its last character: 井盖破损 → 井盖 盖破 破损 损. A run asked for is then a phrase of pairs, which
finds exactly the texts that hold it, and one character is found as the beginning of a pair.
"""

from __future__ import annotations

import re
from operator import add
from typing import TYPE_CHECKING
from unicodedata import normalize

if TYPE_CHECKING:
    from collections.abc import Callable

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"([{_HAN}]+)|([^\W_{_HAN}]+)")

TEXTS = "number, title, detail"
"""The incident's texts that are searched, in the order in which ``index_text`` takes them."""


def index_text(*texts: str) -> str:
    """What the index keeps of these texts, words apart by blanks."""
    words: list[str] = []
    for han, other in _RUN.findall(_plain(" ".join(texts))):
        if other:
            words.append(other)
        else:
            words += map(add, han, han[1:])
            words.append(han[-1])
    return " ".join(words)


def match_text(asked: str) -> str:
    """The FTS5 question: every part between blanks must be there; its last word may go on.

    Empty where nothing was asked that could be found.
    """
    phrases = (_phrase(part) for part in _plain(asked).split())
    return " AND ".join(f'"{p.strip()}"' + ("" if p.endswith(" ") else " *") for p in phrases if p)


def holds(asked: str) -> Callable[[str], bool]:
    """The same question to what ``index_text`` has made of one text."""
    phrases = [f" {p}" for p in map(_phrase, _plain(asked).split()) if p]

    def found(indexed: str) -> bool:
        padded = f" {indexed} "
        return all(phrase in padded for phrase in phrases)

    return found


def _plain(text: str) -> str:
    """Full-width forms and ligatures as their plain ones, small letters."""
    return normalize("NFKC", text).lower()


def _phrase(part: str) -> str:
    """One part's words; a blank behind them says that the last one is whole.

    A Han run that ends the part ends with a pair, for more may follow it.
    """
    runs = list(_RUN.finditer(part))
    words: list[str] = []
    for i, run in enumerate(runs):
        word = run.group()
        if run.group(1) is None:
            words.append(word)
            continue
        last = i == len(runs) - 1
        pairs = len(word) - 1 if last and len(word) > 1 else len(word)
        words += [word[j : j + 2] for j in range(pairs)]
    if not words:
        return ""
    end = runs[-1]
    whole = end.group(1) is not None and len(end.group()) > 1
    return " ".join(words) + (" " if whole else "")
