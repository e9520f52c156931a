"""A store opened, a desk to sit down at, and its link with the hub."""

from __future__ import annotations

import atexit
import os
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap.settings import resources_folder
from app.bootstrap.world import FreshIds, WallClock
from app.services.desk import Centre, Desk
from app.services.lists import ListsInForce

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.bootstrap.settings import Settings
    from app.link.station import Station
    from app.link.thread import Link
    from app.ports.clock import Clock
    from db.engine import LocalStore


def open_local(settings: Settings, clock: Clock) -> LocalStore:
    """Open the store; made where there is none, and empty then."""
    from db.engine import open_store
    from db.key import store_key

    ids = FreshIds()
    settings.store.parent.mkdir(0o700, parents=True, exist_ok=True)  # incidents name people
    key = None if settings.plain else store_key(settings.store, settings.passphrase)
    return open_store(settings.store, key=key, device=ids.fresh(), ids=ids, clock=clock)


def open_desk(settings: Settings, clock: Clock | None = None) -> Desk:
    """Open the store and sit down at it: in the name of who signed in last where it belongs to a hub.

    A store that stands alone is filled with the shipped lists; a hub's lists come from there.
    """
    from app.link.enrolment import enrolment, role_of, signed_in
    from app.tools.shipped_lists import put_shipped_lists

    clock = clock or WallClock()
    store = open_local(settings, clock)
    with store.reading() as read:
        enrolled, signed = enrolment(read), signed_in(read)
    if enrolled is None:
        centre = Centre(settings.place, settings.sign, settings.letter)
        desk = Desk(store, clock, FreshIds(), ListsInForce(store), centre, settings.actor)
        put_shipped_lists(desk, resources_folder())
        return desk
    centre = Centre(enrolled.place, enrolled.sign, enrolled.letter)
    return Desk(
        store, clock, FreshIds(), ListsInForce(store), centre, signed.user if signed else "",
        role_of(signed),
    )  # fmt: skip


def open_link(desk: Desk, user: Callable[[], str] = str, period: float | None = None) -> Link | None:
    """The link of a desk whose store belongs to a hub, not begun yet; None where it stands alone.

    ``user`` tells who is signed in; ``period`` s lie between two rounds where nothing else calls for one.
    """
    from app.link.enrolment import enrolment
    from app.link.thread import PERIOD, Link
    from db.engine import LocalStore

    assert isinstance(desk.store, LocalStore)
    with desk.store.reading() as read:
        enrolled = enrolment(read)
    if enrolled is None:
        return None
    period = period or float(os.environ.get("GRID_LINK_PERIOD") or PERIOD)
    link = Link(desk.store, enrolled.client(), desk.clock, address=enrolled.url, user=user, period=period)
    desk.store.on_commit(link.committed)
    return link


def open_demonstration(settings: Settings, clock: Clock | None = None) -> Desk:
    """A fresh demonstration store, plain, in a folder that goes with the process."""
    from app.tools.demo import Demonstration

    folder = tempfile.TemporaryDirectory(prefix="grid-command-demo-")
    atexit.register(folder.cleanup)
    store = Path(folder.name) / "demo.db"
    desk = open_desk(replace(settings, store=store, plain=True), clock)
    with desk.store.bulk():
        Demonstration(desk, resources_folder(), desk.clock.now()).make()
    return desk


def open_station(desk: Desk) -> Station:
    """The window's gate and its link, which begins once the desk belongs to a hub."""
    from app.link.desk_gate import DeskGate
    from app.link.station import Station

    gate = DeskGate(desk.store, desk.clock, resumed=False)
    return Station(desk.store, gate, partial(open_link, desk))
