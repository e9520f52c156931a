"""The part of a queue that is held: a few pages around what is shown, never the whole; Qt-free."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from app.ports.rows import Queue, QueuePage, QueueQuery, Sort
from ui.queues.sections import Lines, Section, edges, sections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.ports.rows import QueueRow
    from app.services.desk import Desk

PAGE = 64
KEPT_PAGES = 12
SECTIONED = (Queue.WAITING, Queue.TO_ASSIGN, Queue.WORKING, Queue.OVERDUE)


@dataclass(frozen=True, slots=True)
class Look:
    """The answer to one look at a queue: how long it is, its sections, and the pages asked for.

    ``place`` is where the wanted key stands now (None: not in this queue, or none was wanted).
    """

    query: QueueQuery
    total: int
    heads: tuple[Section, ...]
    pages: tuple[QueuePage, ...]
    place: int | None = None


def look(desk: Desk, query: QueueQuery, offsets: Sequence[int], wanted: int | None) -> Look:
    """Ask the store for the pages at these offsets (run on the reader's thread)."""
    query = replace(query, now=desk.clock.now(), limit=PAGE)
    with desk.store.reading() as read:
        total = read.queue_count(query)
        heads: tuple[Section, ...] = ()
        if query.sort is Sort.DUE and not query.descending and query.queue in SECTIONED:
            *before, limited = read.queue_due_counts(query, edges(query.now))
            heads = sections(before, limited, total)
        place = read.queue_position(query, wanted) if wanted is not None else None
        at = set(offsets) if place is None else {*offsets, place // PAGE * PAGE}
        pages = [read.queue_page(replace(query, offset=o)) for o in sorted(at) if o < total or o == 0]
    return Look(query, total, heads, tuple(pages), place)


@dataclass
class Window:
    """What is held of one queue. Rows are asked for by line; a missing one names the page to fetch."""

    lines: Lines = field(default_factory=lambda: Lines(0))
    _pages: OrderedDict[int, tuple[QueueRow, ...]] = field(default_factory=OrderedDict)

    def take(self, answer: Look) -> None:
        """Replace everything by a fresh look."""
        self.lines = Lines(answer.total, answer.heads)
        self._pages.clear()
        for page in answer.pages:
            self._pages[page.offset] = page.rows

    def add(self, page: QueuePage) -> None:
        """Hold one more page; the one longest unused goes."""
        self._pages[page.offset] = page.rows
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)

    def at(self, line: int) -> QueueRow | Section | None:
        """What stands on a line; None where its page is not held."""
        found = self.lines.at(line)
        return found if isinstance(found, Section) else self.row(found)

    def row(self, place: int) -> QueueRow | None:
        """The row at a place of the queue; None where its page is not held."""
        offset = place // PAGE * PAGE
        page = self._pages.get(offset)
        if page is None or place - offset >= len(page):
            return None
        self._pages.move_to_end(offset)
        return page[place - offset]

    def missing(self, first_line: int, last_line: int) -> tuple[int, ...]:
        """The offsets of the pages that these lines need and that are not held."""
        return tuple(o for o in self.offsets(first_line, last_line) if o not in self._pages)

    def offsets(self, first_line: int, last_line: int) -> tuple[int, ...]:
        """The offsets of the pages that these lines need."""
        if self.lines.total == 0:
            return (0,)
        places = [p for p in (self._place(first_line), self._place(last_line)) if p is not None]
        first, last = min(places, default=0), max(places, default=0)
        return tuple(range(first // PAGE * PAGE, last + 1, PAGE))

    def _place(self, line: int) -> int | None:
        found = self.lines.at(max(0, min(line, len(self.lines) - 1)))
        return found.first if isinstance(found, Section) else found

    def line_of(self, key: int) -> int | None:
        """The line of an incident, where its page is held."""
        for offset, rows in self._pages.items():
            for i, row in enumerate(rows):
                if row.key == key:
                    return self.lines.of_row(offset + i)
        return None
