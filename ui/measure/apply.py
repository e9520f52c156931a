"""The real window while fifty changes a second arrive: how free its thread is, how soon each is shown."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.ports.rows import Queue, Sort
from ui.application import bring_up, open_window
from ui.measure.changes import Changes
from ui.measure.follow import Follow
from ui.measure.heartbeat import Heartbeat
from ui.measure.waiting import close_for_good, drain, run_for, until
from ui.queues.filters import Narrowing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.services.desk import Desk
    from app.services.words import Words
    from ui.desktop import Desktop, Looks

SIZE = (1920, 1080)
ACT_MS = 120
"""An officer's act eight times a second: faster than anyone works."""

SETTLE_MS = 2_500


@dataclass(frozen=True, slots=True)
class ApplyTimes:
    """``waits`` (one a millisecond) and ``gaps`` of the GUI thread; ``worst`` gaps with what was being done.

    ``shown``: for queue, map, panel and kpi the times (ms) from commit to painted; ``missing`` counts the
    changes that were never seen there. ``memory`` is what ``probe`` said while the window stood.
    """

    gaps: list[float]
    waits: list[float]
    worst: list[tuple[float, str]]
    rate: float
    shown: dict[str, list[float]]
    missing: dict[str, int]
    memory: float


class _Officer(QObject):
    """Does one act after the other: sorts, filters, searches, scrolls, opens, turns pages."""

    def __init__(self, window: Desktop, beat: Heartbeat, town: str) -> None:
        super().__init__()
        self._window, self._beat = window, beat
        self._acts = itertools.cycle(list(self._plan(town)))
        self._timer = QTimer(self)
        self._timer.setInterval(ACT_MS)
        self._timer.timeout.connect(self._next)
        self.start, self.stop = self._timer.start, self._timer.stop

    def _next(self) -> None:
        what, act = next(self._acts)
        self._beat.note(what)
        act()

    def _narrow(self, narrowing: Narrowing) -> None:
        view = self._window.queue
        view.narrowing = narrowing
        view.table.verticalScrollBar().setValue(0)
        view.refresh()

    def _scroll(self, share: float) -> None:
        bar = self._window.queue.table.verticalScrollBar()
        bar.setValue(int(bar.maximum() * share))

    def _plan(self, town: str) -> Iterator[tuple[str, Callable[[], None]]]:
        window = self._window
        for queue in (Queue.WORKING, Queue.ALL):
            wide = Narrowing().to_queue(queue)
            yield f"queue {queue}", partial(self._narrow, wide)
            for sort in Sort:
                yield f"sort {sort} {queue}", partial(self._narrow, wide.by(sort))
                yield "open", partial(window.queue.step, 3)
            for share in (0.01, 0.02, 0.03, 0.5, 0.505, 1.0):
                yield "scroll", partial(self._scroll, share)
            for name, narrow in (
                ("town", replace(wide, towns=(town,))),
                ("severity", replace(wide, towns=(town,), severities=(2,))),
                ("source", replace(wide, sources=("hotline",))),
                ("text", replace(wide, text="垃圾")),
            ):
                yield f"filter {name} {queue}", partial(self._narrow, narrow)
                yield "open", partial(window.queue.step, 1)
                yield "open", partial(window.queue.step, 1)
            yield "page kpi", partial(window.show_page, "kpi")
            yield "page command", partial(window.show_page, "command")


def apply_times(
    desk: Desk, words: Words, looks: Looks, seconds: float, probe: Callable[[], float]
) -> ApplyTimes:
    """Half of ``seconds`` with an officer at work, half with the queue at rest to see changes come in."""
    bring_up(looks, off_screen=True)
    window = open_window(desk, words, looks)
    window.resize(*SIZE)
    window.show()
    lists = desk.lists.now()
    try:
        until(lambda: window.map_stands and window.kpi.charts_ready and window.queue.model.rowCount() > 0)
        run_for(SETTLE_MS)
        drain(window.work, window)
        changes, beat = Changes(window.work, lists), Heartbeat()
        officer = _Officer(window, beat, lists.towns[0].id)
        changes.start()
        officer.start()
        beat.start()
        run_for(int(seconds * 500))
        beat.stop()
        officer.stop()
        follow = Follow(window, changes)
        follow.begin()
        run_for(int(seconds * 500))
        changes.stop()
        rate = changes.rate
        follow.end()
        memory = probe()
    finally:
        close_for_good(window)
    return ApplyTimes(
        beat.gaps(), beat.waits(), beat.worst(12), rate, follow.times(), follow.missing(), memory
    )
