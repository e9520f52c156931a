"""After each commit a look for units sent twice; what is not looked at now is looked at later."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

from app.ports.problems import StoreProblem
from db.hub.copying import run
from db.hub.double_booking import look_for_double_bookings

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import Any

    from app.ports.clock import Clock
    from db.hub.database import Raw
    from db.hub.ordering import Ordering


class Lookout:
    """How far one worker has looked for double bookings in each scope.

    A commit takes this along into the scope's row (``scope.booked``), so another worker, or this one after a
    restart, begins where nobody has looked. A second look at the same rows finds nothing new.
    """

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[Raw]],
        attempted: Callable[[set[str], Callable[[Raw, set[str]], Any]], Any],
        clock: Clock,
    ) -> None:
        self._transaction = transaction
        self._attempted = attempted
        self._clock = clock
        self._looked: dict[str, tuple[str, int]] = {}

    def begin(self) -> None:
        """Look at what was not looked at before the last worker ended."""
        with self._transaction() as raw:
            scopes = run(raw, "SELECT id, epoch, booked, head FROM scope WHERE booked < head").fetchall()
        for scope, epoch, booked, head in scopes:
            self._look(scope, epoch, booked, head)

    def tell(self, ordering: Ordering) -> None:
        """How far this worker has looked goes along with the commit."""
        for seat in ordering.seats.values():
            epoch, upto = self._looked.get(seat.scope, ("", 0))
            if epoch == seat.epoch and upto > seat.booked:
                seat.booked = min(upto, seat.head)

    def after(self, ordering: Ordering) -> None:
        """After the commit. What goes wrong here costs nothing that was committed: the scope's row says up to
        where was looked, and the next commit or start begins there.
        """
        for seat in ordering.seats.values():
            if seat.head == seat.began:
                continue
            if seat.booked == seat.began and seat.scope not in ordering.bookings.scopes:
                self._looked[seat.scope] = (seat.epoch, seat.head)
                continue
            with contextlib.suppress(StoreProblem):
                self._look(seat.scope, seat.epoch, seat.booked, seat.head)

    def _look(self, scope: str, epoch: str, booked: int, head: int) -> None:
        for found in look_for_double_bookings(self._transaction, scope, booked, head):
            self._attempted(set(found.scopes), partial(found.flag, now=self._clock.now()))
        self._looked[scope] = (epoch, head)
