"""A desk at the hub: what people in the field send is done in their names by the hub's origin (DESIGN §5).

Many requests share one transaction over their scopes: one commit on the disk serves them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.ports.rows import Changed, Person
from db.hub.copying import run
from db.hub.hub_tx import HubReader, HubTx

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from app.domain.incident import Incident
    from db.hub.database import Raw
    from db.hub.held_incidents import HeldIncidents
    from db.hub.ordering import Ordering


class Known(NamedTuple):
    """An incident that a sender's own name for a report stands for already."""

    id: str
    number: str
    scope: str


class DeskReader(HubReader):
    """Use cases name an incident by a small key; here a request has one incident, under whatever key."""

    def __init__(self, raw: Raw, incidents: HeldIncidents) -> None:
        super().__init__(raw, incidents)
        self.about = ""

    def incident_by_key(self, key: int) -> Incident | None:
        """The request's own incident."""
        del key
        return self.incident(self.about) if self.about else None

    def person(self, identity: str) -> Person | None:
        """The caller of the request's own incident: whatever it names, nobody else's."""
        row = run(
            self._raw,
            "SELECT id, incident, name, phone FROM person WHERE id = %s AND incident = %s",
            (identity, self.about),
        ).fetchone()
        return None if row is None else Person(*row)

    def cursors(self) -> Mapping[str, int]:
        """The hub follows no scope: it sees all that it has."""
        return {}


class DeskTx(HubTx):
    """One transaction for many requests, begun with all their scopes; each in its own actor's name.

    ``gave_to_units`` is set by who knows the lists: whether a unit may now be on two incidents.
    """

    def __init__(self, raw: Raw, ordering: Ordering) -> None:
        super().__init__(raw, ordering, "", ("",))
        self._reader = self._requests = DeskReader(raw, ordering.incidents)
        self._counts: dict[str, int] = {}
        self.gave_to_units = False

    def serve(self, actor: str, scope: str, incident: str = "") -> None:
        """Go on with the next request: who sends it, into which scope, about which incident."""
        self._actor, self._scope, self._requests.about = actor, scope, incident

    def look_up_numbers(self) -> None:
        """Ask once, the scopes being locked, how far the hub's own origins have numbered in each."""
        seats = self._ordering.seats
        rows = run(
            self._raw,
            "SELECT o.scope, o.last_n FROM scope s JOIN scope_origin o ON o.scope = s.id "
            "AND o.origin = s.hub_origin WHERE s.id = ANY(%s)",
            (list(seats),),
        )
        known = dict(rows.fetchall())
        for scope, seat in seats.items():
            seat.own_n = known.get(scope, 0)

    def foresee(self, ids: Iterable[str], refs: Collection[str]) -> dict[str, Known]:
        """Ask once for all incidents and senders' names that the requests will ask for; the names that stand
        for an incident already.
        """
        incidents = self._ordering.incidents
        incidents.foresee(ids)
        known = known_refs(self._raw, refs)
        incidents.note_refs(refs, known)
        return known

    def holds(self, scope: str) -> bool:
        """Whether the scope is there, and locked by this transaction."""
        return scope in self._ordering.seats

    def reserve(self, days: Mapping[str, int]) -> None:
        """Draw so many counts of each day at once."""
        names = sorted(days)
        rows = run(
            self._raw,
            "INSERT INTO counter (day, n) SELECT * FROM unnest(%s::text[], %s::bigint[]) "
            "ON CONFLICT (day) DO UPDATE SET n = counter.n + excluded.n RETURNING day, n",
            (names, [days[name] for name in names]),
        )
        self._counts.update((day, n - days[day]) for day, n in rows)

    def next_count(self, day: str) -> int:
        """The next count of a day, from 1; drawn beforehand (``reserve``), else now."""
        if day not in self._counts:
            self.reserve({day: 1})
        self._counts[day] += 1
        return self._counts[day]

    def see_refused(self, up_to: int) -> None:
        """At the hub every refusal is answered at once: none waits to be seen."""

    def changed(self) -> Changed:
        """What the request's scope has come to."""
        return Changed(self._ordering.seats[self._scope].head if self.holds(self._scope) else 0)


def known_refs(raw: Raw, refs: Iterable[str]) -> dict[str, Known]:
    """Those of the senders' own names that stand for an incident already."""
    asked = [ref for ref in refs if ref]
    if not asked:
        return {}
    rows = run(raw, "SELECT ref, id, number, scope FROM incident WHERE ref = ANY(%s) AND ref <> ''", (asked,))
    return {ref: Known(*told) for ref, *told in rows}


def scopes_of(raw: Raw, incidents: Iterable[str]) -> dict[str, str]:
    """Where each of the incidents is; those that there are."""
    asked = list(incidents)
    if not asked:
        return {}
    return dict(run(raw, "SELECT id, scope FROM incident WHERE id = ANY(%s)", (asked,)).fetchall())
