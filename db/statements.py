"""Statements made from the tables' own names, once; values always go as parameters."""

# ruff: noqa: S608  # every name comes from db.tables, never from outside

from __future__ import annotations

from typing import TYPE_CHECKING

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
INSERT_ASSIGNMENT = _insert(t.assignment, ("incident", "position", *ASSIGNMENT_COLUMNS))
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
    t.record, ("kind", "id", "rev", "body", "retired"),
    "ON CONFLICT (kind, id) DO UPDATE "
    "SET rev = excluded.rev, body = excluded.body, retired = excluded.retired",
)  # fmt: skip
PUT_COUNTER = _insert(t.counter, ("day", "n"), "ON CONFLICT (day) DO UPDATE SET n = excluded.n")
PUT_SETTING = _insert(t.setting, ("name", "value"), "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
PUT_META = _insert(t.meta, ("name", "value"), "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
PUT_PERSON = _insert(
    t.person, ("id", "incident", "name", "phone"),
    "ON CONFLICT (id) DO UPDATE "
    "SET incident = excluded.incident, name = excluded.name, phone = excluded.phone",
)  # fmt: skip
MARK_COLUMNS = _of(t.import_mark)
PUT_MARK = _insert(
    t.import_mark, MARK_COLUMNS,
    "ON CONFLICT (job) DO UPDATE SET " + ", ".join(f'"{c}" = excluded."{c}"' for c in MARK_COLUMNS[1:]),
)  # fmt: skip
READ_MARK = f"SELECT {_names(MARK_COLUMNS)} FROM import_mark WHERE job = ?"
INSERT_ORIGIN = _insert(t.origin, ("id", "device", "incarnation", "last_n", "acked_n", "head_hash"))
