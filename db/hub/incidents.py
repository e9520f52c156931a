"""The hub's lists: incidents filtered and sorted on PostgreSQL's indexes, work orders by their handlers."""

# ruff: noqa: S608  # statements are put together from names of this file; values are parameters

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.domain.ids import is_number
from app.ports.accounts import EVERYWHERE
from app.ports.rows import Person
from db.hub.copying import run
from db.hub.rows import incident_of
from db.hub.tables import TEXT_PAIRS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.incident import Incident
    from db.hub.database import Raw

COUNTED = 1_000
"""A list's total is counted up to here, and no further."""

COLUMNS = (
    "id", "number", "scope", "state", "title", "town", "place", "category", "severity", "source", "loop",
    "reported_at", "due_at", "closed_at", "conflicts",
)  # fmt: skip
"""What a list tells of an incident: nothing of who called."""

Row = dict[str, Any]


class SortBy(StrEnum):
    """What a list may be sorted by; each has an index that is walked either way."""

    REPORTED = "reported"
    DUE = "due"
    SEVERITY = "severity"
    NUMBER = "number"


_COLUMN = {
    SortBy.REPORTED: "reported_at", SortBy.DUE: "due_at", SortBy.SEVERITY: "severity",
    SortBy.NUMBER: "number",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A window of a list. Empty filters ask for nothing; ``text`` is part of a title, or a whole number.

    ``scopes`` are the asker's own; rows elsewhere are not there.
    """

    scopes: frozenset[str]
    states: Sequence[str] = ()
    towns: Sequence[str] = ()
    categories: Sequence[str] = ()
    severities: Sequence[int] = ()
    sources: Sequence[str] = ()
    text: str = ""
    sort: SortBy = SortBy.REPORTED
    descending: bool = True
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows from the offset on. ``total`` counts all of the filter, up to ``COUNTED`` (then ``more``)."""

    rows: Sequence[Row]
    total: int
    more: bool


def listed(raw: Raw, asked: Asked) -> Listed:
    """The window. By limit, those without one come last (descending: first)."""
    where, values = _where(asked)
    way = "DESC" if asked.descending else "ASC"
    by = _COLUMN[asked.sort]
    # The window is found in the index alone where no filter needs the rows; only its own rows are fetched.
    rows = run(
        raw,
        f"SELECT {', '.join(f'i.{c}' for c in COLUMNS)} FROM incident i JOIN ("
        f"SELECT id, {by} FROM incident {where} ORDER BY {by} {way}, id {way} LIMIT %s OFFSET %s"
        f") AS w ON w.id = i.id ORDER BY w.{by} {way}, w.id {way}",
        (*values, asked.limit, asked.offset),
    ).fetchall()
    total = run(
        raw, f"SELECT count(*) FROM (SELECT 1 FROM incident {where} LIMIT %s) AS f", (*values, COUNTED + 1)
    ).fetchone()[0]
    told = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    return Listed(told, min(total, COUNTED), total > COUNTED)


def incident_in(raw: Raw, identity: str, scopes: frozenset[str]) -> Incident | None:
    """The incident, where it is in one of the asker's scopes."""
    test, values = _within(scopes)
    row = run(raw, f"SELECT body FROM incident WHERE id = %s{test}", (identity, *values)).fetchone()
    return None if row is None else incident_of(row[0])


def person_of(raw: Raw, incident: Incident) -> Person | None:
    """The caller, in full: whoever asks masks what may not be shown."""
    row = run(
        raw, "SELECT id, incident, name, phone FROM person WHERE scope = %s AND id = %s AND incident = %s",
        (incident.scope, incident.person, incident.id),
    ).fetchone()  # fmt: skip
    return None if row is None else Person(*row)


def incidents_of(
    raw: Raw, handlers: Sequence[str] | None, scopes: frozenset[str], limit: int
) -> list[tuple[Incident, str]]:
    """Incidents with an active assignment of these handlers (None: of any), with its id; the latest first."""
    test, values = _within(scopes, "b.scope")
    mine = "" if handlers is None else " AND b.handler = ANY(%s)"
    asked = () if handlers is None else (list(handlers),)
    rows = run(
        raw,
        "SELECT i.body, b.assignment FROM booking b "
        "JOIN incident i ON i.scope = b.scope AND i.id = b.incident "
        f"WHERE true{mine}{test} ORDER BY b.received_at DESC, b.assignment LIMIT %s",
        (*asked, *values, limit),
    )
    return [(incident_of(body), assignment) for body, assignment in rows]


def acts_of(raw: Raw, scope: str, entity: str, actor: str) -> list[tuple[str, str, str]]:
    """Kind, body and outcome of an actor's ops on an incident."""
    rows: list[tuple[str, str, str]] = run(
        raw,
        "SELECT kind, body, refusal FROM op WHERE scope = %s AND entity = %s AND actor = %s ORDER BY seq",
        (scope, entity, actor),
    ).fetchall()
    return rows


def _within(scopes: frozenset[str], column: str = "scope") -> tuple[str, tuple[Any, ...]]:
    if EVERYWHERE in scopes:
        return "", ()
    return f" AND {column} = ANY(%s)", (sorted(scopes),)


def _where(asked: Asked) -> tuple[str, list[Any]]:
    test, within = _within(asked.scopes)
    tests, values = ([test.removeprefix(" AND ")] if test else []), list(within)
    for column, wanted in (
        ("state", asked.states), ("town", asked.towns), ("category", asked.categories),
        ("severity", asked.severities), ("source", asked.sources),
    ):  # fmt: skip
        if wanted:
            tests.append(f"{column} = ANY(%s)")
            values.append(list(wanted))
    if asked.text:
        text = asked.text.lower()
        if is_number(asked.text.upper()):
            tests.append("number = %s")
            values.append(asked.text.upper())
        else:
            pairs = sorted({text[i : i + 2] for i in range(len(text) - 1)})
            tests.append(f"{TEXT_PAIRS}(title) @> %s AND position(%s in lower(title)) > 0")
            values += [pairs, text]
    return (f"WHERE {' AND '.join(tests)}" if tests else ""), values
