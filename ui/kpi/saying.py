"""How shares are said, and where words come from. Free of Qt."""

from __future__ import annotations

from collections.abc import Callable
from math import floor

Translate = Callable[[str, str], str]
"""Qt's translate: (context, Chinese source) → the text in the language in force."""

NONE = "—"
"""Stands where there is no case to make a figure from: never a 0 that nobody measured."""


def percent(share: float | None) -> str:
    """``96.1`` of a share 0…1: cut, not rounded, so that no figure reaches a target that its cases missed."""
    return NONE if share is None else f"{floor(share * 1000 + 1e-6) / 10:.1f}"
