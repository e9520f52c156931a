"""The world before its first day, made once: a hub with its people, and desktops that hold their scopes.

A test copies what it needs of it. Ports are part of it, for a desktop's store names the address of its hub.
"""

from __future__ import annotations

import atexit
import contextlib
import shutil
import socket
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from tests.faults import world
from tests.faults.processes import Hub, run
from tests.support.postgres import fresh_database

if TYPE_CHECKING:
    from collections.abc import Sequence

AT_ONCE = 3
"""So many desktops are enrolled at the same time."""


@dataclass
class Template:
    """Its files, its database's name, the hub's port and each desktop's."""

    folder: Path
    hub: Hub
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def database(self) -> str:
        return str(make_url(self.hub.database).database)

    @property
    def port(self) -> int:
        return self.hub.port

    def grow(self, names: Sequence[str]) -> None:
        """Enrol desktops of these names, each with its officer."""
        made = world.World(self.folder, tuple(names), hub=self.hub)
        self.hub.start()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda name: _enrolled(made, name), names))
        self.hub.stop()
        for name, line in made.lines.items():
            self.ports[name] = line.port
            line.close()


def _enrolled(made: world.World, name: str) -> None:
    made.add_user(name)
    desk = made.add_desktop(name, start=False)
    run("link", "sync", "--store", str(desk.store), "--plain", folder=desk.folder)


@cache
def _begun() -> Template:
    folder = Path(tempfile.mkdtemp(prefix="grid-command-world-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    hub = Hub(folder / "hub", fresh_database(), free_port())
    hub.command("init")
    return Template(folder, hub)


def of(names: Sequence[str]) -> Template:
    """The template, with at least these desktops."""
    found = _begun()
    missing = [name for name in names if name not in found.ports]
    if missing:
        found.grow(missing)
    return found


def free_port() -> int:
    """A port that nobody listens on now."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
