"""Raw bodies in and out: compressed either way, bounded in size and time, with their digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import zstandard
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from app.hub.answers import BadRequest, first_faults
from app.link.digest import HEADER, digest_of, fits
from app.link.wire import ZSTD
from app.ports.link import LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from starlette.requests import Request

    from app.hub.parts import Limits

M = TypeVar("M", bound=BaseModel)
WORTH = 1024
"""Answers longer than this go compressed where that is accepted."""


async def raw_body(request: Request) -> bytes:
    """The body as it was sent, bounded by the gate; ``LinkProblem`` where its digest says another."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise BadRequest(415, "Content-Type is not application/json")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", ZSTD}:
        raise BadRequest(415, "Content-Encoding is neither zstd nor identity")
    raw = await request.body()
    if not fits(raw, request.headers.get(HEADER)):
        raise LinkProblem(LinkTrouble.BAD_PAGE, "the body is not what its digest says")
    return raw


def unpacked(raw: bytes, encoding: str | None, limits: Limits) -> bytes:
    """The body's plain octets; never more than the limit is taken into memory."""
    if (encoding or "").strip().lower() != ZSTD:
        return raw
    try:
        with zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024).stream_reader(raw) as reader:
            plain = reader.read(limits.unpacked + 1)
    except zstandard.ZstdError:
        raise LinkProblem(LinkTrouble.BAD_PAGE, "not a zstd frame") from None
    if len(plain) > limits.unpacked:
        raise LinkProblem(LinkTrouble.TOO_LARGE, f"more than {limits.unpacked} octets unpacked")
    return plain


def checked(model: type[M], plain: bytes) -> M:
    """The message; ``LinkProblem(BAD_PAGE)`` naming the place, never the content."""
    try:
        return model.model_validate_json(plain)
    except ValidationError as error:
        told = first_faults(error.errors(include_url=False, include_input=False, include_context=False))
        raise LinkProblem(LinkTrouble.BAD_PAGE, told) from None


def takes_zstd(accepted: str | None) -> bool:
    """Whether ``Accept-Encoding`` names zstd and does not refuse it."""
    for word in (accepted or "").lower().split(","):
        name, _, weight = word.partition(";")
        if name.strip() == ZSTD:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def packed(plain: bytes, accepted: str | None) -> Response:
    """A JSON answer with its digest, compressed where that is worth it and accepted."""
    headers = {"vary": "accept-encoding"}
    if len(plain) > WORTH and takes_zstd(accepted):
        plain = zstandard.ZstdCompressor(level=1).compress(plain)
        headers["content-encoding"] = ZSTD
    headers[HEADER] = digest_of(plain)
    return Response(plain, 200, headers, "application/json")
