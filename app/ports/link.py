"""What crosses the line between a desktop and the hub, and what each end must be able to do (DESIGN §5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.domain.op import Origin
    from app.ports.rows import Person

PUSH_OPS, PUSH_BYTES = 500, 1024 * 1024
PULL_OPS = 2_000


@dataclass(frozen=True, slots=True)
class SentOp:
    """An op as it goes up. ``prev`` is the origin's op before it in the same scope (0: none), so that the hub
    sees a gap; ``body`` is the canonical JSON text; ``refusal`` is the author's own, final where it is said.
    """

    n: int
    prev: int
    kind: str
    entity: str
    at: int
    made: int
    actor: str
    base: int
    body: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class PushPage:
    """At most ``PUSH_OPS`` ops and ``PUSH_BYTES`` of one origin in one scope, with the callers they name."""

    scope: str
    epoch: str
    origin: Origin
    ops: tuple[SentOp, ...]
    persons: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Pushed:
    """What the hub has durably: every op of the origin in the scope up to ``acked``. ``head``: the scope's.

    ``forked`` names numbers that the hub knows with other content: a cloned disk. They are kept apart there,
    and their author must make them again in a new incarnation.
    """

    acked: int
    head: int
    forked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderedOp:
    """A row of a scope's order. ``withheld``: the reader may not see it; then ``leaf`` is all there is.

    ``leaf`` is ``app.domain.op.leaf_hash``; it is told only for a withheld row, else it is computed.
    """

    seq: int
    origin: Origin
    n: int
    kind: str
    entity: str
    at: int
    made: int
    actor: str
    base: int
    body: str
    outcome: str
    refusal: str
    withheld: bool = False
    leaf: bytes = b""


@dataclass(frozen=True, slots=True)
class PullPage:
    """Rows ``after + 1 …`` of a scope, dense. Trailer: ``count``, ``head`` (the scope's last row now) and
    ``chain`` (``link_hash`` after the page's last row). A page that does not fit is not taken at all.
    """

    scope: str
    epoch: str
    after: int
    ops: tuple[OrderedOp, ...]
    persons: tuple[Person, ...]
    count: int
    head: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class HeldIncident:
    """An incident of a snapshot: ``body`` is the JSON text of ``app.domain.moving.as_body``."""

    id: str
    body: str


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record of a snapshot; retired ones too. ``rev`` is the instant at which its author made it."""

    kind: str
    id: str
    rev: int
    body: str
    retired: bool


@dataclass(frozen=True, slots=True)
class SnapshotHead:
    """The place in the scope's order at which the snapshot stands."""

    scope: str
    epoch: str
    seq: int
    chain: bytes
    incidents: int
    records: int


class Snapshot(Protocol):
    """A scope's state as of one row of its order, streamed."""

    @property
    def head(self) -> SnapshotHead:
        """Where it stands."""

    def incidents(self) -> Iterator[HeldIncident]:
        """Every incident of the scope; consumed first."""

    def records(self) -> Iterator[HeldRecord]:
        """Every record of the scope; consumed second."""

    def ops(self) -> Iterator[OrderedOp]:
        """The ops of open incidents up to the head, in order; consumed third. Not dense."""

    def persons(self) -> Iterator[Person]:
        """The callers of open incidents; consumed last."""


@dataclass(frozen=True, slots=True)
class ScopeHead:
    """Where a scope stands at the hub. ``whole``: this device sees all of it, else its records alone."""

    scope: str
    epoch: str
    head: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Hello:
    """The hub's greeting: its instant (ms since 1970 UTC), its program's version, this device's scopes."""

    now: int
    version: str
    scopes: tuple[ScopeHead, ...]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Poke:
    """A scope has a new head."""

    scope: str
    head: int


class LinkTrouble(StrEnum):
    """Why a word with the hub came to nothing; said in words by ``app.services.words`` (group ``link``)."""

    NO_LINE = "no_line"
    TOO_SLOW = "too_slow"
    BUSY = "busy"
    HUB_FAULT = "hub_fault"
    NOT_ENROLLED = "not_enrolled"
    REVOKED = "revoked"
    SIGN_IN = "sign_in"
    LOCKED_OUT = "locked_out"
    BAD_CODE = "bad_code"
    NOT_TRUSTED = "not_trusted"
    FORBIDDEN = "forbidden"
    EPOCH = "epoch"
    GAP = "gap"
    BAD_PAGE = "bad_page"
    TOO_LARGE = "too_large"
    TOO_OLD = "too_old"
    STORE = "store"


class LinkProblem(Exception):
    """The world's errors with the line and the hub. ``detail`` is for the log; ``wait`` in s, where told."""

    def __init__(self, code: LinkTrouble, detail: str = "", wait: float | None = None) -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail
        self.wait = wait


class Upstream(Protocol):
    """The hub, as the sync thread sees it. Every call raises ``LinkProblem`` for the world's errors."""

    def hello(self) -> Hello:
        """Scopes with their heads and epochs."""

    def push(self, page: PushPage) -> Pushed:
        """Hand up a page; harmless when repeated. ``EPOCH`` where the hub's is another, ``GAP`` where ops
        before it are missing there.
        """

    def pull(self, scope: str, epoch: str, after: int, own: Origin, limit: int = PULL_OPS) -> PullPage:
        """The rows after a place. Bodies of ``own`` ops come too."""

    def snapshot(self, scope: str) -> Snapshot:
        """The scope's state now."""

    def chain_at(self, scope: str, seqs: Sequence[int]) -> dict[int, bytes]:
        """The hub's chain after each of these rows; rows that it does not have are left out."""

    def hand_in(self, scope: str, ops: Sequence[OrderedOp], persons: Sequence[Person]) -> int:
        """Give back what the hub has lost, of any origin, gaps and all; how many it did not know."""

    def pokes(self) -> Iterator[Poke]:
        """Server-sent news, until the line breaks."""
