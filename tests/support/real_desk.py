"""A desk on a real store, with the shipped lists in force."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from app.domain.ids import uuid7
from app.services.desk import Centre, Desk
from app.services.lists import ListsInForce
from app.tools.shipped_lists import put_shipped_lists
from db.engine import open_store
from tests.support.desks import RESOURCES

if TYPE_CHECKING:
    from pathlib import Path


class World:
    """The machine's clock and chance."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def fresh(self) -> str:
        return uuid7(self.now(), secrets.randbits(74))


def real_desk(path: Path, key: bytes | None = None) -> Desk:
    """Opens or makes the store; the caller closes ``desk.store``."""
    world = World()
    store = open_store(path, key=key, device=world.fresh(), ids=world, clock=world)
    desk = Desk(store, world, world, ListsInForce(store), Centre("510113"), "m-001")
    put_shipped_lists(desk, RESOURCES)
    return desk
