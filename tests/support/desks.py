"""A desk on the memory store, with the shipped lists in force."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from app.domain.ids import uuid7
from app.services.desk import Centre, Desk
from app.services.lists import ListsInForce
from app.services.words import Words
from app.tools.shipped_lists import shipped_drafts
from app.tools.wording import Wording
from tests.support.memory_store import MemoryStore, Shelf

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
NOW = 1_795_413_600_000
"""2026-11-23 14:00 at the district."""


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self, at: int = NOW) -> None:
        self.at = at

    def now(self) -> int:
        return self.at

    def wait(self, seconds: float) -> bool:
        """Time passes; nobody asks to stop."""
        self.at += round(seconds * 1000)
        return False


class CountedIds:
    """Identities in the order in which they are asked for."""

    def __init__(self) -> None:
        self._n = 0

    def fresh(self) -> str:
        self._n += 1
        return uuid7(NOW, self._n)


@cache
def _shipped() -> Shelf:
    store = MemoryStore(HandClock())
    with store.write("m-001") as tx:
        tx.append_many(shipped_drafts(RESOURCES, NOW))
    return store.shelf


def desk(clock: HandClock | None = None) -> Desk:
    """A fresh desk of the district."""
    clock = clock or HandClock()
    store = MemoryStore(clock)
    store.shelf = _shipped().copy()
    return Desk(store, clock, CountedIds(), ListsInForce(store), Centre("510113"), "m-001")


def words(lang: str = "zh") -> Words:
    return Words(lang, RESOURCES)


def wording(lang: str = "zh") -> Wording:
    return Wording(words(lang), RESOURCES)
