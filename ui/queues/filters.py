"""What a queue is narrowed to: chips for towns, severities, sources and loop; Qt-free."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from app.ports.rows import Queue, QueueQuery, Sort

if TYPE_CHECKING:
    from collections.abc import Collection

T = TypeVar("T", int, str)

FIRST_SORT = {Queue.CLOSED: (Sort.REPORTED, True), Queue.ALL: (Sort.REPORTED, True)}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A queue, its order and its filters, as the officer has set them."""

    queue: Queue = Queue.WAITING
    sort: Sort = Sort.DUE
    descending: bool = False
    towns: tuple[str, ...] = ()
    severities: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()
    loop: str = ""
    text: str = ""

    def query(self) -> QueueQuery:
        """As a question; ``now`` and the window are filled in where it is asked."""
        return QueueQuery(
            queue=self.queue,
            now=0,
            sort=self.sort,
            descending=self.descending,
            towns=self.towns,
            severities=self.severities,
            sources=self.sources,
            loop=self.loop,
            text=self.text,
        )

    def to_queue(self, queue: Queue) -> Narrowing:
        """Another queue with the same filters, in the order that suits it."""
        sort, descending = FIRST_SORT.get(queue, (Sort.DUE, False))
        return replace(self, queue=queue, sort=sort, descending=descending)

    def by(self, sort: Sort) -> Narrowing:
        """Sorted by this; once more turns it round. Times start with the latest, the rest with the first."""
        if sort is self.sort:
            return replace(self, descending=not self.descending)
        return replace(self, sort=sort, descending=sort in (Sort.REPORTED, Sort.NUMBER))

    def toggled_severity(self, level: int) -> Narrowing:
        """With this level taken in or left out."""
        return replace(self, severities=tuple(sorted(_toggled(self.severities, level))))

    def toggled_source(self, source: str) -> Narrowing:
        """With this source taken in or left out."""
        return replace(self, sources=tuple(sorted(_toggled(self.sources, source))))

    @property
    def narrowed(self) -> bool:
        """Whether any filter is set."""
        return bool(self.towns or self.severities or self.sources or self.loop or self.text)

    def wide(self) -> Narrowing:
        """Without any filter."""
        return Narrowing(self.queue, self.sort, self.descending)


def _toggled(values: Collection[T], value: T) -> set[T]:
    return set(values) ^ {value}
