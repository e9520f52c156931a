"""What the ops leave: incidents and all that is kept from them, folded in memory and written in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.kpi import change
from db import statements as sql
from db.facets import Codes
from db.rows import INCIDENT_COLUMNS, assignment_row, incident_of, incident_row
from db.search import index_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from app.domain.incident import Incident

HELD_AT_MOST = 20_000
LOADED_AT_ONCE = 5_000

LAST_KEY = (
    "SELECT max(coalesce((SELECT max(key) FROM incident), 0), "
    "coalesce((SELECT max(incident) FROM op WHERE incident IS NOT NULL), 0))"
)
"""Ops of an incident that has gone keep its key: it is given to no other."""


@dataclass(slots=True)
class Held:
    """An incident that a transaction has seen: as it is stored (None: not yet), and as its ops leave it."""

    key: int
    stored: Incident | None
    now: Incident


class Projections:
    """The incidents of one write transaction. ``flush`` writes what has changed since the last one."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._held: dict[str, Held] = {}
        self._changed: dict[str, Held] = {}
        self._refs: dict[str, str] = {}
        self._new_ids: set[str] = set()
        self._new_refs: set[str] = set()
        self._gone: dict[str, Held] = {}
        self._last_key: int = raw.execute(LAST_KEY).fetchone()[0]
        self._codes = Codes(raw.execute("SELECT facet, word, code FROM facet_code"))

    def foresee(self, ids: set[str], refs: set[str]) -> None:
        """Ask once which of very many identities and sources' numbers are new, instead of one by one."""
        self._new_ids = ids - self._held.keys() - self._stored("id", ids)
        self._new_refs = refs - self._refs.keys() - self._stored("ref", refs)

    def hold(self, ids: Iterable[str]) -> None:
        """Read very many at once."""
        wanted = [identity for identity in ids if identity not in self._held and identity not in self._gone]
        found = {h.now.id: h for h in load_many(self._raw, "id", wanted)}
        self._held.update(found)
        self._new_ids = {identity for identity in wanted if identity not in found}

    def _stored(self, column: str, values: set[str]) -> set[str]:
        marks = ", ".join("?" * len(values))
        found = self._raw.execute(
            f'SELECT "{column}" FROM incident WHERE "{column}" != \'\' AND "{column}" IN ({marks})',  # noqa: S608  # names of ours
            tuple(values),
        )
        return {row[0] for row in found}

    def held(self, identity: str) -> Held | None:
        """The incident with this identity; None where there is none."""
        held = self._held.get(identity)
        if held is None and identity not in self._new_ids and identity not in self._gone:
            held = load(self._raw, "id", identity)
            if held is not None:
                self._held[identity] = held
        return held

    def by_key(self, key: int) -> Held | None:
        """The incident with this key."""
        for held in self._changed.values():
            if held.key == key:
                return held
        row = self._raw.execute("SELECT id FROM incident WHERE key = ?", (key,)).fetchone()
        return None if row is None else self.held(row[0])

    def has_ref(self, ref: str) -> bool:
        """Whether an incident with the source's number is here already."""
        if ref in self._refs:
            return True
        if ref in self._new_refs:
            return False
        return (
            self._raw.execute("SELECT 1 FROM incident WHERE ref = ? AND ref != ''", (ref,)).fetchone()
            is not None
        )

    def fresh_key(self) -> int:
        """A key that no incident has had here."""
        self._last_key += 1
        return self._last_key

    def open(self, incident: Incident, key: int | None = None) -> Held:
        """Take in a new incident under a fresh key, or under the one that it had."""
        if key is None:
            key = self.fresh_key()
        self._new_ids.discard(incident.id)
        self._new_refs.discard(incident.ref)
        held = self._held[incident.id] = self._changed[incident.id] = Held(key, None, incident)
        if incident.ref:
            self._refs[incident.ref] = incident.id
        return held

    def step(self, held: Held, after: Incident) -> None:
        """Take in an incident's next state."""
        held.now = after
        self._changed[after.id] = held

    def drop(self, held: Held) -> None:
        """Let an incident go, with all that is kept from it; its ops stay."""
        identity = held.now.id
        self._held.pop(identity, None)
        self._changed.pop(identity, None)
        if held.stored is not None:
            self._gone[identity] = held

    def flush(self) -> None:
        """Write what has changed."""
        if self._gone:
            self._take_back(list(self._gone.values()))
            self._gone.clear()
        if not self._changed:
            return
        changed = list(self._changed.values())
        self._write_incidents(changed)
        self._write_assignments(changed)
        self._write_sums(changed)
        self._write_texts(changed)
        for held in changed:
            held.stored = held.now
        self._changed.clear()
        self._refs.clear()
        if len(self._held) > HELD_AT_MOST:
            self._held.clear()

    def _take_back(self, gone: list[Held]) -> None:
        keys = [(held.key,) for held in gone]
        for statement in (sql.DELETE_ASSIGNMENTS, sql.DELETE_INCIDENT, sql.DELETE_TEXT):
            self._raw.executemany(statement, keys)
        sums: dict[tuple[str, str, int], int] = {}
        for held in gone:
            assert held.stored is not None
            self._raw.execute(sql.ADD_FACETS, (self._codes.pack(held.stored), -1))
            for name, n in change(held.stored, None).items():
                sums[name] = sums.get(name, 0) + n
        self._raw.executemany(sql.ADD_SUM, [(*name, n) for name, n in sums.items() if n])

    def _write_incidents(self, changed: list[Held]) -> None:
        facets: dict[int, int] = {}
        at = INCIDENT_COLUMNS.index("facets")
        new: list[tuple[Any, ...]] = []
        old: list[tuple[Any, ...]] = []
        for held in changed:
            row = incident_row(held.now, self._codes)
            (new if held.stored is None else old).append((*row, held.key))
            facets[row[at]] = facets.get(row[at], 0) + 1
            if held.stored is not None:
                before = self._codes.pack(held.stored)
                facets[before] = facets.get(before, 0) - 1
        if new:
            self._raw.executemany(sql.INSERT_INCIDENT, new)
        if old:
            self._raw.executemany(sql.UPDATE_INCIDENT, old)
        self._raw.executemany(sql.ADD_FACETS, [(f, n) for f, n in sorted(facets.items()) if n])
        if self._codes.fresh:
            self._raw.executemany(sql.INSERT_CODE, self._codes.fresh)
            self._codes.fresh = []

    def _write_assignments(self, changed: list[Held]) -> None:
        moved = [h for h in changed if h.now.assignments != (h.stored.assignments if h.stored else ())]
        if not moved:
            return
        self._raw.executemany(
            sql.DELETE_ASSIGNMENTS, [(h.key,) for h in moved if h.stored and h.stored.assignments]
        )
        self._raw.executemany(
            sql.INSERT_ASSIGNMENT,
            [(h.key, i, *assignment_row(a)) for h in moved for i, a in enumerate(h.now.assignments)],
        )

    def _write_sums(self, changed: list[Held]) -> None:
        sums: dict[tuple[str, str, int], int] = {}
        for held in changed:
            for name, n in change(held.stored, held.now).items():
                sums[name] = sums.get(name, 0) + n
        self._raw.executemany(sql.ADD_SUM, [(*name, n) for name, n in sums.items() if n])

    def _write_texts(self, changed: list[Held]) -> None:
        rows: list[tuple[int, str]] = []
        stale: list[tuple[int]] = []
        for held in changed:
            now, stored = held.now, held.stored
            if stored is not None:
                if (now.title, now.detail, now.number) == (stored.title, stored.detail, stored.number):
                    continue
                stale.append((held.key,))
            rows.append((held.key, index_text(now.number, now.title, now.detail)))
        if stale:
            self._raw.executemany(sql.DELETE_TEXT, stale)
        if rows:
            self._raw.executemany(sql.INSERT_TEXT, rows)


def load(raw: Any, column: str, value: str | int) -> Held | None:
    """An incident as it is stored, by ``id`` or by ``key``."""
    row = raw.execute(f'{sql.READ_INCIDENT} WHERE "{column}" = ?', (value,)).fetchone()
    if row is None:
        return None
    incident = incident_of(row, raw.execute(sql.READ_ASSIGNMENTS, (row[0],)))
    return Held(row[0], incident, incident)


def load_many(raw: Any, column: str, values: Sequence[str] | Sequence[int]) -> Iterator[Held]:
    """Incidents as they are stored, by ``id`` or by ``key``; those that are not here are left out."""
    for i in range(0, len(values), LOADED_AT_ONCE):
        part = values[i : i + LOADED_AT_ONCE]
        marks = ", ".join("?" * len(part))
        rows = raw.execute(f'{sql.READ_INCIDENT} WHERE "{column}" IN ({marks})', part).fetchall()
        given: dict[int, list[Sequence[Any]]] = {}
        keys = [row[0] for row in rows]
        marks = ", ".join("?" * len(keys))
        for key, *rest in raw.execute(f"{sql.READ_MANY_ASSIGNMENTS} ({marks}) ORDER BY 1, position", keys):
            given.setdefault(key, []).append(rest)
        for row in rows:
            incident = incident_of(row, given.get(row[0], ()))
            yield Held(row[0], incident, incident)
