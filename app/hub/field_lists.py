"""The lists in force in one worker, kept until a record changes anywhere at the hub."""

from __future__ import annotations

import gc
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

import structlog

from app.domain import record
from app.domain.place import from_record
from app.services.lists import Lists, ListsInForce, load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.ports.ledger import Store
    from app.ports.reader import Reader
    from app.ports.rows import RecordRow
    from db.hub.hub_tx import HubReader

_LOG = structlog.get_logger("hub")
_UNFIT = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
_MAKE: dict[str, Callable[[Mapping[str, Any]], object]] = {
    "place": from_record, "power": record.power, "item": record.item, "unit": record.unit,
    "member": record.member, "rule": record.rule,
}  # fmt: skip
_OF_A_TOWN: dict[str, tuple[str, ...]] = {"unit": ("place",), "member": ("village", "grid")}
"""What a town may keep for itself that the hub's desk heeds, and the fields that say where it belongs."""


class FieldLists:
    """One snapshot; looked up anew when ``records_rev`` has grown."""

    def __init__(self, district: str) -> None:
        self._turn = threading.Lock()
        self._district = district
        self._now: Lists | None = None
        self._seen = -1

    def now(self, reader: HubReader) -> Lists | None:
        """The lists as the reader's transaction sees them; None where the hub has no places yet.

        Where those do not go together (two roots of places), the last that did stay in force.
        """
        rev = reader.records_rev()
        with self._turn:
            if self._seen != rev:
                self._seen = rev
                self._look(reader)
            return self._now if self._now is not None and self._now.places else None

    def _look(self, reader: HubReader) -> None:
        try:
            fresh = load(cast("Reader", Heeded(reader, self._district)))
            _ = fresh.places and (fresh.tree, signs_of(fresh))
        except _UNFIT as error:
            _LOG.error("the lists cannot be used", why=type(error).__name__)
            return
        self._now = fresh
        # They last: a full collection need not walk tens of thousands of their objects each time.
        gc.collect()
        gc.freeze()


class Heeded:
    """The records that the hub's one desk for all towns goes by (a part of ``app.ports.reader.Reader``).

    The district's lists; of a town's own only its units and members, within the town: no town's list
    decides what becomes of another's reports. A record of which nothing can be made is passed over.
    """

    def __init__(self, reader: HubReader, district: str) -> None:
        self._reader, self._district = reader, district

    def records_rev(self) -> int:
        """As the reader's."""
        return self._reader.records_rev()

    def records(self, kind: str) -> Sequence[RecordRow]:
        """Those of the kind."""
        return [
            row for scope, row in self._reader.records_in(kind)
            if (scope == self._district or _of_town(scope, row)) and _fit(row)
        ]  # fmt: skip


def _of_town(scope: str, row: RecordRow) -> bool:
    where = _OF_A_TOWN.get(row.kind)
    if where is None:
        return False
    told = [str(row.body.get(name) or scope) for name in where]
    return all(place.startswith(scope) for place in told)


def _fit(row: RecordRow) -> bool:
    make = _MAKE.get(row.kind)
    try:
        if make is not None:
            make(row.body)
    except _UNFIT:
        _LOG.warning("a record cannot be used", kind=row.kind, id=row.id[:64])
        return False
    return make is None or row.body.get("id") == row.id


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
