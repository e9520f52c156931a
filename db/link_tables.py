"""The tables that a desktop keeps for its link with the hub (DESIGN §5)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, SmallInteger, Table, Text

from db.tables import metadata

scope = Table(
    "scope",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    Column("head", BigInteger, nullable=False),
    Column("state_seq", BigInteger, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("start_chain", LargeBinary, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("unread", BigInteger, nullable=False),
    Column("fresh_at", BigInteger),
)
"""A scope that this store follows: rows ``start + 1 … cursor`` of its order are here, without a gap.

Rows up to ``state_seq`` are in the state already (it came with a snapshot); ``unread`` counts ops of a kind
that this program does not know.
"""

acked = Table(
    "acked",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("origin", SmallInteger, ForeignKey("origin.id"), primary_key=True),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The last op of an own origin in a scope that the hub has told it has."""

shadow = Table(
    "shadow",
    metadata,
    Column("entity", Text, primary_key=True),
    Column("key", BigInteger),
    Column("body", Text),
    Column("first_n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""What something is without the ops that wait: ``body`` NULL where nothing of it is confirmed.

For an incident ``entity`` is its identity and ``body`` is ``app.domain.moving.as_body``; for a record they
are ``db.records.record_name`` and ``[rev, body, retired]``. It exists only while own ops on it wait.
"""

moved = Table(
    "moved",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Incidents that went to a scope whose order has not told here yet that they came."""

withheld = Table(
    "withheld",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("leaf", LargeBinary, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""Rows of a scope's order that this device may not read."""
