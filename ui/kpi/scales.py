"""Scales of the charts: round tick values that hold the data. Free of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROUND = (1, 2, 3, 4, 5, 6, 8, 10)
_PERCENT_STEPS = (1, 2, 5, 10, 20, 25, 50)


def count_ticks(top: int, intervals: int) -> tuple[int, ...]:
    """``intervals`` + 1 whole values from 0 by the smallest round step that reaches ``top``."""
    wanted = max(1, -(-top // intervals))
    power = 1
    while wanted > 10 * power:
        power *= 10
    step = next(r * power for r in _ROUND if r * power >= wanted)
    return tuple(step * i for i in range(intervals + 1))


def percent_ticks(values: Sequence[float], intervals: int) -> tuple[int, ...]:
    """Whole per cents by a round step, at most ``intervals`` of them, that hold the shares ``values``
    (0…1); the last is 100.
    """
    low = min(values, default=0.9) * 100
    for step in _PERCENT_STEPS:
        first = int(low // step * step)
        if first + step * intervals >= 100:
            return tuple(range(first, 101, step))
    return (0, 50, 100)


def every(count: int, room: float, wanted: float) -> int:
    """Each how manieth of ``count`` labels can stand in ``room`` px when one needs ``wanted`` px."""
    steps = (1, 3, 6, 12, 24)
    return next((s for s in steps if count and room / count * s >= wanted), steps[-1])


ALONE = (False, True, False)


def lonely(days: Sequence[float | None]) -> tuple[int, ...]:
    """Which known values have no known neighbour, so that no line can show them."""
    known = (False, *(day is not None for day in days), False)
    return tuple(i for i, near in enumerate(zip(known, known[1:], known[2:], strict=False)) if near == ALONE)
