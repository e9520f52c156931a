"""What every request passes: its identity, its bounds in size and time, its line in the log, its count."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import structlog
from starlette.exceptions import HTTPException

from app.hub import answers, metrics
from app.hub.slots import Doorkeeper, Slots
from app.ports.link import LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from app.hub.parts import Limits

DOORS = frozenset({"/v1/enrol", "/v1/token", "/v1/sign_in", "/v1/session"})
"""Where secrets are tried: so many tries an address."""

HASHING = frozenset({"/v1/sign_in", "/v1/session"})
"""Where a password is hashed, which takes 64 MiB each: one at a time keeps the worker small."""

BUNDLE = "/v1/bundle"
ASKED = b"x-asked"
"""What a client calls its request; said again in the answer, so that one that came twice is told apart."""

_SHOWN = 120


class Gate:
    """The outermost ASGI application."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app, self._limits = app, limits
        self._log = structlog.get_logger("hub")
        self._door = Doorkeeper(limits.door_rate, limits.door_burst)
        self._hashing = Slots(limits.hashing, limits.door_burst, 10.0, limits.retry_after)
        self._in_flight = 0
        self._pid = os.getpid()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        passing = _Passing(scope, receive, send, self._limits)
        began = time.perf_counter()
        self._in_flight += 1
        metrics.IN_FLIGHT.inc()
        try:
            await self._pass(passing)
        except TimeoutError:
            scope["trouble"] = LinkTrouble.TOO_SLOW.value, "the reader stopped reading"
        except Exception:  # noqa: BLE001 - the last net: nothing of a fault goes out, all of it to the log
            self._log.exception("fault", id=scope["id"], path=scope["path"][:_SHOWN])
            if not passing.status:
                await answers.trouble(500, LinkTrouble.HUB_FAULT, scope["id"])(scope, receive, passing.send)
        finally:
            self._in_flight -= 1
            metrics.IN_FLIGHT.dec()
            self._note(passing, time.perf_counter() - began)

    async def _pass(self, passing: _Passing) -> None:
        scope = passing.scope
        try:
            async with AsyncExitStack() as stack:
                await self._admit(scope, passing.declared, stack)
                try:
                    await self._app(scope, passing.receive, passing.send)
                except Exception:
                    # Starlette answers a fault and raises it again, for the log.
                    self._log.exception("fault", id=scope["id"], path=scope["path"][:_SHOWN])
                    if not passing.status:
                        raise
        except LinkProblem as problem:
            scope["trouble"] = problem.code.value, problem.detail
            answer = answers.told(problem, self._limits)
            answer.headers["connection"] = "close"
            await answer(scope, passing.receive, passing.send)

    async def _admit(self, scope: Scope, declared: int, stack: AsyncExitStack) -> None:
        if self._in_flight > self._limits.in_flight:
            raise LinkProblem(LinkTrouble.BUSY, "too many requests at once", self._limits.retry_after)
        if declared > bound(scope["path"], self._limits):
            raise LinkProblem(LinkTrouble.TOO_LARGE, "the body is too long")
        if scope["path"] in DOORS:
            self._door.knock(scope["client"][0] if scope.get("client") else "")
        if scope["path"] in HASHING:
            await stack.enter_async_context(self._hashing.one())

    def _note(self, passing: _Passing, took: float) -> None:
        scope, status = passing.scope, passing.status
        route = getattr(scope.get("route"), "path", "") or "other"
        code, detail = scope.get("trouble", ("", ""))
        method = scope["method"] if route != "other" else "any"
        metrics.REQUESTS.labels(route, method, status).inc()
        if route != "/v1/pokes":
            metrics.SECONDS.labels(route).observe(took)
        line: dict[str, Any] = {
            "id": scope["id"], "route": route, "method": scope["method"][:16], "status": status,
            "ms": round(took * 1000, 1),
            "worker": self._pid,
        }  # fmt: skip
        if (who := scope.get("who")) is not None:
            line |= {"device": who.device, "actor": who.user}
        if route == "other":
            line["path"] = scope["path"][:_SHOWN]
        if status < 400 and not code:
            self._log.info("request", **line)
            return
        if scope.get("client"):
            line["from"] = scope["client"][0]
        metrics.REFUSALS.labels(code or LinkTrouble.HUB_FAULT.value).inc()
        self._log.warning("refused", code=code, detail=detail[:_SHOWN], **line)


def bound(path: str, limits: Limits) -> int:
    """The longest body that the path takes, octets."""
    return limits.bundle if path == BUNDLE else limits.body


class _Passing:
    """One request on its way through: its body counted and timed, its status remembered."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, limits: Limits) -> None:
        self.scope, self._receive, self._send, self._limits = scope, receive, send, limits
        self.status = 0
        self.declared = 0
        self._asked: tuple[tuple[bytes, bytes], ...] = ()
        self._bound = bound(scope["path"], limits)
        self._came, self._whole, self._since = 0, False, time.monotonic()
        scope["id"] = secrets.token_hex(8)
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit():
                self.declared = int(value[:18])
            elif name == ASKED and len(value) <= _SHOWN:
                self._asked = ((ASKED, value),)

    async def receive(self) -> Message:
        """The next part; ``HTTPException`` 408 or 413 where the body outgrows its bounds."""
        if self._whole:
            return await self._receive()
        left = self._since + self._limits.body_wait - time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, left)):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, headers={"connection": "close"}) from None
        self._came += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._came > self._bound:
            raise HTTPException(413, headers={"connection": "close"})
        return message

    async def send(self, message: Message) -> None:
        """Hand a part over; TimeoutError where the reader has stopped reading."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [
                *message["headers"],
                (b"x-request-id", self.scope["id"].encode()),
                *self._asked,
            ]
        async with asyncio.timeout(self._limits.send_wait):
            await self._send(message)
