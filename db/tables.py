"""The tables of the store: one set for SQLite on a desktop and for PostgreSQL at the hub (DESIGN §5).

Instants are ms since 1970 UTC. Everything but ``op``, ``origin``, ``person``, ``counter``, ``import_mark``,
``setting``, ``meta`` and the tables of the link (``db.link_tables``) can be folded anew from the ops.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

BIG_KEY = BigInteger().with_variant(Integer, "sqlite")
"""A key of its own: in SQLite only INTEGER is the row's own number."""

STILL_OPEN = "(facets & 15) < 5"
"""The rows someone still owes something (``db.facets``); written alike in every partial index and query."""

POSITIONED = f"{STILL_OPEN} AND lon IS NOT NULL"
UNORDERED = "hub_seq IS NULL"
TURNED_DOWN = "outcome = 'refused' AND NOT refused_here"
"""Ops that stood when they were written, and were refused afterwards."""

IN_CONFLICT = "conflicts != ''"
UNDER_WAY = "state IN ('offered', 'acknowledged', 'arrived')"


def _need(name: str, kind: type | BigInteger, default: str | None = None) -> Column[object]:
    return Column(name, kind, nullable=False, server_default=default)


def _when(where: str) -> dict[str, Any]:
    return {"sqlite_where": text(where), "postgresql_where": text(where)}


meta = Table("meta", metadata, Column("name", Text, primary_key=True), _need("value", Text))

setting = Table("setting", metadata, Column("name", Text, primary_key=True), _need("value", Text))

origin = Table(
    "origin",
    metadata,
    Column("id", SmallInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _need("device", Text),
    _need("incarnation", Text),
    _need("last_n", BigInteger),
    _need("acked_n", BigInteger),
    _need("head_hash", LargeBinary),
    _need("own", Boolean, "0"),  # a life of this very store, not another desktop's
    UniqueConstraint("device", "incarnation", name="origin_name"),
)

op = Table(
    "op",
    metadata,
    Column("seq", BIG_KEY, primary_key=True),
    Column("origin", SmallInteger, ForeignKey("origin.id"), nullable=False),
    _need("n", BigInteger),
    _need("scope", Text),
    _need("kind", Text),
    _need("entity", Text),
    Column("incident", BigInteger),  # the key of the incident it acts on, where there is one
    _need("at", BigInteger),
    _need("made", BigInteger),
    _need("actor", Text),
    _need("base", BigInteger),
    _need("body", Text),
    _need("outcome", Text),
    _need("refusal", Text),
    _need("hash", LargeBinary),  # of the own chain; empty for an op of another desktop
    Column("hub_seq", BigInteger),  # its place in the scope's order; below 0: before the first row kept here
    Column("chain", LargeBinary),  # the scope's chain after it
    _need("refused_here", Boolean, "0"),  # refused as it was written: never folded anywhere
    Index("op_name", "origin", "n", unique=True),
    Index("op_incident", "incident", "seq", **_when("incident IS NOT NULL")),
    Index("op_ordered", "scope", "hub_seq", unique=True, **_when("hub_seq IS NOT NULL")),
    Index("op_waiting", "scope", "origin", "n", **_when(UNORDERED)),
    Index("op_turned_down", "seq", **_when(TURNED_DOWN)),
)

incident = Table(
    "incident",
    metadata,
    Column("key", BIG_KEY, primary_key=True),
    # What the queues ask comes first: it is read from a row without walking the rest.
    _need("facets", BigInteger),
    _need("due_at", BigInteger),
    _need("due_clock", Text),
    Column("cell", Integer),
    _need("id", Text),
    _need("scope", Text),
    _need("number", Text),
    _need("state", Text),
    _need("title", Text),
    _need("detail", Text),
    _need("source", Text),
    _need("place", Text),
    _need("town", Text),
    _need("severity", SmallInteger),
    _need("loop", Text),
    _need("reported_at", BigInteger),
    _need("item", Text),
    _need("item_rev", BigInteger),
    _need("category", Text),
    Column("lon", Float(53)),
    Column("lat", Float(53)),
    _need("moved", Boolean),
    _need("person", Text),
    _need("ref", Text),
    Column("accept_due", BigInteger),
    Column("respond_due", BigInteger),
    Column("resolve_due", BigInteger),
    _need("due_note", Text),
    Column("accepted_at", BigInteger),
    Column("assigned_at", BigInteger),
    Column("responded_at", BigInteger),
    Column("handled_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("suspended_at", BigInteger),
    _need("suspended_ms", BigInteger),
    _need("before_merge", Text),
    _need("merged_into", Text),
    _need("verified", Boolean),
    _need("escalated", Integer),
    _need("supervised", Integer),
    _need("rework", Integer),
    _need("returned", Integer),
    Column("rating", SmallInteger),
    _need("result", Text),
    _need("notes", Integer),
    _need("evidence", Integer),
    _need("conflicts", Text),
    _need("version", BigInteger),
    _need("changed_at", BigInteger),
    _need("marks", Text, ""),
    _need("undone", Text, ""),
    Index("incident_id", "id", unique=True),
    # Two desktops without a line may report one source's number; the hub refuses the later one.
    Index("incident_ref", "ref", **_when("ref != ''")),
    Index("open_conflicts", "key", **_when(IN_CONFLICT)),
    # Every row by each sort, with what filters need, so that a queue is walked in the index alone.
    Index("by_due", "due_at", "key", "facets"),
    Index("by_reported", "reported_at", "key", "facets"),
    Index("by_severity", "severity", "key", "facets"),
    Index("by_place", "town", "place", "key", "facets"),
    Index("by_source", "source", "key", "facets"),
    Index("by_number", "number", "key", "facets"),
    Index("by_facets", "facets"),
    Index("by_key", "key", "facets", "due_at"),  # narrow: for counting what a text search has found
    # The same for the open ones, of which there are few: the queues that are worked from.
    Index("open_by_due", "due_at", "key", "facets", **_when(STILL_OPEN)),
    Index("open_by_reported", "reported_at", "key", "facets", "due_at", **_when(STILL_OPEN)),
    Index("open_by_severity", "severity", "key", "facets", "due_at", **_when(STILL_OPEN)),
    Index("open_by_place", "town", "place", "key", "facets", "due_at", **_when(STILL_OPEN)),
    Index("open_by_source", "source", "key", "facets", "due_at", **_when(STILL_OPEN)),
    Index("open_by_number", "number", "key", "facets", "due_at", **_when(STILL_OPEN)),
    Index("open_by_facets", "facets", "due_at", **_when(STILL_OPEN)),
    Index("open_points", "key", "lon", "lat", "facets", "due_at", **_when(POSITIONED)),
    Index("near", "cell", "reported_at", "lon", "lat", "facets", **_when("cell IS NOT NULL")),
)

assignment = Table(
    "assignment",
    metadata,
    Column("incident", BigInteger, ForeignKey("incident.key"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    _need("id", Text),
    _need("handler", Text),
    _need("lead", Boolean),
    _need("state", Text),
    _need("offered_at", BigInteger),
    _need("whistle", Boolean),
    Column("acknowledged_at", BigInteger),
    Column("arrived_at", BigInteger),
    Column("ended_at", BigInteger),
    _need("reason", Text),
    _need("also", Text, ""),
    Index("assignment_under_way", "handler", "state", **_when(UNDER_WAY)),
    sqlite_with_rowid=False,
)

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    _need("incident", Text),
    _need("name", Text),
    _need("phone", Text),
    Index("person_incident", "incident"),
)

record = Table(
    "record",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    _need("rev", BigInteger),  # when the put that made it was made, ms: alike everywhere
    _need("body", Text),
    _need("retired", Boolean),
    _need("changed", BigInteger),  # the place in this store's ledger that changed it last
    Index("record_changed", "changed"),
)

kept_sum = Table(
    "kept_sum",
    metadata,
    Column("bucket", Integer, primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("town", Text, primary_key=True),
    _need("n", BigInteger),
    sqlite_with_rowid=False,
)

facet_sum = Table(
    "facet_sum",
    metadata,
    Column("facets", BIG_KEY, primary_key=True),
    _need("n", BigInteger),
)
"""How many incidents have each combination of queue, severity, loop, source, town and category."""

facet_code = Table(
    "facet_code",
    metadata,
    Column("facet", Text, primary_key=True),
    Column("word", Text, primary_key=True),
    _need("code", Integer),
    UniqueConstraint("facet", "code", name="facet_code_once"),
)

counter = Table("counter", metadata, Column("day", Text, primary_key=True), _need("n", BigInteger))

import_mark = Table(
    "import_mark",
    metadata,
    Column("job", Text, primary_key=True),
    _need("line", BigInteger),
    _need("offset", BigInteger),
    _need("taken", BigInteger),
    _need("known", BigInteger),
    _need("rejected", BigInteger),
    _need("done", Boolean),
)

TEXT_INDEX = (
    "CREATE VIRTUAL TABLE incident_text USING fts5("
    "words, content='', contentless_delete=1, tokenize='ascii', detail='full')"
)
"""SQLite's index of two-character words (``db.search``); its row number is the incident's key."""
