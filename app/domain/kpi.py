"""Indicators: what one incident adds to each kept sum. Every figure on every page is a sum over these.

A sum is kept per measure, town and bucket. Because a contribution depends on the incident's state alone,
a change is the difference of two contributions, and the sums can be checked at any time by counting anew.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from app.domain.incident import State
from app.domain.sla import HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.incident import Incident


RESPONSE_EDGES: tuple[int, ...] = (
    *range(1, 61), *range(65, 181, 5), *range(195, 721, 15), *range(780, 2881, 60), *range(4320, 43201, 1440),
)  # fmt: skip
"""Upper edges, in minutes, of the response histogram: to the minute for the first hour, coarser later."""

MIN_RANKED = 10
"""Rankings show n, and rank nobody below this many."""

Key = tuple[str, str, int]
"""(measure, town, bucket). Measures: ``arrived closed limited on_time reworked rated rating``,
``state:<state>`` and ``response:<bin>``. The bucket is an hour since 1970 UTC; 0 for ``state``."""


def response_bin(ms: int) -> int:
    """The index in ``RESPONSE_EDGES`` of a response time; the last one takes all that is longer."""
    return min(bisect_left(RESPONSE_EDGES, -(-max(ms, 0) // MINUTE)), len(RESPONSE_EDGES) - 1)


def contribution(incident: Incident | None) -> dict[Key, int]:
    """What the incident adds to the kept sums. A merged or cancelled one counts in its state alone."""
    if incident is None:
        return {}
    town = incident.town
    sums: dict[Key, int] = {(f"state:{incident.state}", town, 0): 1}
    if incident.state in (State.MERGED, State.CANCELLED):
        return sums
    sums["arrived", town, incident.reported_at // HOUR] = 1
    if incident.responded_at is not None:
        took = response_bin(incident.responded_at - incident.reported_at)
        sums[f"response:{took}", town, incident.responded_at // HOUR] = 1
    if incident.state is State.CLOSED and incident.closed_at is not None:
        hour = incident.closed_at // HOUR
        sums["closed", town, hour] = 1
        if incident.on_time is not None:
            sums["limited", town, hour] = 1
            sums["on_time", town, hour] = int(incident.on_time)
        if incident.rework:
            sums["reworked", town, hour] = 1
        if incident.rating is not None:
            sums["rated", town, hour] = 1
            sums["rating", town, hour] = incident.rating
    return sums


def change(before: Incident | None, after: Incident | None) -> dict[Key, int]:
    """What the step from one state to the next adds to each kept sum (zeros left out)."""
    sums = contribution(after)
    for key, value in contribution(before).items():
        sums[key] = sums.get(key, 0) - value
    return {key: value for key, value in sums.items() if value}


def percentile(histogram: Mapping[int, int], share: float) -> int | None:
    """The response time in minutes that ``share`` of the cases keep within; None without cases.

    ``histogram`` counts per bin of ``RESPONSE_EDGES``; the answer is the bin's upper edge (nearest rank).
    """
    total = sum(histogram.values())
    if total == 0:
        return None
    wanted = share * total
    seen = 0
    for index in sorted(histogram):
        seen += histogram[index]
        if seen >= wanted:
            return RESPONSE_EDGES[index]
    return RESPONSE_EDGES[max(histogram)]
