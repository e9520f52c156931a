"""The queue as the officer meets it: from the act to the rows painted, in a view of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.ports.rows import Queue, Sort
from ui.application import bring_up
from ui.measure.waiting import Call, clock_ms, close_for_good, drain
from ui.queues.filters import Narrowing
from ui.queues.view import QueueView
from ui.relay import Relay
from ui.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.services.desk import Desk
    from app.services.words import Words
    from ui.desktop import Looks

WIDTH, HEIGHT = 660, 1000
FREQUENT, RARE_PREFIX, LONG = "垃圾", "青江东路", "两天没人收"


@dataclass(frozen=True, slots=True)
class QueueTimes:
    """Of one act: its name, the times (ms) of its repetitions, and how long the queue then was."""

    name: str
    times: tuple[float, ...]
    total: int


def cases(town: str, number: str) -> Iterator[tuple[str, Narrowing]]:
    """What is asked: first rows of each queue; sorts, filters and searches in an open queue and in all."""
    for queue in (Queue.WAITING, Queue.WORKING, Queue.OVERDUE, Queue.CLOSED, Queue.ALL):
        yield f"queue.first.{queue}", Narrowing().to_queue(queue)
    for queue in (Queue.WORKING, Queue.ALL):
        wide = Narrowing().to_queue(queue)
        for sort in Sort:
            for down in (False, True):
                way = "down" if down else "up"
                yield f"queue.sort.{queue}.{sort}.{way}", replace(wide, sort=sort, descending=down)
        for name, narrow in (
            ("town", replace(wide, towns=(town,))),
            ("severity", replace(wide, severities=(1,))),
            ("source", replace(wide, sources=("sensor",))),
            ("loop", replace(wide, loop="big")),
            ("combined", replace(wide, towns=(town,), severities=(2, 3), sources=("hotline",), loop="big")),
        ):
            yield f"queue.filter.{queue}.{name}", narrow
        for name, text in (
            ("two", FREQUENT),
            ("long", LONG),
            ("rare", f"{RARE_PREFIX}97号"),
            ("none", "不存在的词"),
            ("number", number),
        ):
            yield f"queue.search.{queue}.{name}", replace(wide, text=text)


def queue_times(desk: Desk, words: Words, looks: Looks, runs: int) -> list[QueueTimes]:
    """Each case so many times after each other; the first act of all comes first in its list."""
    bring_up(looks, off_screen=True)
    work = Work(desk)
    with desk.store.reading() as read:
        lists, head = desk.lists.now(read), read.state().head
    view = QueueView(work, Relay(work, head), words, lists, looks.lang)
    view.resize(WIDTH, HEIGHT)
    view.show()
    drain(work, view)
    number = _some_number(desk)
    found = []
    try:
        for name, narrowing in cases(lists.towns[0].id, number):
            times = []
            for _ in range(runs):
                time, total = _one(view, work, narrowing)
                times.append(time)
            found.append(QueueTimes(name, tuple(times), total))
    finally:
        work.stop()
        close_for_good(view)
    return found


def _one(view: QueueView, work: Work, narrowing: Narrowing) -> tuple[float, int]:
    """From the act to the rows painted, ms, and the queue's length."""
    view.refresh()  # another question first, so that no answer is still warm in the view
    drain(work, view)
    taken = Call()
    take = view.model.take

    def watched(answer: object) -> None:
        take(answer)  # type: ignore[arg-type]
        taken(answer)

    view.model.take = watched  # type: ignore[method-assign]
    view.pictures.forget()  # a row that was seen before would only be copied
    began = clock_ms()
    view.narrowing = narrowing
    view.table.verticalScrollBar().setValue(0)
    view.refresh()
    taken.wait()
    view.repaint()
    ended = clock_ms()
    del view.model.take
    drain(work, view)
    return ended - began, int(getattr(taken.value, "total", 0))


def _some_number(desk: Desk) -> str:
    """The beginning of the numbers of the last day, as an officer would type it."""
    from app.ports.rows import QueueQuery
    from app.services.board import queue_page

    query = QueueQuery(Queue.ALL, desk.clock.now(), Sort.REPORTED, descending=True, limit=1)
    rows = queue_page(desk, query).rows
    return rows[0].number if rows else "261120-0001"
