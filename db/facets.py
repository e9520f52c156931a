"""What a queue filters by, packed into one small number that every sort index carries.

From the low end: 4 bits queue, 3 severity, 1 loop (1: big), 12 source, 12 town, 15 category. Sources, towns
and categories are coded in the order in which they first come (table ``facet_code``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.domain.incident import Loop, State
from app.ports.rows import Queue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.domain.incident import Incident
    from app.ports.rows import QueueQuery

WAITING, TO_ASSIGN, WORKING, TO_VERIFY, SUSPENDED, CLOSED, ENDED = range(7)

QUEUE_OF: dict[State, int] = {
    State.REPORTED: WAITING,
    State.ACCEPTED: TO_ASSIGN,
    State.ASSIGNED: WORKING,
    State.WORKING: WORKING,
    State.HANDLED: TO_VERIFY,
    State.SUSPENDED: SUSPENDED,
    State.CLOSED: CLOSED,
    State.DECLINED: ENDED,
    State.MERGED: ENDED,
    State.CANCELLED: ENDED,
}

CODE_OF: dict[Queue, int] = {
    Queue.WAITING: WAITING,
    Queue.TO_ASSIGN: TO_ASSIGN,
    Queue.WORKING: WORKING,
    Queue.TO_VERIFY: TO_VERIFY,
    Queue.SUSPENDED: SUSPENDED,
    Queue.CLOSED: CLOSED,
}
"""The queues that are a stored fact; overdue depends on the hour, and all is no question."""

QUEUE_BITS = 0xF
SEVERITY_AT, LOOP_AT, SOURCE_AT, TOWN_AT, CATEGORY_AT = 4, 7, 8, 20, 32
SEVERITY_BITS = 0x7
_LIMITS = {"source": 1 << 12, "town": 1 << 12, "category": 1 << 15}
_SHIFTS = {"source": SOURCE_AT, "town": TOWN_AT, "category": CATEGORY_AT}

TOWN_BITS = _LIMITS["town"] - 1


class FacetTest(NamedTuple):
    """``facets & mask`` must be one of ``values``."""

    mask: int
    values: tuple[int, ...]


class Codes:
    """The codes of sources, towns and categories, as one transaction sees them; ``fresh`` holds new ones."""

    def __init__(self, rows: Iterable[tuple[str, str, int]]) -> None:
        self._code: dict[str, dict[str, int]] = {facet: {} for facet in _LIMITS}
        for facet, word, code in rows:
            self._code[facet][word] = code
        self.fresh: list[tuple[str, str, int]] = []

    def _of(self, facet: str, word: str) -> int:
        known = self._code[facet]
        code = known.get(word)
        if code is None:
            code = known[word] = len(known)
            if code >= _LIMITS[facet]:
                raise OverflowError(f"more than {code} different values of {facet}")
            self.fresh.append((facet, word, code))
        return code

    def pack(self, incident: Incident) -> int:
        """The incident's facets as one number."""
        return (
            QUEUE_OF[incident.state]
            | incident.severity << SEVERITY_AT
            | (incident.loop is Loop.BIG) << LOOP_AT
            | self._of("source", incident.source) << SOURCE_AT
            | self._of("town", incident.town) << TOWN_AT
            | self._of("category", incident.category) << CATEGORY_AT
        )

    def towns(self) -> Mapping[int, str]:
        """Each town's code with the town."""
        return {code: word for word, code in self._code["town"].items()}

    def town(self, word: str) -> int | None:
        """A town's code; None for one that has no incident yet."""
        return self._code["town"].get(word)

    def tests(self, query: QueueQuery) -> list[FacetTest] | None:
        """What a row's facets must pass for this query; None where no row can."""
        tests: list[FacetTest] = []
        if query.queue in CODE_OF:
            tests.append(FacetTest(QUEUE_BITS, (CODE_OF[query.queue],)))
        if query.severities:
            tests.append(
                FacetTest(SEVERITY_BITS << SEVERITY_AT, tuple(s << SEVERITY_AT for s in query.severities))
            )
        if query.loop:
            tests.append(FacetTest(1 << LOOP_AT, ((query.loop == Loop.BIG) << LOOP_AT,)))
        for facet, words in (
            ("source", query.sources),
            ("town", query.towns),
            ("category", query.categories),
        ):
            if not words:
                continue
            known, at = self._code[facet], _SHIFTS[facet]
            values = tuple(known[w] << at for w in words if w in known)
            if not values:
                return None
            tests.append(FacetTest((_LIMITS[facet] - 1) << at, values))
        return tests


def sql_test(test: FacetTest) -> str:
    """The test as SQL on a column ``facets``; values are whole numbers of our own making."""
    if len(test.values) == 1:
        return f"facets & {test.mask} = {test.values[0]}"
    return f"facets & {test.mask} IN ({', '.join(map(str, test.values))})"
