"""The lists in force in one worker, kept until a record changes anywhere at the hub."""

from __future__ import annotations

import gc
import threading
from collections import Counter
from typing import TYPE_CHECKING, cast

from app.services.lists import Lists, ListsInForce, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.ports.ledger import Store
    from app.ports.reader import Reader
    from db.hub.hub_tx import HubReader


class FieldLists:
    """One snapshot; looked up anew when ``records_rev`` has grown."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._now: Lists | None = None

    def now(self, reader: HubReader) -> Lists | None:
        """The lists as the reader's transaction sees them; None where the hub has no places yet."""
        rev = reader.records_rev()
        with self._turn:
            if self._now is None or self._now.rev != rev:
                self._now = load(cast("Reader", reader))
                # They last: a full collection need not walk tens of thousands of their objects each time.
                gc.collect()
                gc.freeze()
            return self._now if self._now.places else None


class Pinned(ListsInForce):
    """The same lists for every request of a batch: they are looked up once for all."""

    def __init__(self, lists: Lists) -> None:
        super().__init__(cast("Store", None))
        self._now = lists
        self._lists = lists

    def now(self, reader: Reader | None = None) -> Lists:
        """The batch's lists."""
        del reader
        return self._lists


def signs_of(lists: Lists) -> Mapping[str, str]:
    """The character that opens each town's numbers: the first of its name that no other town's has there.

    The same rule as the enrolment's, so that desktops and hub number alike; the district has none.
    """
    towns = lists.towns
    firsts = Counter(town.name[0] for town in towns)
    return {t.id: t.name[0] if firsts[t.name[0]] == 1 else t.name[1:2] for t in towns}
