"""A line between one desktop and the hub that can be broken in every way a real one breaks.

It carries bytes and knows no HTTP, so that what it does to them is what a bad network does. Faults are set by
the test and hold until it sets others; nothing here is timed but the crawl.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field

CHUNK = 16 * 1024


@dataclass
class Faults:
    """What is wrong with the line now. Counted faults (``cut``, ``flip_…``, ``twice``, ``late``) are used up.

    ``up``: connections are taken at all; ``replies``: what the hub says arrives; ``rate``: bytes/s, 0 for no
    limit; ``cut``: the next replies break off after so many bytes; ``flip_up``, ``flip_down``: in the next
    chunks one bit is turned at this place; ``twice``: the next requests arrive a second time; ``late``: the
    next requests are kept back and arrive when the test lets them go.
    """

    up: bool = True
    replies: bool = True
    rate: int = 0
    cut: list[int] = field(default_factory=list)
    flip_up: list[int] = field(default_factory=list)
    flip_down: list[int] = field(default_factory=list)
    twice: int = 0
    late: int = 0


class Line:
    """One listening port in front of the hub. ``close`` ends every connection and the port."""

    def __init__(self, hub: tuple[str, int], port: int = 0) -> None:
        self._hub = hub
        self._lock = threading.Lock()
        self.faults = Faults()
        self._kept_back: list[bytes] = []
        self._open: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", port), backlog=64)
        self.port: int = self._server.getsockname()[1]
        self._closed = False
        threading.Thread(target=self._accept, name=f"line-{self.port}", daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def set(self, **faults: object) -> None:
        """Replace the faults; connections that the new ones forbid are broken now."""
        with self._lock:
            self.faults = Faults(**faults)  # type: ignore[arg-type]
        if not self.faults.up or not self.faults.replies:
            self.hang_up()

    def heal(self) -> None:
        """As good as new; what hung in the old line is told so."""
        self.set()
        self.hang_up()

    def hang_up(self) -> None:
        """Break every connection that is open."""
        with self._lock:
            gone, self._open = self._open, set()
        for end in gone:
            _shut(end)

    def let_go(self) -> int:
        """What was kept back arrives now, long after its author gave it up; how many requests these were."""
        with self._lock:
            late, self._kept_back = self._kept_back, []
        for request in late:
            self._deliver(request)
        return len(late)

    def close(self) -> None:
        self._closed = True
        _shut(self._server)
        self.hang_up()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            if not self.faults.up:
                _shut(near)
                continue
            try:
                far = socket.create_connection(self._hub, timeout=5)
            except OSError:
                _shut(near)
                continue
            far.settimeout(None)
            with self._lock:
                self._open |= {near, far}
            said = _Said()
            for source, sink, upward in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._carry, args=(source, sink, upward, said), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, upward: bool, said: _Said) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(CHUNK):
                carried = self._spoilt(chunk, upward, said)
                if carried is None:
                    break
                if rate := self.faults.rate:
                    time.sleep(len(carried) / rate)  # a crawl is a matter of time
                if upward or self.faults.replies:
                    sink.sendall(carried)
                if said.broken:
                    break
        for end in (source, sink):
            _shut(end)
        with self._lock:
            self._open -= {source, sink}

    def _spoilt(self, chunk: bytes, upward: bool, said: _Said) -> bytes | None:
        with self._lock:
            faults = self.faults
            flips = faults.flip_up if upward else faults.flip_down
            if flips:
                chunk = _flipped(chunk, flips.pop(0))
            if upward:
                if said.answered:
                    said.request, said.answered = b"", False
                said.request += chunk
                if faults.late > 0:
                    faults.late -= 1
                    self._kept_back.append(said.request)
                    return None
                return chunk
            again = not said.answered and faults.twice > 0
            if again:
                faults.twice -= 1
            cut = faults.cut.pop(0) if faults.cut and not said.answered else None
            said.answered = True
        if again:
            self._deliver(said.request)
        if cut is None:
            return chunk
        said.broken = True
        return chunk[:cut]

    def _deliver(self, request: bytes) -> None:
        """Give the hub a request that nobody waits for, and read its answer so that it is carried out."""
        with contextlib.suppress(OSError), socket.create_connection(self._hub, timeout=2) as far:
            far.sendall(request)
            far.recv(CHUNK)


@dataclass
class _Said:
    request: bytes = b""
    answered: bool = False
    broken: bool = False


def _flipped(chunk: bytes, where: int) -> bytes:
    spoilt = bytearray(chunk)
    at = where % (len(spoilt) * 8)
    spoilt[at // 8] ^= 1 << at % 8
    return bytes(spoilt)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        end.close()
