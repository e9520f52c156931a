"""The local store's side of the link: how far it follows each scope, and what it does for it (DESIGN §5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.ports.link import PUSH_BYTES, PUSH_OPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.op import Origin
    from app.ports.link import OrderedOp, PullPage, PushPage, ScopeHead, Snapshot
    from app.ports.rows import Changed, Person


@dataclass(frozen=True, slots=True)
class ScopeMark:
    """How far this store follows a scope. ``acked`` is the last own op (current incarnation) the hub has."""

    scope: str
    epoch: str
    cursor: int
    chain: bytes
    head: int
    acked: int
    whole: bool


@dataclass(frozen=True, slots=True)
class LinkState:
    """What the status bar says. ``waiting`` ops of own are not at the hub; ``oldest`` is when the first was
    made; ``fresh_at`` when the hub was last heard (hub and local instants, ms; None: never); ``conflicts``
    counts open ones; ``refused`` own ops that the hub refused and nobody has seen; ``unread`` ops of a kind
    this program does not know.
    """

    linked: bool
    waiting: int
    oldest: int | None
    fresh_at: int | None
    conflicts: int
    refused: int
    unread: int
    scopes: tuple[ScopeMark, ...] = ()


class LinkedStore(Protocol):
    """What the local store adds for the link. Each call is one transaction."""

    def own_origin(self) -> Origin:
        """The origin under which this store writes now."""

    def link_state(self) -> LinkState:
        """Cheap: asked for every second."""

    def marks(self) -> tuple[ScopeMark, ...]:
        """Every scope this store follows."""

    def follow(self, heads: Sequence[ScopeHead], now: int) -> None:
        """Note the hub's scopes, epochs and heads. The first call links the store: whatever it holds counts
        as pending from now on.
        """

    def outbox(
        self,
        scope: str,
        ops: int = PUSH_OPS,
        octets: int = PUSH_BYTES,
        after: tuple[Origin, int] | None = None,
    ) -> PushPage | None:
        """The next page to push in a scope; None where nothing waits. A refused-at-once op goes along.

        ``after`` an own origin's op, for a walk that acknowledges nothing (a bundle): the origins before it
        and its ops up to that one are passed over.
        """

    def waiting_scopes(self) -> tuple[str, ...]:
        """Scopes in which own ops wait."""

    def outdated(self) -> tuple[str, ...]:
        """Scopes with ops that an older or newer program could not read, and this one may: their state is
        to be taken anew. A snapshot ends it, whatever this program can read.
        """

    def acknowledge(self, scope: str, acked: int, origin: Origin | None = None) -> None:
        """The hub has every own op of the scope up to this number: of the origin whose page was next, or of
        the one that is named.
        """

    def apply_page(self, page: PullPage) -> Changed:
        """Take a page with its cursor: touched entities go back to their confirmed form, take the page, and
        take what is still pending again. ``LinkProblem(BAD_PAGE)`` where it does not fit the cursor, is not
        dense or not of this chain. Rows that the last snapshot's state holds already are seated only.
        """

    def apply_snapshot(self, snapshot: Snapshot, *, keep_order: bool = False) -> Changed:
        """Replace the scope's confirmed state; pending work stays on top of it. The cursor goes to the
        snapshot's place; with ``keep_order`` it stays, and pages up to that place seat ops without folding.
        """

    def chain_at(self, scope: str, seq: int) -> bytes | None:
        """The store's chain after a row of the scope; None where the row is not kept."""

    def kept_seqs(self, scope: str) -> tuple[int, int]:
        """The first and last row of the scope's order that is kept here without a gap; 0, 0 for none."""

    def lost_ops(self, scope: str, after: int, limit: int) -> tuple[Sequence[OrderedOp], Sequence[Person]]:
        """Rows of the scope's old order after a place, of any origin, to be handed in again."""

    def forget_order(self, scope: str, after: int, epoch: str) -> None:
        """After a restore of the hub: rows after the last common one have no place any more. Own ops among
        them wait again, foreign ones are seated anew by the pages that follow; the cursor is ``after``.
        """

    def remake(self, forked: Sequence[int]) -> None:
        """The store is a clone: begin a new incarnation, and make the forked and all later own ops that the
        hub does not have again in it, in order.
        """
