"""What people in the field send, checked before anything is done with it: kinds, lengths, characters."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

REPORT_BYTES, ACT_BYTES = 16 * 1024, 64 * 1024

_NO_CONTROLS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=_ONE_LINE)]
Code = Annotated[str, StringConstraints(max_length=64, pattern=_ONE_LINE)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]

Source = Literal[
    "hotline", "resident", "patrol", "sensor", "grid", "video", "desk", "town", "department", "upstream",
    "joint", "visit", "media", "other",
]  # fmt: skip


class FieldMessage(BaseModel):
    """Strict: no unknown field, no value bent into another type, no NaN."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class ReportBody(FieldMessage):
    """``POST /v1/reports``. A ``place`` (its code) or a position (WGS-84 degrees) says where; best both.

    ``ref`` is the sender's own name for this report, unless the header ``Idempotency-Key`` gives one: the
    same name again is the same incident. ``at``, ms since 1970 UTC, is when it was seen, where not now.
    """

    title: Annotated[Line, Field(min_length=1, max_length=120)]
    detail: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=_NO_CONTROLS)
    ] = ""
    source: Source = "resident"
    item: Code = ""
    severity: Annotated[int, Field(ge=1, le=4)] | None = None
    place: Code = ""
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    caller: Annotated[Line, Field(max_length=40)] = ""
    phone: Annotated[str, StringConstraints(max_length=24, pattern=r"^[0-9+() \-]*$")] = ""
    ref: Key | None = None
    at: Annotated[int, Field(gt=0, lt=2**47 - 1)] | None = None


class ActBody(FieldMessage):
    """``POST /v1/acts``: one op on one incident, its ``body`` as the op of that kind has it.

    ``ref`` (or the header ``Idempotency-Key``) names the act: sent again it is answered as the first time.
    """

    incident: Id
    kind: Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[a-z_]+$")]
    body: dict[str, Any] = {}
    ref: Key | None = None


_FIELDS = frozenset({*ReportBody.model_fields, *ActBody.model_fields})
M = TypeVar("M", bound=FieldMessage)


class Malformed(Exception):
    """What was sent is not what is asked for; ``detail`` names the fields and never repeats their values."""

    def __init__(self, detail: str, *, too_large: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.too_large = too_large


def report_of(raw: bytes, key: str | None) -> ReportBody:
    """The report in a request's body; ``Malformed``."""
    body = _checked(ReportBody, raw, REPORT_BYTES)
    if (body.lon is None) != (body.lat is None):
        raise Malformed("lon, lat: one without the other")
    return body if key is None else body.model_copy(update={"ref": key_of(key)})


def act_of(raw: bytes, key: str | None) -> ActBody:
    """The act in a request's body; ``Malformed``. No text in it may hold a NUL, which no store keeps."""
    body = _checked(ActBody, raw, ACT_BYTES)
    try:
        said = orjson.dumps(body.body)
    except TypeError as error:
        raise Malformed("body: a number of more than 64 bits, or values too deep") from error
    if b"\\u0000" in said:
        raise Malformed("body: a NUL in a text")
    return body if key is None else body.model_copy(update={"ref": key_of(key)})


def key_of(key: str) -> str:
    """A header's ``Idempotency-Key``; ``Malformed`` where it is none."""
    if not (0 < len(key) <= 64 and key.isascii() and key.isprintable() and " " not in key):
        raise Malformed("Idempotency-Key: 1 to 64 printable ASCII characters")
    return key


def _checked(kind: type[M], raw: bytes, at_most: int) -> M:
    if len(raw) > at_most:
        raise Malformed(f"more than {at_most} bytes", too_large=True)
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False, include_input=False)
        if any(e["type"] == "json_invalid" for e in told):
            raise Malformed("not JSON, or values too deep") from None
        raise Malformed("; ".join(f"{_where(e['loc'])}{e['msg']}" for e in told[:8])) from None


def _where(loc: tuple[int | str, ...]) -> str:
    """A field's name as we know it; one that the sender made up is not repeated."""
    names = [str(part) for part in loc if str(part) in _FIELDS]
    return f"{'.'.join(names)}: " if names else ""
