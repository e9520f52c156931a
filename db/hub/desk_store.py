"""The hub's store as its desk writes to it: requests of many people in one transaction over their scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from db.hub.desk import DeskTx
from db.hub.engine import HubStore
from db.hub.ordering import Ordering

if TYPE_CHECKING:
    from collections.abc import Callable

    from db.hub.database import Raw

    T = TypeVar("T")


class DeskStore(HubStore):
    """Shares its engine with the worker's ``HubStore``."""

    def ordered(self, prepare: Callable[[Raw], set[str]], work: Callable[[Raw, DeskTx], T]) -> T:
        """One transaction: ``prepare`` asks and names the scopes, which are locked; ``work`` orders its ops.

        Both are begun anew where another transaction was met or one more scope is needed.
        """

        def attempt(raw: Raw, scopes: set[str]) -> tuple[T, Ordering]:
            wanted = prepare(raw) | scopes
            ordering = Ordering(raw, wanted, self._clock.now())
            self._tell_looked(ordering)
            tx = DeskTx(raw, ordering)
            tx.look_up_numbers()
            result = work(raw, tx)
            ordering.flush()
            if not tx.gave_to_units:
                ordering.bookings.scopes.clear()  # a member is not looked for on other incidents
            return result, ordering

        result, ordering = self._attempted(set(), attempt)
        self._after(ordering)
        return result
