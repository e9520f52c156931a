"""Another desk, whose ops come later in the hub's order but were made without having seen ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.op import Op, Origin

if TYPE_CHECKING:
    from app.domain.op import Outcome
    from app.services.desk import Desk

ORIGIN = Origin("elsewhere", "9" * 32)


class Elsewhere:
    """It has seen an incident as it stood when ``look`` was called, and acts on that."""

    def __init__(self, desk: Desk, key: int, actor: str = "m-002") -> None:
        self._desk, self._key, self._actor, self._n = desk, key, actor, 0
        self.look()

    def look(self) -> None:
        with self._desk.store.reading() as read:
            found = read.incident_by_key(self._key)
        assert found is not None
        self._seen = found

    def act(self, kind: str, body: dict[str, Any] | None = None) -> Outcome:
        """The op arrives now; what became of it."""
        self._n += 1
        now, seen = self._desk.clock.now(), self._seen
        op = Op(
            ORIGIN, self._n, seen.scope, kind, seen.id, now, now, self._actor, seen.version, body or {}
        )  # fmt: skip
        with self._desk.store.write(self._actor) as tx:
            return tx.take(op).outcome  # type: ignore[attr-defined]  # the memory store's own
