"""One worker: uvicorn over an inherited socket, stopped in order by a signal or by its parent's end."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.hub.journal import open_journal

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from app.hub.parts import HubParts

GRACE = 3
"""s for what is in flight when a stop is asked for."""

KEEP_ALIVE = 75

TURN = 0.0005
"""s after which a thread that computes lets another one go on. A batch waits for the database some twenty
times, and each time that its answer is there it would wait for the requests' thread again: up to 5 ms.
"""
LOOPBACK = ("127.0.0.0/8", "::1/128")


@dataclass(frozen=True, slots=True)
class Serving:
    """What a worker is told; it crosses a process boundary. ``cert`` and ``key`` are files, empty: no TLS."""

    data: str
    database: str
    authority: str = ""
    cert: str = ""
    key: str = ""
    workers: int = 1
    metrics_from: tuple[str, ...] = LOOPBACK


def serve(
    serving: Serving,
    sock: socket.socket,
    make_parts: Callable[[Serving], HubParts],
    ready: Callable[[], None],
) -> None:
    """Serve until SIGTERM or SIGINT; returns when what was in flight is done."""
    open_journal()
    sys.setswitchinterval(TURN)
    import uvicorn

    from app.hub.api import make_app
    from app.hub.protocol import BoundedProtocol

    parts = make_parts(serving)
    app = make_app(parts)
    BoundedProtocol.longest_head = parts.limits.header
    BoundedProtocol.head_wait = parts.limits.header_wait

    class Server(uvicorn.Server):
        """uvicorn that ends its streams first, and ends with 0 where it was asked to end."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if not self.should_exit:
                ready()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.closing()
            await super().shutdown(sockets)

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self.handle_exit)
            yield

    server = Server(_config(app, BoundedProtocol, serving))
    _end_with_parent(server)
    server.run(sockets=[sock])


def work(
    serving: Serving, sock: socket.socket, make_parts: Callable[[Serving], HubParts], ready: Connection
) -> None:
    """A worker process's whole life."""

    def tell() -> None:
        ready.send(os.getpid())
        ready.close()

    serve(serving, sock, make_parts, tell)


def _config(app: Any, protocol: type[Any], serving: Serving) -> Any:
    import uvicorn

    return uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        loop="uvloop" if os.name == "posix" else "asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        ssl_certfile=serving.cert or None,
        ssl_keyfile=serving.key or None,
    )


def _end_with_parent(server: Any) -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        server.should_exit = True

    threading.Thread(target=watch, name="parent", daemon=True).start()
