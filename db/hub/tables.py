"""The hub's tables on PostgreSQL.

They differ from the desktop's (``db.tables``): every key begins with the scope, which is the sharding key;
the order is each scope's own (``op.seq``, ``op.chain``) and not one store's; an incident is kept whole as
JSON, beside the columns that a list filters and sorts by, for the hub folds it and hands it out, and has no
queues, map or text index to serve. Instants are ms since 1970 UTC; JSON lies in text columns, since what is
hashed must come back letter for letter.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

metadata = MetaData()

TEXT_PAIRS = "text_pairs"
"""The function that takes a text apart into its pairs of characters, so that an index finds a part of it."""


def _key(name: str, kind: type = Text) -> Column[object]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _need(name: str, kind: type = Text, default: str | None = None) -> Column[object]:
    return Column(name, kind, nullable=False, server_default=default)


scope = Table(
    "scope",
    metadata,
    _key("id"),
    _need("epoch"),
    _need("head", BigInteger),
    _need("chain", LargeBinary),
    _need("hub_origin", Integer),  # the origin of the hub's own ops in this scope
    _need("booked", BigInteger),  # assignments up to this row have been looked at for double bookings
    _need("record_changes", BigInteger),
)

origin = Table(
    "origin",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    _need("device"),
    _need("incarnation"),
    Index("origin_name", "device", "incarnation", unique=True),
)

scope_origin = Table(
    "scope_origin", metadata, _key("scope"), _key("origin", Integer), _need("last_n", BigInteger)
)

op = Table(
    "op",
    metadata,
    _key("scope"),
    _key("seq", BigInteger),
    _need("origin", Integer),
    _need("n", BigInteger),
    _need("kind"),
    _need("entity"),
    _need("at", BigInteger),
    _need("made", BigInteger),
    _need("actor"),
    _need("base", BigInteger),
    _need("body"),
    _need("outcome"),
    _need("refusal"),
    _need("chain", LargeBinary),
    _need("received_at", BigInteger),
    # The origin first: a number is also looked for in the other scopes, where a cloned disk may have used it.
    Index("op_name", "origin", "n", "scope", unique=True),
    Index("op_entity", "scope", "entity", "seq"),
)

fork = Table(
    "fork",
    metadata,
    _key("scope"),
    _key("origin", Integer),
    _key("n", BigInteger),
    _key("digest", LargeBinary),
    _need("kind"),
    _need("entity"),
    _need("at", BigInteger),
    _need("made", BigInteger),
    _need("actor"),
    _need("base", BigInteger),
    _need("body"),
    _need("refusal"),
    _need("received_at", BigInteger),
)

incident = Table(
    "incident",
    metadata,
    _key("scope"),
    _key("id"),
    _need("number"),
    _need("state"),
    _need("open", Boolean),
    _need("title"),
    _need("town"),
    _need("place"),
    _need("category"),
    _need("severity", SmallInteger),
    _need("source"),
    _need("loop"),
    _need("reported_at", BigInteger),
    Column("due_at", BigInteger),
    Column("closed_at", BigInteger),
    _need("changed_at", BigInteger),
    _need("version", BigInteger),
    _need("conflicts", Integer),
    _need("ref"),
    _need("body"),
    Index("incident_id", "id", unique=True),
    Index("incident_ref", "ref", unique=True, postgresql_where=text("ref <> ''")),
    Index("incident_number", "number", "id"),
    Index("incident_reported", "scope", "reported_at"),
    # What a list is sorted by over several scopes, walked either way, and what it is filtered by.
    Index("incident_by_reported", "reported_at", "id"),
    Index("incident_by_due", "due_at", "id"),
    Index("incident_by_severity", "severity", "id"),
    Index("incident_state", "state"),
    Index("incident_category", "category"),
    Index("incident_source", "source"),
    Index("incident_title", text(f"{TEXT_PAIRS}(title)"), postgresql_using="gin"),
    Index("incident_open", "scope", "due_at", postgresql_where=text("open")),
)

booking = Table(
    "booking",
    metadata,
    _key("scope"),
    _key("incident"),
    _key("assignment"),
    _need("handler"),
    _need("origin", Integer),
    _need("made_in"),  # the scope and place of the op that assigned: an incident may have moved since
    _need("seq", BigInteger),
    _need("seen"),  # JSON: how far its author had seen each scope
    _need("received_at", BigInteger),
    Index("booking_handler", "handler"),
    Index("booking_made", "made_in", "seq"),
)
"""The active assignments, one row each."""

booked_twice = Table("booked_twice", metadata, _key("first"), _key("second"), _need("at", BigInteger))
"""Pairs of assignments (their ids, sorted) that have been flagged, so that each is flagged once."""

record = Table(
    "record",
    metadata,
    _key("scope"),
    _key("kind"),
    _key("id"),
    _need("rev", BigInteger),
    _need("body"),
    _need("retired", Boolean),
    Index("record_name", "kind", "id"),
)

person = Table(
    "person",
    metadata,
    _key("scope"),
    _key("id"),
    _need("incident"),
    _need("name"),
    _need("phone"),
    Index("person_incident", "scope", "incident"),
)

counter = Table("counter", metadata, _key("day"), _need("n", BigInteger))

meta = Table("meta", metadata, _key("name"), _need("value"))

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _need("at", BigInteger),
    _need("device"),
    _need("actor"),
    _need("what"),
    _need("code"),
    _need("detail"),
    Index("audit_at", "at"),
)

account = Table(
    "account",
    metadata,
    _key("id"),
    _need("name"),
    _need("role"),
    _need("scopes"),
    _need("password_hash"),
    _need("disabled", Boolean, "false"),
    _need("failed", Integer, "0"),
    _need("locked_until", BigInteger, "0"),
)

device = Table(
    "device",
    metadata,
    _key("id"),
    _need("name"),
    _need("scopes"),
    _need("secret_hash"),
    _need("key"),
    _need("enrolled_at", BigInteger),
    Column("revoked_at", BigInteger),
    _need("place"),
    _need("sign"),
    _need("letter"),
)

device_user = Table("device_user", metadata, _key("device"), _key("account"))

token = Table(
    "token",
    metadata,
    _key("hash"),
    Column("device", Text),
    Column("account", Text),
    _need("expires_at", BigInteger),
)

code = Table(
    "code",
    metadata,
    _key("hash"),
    _need("scopes"),
    _need("place"),
    _need("sign"),
    _need("letter"),
    _need("name"),
    _need("expires_at", BigInteger),
    Column("used_at", BigInteger),
    Column("device", Text),
)

held_bundle = Table(
    "held_bundle",
    metadata,
    _key("id"),
    _need("device"),
    _need("made", BigInteger),
    _need("received_at", BigInteger),
    _need("ops", Integer),
    Column("accepted_at", BigInteger),
    Column("accepted_by", Text),
)
"""Bundles of revoked devices: a person looks at them, and accepts them or leaves them."""

held_line = Table("held_line", metadata, _key("bundle"), _key("no", Integer), _need("line", LargeBinary))
"""Their files, line by line, as they came: sealed."""
