"""Where the parts of the command page stand for a window's size. Free of Qt; all lengths in px at 100 %."""

from dataclasses import dataclass, replace
from typing import Final, Literal

from ui.box import Box

NARROW_BELOW: Final = 1440

Edge = Literal["queue", "dispatch", "kpi", "map"]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The frame's sizes for one window width.

    ``narrow``: the KPI strip is a page of its own and dispatch stands under the map.
    """

    narrow: bool
    rail: int
    rail_item: int
    rail_gap: int
    search: int
    queue: int
    dispatch: int
    kpi: int
    map_share: float


@dataclass(frozen=True, slots=True)
class Moved:
    """What a user has dragged to another size; None is as computed."""

    queue: int | None = None
    dispatch: int | None = None
    kpi: int | None = None
    map: int | None = None

    def with_edge(self, edge: Edge, length: int) -> "Moved":
        match edge:
            case "queue":
                return replace(self, queue=length)
            case "dispatch":
                return replace(self, dispatch=length)
            case "kpi":
                return replace(self, kpi=length)
            case "map":
                return replace(self, map=length)


@dataclass(frozen=True, slots=True)
class Places:
    """The four parts and the 1 px lines between them; ``kpi`` is None where there is no room for it."""

    queue: Box
    map: Box
    dispatch: Box
    kpi: Box | None
    lines: dict[Edge, Box]


def _between(value: float, start: float, end: float, low: float, high: float) -> int:
    """Return what runs from ``low`` at ``start`` to ``high`` at ``end``, held at both ends."""
    share = min(max((value - start) / (end - start), 0.0), 1.0)
    return round(low + share * (high - low))


def arrange(width: int, height: int) -> Arrangement:
    """Return the arrangement of a window ``width`` × ``height``: drawn for 1920×1080 and 1366×768."""
    if width < NARROW_BELOW:
        return Arrangement(
            narrow=True,
            rail=56,
            rail_item=56,
            rail_gap=0,
            search=_between(width, 1024, 1366, 220, 300),
            queue=_between(width, 1024, 1366, 400, 497),
            dispatch=0,
            kpi=0,
            map_share=0.4,
        )
    grown = width > 1920
    return Arrangement(
        narrow=False,
        rail=64,
        rail_item=60,
        rail_gap=8,
        search=440 if grown else _between(width, 1440, 1920, 320, 440),
        queue=_between(width, 1920, 3840, 596, 760) if grown else _between(width, 1440, 1920, 480, 596),
        dispatch=_between(width, 1920, 3840, 480, 640) if grown else _between(width, 1440, 1920, 448, 480),
        kpi=_between(height, 1080, 2160, 200, 272),
        map_share=1.0,
    )


def _held(value: int, low: int, high: int) -> int:
    return max(low, min(value, max(low, high)))


def place(width: int, height: int, plan: Arrangement, moved: Moved) -> Places:
    """Return where the parts stand on a page ``width`` × ``height`` (the window less bar and rail).

    What the user moved is kept within what leaves every part usable.
    """
    if plan.narrow:
        return _place_narrow(width, height, plan, moved)
    dispatch = _held(moved.dispatch or plan.dispatch, 400, width - 360 - 320)
    left = width - dispatch
    queue = _held(moved.queue or plan.queue, 360, left - 320)
    kpi = _held(moved.kpi or plan.kpi, 120, height - 320)
    top = height - kpi
    return Places(
        queue=Box(0, 0, queue - 1, top),
        map=Box(queue, 0, left - queue, top),
        dispatch=Box(left + 1, 0, dispatch - 1, height),
        kpi=Box(0, top + 1, left, kpi - 1),
        lines={
            "queue": Box(queue - 1, 0, 1, top),
            "dispatch": Box(left, 0, 1, height),
            "kpi": Box(0, top, left, 1),
        },
    )


def _place_narrow(width: int, height: int, plan: Arrangement, moved: Moved) -> Places:
    queue = _held(moved.queue or plan.queue, 320, width - 360)
    upper = _held(moved.map or round(height * plan.map_share), 120, height - 280)
    right = width - queue
    return Places(
        queue=Box(0, 0, queue - 1, height),
        map=Box(queue, 0, right, upper),
        dispatch=Box(queue, upper + 1, right, height - upper - 1),
        kpi=None,
        lines={"queue": Box(queue - 1, 0, 1, height), "map": Box(queue, upper, right, 1)},
    )
