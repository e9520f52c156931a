"""Where the KPI panels stand in a box: a strip side by side, or a page in two rows. Free of Qt; px."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from ui.box import Box

PanelName = Literal["flow", "backlog", "on_time", "response", "towns"]
NAMES: Final[tuple[PanelName, ...]] = get_args(PanelName)

PAGE_FROM_HEIGHT: Final = 400
"""From here on there is room for two rows: the strip is a page of its own."""

_LEAST: Final[dict[PanelName, int]] = {
    "flow": 192, "backlog": 176, "on_time": 148, "response": 156, "towns": 264,
}  # fmt: skip
_DRAWN: Final[dict[PanelName, int]] = {
    "flow": 424, "backlog": 208, "on_time": 176, "response": 208, "towns": 360,
}  # fmt: skip
_DROPPED: Final[tuple[PanelName, ...]] = ("flow", "response", "on_time")
"""What goes first where even the least widths have no room: every figure left is still readable."""


@dataclass(frozen=True, slots=True)
class Places:
    """The panels that are shown, and the 1 px lines between them. ``page``: two rows, larger charts."""

    page: bool
    panels: dict[PanelName, Box]
    lines: tuple[Box, ...]


def arrange(width: int, height: int) -> Places:
    """Return where the panels stand in ``width`` × ``height``; drawn for 1376 × 200 and 1302 × 672."""
    return _page(width, height) if height >= PAGE_FROM_HEIGHT else _strip(width, height)


def _strip(width: int, height: int) -> Places:
    panels: dict[PanelName, Box] = {}
    lines = []
    x = 0
    for name, wide in _widths(width).items():
        if x:
            lines.append(Box(x - 1, 0, 1, height))
        last = x + wide >= width
        panels[name] = Box(x, 0, wide - (0 if last else 1), height)
        x += wide
    return Places(page=False, panels=panels, lines=tuple(lines))


def _widths(width: int) -> dict[PanelName, int]:
    """Widths with the line at each right edge, together ``width``."""
    shown = list(NAMES)
    for name in _DROPPED:
        if sum(_LEAST[n] for n in shown) > width:
            shown.remove(name)
    drawn = sum(_DRAWN.values())
    if width > drawn:
        more = width - drawn
        found = {n: _DRAWN[n] + round(min(more * 0.08, 96)) for n in shown}
        found["towns"] = _DRAWN["towns"] + round(min(more * 0.34, 440))
    else:
        least = sum(_LEAST[n] for n in shown)
        wanted = sum(_DRAWN[n] for n in shown)
        share = (width - least) / (wanted - least)
        found = {n: round(_LEAST[n] + share * (_DRAWN[n] - _LEAST[n])) for n in shown}
    found[shown[0]] += width - sum(found.values())
    return found


def _page(width: int, height: int) -> Places:
    left, top = round(width * 0.55), round(height * 0.5)
    middle = left + (width - left) // 2
    right, below = width - left - 1, height - top - 1
    return Places(
        page=True,
        panels={
            "flow": Box(0, 0, left, top),
            "backlog": Box(left + 1, 0, middle - left - 1, top),
            "response": Box(middle + 1, 0, width - middle - 1, top),
            "towns": Box(0, top + 1, left, below),
            "on_time": Box(left + 1, top + 1, right, below),
        },
        lines=(Box(left, 0, 1, height), Box(middle, 0, 1, top), Box(0, top, width, 1)),
    )
