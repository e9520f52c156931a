"""Statements made from the tables' own names, once; values always go as parameters."""

# ruff: noqa: S608  # every name comes from db.tables, never from outside

from __future__ import annotations

from typing import TYPE_CHECKING

from db import link_tables as lt
from db import tables as t
from db.rows import ASSIGNMENT_COLUMNS, INCIDENT_COLUMNS, READ_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Table


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _insert(table: Table, columns: Sequence[str], tail: str = "") -> str:
    marks = ", ".join("?" * len(columns))
    return f'INSERT INTO "{table.name}" ({_names(columns)}) VALUES ({marks}) {tail}'.rstrip()


def _of(table: Table) -> tuple[str, ...]:
    return tuple(table.c.keys())


OP_COLUMNS = _of(t.op)
INSERT_OP = _insert(t.op, OP_COLUMNS)
INSERT_INCIDENT = _insert(t.incident, (*INCIDENT_COLUMNS, "key"))
UPDATE_INCIDENT = "UPDATE incident SET {} WHERE key = ?".format(
    ", ".join(f'"{c}" = ?' for c in INCIDENT_COLUMNS)
)
READ_INCIDENT = f"SELECT {_names(('key', *READ_COLUMNS))} FROM incident"
READ_ASSIGNMENTS = f"SELECT {_names(ASSIGNMENT_COLUMNS)} FROM assignment WHERE incident = ? ORDER BY position"
READ_MANY_ASSIGNMENTS = f"SELECT incident, {_names(ASSIGNMENT_COLUMNS)} FROM assignment WHERE incident IN"
INSERT_ASSIGNMENT = _insert(t.assignment, ("incident", "position", *ASSIGNMENT_COLUMNS))
DELETE_INCIDENT = "DELETE FROM incident WHERE key = ?"
DELETE_ASSIGNMENTS = "DELETE FROM assignment WHERE incident = ?"
INSERT_TEXT = "INSERT INTO incident_text (rowid, words) VALUES (?, ?)"
MERGE_TEXTS = "INSERT INTO incident_text (incident_text, rank) VALUES ('automerge', ?)"
DELETE_TEXT = "DELETE FROM incident_text WHERE rowid = ?"
ADD_SUM = _insert(
    t.kept_sum, ("measure", "town", "bucket", "n"),
    "ON CONFLICT (bucket, measure, town) DO UPDATE SET n = n + excluded.n",
)  # fmt: skip
ADD_FACETS = _insert(t.facet_sum, ("facets", "n"), "ON CONFLICT (facets) DO UPDATE SET n = n + excluded.n")
INSERT_CODE = _insert(t.facet_code, ("facet", "word", "code"))
PUT_RECORD = _insert(
    t.record, ("kind", "id", "scope", "rev", "body", "retired", "changed"),
    "ON CONFLICT (kind, id, scope) DO UPDATE "
    "SET rev = excluded.rev, body = excluded.body, retired = excluded.retired, changed = excluded.changed",
)  # fmt: skip
PUT_COUNTER = _insert(t.counter, ("day", "n"), "ON CONFLICT (day) DO UPDATE SET n = excluded.n")
PUT_SETTING = _insert(t.setting, ("name", "value"), "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
PUT_META = _insert(t.meta, ("name", "value"), "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
PUT_PERSON = _insert(
    t.person, ("id", "incident", "name", "phone"),
    "ON CONFLICT (id) DO UPDATE "
    "SET incident = excluded.incident, name = excluded.name, phone = excluded.phone",
)  # fmt: skip
PUT_SHADOW = _insert(
    lt.shadow, ("entity", "key", "body", "first_n"),
    "ON CONFLICT (entity) DO UPDATE "
    "SET key = excluded.key, body = excluded.body, first_n = excluded.first_n",
)  # fmt: skip
FIRST_SHADOW = _insert(lt.shadow, ("entity", "key", "body", "first_n"), "ON CONFLICT (entity) DO NOTHING")
SCOPE_COLUMNS = _of(lt.scope)
PUT_SCOPE = _insert(
    lt.scope, SCOPE_COLUMNS,
    "ON CONFLICT (scope) DO UPDATE SET " + ", ".join(f'"{c}" = excluded."{c}"' for c in SCOPE_COLUMNS[1:]),
)  # fmt: skip
PUT_MOVED = _insert(
    lt.moved, ("id", "key", "number", "scope", "at"),
    "ON CONFLICT (id) DO UPDATE SET key = excluded.key, number = excluded.number, "
    "scope = excluded.scope, at = excluded.at",
)  # fmt: skip
PUT_WITHHELD = _insert(
    lt.withheld, ("scope", "seq", "leaf", "chain"),
    "ON CONFLICT (scope, seq) DO UPDATE SET leaf = excluded.leaf, chain = excluded.chain",
)  # fmt: skip
MARK_COLUMNS = _of(t.import_mark)
PUT_MARK = _insert(
    t.import_mark, MARK_COLUMNS,
    "ON CONFLICT (job) DO UPDATE SET " + ", ".join(f'"{c}" = excluded."{c}"' for c in MARK_COLUMNS[1:]),
)  # fmt: skip
READ_MARK = f"SELECT {_names(MARK_COLUMNS)} FROM import_mark WHERE job = ?"
SEAT_OP = (
    "UPDATE op SET seq = ?, hub_seq = ?, chain = ?, outcome = ?, refusal = ?, "
    "incident = coalesce(?, incident) WHERE origin = ? AND n = ?"
)
READ_ORIGINS = "SELECT id, device, incarnation FROM origin"
INSERT_ORIGIN = _insert(t.origin, ("id", "device", "incarnation", "last_n", "acked_n", "head_hash", "own"))
