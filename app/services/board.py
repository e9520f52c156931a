"""The board's questions: queues, counts, the map's points and shades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.ports.rows import Changed, Counts, LedgerState, LivePoint, QueuePage, QueueQuery
    from app.services.desk import Desk
    from app.services.lists import Lists


@dataclass(frozen=True, slots=True)
class Shades:
    """Open and overdue incidents for each village (its id) and for each town."""

    villages: Mapping[str, tuple[int, int]]
    towns: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class PointChange:
    """What a change means for the map: points to draw anew, and keys that have left it."""

    changed: Sequence[LivePoint]
    gone: Sequence[int]


def queue_page(desk: Desk, query: QueueQuery) -> QueuePage:
    """One window of a queue."""
    with desk.store.reading() as read:
        return read.queue_page(query)


def queue_count(desk: Desk, query: QueueQuery) -> int:
    """How many rows a queue has."""
    with desk.store.reading() as read:
        return read.queue_count(query)


def queue_position(desk: Desk, query: QueueQuery, key: int) -> int | None:
    """Where an incident stands in a queue."""
    with desk.store.reading() as read:
        return read.queue_position(query, key)


def counts(desk: Desk) -> Counts:
    """How many incidents each queue holds now."""
    with desk.store.reading() as read:
        return read.counts(desk.clock.now(), _own_town(desk))


def points(desk: Desk) -> Sequence[LivePoint]:
    """Every open incident that has a position."""
    with desk.store.reading() as read:
        return read.points(desk.clock.now())


def points_of(desk: Desk, keys: Iterable[int]) -> PointChange:
    """What became of these incidents on the map."""
    with desk.store.reading() as read:
        return PointChange(*read.points_of(keys, desk.clock.now()))


def shades(desk: Desk) -> Shades:
    """Open and overdue, by village and town."""
    with desk.store.reading() as read:
        loads = read.place_loads(desk.clock.now())
        lists = desk.lists.now(read)
    towns: dict[str, tuple[int, int]] = {}
    for place, (open_now, overdue) in loads.items():
        town = lists.town_of(place)
        before = towns.get(town, (0, 0))
        towns[town] = (before[0] + open_now, before[1] + overdue)
    return Shades(loads, towns)


def find_number(desk: Desk, number: str) -> int | None:
    """The key of the incident with this number."""
    with desk.store.reading() as read:
        return read.find_number(number)


def ledger_state(desk: Desk) -> LedgerState:
    """Head of the ledger and what waits for a hub."""
    with desk.store.reading() as read:
        return read.state()


def changes_after(desk: Desk, seq: int) -> Changed:
    """What the ledger touched after a place in it, by whomever."""
    with desk.store.reading() as read:
        return read.changes_after(seq)


def lists_in_force(desk: Desk) -> Lists:
    """The lists as they are now."""
    return desk.lists.now()


def _own_town(desk: Desk) -> str:
    return desk.centre.place if desk.centre.sign else ""
