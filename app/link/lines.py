"""Connections that can be hung up from another thread: a reader that waits on a dead line must be let go."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from typing import Any
from weakref import WeakSet


class Lines:
    """Every socket that the client has open; ``hang_up`` ends whatever waits on one."""

    def __init__(self) -> None:
        self._open: WeakSet[socket.socket] = WeakSet()
        self._turn = threading.Lock()
        self.hung_up = False

    def watch(self, event: str, told: dict[str, Any]) -> None:
        """A ``trace`` of httpcore: keeps the socket that a connection has come to."""
        if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        line = told["return_value"].get_extra_info("socket")
        if line is None:
            return
        with self._turn:
            self._open.add(line)
        if self.hung_up:
            _shut(line)

    def hang_up(self) -> None:
        """Shut every line, now and from now on."""
        self.hung_up = True
        with self._turn:
            lines = list(self._open)
        for line in lines:
            _shut(line)


def _shut(line: socket.socket) -> None:
    # Not SSLSocket.shutdown: it takes the session away under the thread that reads.
    with contextlib.suppress(OSError, ssl.SSLError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)
