"""What waits to be sent: the outbox as it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.ports.rows import UnsentRow
    from app.services.desk import Desk
    from app.services.lists import Lists

LISTED = 200


@dataclass(frozen=True, slots=True)
class Unsent:
    """``count`` ops wait, ``of`` each incident (by its key) so many; ``rows`` are the newest ``LISTED``."""

    count: int
    of: Mapping[int, int]
    rows: tuple[UnsentRow, ...]
    lists: Lists
    now: int


def unsent(desk: Desk) -> Unsent | None:
    """The outbox as it stands now; None at a desk that stands alone, where nothing is sent anywhere."""
    with desk.store.reading() as read:
        if not read.cursors():
            return None
        return Unsent(
            read.state().waiting, read.unsent_counts(), tuple(read.unsent(LISTED)), desk.lists.now(read),
            desk.clock.now(),
        )  # fmt: skip
