"""The op: one intent of one actor on one entity, the only way anything changes (DESIGN §5)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar, cast

from app.domain.errors import MalformedOp

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


class OpKind(StrEnum):
    """Every kind of op. All but ``PUT`` and ``RETIRE`` act on an incident; ``HUB_OPS`` are the hub's own."""

    REPORT = "report"
    ACCEPT = "accept"
    DECLINE = "decline"
    CLASSIFY = "classify"
    RELOCATE = "relocate"
    ASSIGN = "assign"
    ACKNOWLEDGE = "acknowledge"
    RETURN = "return"
    REPORT_IN = "report_in"
    RECALL = "recall"
    NOTE = "note"
    ATTACH = "attach"
    HANDLE = "handle"
    VERIFY = "verify"
    CLOSE = "close"
    RATE = "rate"
    REOPEN = "reopen"
    SUSPEND = "suspend"
    RESUME = "resume"
    ESCALATE = "escalate"
    SUPERVISE = "supervise"
    WHISTLE = "whistle"
    MERGE = "merge"
    UNMERGE = "unmerge"
    CANCEL = "cancel"
    RESOLVE = "resolve"
    SHOW = "show"
    FLAG = "flag"
    MOVE_OUT = "move_out"
    MOVE_IN = "move_in"
    PUT = "put"
    RETIRE = "retire"


INCIDENT_OPS: tuple[OpKind, ...] = tuple(k for k in OpKind if k not in (OpKind.PUT, OpKind.RETIRE))

HUB_OPS: tuple[OpKind, ...] = (OpKind.FLAG, OpKind.MOVE_OUT, OpKind.MOVE_IN)
"""What the hub alone says: a conflict that no scope's order can show, and a move between scopes."""

HUB_DEVICE = "hub:"
"""How the hub's own origins begin: ``hub:`` and the scope, so that each scope numbers for itself."""


class Outcome(StrEnum):
    """What became of an op; kept with it for ever."""

    APPLIED = "applied"
    CONFLICT = "conflict"
    REFUSED = "refused"


INSTANTS = 2**47 - 1
"""Instants lie this many ms before or after 1970, ends left out: until the year 6429."""


def storable(value: int) -> bool:
    """Whether every store can hold the whole number (64 bits); an op with a larger one is malformed."""
    return -(2**63) <= value < 2**63


def is_instant(value: object) -> bool:
    """Whether it is an instant, in ms since 1970 UTC, that every store can hold and sort."""
    return type(value) is int and -INSTANTS < value < INSTANTS


def is_text(value: object) -> bool:
    """Whether it is a text that every store can hold: without half of a surrogate pair."""
    if not isinstance(value, str):
        return False
    if value.isascii():
        return True
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Origin:
    """One life of one device's store: the device and its incarnation (fresh for a new or restored store)."""

    device: str
    incarnation: str

    @property
    def short(self) -> str:
        """The incarnation's last 12 digits, which are chance: what an incident remembers an author by."""
        return self.incarnation[-12:]


@dataclass(frozen=True, slots=True)
class Op:
    """``(origin, n)`` is its name; ``at`` and ``made`` are instants in ms since 1970 UTC.

    ``at`` is when the matter took place (for an import: the source's time), ``made`` when this device
    wrote it down. ``base`` is the entity's version that the author had from the hub: its own ops that are
    still pending do not count (a store without a hub counts all).
    """

    origin: Origin
    n: int
    scope: str
    kind: str
    entity: str
    at: int
    made: int
    actor: str
    base: int = 0
    body: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str, kind: type[T]) -> T | None:
        """The body's field, None where absent; ``MalformedOp`` where it is of another kind."""
        value = self.body.get(name)
        if value is None:
            return None
        if kind is str and type(value) is str and value.isascii():
            return cast("T", value)
        if isinstance(value, str):
            if not (value.isascii() or is_text(value)):
                raise MalformedOp(f"{self.kind}: {name} is no text")
        elif isinstance(value, int) and not isinstance(value, bool):
            if not storable(value):
                raise MalformedOp(f"{self.kind}: {name} is out of bounds")
            if kind is float:
                return cast("T", float(value))
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        raise MalformedOp(f"{self.kind}: {name} is not {kind.__name__}")

    def need(self, name: str, kind: type[T]) -> T:
        """The body's field; ``MalformedOp`` where it is absent, empty or of another kind."""
        value = self.get(name, kind)
        if value is None or value == "":
            raise MalformedOp(f"{self.kind}: {name} is missing")
        return value


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical_body(body: Mapping[str, Any]) -> str:
    """The body as the one JSON text that is stored, sent and hashed (sorted keys, no spaces).

    ``MalformedOp`` where JSON cannot say it alike everywhere: no number (NaN), or half a surrogate pair.
    """
    try:
        text = _ENCODER.encode(body)
    except ValueError as error:
        raise MalformedOp(str(error)) from error
    if not is_text(text):
        raise MalformedOp("half of a surrogate pair")
    return text


def keepable(scope: str, kind: str, entity: str, at: int) -> bool:
    """Whether a ledger can hold an op with this head; one that it cannot is refused and not kept."""
    head = f"{scope}{kind}{entity}"
    return is_instant(at) and is_text(head) and "\x1f" not in head


GENESIS = bytes(32)


def chain_hash(previous: bytes, op: Op, body: str) -> bytes:
    """SHA-256 of the row before and this op: 32 bytes. ``body`` is ``canonical_body(op.body)``.

    Fields are joined by U+001F, which no field may hold, so two ops never give one text.
    """
    head = (
        op.origin.device, op.origin.incarnation, str(op.n), op.scope, op.kind, op.entity,
        str(op.at), str(op.made), op.actor, str(op.base), body,
    )  # fmt: skip
    return hashlib.sha256(previous + "\x1f".join(head).encode("utf-8", "surrogatepass")).digest()


def leaf_hash(seq: int, op: Op, body: str, outcome: str, refusal: str) -> bytes:
    """SHA-256 of one row of a scope's order: its place, the op, and what became of it. 32 bytes."""
    origin = op.origin
    head = (
        f"{seq}\x1f{origin.device}\x1f{origin.incarnation}\x1f{op.n}\x1f{op.scope}\x1f{op.kind}\x1f{op.entity}"
        f"\x1f{op.at}\x1f{op.made}\x1f{op.actor}\x1f{op.base}\x1f{body}\x1f{outcome}\x1f{refusal}"
    )
    return hashlib.sha256(head.encode("utf-8", "surrogatepass")).digest()


def link_hash(previous: bytes, leaf: bytes) -> bytes:
    """A scope's chain after one more row: who may not read a row can still walk over its leaf."""
    return hashlib.sha256(previous + leaf).digest()
