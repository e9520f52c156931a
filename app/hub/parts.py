"""What the HTTP service is made of: named here as Protocols, made concrete once by ``app.bootstrap``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from fastapi import APIRouter

    from app.domain.op import Origin
    from app.ports.link import Hello, OrderedOp, PullPage, Pushed, PushPage, Snapshot
    from app.ports.rows import Person


class Principal(Protocol):
    """Who asks, from the hub's own records: a device, a person, or a person at a device."""

    @property
    def device(self) -> str:
        """The device's identity; empty for a person without one."""

    @property
    def user(self) -> str:
        """The account's name; empty where nobody has signed in."""

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes it reaches; ``*`` is the whole district."""


class Principals(Protocol):
    """The hub's records of devices, accounts and tokens."""

    def principal_of(self, token: str) -> Principal:
        """Who holds the token; ``LinkProblem``: NOT_ENROLLED, SIGN_IN, REVOKED."""


class LinkDesk(Protocol):
    """The hub's ledger as a device may ask it. Every call raises ``LinkProblem`` for the world's errors."""

    def hello(self, who: Principal) -> Hello:
        """The scopes that it may see."""

    def push(self, who: Principal, page: PushPage) -> Pushed:
        """Order a page of ops."""

    def pull(self, who: Principal, scope: str, epoch: str, after: int, limit: int, own: Origin) -> PullPage:
        """Rows after a place."""

    def snapshot(self, who: Principal, scope: str) -> AbstractContextManager[Snapshot]:
        """The scope's state now, as long as the block runs."""

    def chain_at(self, who: Principal, scope: str, seqs: Sequence[int]) -> dict[int, bytes]:
        """The chain after rows."""

    def hand_in(self, who: Principal, scope: str, ops: Sequence[OrderedOp], persons: Sequence[Person]) -> int:
        """Take back what was lost."""

    def heads(self) -> dict[str, int]:
        """Every scope's head."""

    def ping(self) -> None:
        """Return if the database answers; raise otherwise."""

    def close(self) -> None:
        """Let go of the database."""


class PokeSource(Protocol):
    """The database's announcements, one connection a worker."""

    def listen(self) -> Iterator[tuple[str, int] | None]:
        """(scope, head) as they are committed; None at least once a second. OSError where the line broke."""

    def stop(self) -> None:
        """End a ``listen`` that goes on in another thread."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one worker takes at once. Times in s, sizes in octets, rates per s and address."""

    body: int = 2 * 1024 * 1024
    unpacked: int = 4 * 1024 * 1024
    bundle: int = 64 * 1024 * 1024
    header: int = 16 * 1024
    header_wait: float = 10.0
    body_wait: float = 30.0
    send_wait: float = 60.0
    pushes: int = 4
    queued: int = 64
    patience: float = 2.0
    retry_after: int = 2
    readers: int = 12
    snapshots: int = 3
    hashing: int = 1
    streams: int = 400
    door_rate: float = 4.0
    door_burst: int = 120
    in_flight: int = 1_000


@dataclass(frozen=True, slots=True)
class HubParts:
    """One worker's parts. ``routers`` plug in beside the link's own; ``authority`` is the CA's PEM text.

    ``metrics_from`` names the networks that may read ``/metrics``; ``hourly`` is done once an hour, ``ended``
    when the last request is answered, with the database still open.
    """

    desk: LinkDesk
    principals: Principals
    pokes: PokeSource
    authority: str
    version: str
    routers: Sequence[APIRouter] = ()
    limits: Limits = field(default_factory=Limits)
    metrics_from: Sequence[str] = ("127.0.0.0/8", "::1/128")
    hourly: Callable[[], object] = lambda: None
    ended: Callable[[], object] = lambda: None
