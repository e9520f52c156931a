"""What the OpenAPI document says of bodies that the framework does not parse itself, and of trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.link.wire import Trouble

if TYPE_CHECKING:
    from pydantic import BaseModel

_WORDS = {
    400: "The request cannot be read",
    401: "No token, or one that is not in force",
    403: "Not permitted, or revoked",
    404: "There is no such thing",
    408: "The body did not come in time",
    409: "Another epoch, or a gap",
    413: "Too large",
    415: "Another content type than asked for",
    422: "Malformed",
    423: "Locked out for a while; Retry-After says how long",
    429: "Too busy; Retry-After says how long to wait",
    503: "The database does not answer",
}

_BUSY = {
    "headers": {"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "description": "s"}},
}


def troubles(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route: these statuses with the one shape of trouble."""
    told: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        told[status] = {"model": Trouble, "description": _WORDS[status]}
        if status in {423, 429}:
            told[status] |= _BUSY
    return told


def taken(model: type[BaseModel]) -> dict[str, Any]:
    """``openapi_extra`` of a route that reads its body raw, plain or with ``Content-Encoding: zstd``."""
    schema = model.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def answered(schema: dict[str, Any], words: str) -> dict[int | str, dict[str, Any]]:
    """``responses`` for the 200 of a route that answers ready-made JSON."""
    return {200: {"description": words, "content": {"application/json": {"schema": schema}}}}


def whole(**properties: dict[str, Any]) -> dict[str, Any]:
    """A JSON object of which every property is there."""
    return {"type": "object", "properties": properties, "required": list(properties)}


COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
TEXT: dict[str, Any] = {"type": "string"}
HASH: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
ROWS: dict[str, Any] = {"type": "array", "items": {"type": "array"}}
COUNTS: dict[str, Any] = {"type": "array", "items": COUNT}

HELLO = whole(now={"type": "integer"}, version=TEXT, wire=TEXT, scopes=ROWS,
              notices={"type": "array", "items": TEXT})  # fmt: skip
PUSHED = whole(acked=COUNT, head=COUNT, forked=COUNTS)
PULLED = whole(
    scope=TEXT, epoch=TEXT, after=COUNT, ops=ROWS, persons=ROWS, count=COUNT, head=COUNT, chain=HASH
)
CHAIN: dict[str, Any] = {"type": "object", "additionalProperties": HASH}
HANDED_IN = whole(taken=COUNT)
