"""Answers that are sent as they are made: a scope's snapshot, and the news of new heads."""

from contextlib import AsyncExitStack, ExitStack
from time import monotonic
from typing import TYPE_CHECKING, Any

import orjson
from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from app.hub import metrics
from app.hub.asking import Asker
from app.hub.described import troubles
from app.hub.link_routes import ScopeName
from app.hub.slots import Slots
from app.link.snapshot_stream import snapshot_chunks
from app.ports.link import LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.types import Receive, Scope, Send

    from app.hub.fanout import Fanout
    from app.hub.parts import HubParts, Principal

PING = 15.0
"""s between two signs of life in a stream without news; the token is looked at again as often."""

PATIENCE = 30.0
SNAPSHOT = {200: {"description": "zstd-compressed lines of JSON", "content": {"application/zstd": {}}}}
SSE = "text/event-stream"


def stream_router(parts: "HubParts", fanout: "Fanout") -> APIRouter:
    """The routes over one worker's parts."""
    router = APIRouter(prefix="/v1", tags=["link"])
    _add_snapshot(router, parts)
    _add_pokes(router, parts, fanout)
    return router


def _add_snapshot(router: APIRouter, parts: "HubParts") -> None:
    limits = parts.limits
    slots = Slots(limits.snapshots, limits.queued, PATIENCE, limits.retry_after)
    threads = CapacityLimiter(limits.snapshots)

    @router.get("/snapshot", response_class=Response,
                responses={**SNAPSHOT, **troubles(401, 403, 408, 413, 422, 429, 503)})  # type: ignore[dict-item]  # fmt: skip
    async def snapshot(who: Asker, scope: ScopeName) -> Response:
        """The scope's state as of one row of its order (``app.link.snapshot_stream``)."""
        held, snapshot = AsyncExitStack(), ExitStack()
        await held.enter_async_context(slots.one())
        held.push_async_callback(to_thread.run_sync, snapshot.close)
        try:
            first, rest = await to_thread.run_sync(_opened, parts, who, scope, snapshot, limiter=threads)
        except BaseException:
            with CancelScope(shield=True):
                await held.aclose()
            raise
        return _Closing(_drained(first, rest, threads), held, "application/zstd")


_Begun = tuple[bytes, "Iterator[bytes]"]


class _Closing(StreamingResponse):
    """An answer that gives back what it holds, however it ends: also where it never began."""

    def __init__(self, pieces: "AsyncIterator[bytes]", held: AsyncExitStack, kind: str) -> None:
        super().__init__(pieces, media_type=kind, headers={"cache-control": "no-store"})
        self._held = held

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await self._held.aclose()


def _opened(
    parts: "HubParts", who: "Principal", scope: str, held: ExitStack
) -> "tuple[bytes, Iterator[bytes]]":
    """The stream with its first piece made, so that what is refused is refused before the answer begins."""
    pieces = snapshot_chunks(held.enter_context(parts.desk.snapshot(who, scope)))
    return next(pieces), pieces


async def _drained(first: bytes, rest: "Iterator[bytes]", threads: CapacityLimiter) -> "AsyncIterator[bytes]":
    yield first
    end: Any = object()
    while (piece := await to_thread.run_sync(next, rest, end, limiter=threads)) is not end:
        yield piece


def _add_pokes(router: APIRouter, parts: "HubParts", fanout: "Fanout") -> None:
    open_streams = 0

    def enter() -> None:
        nonlocal open_streams
        if open_streams >= parts.limits.streams or fanout.closing:
            raise LinkProblem(LinkTrouble.BUSY, "too many streams", 15)
        open_streams += 1
        metrics.STREAMS.inc()

    async def leave() -> None:
        nonlocal open_streams
        open_streams -= 1
        metrics.STREAMS.dec()

    # An answer without end has no place in a document that tools call by: ``api.DESCRIPTION`` tells of it.
    @router.get("/pokes", include_in_schema=False)
    async def pokes(request: Request, who: Asker) -> Response:
        """News of new heads in the scopes that the asker may see; a lost one costs only a wait."""
        hello = await to_thread.run_sync(parts.desk.hello, who)
        now = {s.scope: s.head for s in hello.scopes}
        token = request.headers["authorization"].partition(" ")[2].strip()
        enter()

        async def events() -> "AsyncIterator[bytes]":
            try:
                async with fanout.listener(frozenset(now)) as mine:
                    yield b"retry: 2000\n\n" + b"".join(_poke(s, h) for s, h in now.items())
                    looked = monotonic()
                    while not fanout.closing:
                        news = await mine.news(PING)
                        if not news or monotonic() - looked >= PING:
                            await to_thread.run_sync(parts.principals.principal_of, token)
                            looked = monotonic()
                        yield b"".join(_poke(s, h) for s, h in news.items()) or b": ping\n\n"
            except LinkProblem:
                return  # the token has run out or was revoked: the asker comes again, or is told

        held = AsyncExitStack()
        held.push_async_callback(leave)
        return _Closing(events(), held, SSE)


def _poke(scope: str, head: int) -> bytes:
    return b"event: poke\ndata: %b\n\n" % orjson.dumps({"scope": scope, "head": head})
