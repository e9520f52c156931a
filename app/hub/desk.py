"""The ledger as devices may ask it: the store's answers, within what the hub's records permit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.ports.link import Hello

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from app.domain.op import Origin
    from app.hub.permit import Permits
    from app.ports.clock import Clock
    from app.ports.link import OrderedOp, PullPage, Pushed, PushPage, Snapshot
    from app.ports.rows import Person
    from db.hub.engine import HubStore


class PermittedDesk:
    """``app.hub.parts.LinkDesk`` over the store."""

    def __init__(self, store: HubStore, permits: Permits, clock: Clock, version: str) -> None:
        self._store, self._permits, self._clock, self._version = store, permits, clock, version

    def hello(self, who: Any) -> Hello:
        """The scopes that it follows."""
        followed = self._permits.follows(who, self._store.scopes())
        return Hello(self._clock.now(), self._version, self._store.heads(followed))

    def push(self, who: Any, page: PushPage) -> Pushed:
        """Order a page of ops."""
        self._permits.own(who, page.origin.device)
        self._permits.writing(who, page.scope)
        return self._store.push(page, self._permits.permit(who, (op.actor for op in page.ops)))

    def pull(self, who: Any, scope: str, epoch: str, after: int, limit: int, own: Origin) -> PullPage:
        """Rows after a place; own ops come like the others."""
        del own
        whole = self._permits.reading(who, scope)
        return self._store.pull(scope, epoch, after, limit, whole=whole, persons=whole)

    def snapshot(self, who: Any, scope: str) -> AbstractContextManager[Snapshot]:
        """The scope's state now."""
        return self._store.snapshot(scope, whole=self._permits.reading(who, scope))

    def chain_at(self, who: Any, scope: str, seqs: Sequence[int]) -> dict[int, bytes]:
        """The chain after rows."""
        self._permits.reading(who, scope)
        return self._store.chain_at(scope, seqs)

    def hand_in(self, who: Any, scope: str, ops: Sequence[OrderedOp], persons: Sequence[Person]) -> int:
        """Take back what was lost, from a device that holds the scope whole."""
        self._permits.giving_back(who, scope)
        permit = self._permits.permit(who, (op.actor for op in ops))
        return self._store.hand_in(scope, ops, persons, permit, who.device)

    def heads(self) -> dict[str, int]:
        """Every scope's head."""
        return {h.scope: h.head for h in self._store.heads(self._store.scopes())}

    def ping(self) -> None:
        """Return if the database answers."""
        self._store.ping()

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()
