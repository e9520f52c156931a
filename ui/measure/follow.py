"""How soon a change that is in the store stands on screen: in queue, map, panel and KPI.

Each is asked for what it shows, not for whether it was told: the queue for the new row on its first lines,
the page of the map for a painted frame with the point, the panel for the note in its timeline, the strip for
the count of arrivals. The time ends with the paint that follows.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QTimer

from app.ports.rows import Queue, QueueRow, Sort
from ui.map.feed import MANY
from ui.measure.waiting import clock_ms, drain, run_for, until
from ui.queues.filters import Narrowing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

    from app.ports.rows import Changed
    from ui.desktop import Desktop
    from ui.map.points import MapPoint, PackedPoints
    from ui.measure.changes import Changes

FIRST_LINES = 40
AFTER_MS = 600
"""Waited for what was committed last."""


class _OnPaint(QObject):
    """After each ``wait`` calls back once, when the window has painted what was new."""

    def __init__(self, window: QWidget, painted: Callable[[], None]) -> None:
        super().__init__(window)
        self._painted, self._waits = painted, False
        window.installEventFilter(self)

    def wait(self) -> None:
        self._waits = True

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if self._waits and event.type() == QEvent.Type.UpdateRequest:
            self._waits = False
            QTimer.singleShot(0, self._painted)  # the window paints all its parts in this event
        return False


class Follow(QObject):
    """Watches from ``begin`` to ``end``; then ``times`` and ``missing``."""

    def __init__(self, window: Desktop, changes: Changes) -> None:
        super().__init__(window)
        self._window, self._changes = window, changes
        self._seen: dict[str, dict[int, float]] = {"queue": {}, "map": {}, "panel": {}, "kpi": {}}
        self._batches: deque[frozenset[int]] = deque()
        self._from = 0
        self._arrived_before = self._notes_before = 0
        self._ended = 0.0
        self._watching = False

    def begin(self) -> None:
        """Put the queue where new rows come in, open one incident, and watch."""
        window = self._window
        view = window.queue
        view.narrowing = Narrowing(Queue.WORKING)
        view.refresh()
        drain(window.work, window)
        run_for(300)
        view.step(1)
        until(lambda: window.panel.dossier is not None and window.panel.dossier.key == view.key)
        self._changes.noted = view.key
        view.narrowing = Narrowing(Queue.ALL, Sort.REPORTED, descending=True)
        view.table.leave()
        view.table.verticalScrollBar().setValue(0)
        view._key = None  # noqa: SLF001 - as if it were chosen on the map: the queue stays at its top
        view.refresh()
        run_for(500)
        self._watch()

    def _watch(self) -> None:
        """Counts of what is already shown, and a look at everything that comes to be shown."""
        window = self._window
        self._from = len(self._changes.committed.all)
        self._wrap(window.queue.model, "take", self._queue_taken)
        self._wrap(window.panel, "_arrived", self._panel_taken)
        self._wrap(window.kpi, "show_strip", self._kpi_taken)
        self._queue_paint = _OnPaint(window, self._queue_painted)
        self._panel_paint = _OnPaint(window, self._panel_painted)
        self._kpi_paint = _OnPaint(window, self._kpi_painted)
        window.relay.changed.connect(self._announced)
        update = window.map.update_points

        def updated(points: Sequence[MapPoint] | PackedPoints, gone: Sequence[int] = ()) -> None:
            keys = self._batches.popleft() if self._batches else frozenset()
            update(points, gone, lambda: self._saw("map", keys))

        window.map.update_points = updated  # type: ignore[method-assign, assignment]
        self._watching = True

    def _wrap(self, owner: Any, name: str, after: Callable[[], None]) -> None:
        inner = getattr(owner, name)

        def wrapped(*args: Any) -> None:
            inner(*args)
            after()

        setattr(owner, name, wrapped)

    def end(self) -> None:
        """Let the last changes come in, and stop."""
        run_for(AFTER_MS)
        drain(self._window.work, self._window)
        run_for(AFTER_MS)
        self._watching = False

    def _announced(self, change: Changed) -> None:
        if change.incidents and not change.everything and len(change.incidents) <= MANY:
            self._batches.append(change.incidents)

    def _saw(self, where: str, keys: Sequence[int] | frozenset[int]) -> None:
        now, seen = clock_ms(), self._seen[where]
        for key in keys:
            seen.setdefault(key, now)

    def _queue_taken(self) -> None:
        self._queue_paint.wait()

    def _queue_painted(self) -> None:
        model = self._window.queue.model
        lines = (model.line(model.index(i, 0)) for i in range(min(FIRST_LINES, model.rowCount())))
        self._saw("queue", [line.key for line in lines if isinstance(line, QueueRow)])

    def _panel_taken(self) -> None:
        self._panel_paint.wait()

    def _panel_painted(self) -> None:
        dossier = self._window.panel.dossier
        if dossier is not None:
            self._saw("panel", range(sum(row.kind == "note" for row in dossier.timeline)))

    def _kpi_taken(self) -> None:
        self._kpi_paint.wait()

    def _kpi_painted(self) -> None:
        strip = self._window.kpi.shown
        if strip is not None:
            self._saw("kpi", range(sum(strip.arrived)))

    def times(self) -> dict[str, list[float]]:
        """Times from commit to painted, ms."""
        return {where: found for where, (found, _) in self._held().items()}

    def missing(self) -> dict[str, int]:
        """How many were never seen."""
        return {where: missing for where, (_, missing) in self._held().items()}

    def _held(self) -> dict[str, tuple[list[float], int]]:
        committed = self._changes.committed
        new = committed.all[self._from :]
        noted = self._changes.noted
        reports = [(at, key) for at, what, key in new if what == "report"]
        notes = [at for at, what, key in new if what == "note" and key == noted]
        asked: dict[str, list[tuple[float, int]]] = {
            "queue": reports,
            "map": reports,
            "panel": self._counted("panel", notes),
            "kpi": self._counted("kpi", [at for at, _ in reports]),
        }
        found = {}
        for where, wanted in asked.items():
            seen = self._seen[where]
            times = [seen[key] - at for at, key in wanted if key in seen]
            found[where] = (times, len(wanted) - len(times))
        return found

    def _counted(self, where: str, times: list[float]) -> list[tuple[float, int]]:
        """What is shown as a count: the last of them ends at the last count, the others before it."""
        last = max(self._seen[where], default=-1)
        return [(at, last - len(times) + 1 + i) for i, at in enumerate(times)]
