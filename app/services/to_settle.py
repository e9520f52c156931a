"""What waits for somebody's word: open conflicts, and own ops that the hub has sent back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.ports.rows import Changed, ConflictRow, RefusedRow
    from app.services.desk import Desk
    from app.services.lists import Lists


@dataclass(frozen=True, slots=True)
class ToSettle:
    """Newest first. ``unseen`` counts the refused ops that nobody has seen."""

    conflicts: tuple[ConflictRow, ...]
    refused: tuple[RefusedRow, ...]
    lists: Lists
    now: int

    @property
    def unseen(self) -> int:
        return sum(not row.seen for row in self.refused)


def to_settle(desk: Desk) -> ToSettle:
    """All of it, as it stands now."""
    with desk.store.reading() as read:
        return ToSettle(
            tuple(read.open_conflicts()), tuple(read.refused_ops()), desk.lists.now(read), desk.clock.now()
        )


def see(desk: Desk, up_to: int) -> Changed:
    """The officer has seen what the hub refused, up to this place in the ledger (``RefusedRow.seq``)."""
    with desk.store.write(desk.actor) as tx:
        tx.see_refused(up_to)
        return tx.changed()
