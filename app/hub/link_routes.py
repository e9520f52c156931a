"""The link's own routes: greeting, push, pull, chain and hand-in (DESIGN §5)."""

from typing import TYPE_CHECKING, Annotated, TypeVar

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response

from app.domain.op import Origin
from app.hub import described, metrics
from app.hub.asking import Asker
from app.hub.bodies import checked, packed, raw_body, unpacked
from app.hub.described import answered, taken, troubles
from app.hub.slots import Slots
from app.link import wire
from app.ports.link import PULL_OPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.hub.parts import HubParts

T = TypeVar("T")

ScopeName = Annotated[str, Query(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
MaybeName = Annotated[str, Query(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
Place = Annotated[int, Query(ge=0, lt=2**63)]
Places = Annotated[str, Query(pattern=r"^[1-9][0-9]{0,17}(,[1-9][0-9]{0,17}){0,199}$", max_length=3800)]
_READING = troubles(401, 403, 408, 413, 422, 429, 503)
_WRITING = troubles(400, 401, 403, 408, 409, 413, 415, 422, 429, 503)


def link_router(parts: "HubParts") -> APIRouter:
    """The routes over one worker's parts."""
    router = APIRouter(prefix="/v1", tags=["link"])
    _add_reading(router, parts, CapacityLimiter(parts.limits.readers))
    _add_writing(router, parts)
    return router


def _add_reading(router: APIRouter, parts: "HubParts", readers: CapacityLimiter) -> None:
    desk = parts.desk

    async def read(request: Request, ask: "Callable[[], bytes]") -> Response:
        accepted = request.headers.get("accept-encoding")
        return await to_thread.run_sync(lambda: packed(ask(), accepted), limiter=readers)

    @router.get("/hello", responses={**answered(described.HELLO, "The greeting"), **_READING})
    async def hello(request: Request, who: Asker) -> Response:
        """The hub's instant, its version, and the scopes of this device with their heads and epochs."""
        return await read(request, lambda: wire.hello_bytes(desk.hello(who)))

    @router.get("/pull", responses={**answered(described.PULLED, "A page"), **troubles(409), **_READING})
    async def pull(
        request: Request,
        who: Asker,
        scope: ScopeName,
        epoch: ScopeName,
        after: Place,
        limit: Annotated[int, Query(ge=1, le=PULL_OPS)] = PULL_OPS,
        device: MaybeName = "",
        incarnation: MaybeName = "",
    ) -> Response:
        """Rows ``after + 1`` … of a scope, dense, with a trailer of count, head and chain hash."""
        own = Origin(device, incarnation)
        return await read(request, lambda: wire.pull_bytes(desk.pull(who, scope, epoch, after, limit, own)))

    @router.get("/chain", responses={**answered(described.CHAIN, "Hashes by row"), **_READING})
    async def chain(request: Request, who: Asker, scope: ScopeName, seqs: Places) -> Response:
        """The scope's chain after each of these rows; rows that there are not are left out."""
        wanted = tuple(int(s) for s in seqs.split(","))

        def ask() -> bytes:
            found = desk.chain_at(who, scope, wanted)
            return orjson.dumps({str(seq): value.hex() for seq, value in found.items()})

        return await read(request, ask)


def _add_writing(router: APIRouter, parts: "HubParts") -> None:
    desk, limits = parts.desk, parts.limits
    slots = Slots(limits.pushes, limits.queued, limits.patience, limits.retry_after, metrics.WAITING.inc)

    async def write(request: Request, ask: "Callable[[bytes], bytes]") -> Response:
        raw = await raw_body(request)
        encoding = request.headers.get("content-encoding")
        accepted = request.headers.get("accept-encoding")
        async with slots.one():
            return await to_thread.run_sync(lambda: packed(ask(unpacked(raw, encoding, limits)), accepted))

    @router.post("/push", openapi_extra=taken(wire.PushBody),
                 responses={**answered(described.PUSHED, "What the hub has"), **_WRITING})  # fmt: skip
    async def push(request: Request, who: Asker) -> Response:
        """Hand up a page of ops of one origin in one scope; harmless when repeated."""

        def ask(plain: bytes) -> bytes:
            page = wire.push_page(checked(wire.PushBody, plain))
            pushed = desk.push(who, page)
            metrics.OPS_TAKEN.labels(page.scope).inc(len(page.ops))
            return wire.pushed_bytes(pushed)

        return await write(request, ask)

    @router.post("/hand_in", openapi_extra=taken(wire.HandInBody),
                 responses={**answered(described.HANDED_IN, "How many were new"), **_WRITING})  # fmt: skip
    async def hand_in(request: Request, who: Asker) -> Response:
        """Give back what the hub has lost, of any origin, gaps and all."""

        def ask(plain: bytes) -> bytes:
            body = checked(wire.HandInBody, plain)
            ops, persons = wire.handed_in(body)
            return orjson.dumps({"taken": desk.hand_in(who, body.scope, ops, persons)})

        return await write(request, ask)
