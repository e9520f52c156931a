"""A hub's store of its own for each test that asks for one, and a device that hands up pages to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.hub_store import Device, hub

if TYPE_CHECKING:
    from collections.abc import Iterator

    from db.hub.engine import HubStore


@pytest.fixture
def store() -> Iterator[HubStore]:
    opened = hub()
    yield opened
    opened.close()


@pytest.fixture
def device(store: HubStore) -> Device:
    return Device(store)
