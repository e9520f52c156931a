"""A rectangle of a layout, free of Qt."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the arranged part's own coordinates."""

    x: int
    y: int
    width: int
    height: int
