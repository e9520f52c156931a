"""The incidents of one write transaction: loaded at once, folded in memory, written at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from db.hub.copying import copy_in, run, storable_text
from db.hub.rows import INCIDENT_COLUMNS, incident_line, incident_of, ref_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from app.domain.incident import Incident
    from db.hub.database import Raw


@dataclass(slots=True)
class Held:
    """An incident as it is stored (None: not yet) and as its ops leave it."""

    stored: Incident | None
    now: Incident


class HeldIncidents:
    """The incidents that a transaction has seen, whichever scope they are in."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._held: dict[str, Held | None] = {}
        self._changed: dict[str, Held] = {}
        self._refs: dict[str, bool] = {}

    def foresee(self, ids: Iterable[str], refs: Iterable[str] = ()) -> None:
        """Load incidents, and look for sources' numbers, by one statement each."""
        new = [i for i in set(ids) if i not in self._held]
        if new:
            self._held.update(dict.fromkeys(new))
            for (body,) in run(self._raw, "SELECT body FROM incident WHERE id = ANY(%s)", (new,)):
                incident = incident_of(body)
                self._held[incident.id] = Held(incident, incident)
        asked = [r for r in {storable_text(r) for r in refs} if r and r not in self._refs]
        if asked:
            self._refs.update(dict.fromkeys(asked, False))
            found = run(self._raw, "SELECT ref FROM incident WHERE ref = ANY(%s) AND ref <> ''", (asked,))
            self._refs.update((ref, True) for (ref,) in found)

    def note_refs(self, asked: Iterable[str], known: Collection[str]) -> None:
        """Which of the sources' numbers are known was asked elsewhere in this transaction."""
        self._refs.update((ref, ref in known) for ref in asked)

    def now(self, identity: str) -> Incident | None:
        """The incident as the ops so far leave it; None where there is none in any scope."""
        if identity not in self._held:
            self.foresee((identity,))
        held = self._held[identity]
        return None if held is None else held.now

    def has_ref(self, ref: str) -> bool:
        """Whether an incident with the source's number is known."""
        kept = storable_text(ref)
        if kept not in self._refs:
            self.foresee((), (ref,))
        return self._refs[kept]

    def step(self, after: Incident) -> None:
        """Take in an incident's next state."""
        held = self._held.get(after.id)
        if held is None:
            held = self._held[after.id] = Held(None, after)
            if after.ref:
                self._refs[ref_of(after)] = True
        held.now = after
        self._changed[after.id] = held

    def changed(self) -> list[Held]:
        """Those that are to be written."""
        return list(self._changed.values())

    def flush(self) -> None:
        """Write what has changed: what was there goes, what is now comes in by one COPY."""
        gone: dict[str, list[str]] = {}
        for held in self._changed.values():
            if held.stored is not None:
                gone.setdefault(held.stored.scope, []).append(held.stored.id)
        for scope, ids in gone.items():
            self._raw.execute("DELETE FROM incident WHERE scope = %s AND id = ANY(%s)", (scope, ids))
        lines = (incident_line(held.now) for held in self._changed.values())
        copy_in(self._raw, "incident", INCIDENT_COLUMNS, lines)
        for held in self._changed.values():
            held.stored = held.now
        self._changed.clear()
