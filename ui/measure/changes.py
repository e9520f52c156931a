"""Changes as they come in a busy district: fifty a second through the use cases, on the writer's thread."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer

from app.domain.place import Level
from app.ports.rows import Queue, QueueQuery, Sort
from app.services import board, dispatch, follow_up, intake, triage
from ui.measure.waiting import clock_ms
from ui.work import Do

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.services.desk import Desk, Done
    from app.services.lists import Lists
    from ui.work import Work

PER_SECOND = 50
MIX = ("report", "assign", "report", "note", "accept", "report", "assign", "note", "report", "accept")


@dataclass
class Committed:
    """When each change was in the store, ms: by what it was, with the incident's key, in their order."""

    all: list[tuple[float, str, int]] = field(default_factory=list)

    def keep(self, what: str, key: int) -> None:
        self.all.append((clock_ms(), what, key))

    def of(self, what: str) -> list[tuple[float, int]]:
        """Those of one kind: time and key."""
        return [(at, key) for at, kind, key in tuple(self.all) if kind == what]


class Changes(QObject):
    """Sends changes from ``start`` to ``stop``; ``noted`` is the incident that every other note goes to."""

    def __init__(self, work: Work, lists: Lists) -> None:
        super().__init__()
        self._work, self._lists = work, lists
        self.committed = Committed()
        self.noted: int | None = None
        self._chance = random.Random(50)  # noqa: S311 - a story, not a secret
        self._grids = [p for p in lists.places.values() if p.level is Level.GRID]
        self._items = sorted(lists.items)
        self._units = sorted(lists.units)
        self._keys = {
            queue: itertools.cycle(_keys(work.desk, queue) or [0])  # 0 is no incident: refused, not counted
            for queue in (Queue.WAITING, Queue.TO_ASSIGN, Queue.WORKING)
        }
        self._began, self._sent = 0.0, 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1000 // PER_SECOND)
        self._timer.timeout.connect(self._send)

    def start(self) -> None:
        self._began, self._sent = clock_ms(), 0
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    @property
    def rate(self) -> float:
        """Changes committed in a second, since the start."""
        times = [at for at, _, _ in self.committed.all if at >= self._began]
        return len(times) / max(1e-9, (times[-1] - self._began) / 1000) if times else 0.0

    def _send(self) -> None:
        """All that are due: a late timer sends what it owes."""
        due = int((clock_ms() - self._began) / 1000 * PER_SECOND)
        while self._sent < due:
            what = MIX[self._sent % len(MIX)]
            self._work.do(Do(partial(self._do, what, self._verb(what))), self)
            self._sent += 1

    def _do(self, what: str, verb: Callable[[Desk], Done], desk: Desk) -> Done:
        done = verb(desk)
        if done.refusal is None and done.key is not None:
            self.committed.keep(what, done.key)
        return done

    def _verb(self, what: str) -> Callable[[Desk], Done]:
        chance = self._chance
        if what == "report":
            grid = chance.choice(self._grids)
            lon, lat = grid.seat
            new = intake.Report(
                title="道路积水，请尽快处理", source=chance.choice(("hotline", "patrol", "sensor")),
                detail="路口积水较深，行人无法通过", item=chance.choice(self._items), place=grid.id,
                lon=lon, lat=lat,
            )  # fmt: skip
            return partial(intake.report, new=new)
        if what == "accept":
            return partial(triage.accept, key=next(self._keys[Queue.WAITING]))
        if what == "assign":
            key, unit = next(self._keys[Queue.TO_ASSIGN]), chance.choice(self._units)
            return partial(dispatch.assign, key=key, handler=unit, lead=True)
        own = self.noted if self.noted is not None and chance.random() < 0.5 else None
        key = own if own is not None else next(self._keys[Queue.WORKING])
        return partial(follow_up.note, key=key, text="已电话联系，正在赶往现场")


def _keys(desk: Desk, queue: Queue) -> list[int]:
    """Some incidents of a queue, to be worked on."""
    query = QueueQuery(queue, desk.clock.now(), Sort.REPORTED, descending=True, limit=3_000)
    return [row.key for row in board.queue_page(desk, query).rows]
