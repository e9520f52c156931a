"""HTTP/1.1 with bounds: heads that are too long or too slow, and what is no HTTP at all, end in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.hub import metrics
from app.ports.link import LinkTrouble

if TYPE_CHECKING:
    from asyncio import TimerHandle, Transport

_BODY = b'{"code":"%b","detail":"%b"}'


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the longest head (octets) and the longest wait for one (s)."""

    longest_head = 16 * 1024
    head_wait = 10.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_came = 0
        self._in_head = True
        self._timer: TimerHandle | None = None
        self._why = 400, LinkTrouble.BAD_PAGE, "not HTTP"

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.head_wait, self._too_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """A peer that has said all may still listen: it is answered, and then the line is closed."""
        if self._in_head and self._head_came:
            self._why = 400, LinkTrouble.BAD_PAGE, "the head was cut"
            self.send_400_response("")
        unanswered = self.cycle is not None and not self.cycle.response_complete
        if self.scheme == "https" or not unanswered or self.cycle.more_body:
            return None
        self.cycle.keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            if self._timer is None:
                self._timer = self.loop.call_later(self.head_wait, self._too_late)
            # Counted as it comes: a head without an end never reaches the parser's callbacks.
            self._head_came += len(data)
        super().data_received(data)
        if self._in_head and self._head_came > self.longest_head and not self.transport.is_closing():
            self._too_long()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._bound(len(self.url))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._bound(sum(len(n) + len(v) for n, v in self.headers))

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head, self._head_came = True, 0

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong in the one shape of trouble, and close."""
        del msg
        if self.transport.is_closing():
            return
        status, code, detail = self._why
        body = _BODY % (code.value.encode(), detail.encode())
        head = [STATUS_LINE[status], b"content-type: application/json\r\nconnection: close\r\n"]
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(b"".join([*head, b"content-length: %d\r\n\r\n" % len(body), body]))
        metrics.REFUSALS.labels(code.value).inc()
        address = self.client[0] if self.client else ""
        structlog.get_logger("hub").warning(
            "refused", route="none", status=status, code=code.value, detail=detail, **{"from": address}
        )
        self.transport.close()

    def _bound(self, size: int) -> None:
        if size > self.longest_head:
            self._why = 431, LinkTrouble.TOO_LARGE, "the head is too long"
            raise ValueError("head")

    def _too_long(self) -> None:
        self._why = 431, LinkTrouble.TOO_LARGE, "the head is too long"
        self.send_400_response("")

    def _too_late(self) -> None:
        self._timer = None
        if not self._in_head or self.transport.is_closing():
            return
        if self._head_came:
            self._why = 408, LinkTrouble.TOO_SLOW, "the head did not come in time"
            self.send_400_response("")
        else:
            self.transport.close()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
