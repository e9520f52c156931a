"""The measurements as one thing that can be handed over; Qt is loaded with the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.services.desk import Desk
    from app.services.words import Words
    from ui.desktop import Looks
    from ui.measure.apply import ApplyTimes
    from ui.measure.queue import QueueTimes


class Windows:
    """Times in ms. Each opens what it needs and closes it again."""

    def __init__(self, words: Words, looks: Callable[[], Looks]) -> None:
        self._words, self._looks = words, looks

    def queue(self, desk: Desk, runs: int) -> list[QueueTimes]:
        """Acts on the queue until their rows are painted."""
        from ui.measure.queue import queue_times

        return queue_times(desk, self._words, self._looks(), runs)

    def map(self, desk: Desk, points: int, runs: int) -> dict[str, list[float]]:
        """Batches and full sets on the map's page until they are painted."""
        from ui.measure.map import map_times

        return map_times(desk, self._looks(), points, runs)

    def apply(self, desk: Desk, seconds: float, probe: Callable[[], float]) -> ApplyTimes:
        """The whole window under changes."""
        from ui.measure.apply import apply_times

        return apply_times(desk, self._words, self._looks(), seconds, probe)

    def kpi(self, desk: Desk, runs: int) -> dict[str, list[float]]:
        """The page of figures."""
        from ui.measure.kpi import kpi_times

        return kpi_times(desk, self._words, self._looks(), runs)
