"""The messages between desktop and hub as JSON, and back: one place for both ends (``app.hub`` shares it).

Rows go as arrays in the order of their dataclass's fields, hashes as hex digits. ``pydantic`` checks what
comes in from outside; what goes out is made from frozen values and needs no check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from app.domain.op import Origin
from app.ports.link import (
    Hello,
    LinkProblem,
    LinkTrouble,
    OrderedOp,
    PullPage,
    Pushed,
    PushPage,
    ScopeHead,
    SentOp,
)
from app.ports.rows import Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

VERSION = "1"
"""The wire's own version, and the first part of every path: a hub has no path of one it does not serve."""

ZSTD = "zstd"
"""``Content-Encoding`` of what goes compressed."""

Count = Annotated[int, Field(ge=0, lt=2**63)]
Instant = Annotated[int, Field(gt=-(2**47) + 1, lt=2**47 - 1)]
Name = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f]+$")]
Maybe = Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f]*$")]
Words = Annotated[str, Field(max_length=512)]
Body = Annotated[str, Field(max_length=256 * 1024)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

SentRow = tuple[Count, Count, Name, Name, Instant, Instant, Name, Count, Body, Maybe]
PersonRow = tuple[Name, Name, Words, Words]
OrderedRow = tuple[
    Count, Name, Name, Count, Name, Name, Instant, Instant, Name, Count, Body, Maybe, Maybe
]  # fmt: skip


class Message(BaseModel):
    """Strict: a field that is not known is refused, and no value is bent into another type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PushBody(Message):
    """``POST /v1/push``."""

    scope: Name
    epoch: Name
    device: Name
    incarnation: Name
    ops: Annotated[list[SentRow], Field(min_length=1, max_length=500)]
    persons: Annotated[list[PersonRow], Field(max_length=500)] = []


class HandInBody(Message):
    """``POST /v1/hand_in``."""

    scope: Name
    ops: Annotated[list[OrderedRow], Field(min_length=1, max_length=500)]
    persons: Annotated[list[PersonRow], Field(max_length=500)] = []


class EnrolBody(Message):
    """``POST /v1/enrol``. ``device`` is the store's own identity, ``key`` its public key as a JWK."""

    code: Annotated[str, Field(min_length=4, max_length=64)]
    device: Name
    name: Annotated[str, Field(min_length=1, max_length=64)]
    key: dict[str, str]


class TokenBody(Message):
    """``POST /v1/token``."""

    device: Name
    secret: Annotated[str, Field(min_length=16, max_length=128)]


class SignInBody(Message):
    """``POST /v1/sign_in``."""

    user: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


class Trouble(Message):
    """Every answer that is not a 2xx. ``code`` is a ``LinkTrouble``; ``detail`` never holds a secret."""

    code: str
    detail: str = ""


def push_bytes(page: PushPage) -> bytes:
    """The page as ``PushBody``'s JSON."""
    return orjson.dumps({
        "scope": page.scope,
        "epoch": page.epoch,
        "device": page.origin.device,
        "incarnation": page.origin.incarnation,
        "ops": [
            (o.n, o.prev, o.kind, o.entity, o.at, o.made, o.actor, o.base, o.body, o.refusal)
            for o in page.ops
        ],
        "persons": _person_rows(page.persons),
    })  # fmt: skip


def push_page(body: PushBody) -> PushPage:
    """The page that a body tells."""
    return PushPage(
        body.scope,
        body.epoch,
        Origin(body.device, body.incarnation),
        tuple(SentOp(*row) for row in body.ops),
        _persons(body.persons),
    )


def pushed_bytes(pushed: Pushed) -> bytes:
    """The hub's answer to a push."""
    return orjson.dumps({"acked": pushed.acked, "head": pushed.head, "forked": pushed.forked})


def pushed_of(raw: bytes) -> Pushed:
    """The answer to a push; ValueError, KeyError or TypeError where it is none."""
    told = orjson.loads(raw)
    return Pushed(int(told["acked"]), int(told["head"]), tuple(map(int, told["forked"])))


def ordered_row(o: OrderedOp) -> tuple[Any, ...]:
    """A row of a scope's order; a withheld one is its place and leaf alone."""
    if o.withheld:
        return (o.seq, o.leaf.hex())
    return (
        o.seq, o.origin.device, o.origin.incarnation, o.n, o.kind, o.entity, o.at, o.made, o.actor, o.base,
        o.body, o.outcome, o.refusal,
    )  # fmt: skip


def ordered_op(row: Sequence[Any], like: Origin | None = None) -> OrderedOp:
    """The row's op; ValueError or TypeError where it is none. ``like`` is the row's before: mostly the same
    author's, which then stands for both.
    """
    if len(row) == 2:
        seq, leaf = row
        return OrderedOp(
            int(seq),
            Origin("", ""),
            0,
            "",
            "",
            0,
            0,
            "",
            0,
            "",
            "",
            "",
            withheld=True,
            leaf=bytes.fromhex(leaf),
        )
    seq, device, incarnation, n, kind, entity, at, made, actor, base, body, outcome, refusal = row
    if like is None or like.incarnation != incarnation or like.device != device:
        like = Origin(device, incarnation)
    return OrderedOp(seq, like, n, kind, entity, at, made, actor, base, body, outcome, refusal)


def _ordered_ops(rows: Iterable[Sequence[Any]]) -> Iterator[OrderedOp]:
    like = None
    for row in rows:
        op = ordered_op(row, like)
        like = op.origin
        yield op


def hand_in_bytes(scope: str, ops: Iterable[OrderedOp], persons: Iterable[Person]) -> bytes:
    """``HandInBody``'s JSON."""
    return orjson.dumps({
        "scope": scope, "ops": [ordered_row(o) for o in ops], "persons": _person_rows(persons),
    })  # fmt: skip


def handed_in(body: HandInBody) -> tuple[tuple[OrderedOp, ...], tuple[Person, ...]]:
    """The ops and callers that are handed in."""
    return tuple(ordered_op(row) for row in body.ops), _persons(body.persons)


def pull_bytes(page: PullPage) -> bytes:
    """A page of a scope's order with its trailer."""
    return orjson.dumps({
        "scope": page.scope,
        "epoch": page.epoch,
        "after": page.after,
        "ops": [ordered_row(o) for o in page.ops],
        "persons": _person_rows(page.persons),
        "count": page.count,
        "head": page.head,
        "chain": page.chain.hex(),
    })  # fmt: skip


def pull_page(raw: bytes) -> PullPage:
    """The page; ValueError, KeyError or TypeError where it is none (cut, bent, of another version)."""
    told = orjson.loads(raw)
    return PullPage(
        told["scope"],
        told["epoch"],
        told["after"],
        tuple(_ordered_ops(told["ops"])),
        _persons(told["persons"]),
        told["count"],
        told["head"],
        bytes.fromhex(told["chain"]),
    )


def hello_bytes(hello: Hello) -> bytes:
    """The hub's greeting."""
    return orjson.dumps({
        "now": hello.now,
        "version": hello.version,
        "wire": VERSION,
        "scopes": [(s.scope, s.epoch, s.head, s.whole) for s in hello.scopes],
        "notices": hello.notices,
    })  # fmt: skip


def hello_of(raw: bytes) -> Hello:
    """The greeting; ValueError, KeyError or TypeError where it is none, ``TOO_OLD`` on another wire."""
    told = orjson.loads(raw)
    if told["wire"] != VERSION:
        raise LinkProblem(LinkTrouble.TOO_OLD, f"hello of wire {told['wire']}")
    return Hello(
        int(told["now"]),
        str(told["version"]),
        tuple(ScopeHead(str(s), str(e), int(h), bool(w)) for s, e, h, w in told["scopes"]),
        tuple(map(str, told["notices"])),
    )


def _person_rows(persons: Iterable[Person]) -> list[tuple[str, str, str, str]]:
    return [(p.id, p.incident, p.name, p.phone) for p in persons]


def _persons(rows: Iterable[Sequence[str]]) -> tuple[Person, ...]:
    return tuple(Person(*row) for row in rows)
