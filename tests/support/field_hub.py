"""A hub with its field routes over real HTTP on a database of its own, and people who sign in there."""

from __future__ import annotations

import socket
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2
import uvicorn

from app.bootstrap import DISTRICT, FreshIds, WallClock, resources_folder
from app.hub.api import make_app
from app.hub.wiring import hub_parts, opened_hub
from app.hub.worker import Serving
from app.ports.accounts import Account
from app.services.words import Words
from app.tools.shipped_lists import shipped_drafts
from tests.support.postgres import fresh_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.domain.rights import Role
    from app.hub.opened import OpenHub

TOWN, OTHER = "510113103", "510113102"
IN_TOWN, IN_OTHER, OUTSIDE = (104.353971, 30.743565), (104.21, 30.89), (104.06, 30.67)
PASSWORD = "青白江 2026 field"


@dataclass
class FieldHub:
    """``url`` answers; ``hub`` holds the records behind it."""

    url: str
    hub: OpenHub
    clients: list[httpx2.Client] = field(default_factory=list)

    def person(self, user: str, role: Role, *scopes: str) -> httpx2.Client:
        """A person's signed-in phone."""
        account = Account(user, user, role, frozenset(scopes or ("*",)))
        self.hub.accounts.create(account, PASSWORD, "setup")
        return self.signed(self.hub.accounts.session(user, PASSWORD).token)

    def signed(self, token: str) -> httpx2.Client:
        """A phone with this token."""
        bearer = {"authorization": f"Bearer {token}"}
        client = httpx2.Client(base_url=self.url, headers=bearer, timeout=30, trust_env=False)
        self.clients.append(client)
        return client

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """What the database holds."""
        with self.hub.store.transaction() as raw:
            return raw.execute(statement, values).fetchall()


@contextmanager
def field_hub() -> Iterator[FieldHub]:
    """One worker in a thread of this process."""
    database, ids, clock = fresh_database(), FreshIds(), WallClock()
    hub = opened_hub(database, ids, clock)
    lists = list(shipped_drafts(resources_folder(), clock.now()))
    towns = [d.body["id"] for d in lists if d.body["kind"] == "place" and len(d.body["id"]) == 9]
    hub.store.ensure_scopes([DISTRICT, *towns])
    with hub.store.write("setup", DISTRICT) as tx:
        tx.append_many(lists)
    words = Words("zh", resources_folder())
    parts = hub_parts(Serving("", database), ids, clock, DISTRICT, "test", words)
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        config = uvicorn.Config(make_app(parts), ws="none", lifespan="on", log_config=None, access_log=False)
        server = uvicorn.Server(config)
        server.capture_signals = _no_signals  # type: ignore[method-assign]
        up = threading.Event()
        began = server.startup

        async def startup(sockets: list[socket.socket] | None = None) -> None:
            await began(sockets)
            up.set()

        server.startup = startup  # type: ignore[method-assign]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, name="hub")
        thread.start()
        served = FieldHub(f"http://127.0.0.1:{sock.getsockname()[1]}", hub)
        try:
            assert up.wait(30)
            yield served
        finally:
            for client in served.clients:
                client.close()
            server.should_exit = True
            thread.join()
            hub.engine.dispose()


@contextmanager
def _no_signals() -> Iterator[None]:
    yield
