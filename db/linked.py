"""The local store's side of the link (``app.ports.link.LinkedStore``): each call is one transaction."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from app.ports.link import PUSH_BYTES, PUSH_OPS
from db import link_state, outbox, recovery, unread
from db.origins import Origins
from db.page_in import apply_page
from db.snapshot_in import apply_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from app.domain.op import Origin
    from app.ports.clock import Clock, Ids
    from app.ports.link import OrderedOp, PullPage, PushPage, ScopeHead, Snapshot
    from app.ports.linked import LinkState, ScopeMark
    from app.ports.rows import Changed, Person


class Linked:
    """Mixed into the store, which knows how to begin a transaction."""

    _clock: Clock
    _ids: Ids

    @abstractmethod
    def _changing(self) -> AbstractContextManager[Any]:
        """A write transaction on the bare connection."""

    @abstractmethod
    def _looking(self) -> AbstractContextManager[Any]:
        """A consistent view on a bare connection."""

    def own_origin(self) -> Origin:
        """The origin under which this store writes now."""
        with self._looking() as raw:
            origins = Origins(raw)
            return origins.named(origins.current)

    def link_state(self) -> LinkState:
        """Cheap: asked for every second."""
        with self._looking() as raw:
            return link_state.link_state(raw)

    def marks(self) -> tuple[ScopeMark, ...]:
        """Every scope this store follows."""
        with self._looking() as raw:
            return link_state.marks(raw)

    def follow(self, heads: Sequence[ScopeHead], now: int) -> None:
        """Note the hub's scopes, epochs and heads; the first call links the store."""
        with self._changing() as raw:
            link_state.follow(raw, heads, now)

    def outbox(
        self, scope: str, ops: int = PUSH_OPS, octets: int = PUSH_BYTES,
        after: tuple[Origin, int] | None = None,
    ) -> PushPage | None:  # fmt: skip
        """The next page to push in a scope; None where nothing waits."""
        with self._looking() as raw:
            return outbox.next_page(raw, scope, ops, octets, after)

    def waiting_scopes(self) -> tuple[str, ...]:
        """Followed scopes in which own ops wait."""
        with self._looking() as raw:
            return outbox.waiting_scopes(raw)

    def outdated(self) -> tuple[str, ...]:
        """Scopes with unread ops that this program may know, or that no program has named."""
        with self._looking() as raw:
            return unread.outdated(raw)

    def acknowledge(self, scope: str, acked: int, origin: Origin | None = None) -> None:
        """The hub has every own op of the scope up to this number: of the origin whose page was next."""
        with self._changing() as raw:
            outbox.acknowledge(raw, scope, acked, origin)

    def apply_page(self, page: PullPage) -> Changed:
        """Take a page with its cursor; ``LinkProblem`` where it does not fit, and nothing is changed."""
        with self._changing() as raw:
            return apply_page(raw, page, self._clock.now(), self._ids.fresh)

    def apply_snapshot(self, snapshot: Snapshot, *, keep_order: bool = False) -> Changed:
        """Replace the scope's confirmed state; pending work stays on top of it."""
        with self._changing() as raw:
            return apply_snapshot(raw, snapshot, self._clock.now(), keep_order=keep_order)

    def chain_at(self, scope: str, seq: int) -> bytes | None:
        """The store's chain after a row of the scope; None where the row is not kept."""
        with self._looking() as raw:
            return link_state.chain_at(raw, scope, seq)

    def kept_seqs(self, scope: str) -> tuple[int, int]:
        """The first and last row of the scope's order that is kept here without a gap; 0, 0 for none."""
        with self._looking() as raw:
            return link_state.kept_seqs(raw, scope)

    def lost_ops(self, scope: str, after: int, limit: int) -> tuple[Sequence[OrderedOp], Sequence[Person]]:
        """Rows of the scope's old order after a place, of any origin, to be handed in again."""
        with self._looking() as raw:
            return recovery.lost_ops(raw, scope, after, limit)

    def forget_order(self, scope: str, after: int, epoch: str) -> None:  # noqa: ARG002  # comes with the snapshot
        """Rows after the last common one have no place any more; ``apply_snapshot`` is to follow.

        Until it has been taken the scope keeps its old epoch, so that a break in between is made good.
        """
        with self._changing() as raw:
            recovery.forget_order(raw, scope, after)

    def remake(self, forked: Sequence[int]) -> None:
        """Make the forked and all later own ops that the hub does not have again in a new incarnation."""
        with self._changing() as raw:
            if forked:
                recovery.remake_from(raw, Origins(raw), forked, self._ids.fresh())
