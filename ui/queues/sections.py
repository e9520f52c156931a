"""Sections of a queue sorted by limit: what is overdue, due soon, due today; Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.sla import DAY, HOUR, MINUTE, UTC_OFFSET

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Section:
    """``start`` is its head's place among the shown lines, ``first`` its first row in the queue."""

    code: str
    start: int
    first: int
    count: int


CODES = ("overdue", "half_hour", "four_hours", "today", "later", "none")


def edges(now: int) -> tuple[int, ...]:
    """The instants that divide the sections; the last section holds what has no limit."""
    midnight = (now + UTC_OFFSET) // DAY * DAY + DAY - UTC_OFFSET
    four = now + 4 * HOUR
    return (now, now + 30 * MINUTE, four, max(four, midnight))


def sections(before: Sequence[int], with_limit: int, total: int) -> tuple[Section, ...]:
    """From how many rows are due before each edge, how many have a limit at all, and how many there are."""
    bounds = (0, *before, with_limit, total)
    found: list[Section] = []
    for code, first, last in zip(CODES, bounds[:-1], bounds[1:], strict=True):
        if last > first:
            found.append(Section(code, first + len(found), first, last - first))
    return tuple(found)


class Lines:
    """Where the rows of a queue stand among the lines shown, section heads included."""

    def __init__(self, total: int, heads: tuple[Section, ...] = ()) -> None:
        self.total = total
        self.heads = heads

    def __len__(self) -> int:
        return self.total + len(self.heads)

    def at(self, line: int) -> Section | int:
        """The section head on this line, or the place of the row in the queue."""
        above = 0
        for head in self.heads:
            if head.start == line:
                return head
            if head.start > line:
                break
            above += 1
        return line - above

    def of_row(self, row: int) -> int:
        """The line on which the row at this place of the queue stands."""
        return row + sum(1 for head in self.heads if head.first <= row)
