"""The questions that a store answers, each with frozen rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from app.domain.incident import Incident
    from app.ports.rows import (
        Changed,
        ConflictRow,
        Counts,
        ImportMark,
        LedgerState,
        LivePoint,
        MovedRow,
        OpenAge,
        Person,
        QueuePage,
        QueueQuery,
        RecordRow,
        RefusedRow,
        SumRow,
        TimelineRow,
        UnsentRow,
    )


class Reader(Protocol):
    """Instants in ms since 1970 UTC; ``key`` is an incident's small number inside this store only."""

    def incident(self, identity: str) -> Incident | None:
        """By its identity."""

    def incident_by_key(self, key: int) -> Incident | None:
        """By its key."""

    def key_of(self, identity: str) -> int | None:
        """The key of an incident."""

    def find_number(self, number: str) -> int | None:
        """The key of the incident with this number."""

    def known_refs(self, refs: Sequence[str]) -> Mapping[str, str]:
        """Those of the sources' own numbers that are here, each with its incident's identity."""

    def queue_page(self, query: QueueQuery) -> QueuePage:
        """One window of a queue."""

    def queue_count(self, query: QueueQuery) -> int:
        """How many rows the queue has."""

    def queue_due_counts(self, query: QueueQuery, edges: Sequence[int]) -> Sequence[int]:
        """How many rows are due before each edge, and as one more, last number how many have a limit at all.

        Sorted by limit, earliest first, a queue's rows without a limit come last.
        """

    def queue_position(self, query: QueueQuery, key: int) -> int | None:
        """Where an incident stands in a queue (0 first); None where it is not in it."""

    def counts(self, now: int, town: str = "") -> Counts:
        """How many incidents each queue holds, in one town or in all."""

    def points(self, now: int) -> Sequence[LivePoint]:
        """Every open incident that has a position."""

    def points_of(self, keys: Iterable[int], now: int) -> tuple[Sequence[LivePoint], Sequence[int]]:
        """The open ones among these incidents, and the keys of those that are no longer on the map."""

    def place_loads(self, now: int) -> Mapping[str, tuple[int, int]]:
        """Open and overdue incidents for each village (its id), from the places' own kept sums or index."""

    def handler_loads(self) -> Mapping[str, int]:
        """Active assignments of each handler that has any."""

    def timeline(self, identity: str) -> Sequence[TimelineRow]:
        """Every op on an incident, oldest first."""

    def person(self, identity: str) -> Person | None:
        """A caller's particulars, in full: the caller masks them unless the showing is allowed and told."""

    def sums(self, first_hour: int, last_hour: int, measures: Sequence[str] = ()) -> Sequence[SumRow]:
        """The kept sums whose bucket lies in these hours (both included), and the bucketless ones.

        ``measures`` asks for some alone: most of a week's rows are bins of response times.
        """

    def open_ages(self, now: int) -> Sequence[OpenAge]:
        """Open incidents by age, per town."""

    def nearby(self, lon: float, lat: float, metres: float, since: int) -> tuple[int, int]:
        """How many incidents lay within so many metres since then, and how many of them are open."""

    def records(self, kind: str) -> Sequence[RecordRow]:
        """The living records of a kind (``place item power unit member rule day``)."""

    def records_rev(self) -> int:
        """Grows with every change of any record."""

    def export(self, query: QueueQuery) -> Iterator[Incident]:
        """Every incident of a queue in its order, streamed."""

    def import_mark(self, job: str) -> ImportMark | None:
        """How far an import has come."""

    def changes_after(self, seq: int) -> Changed:
        """What the ledger touched after a place in it."""

    def open_conflicts(self) -> Sequence[ConflictRow]:
        """Every open conflict, the newest first."""

    def refused_ops(self, limit: int = 500) -> Sequence[RefusedRow]:
        """Own ops that the hub refused, those not seen yet first, then the newest."""

    def unsent(self, limit: int) -> Sequence[UnsentRow]:
        """Own ops that no hub has acknowledged, the newest first; none at a store that stands alone."""

    def unsent_counts(self) -> Mapping[int, int]:
        """How many of them wait on each incident, by its key."""

    def unsent_of(self, key: int) -> frozenset[int]:
        """Which of an incident's ops wait, by their places in this store's ledger."""

    def moved(self, identity: str) -> MovedRow | None:
        """Where an incident went that was here; None where it is here, or never was."""

    def cursors(self) -> Mapping[str, int]:
        """How far this store has seen each scope's order; empty without a hub."""

    def state(self) -> LedgerState:
        """Head, waiting ops, device."""

    def setting(self, name: str) -> Any:
        """A remembered setting of this store; None where there is none."""
