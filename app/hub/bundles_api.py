"""``POST /v1/bundle``: a bundle handed in over somebody else's line, by an administrator or a device."""

import tempfile
from typing import IO, Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from app.domain.rights import Role
from app.hub.answers import BadRequest
from app.hub.asking import Asker
from app.hub.bundles import HubBundles, Taken
from app.hub.described import troubles
from app.hub.devices import Principal
from app.hub.refusals import Refusals
from app.ports.bundle import BundleProblem, BundleTrouble
from app.ports.link import LinkProblem, LinkTrouble

KIND = "application/octet-stream"
KEPT_IN_MEMORY = 1024 * 1024
_OPEN_AT_ONCE = 1
"""A page of a bundle is held several times over while it is opened."""

_BODY = {
    "requestBody": {"required": True, "content": {KIND: {"schema": {"type": "string", "format": "binary"}}}}
}


class BundleTaken(BaseModel):
    """What became of a bundle; ``troubles`` by scope. ``held``: of a revoked device, for a person."""

    bundle: str
    device: str
    ops: int
    held: bool
    forked: int
    troubles: dict[str, str]


def bundles_router(bundles: HubBundles, refusals: Refusals) -> APIRouter:
    """The route over one worker's bundles."""
    router = APIRouter(prefix="/v1", tags=["bundles"])
    limiter = CapacityLimiter(_OPEN_AT_ONCE)
    answered: dict[int | str, dict[str, Any]] = {
        200: {"model": BundleTaken, "description": "What became of it; the answer itself where asked for",
              "content": {KIND: {"schema": {"type": "string", "format": "binary"}}}},
    }  # fmt: skip

    @router.post(
        "/bundle", openapi_extra=_BODY, responses=answered | troubles(400, 401, 403, 408, 413, 415, 422, 429)
    )
    async def bundle(request: Request, who: Asker, answer: Annotated[bool, Query()] = False) -> Response:
        """Take a bundle in. With ``answer`` its device's answer comes back, sealed to that device alone."""
        _need_right(who, refusals)
        with tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY) as file:
            await _receive(request, file)
            raw, kind = await to_thread.run_sync(
                _take, bundles, file, who.user or who.device, answer, limiter=limiter
            )
        return Response(raw, media_type=kind)

    return router


def _take(bundles: HubBundles, file: IO[bytes], by: str, answer: bool) -> tuple[bytes, str]:
    try:
        taken = bundles.take(file, by)
    except BundleProblem as problem:
        large = problem.code is BundleTrouble.TOO_LARGE
        code = LinkTrouble.TOO_LARGE if large else LinkTrouble.BAD_PAGE
        raise LinkProblem(code, f"bundle: {problem.code}") from problem
    if not answer or taken.held:
        return _told(taken).model_dump_json().encode(), "application/json"
    with tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY) as out:
        bundles.answer(taken, out)
        out.seek(0)
        return out.read(), KIND


def _told(taken: Taken) -> BundleTaken:
    return BundleTaken(
        bundle=taken.id, device=taken.device.id, ops=taken.ops, held=taken.held,
        forked=sum(len(apart) for _, apart in taken.acks.values()), troubles=taken.troubles,
    )  # fmt: skip


async def _receive(request: Request, file: IO[bytes]) -> None:
    """The body, bounded in size and time by the gate, to memory first and then to the disk."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != KIND:
        raise BadRequest(415, f"Content-Type is not {KIND}")
    async for part in request.stream():
        file.write(part)


def _need_right(who: Any, refusals: Refusals) -> None:
    account = who.account if isinstance(who, Principal) else None
    if who.device or (account is not None and account.role is Role.ADMINISTRATOR):
        return
    raise refusals.refusal("bundle", LinkTrouble.FORBIDDEN, "an administrator's", actor=who.user)
