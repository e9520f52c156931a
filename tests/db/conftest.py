"""A store in a folder of its own, a clock that is told the time, and drafts to fill it with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.domain.ids import uuid7
from app.ports.ledger import Draft
from db.engine import LocalStore, open_store
from tests.support.matters import AT, BODIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = bytes(range(32))


class Told:
    """Clock and source of identities at once; both count."""

    def __init__(self, first: int = 1) -> None:
        self.at = AT
        self._given = first

    def now(self) -> int:
        return self.at

    def fresh(self) -> str:
        self._given += 1
        return uuid7(self.at, self._given << 40)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def opened(tmp_path: Path, told: Told) -> Iterator[Callable[..., LocalStore]]:
    """Opens stores in the test's folder and closes them all afterwards."""
    stores: list[LocalStore] = []

    def open_one(name: str = "store.db", key: bytes | None = None) -> LocalStore:
        stores.append(open_store(tmp_path / name, key=key, device="d" * 32, ids=told, clock=told))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[..., LocalStore]) -> LocalStore:
    return opened()


def draft(kind: str, entity: str, at: int = AT, **body: Any) -> Draft:
    """An op on an incident: the valid body of its kind with changes."""
    return Draft(kind, entity, "510113103", at, {**BODIES.get(kind, {}), **body})


def report(entity: str, at: int = AT, **body: Any) -> Draft:
    """A report."""
    return draft("report", entity, at, **body)
