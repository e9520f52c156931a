"""The HTTP application of one worker: routers over parts, behind the gate."""

import asyncio
import ipaddress
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog
from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.responses import PlainTextResponse

from app.hub import metrics
from app.hub.answers import add_answers, trouble
from app.hub.asking import said_once
from app.hub.described import TEXT, answered, troubles, whole
from app.hub.fanout import Fanout
from app.hub.gate import Gate
from app.hub.link_routes import link_router
from app.hub.streams import stream_router
from app.ports.link import LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

    from app.hub.parts import HubParts

THREADS = 16
"""The framework's own threads, for routes that are plain functions."""

TICK, HOURLY = 15.0, 240
"""s between two looks at what the worker uses, and how many of them make an hour."""

PEM = "application/x-pem-file"
DESCRIPTION = """Bodies are JSON, plain or with `Content-Encoding: zstd`; whatever is not a 2xx is
`{"code", "detail"}`.

Beside what is listed there is `GET /v1/pokes` (bearer token), a stream of server-sent events without end:
`poke` with data `{"scope", "head"}` whenever a scope that the asker may see has a new head, and a comment at
least every 15 s.
"""


class HubApp:
    """An ASGI application; ``closing`` ends its streams so that a stop need not wait for them."""

    def __init__(self, parts: "HubParts") -> None:
        self.parts = parts
        self.fanout = Fanout(parts.pokes, parts.desk.heads)
        self.api = FastAPI(
            title="Grid Command hub 上级平台", version=parts.version, docs_url=None, redoc_url=None,
            lifespan=self._lifespan, description=DESCRIPTION, redirect_slashes=False,
            dependencies=[Depends(said_once)],
        )  # fmt: skip
        self.api.state.parts = parts
        add_answers(self.api, parts.limits)
        self.api.include_router(_own_router(parts))
        self.api.include_router(link_router(parts))
        self.api.include_router(stream_router(parts, self.fanout))
        for router in parts.routers:
            self.api.include_router(router)
        self._gate = Gate(self.api, parts.limits)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        await self._gate(scope, receive, send)

    def closing(self) -> None:
        """The worker has been told to stop."""
        self.fanout.close()

    @asynccontextmanager
    async def _lifespan(self, _api: FastAPI) -> "AsyncIterator[None]":
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        metrics.WORKERS.inc()
        self.fanout.begin()
        upkeep = asyncio.create_task(_upkeep(self.parts))
        try:
            yield
        finally:
            upkeep.cancel()
            self.fanout.close()
            await to_thread.run_sync(self.fanout.join)
            metrics.WORKERS.dec()
            await to_thread.run_sync(self.parts.ended)
            await to_thread.run_sync(self.parts.desk.close)


def make_app(parts: "HubParts") -> HubApp:
    """The application over these parts."""
    return HubApp(parts)


async def _upkeep(parts: "HubParts") -> None:
    ticks = 0
    while True:
        metrics.MEMORY.set(metrics.resident())
        await asyncio.sleep(TICK)
        ticks += 1
        if ticks % HOURLY:
            continue
        try:
            await to_thread.run_sync(parts.hourly)
        except Exception:  # noqa: BLE001 - the database may be away; the next hour comes
            structlog.get_logger("hub").exception("hourly work failed")


def _own_router(parts: "HubParts") -> APIRouter:
    router = APIRouter(tags=["hub"])
    networks = [ipaddress.ip_network(n) for n in parts.metrics_from]
    ready = whole(status=TEXT, version=TEXT)

    @router.get("/health", responses={**answered(ready, "Ready"), **troubles(413, 429, 503)})
    async def health(request: Request) -> Response:
        """Ready when the database answers."""
        try:
            await to_thread.run_sync(parts.desk.ping)
        except Exception as error:  # noqa: BLE001 - whatever keeps the database from answering
            request.scope["trouble"] = LinkTrouble.STORE.value, type(error).__name__
            return trouble(503, LinkTrouble.STORE, "the database does not answer")
        return Response(
            b'{"status":"ready","version":"%b"}' % parts.version.encode(), media_type="application/json"
        )

    @router.get("/metrics", response_class=PlainTextResponse, responses=troubles(403, 413, 429))
    async def told_metrics(request: Request) -> Response:
        """What all workers counted, in Prometheus' text form; for the networks named at the start."""
        address = ipaddress.ip_address(request.client.host) if request.client else None
        if address is None or not any(address in n for n in networks):
            raise LinkProblem(LinkTrouble.FORBIDDEN, "metrics are not for this address")
        heads = await to_thread.run_sync(parts.desk.heads)
        return PlainTextResponse(await to_thread.run_sync(metrics.told, heads))

    @router.get("/v1/authority", response_class=Response,
                responses={200: {"content": {PEM: {"schema": TEXT}}}, **troubles(404, 413, 429)})  # fmt: skip
    async def authority() -> Response:
        """The certificate of the authority that this hub's own certificate comes from."""
        if not parts.authority:
            return trouble(404, LinkTrouble.NOT_TRUSTED, "this hub speaks without TLS")
        return Response(parts.authority, media_type=PEM)

    return router
