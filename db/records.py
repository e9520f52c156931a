"""Records: what a ``put`` or ``retire`` leaves, and the table that keeps it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from app.domain.errors import Refusal
from app.domain.op import OpKind, canonical_body, is_text
from db import statements as sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.domain.op import Op

RECORD_OPS = frozenset({OpKind.PUT.value, OpKind.RETIRE.value})

Name = tuple[str, str, str]
"""Kind, identity, scope: each scope keeps its own records."""


class RecordForm(NamedTuple):
    """A record as ops leave it. ``rev`` is when its put was made (ms); a retired one keeps it."""

    rev: int
    body: str
    retired: bool


def name_of(op: Op) -> Name | None:
    """Which record the op is about; None where it does not say."""
    kind, identity = op.body.get("kind"), op.body.get("id")
    if kind and identity and is_text(kind) and is_text(identity):
        return str(kind), str(identity), op.scope
    return None


def record_name(name: Name) -> str:
    """What a shadow calls the record."""
    return "\x1f".join((name[2], *name[:2]))


def after_record(before: RecordForm | None, op: Op) -> RecordForm | Refusal:
    """The record after the op, or why the op is refused."""
    if name_of(op) is None:
        return Refusal.MALFORMED
    if op.kind == OpKind.PUT:
        record = op.body.get("record")
        if not isinstance(record, dict):
            return Refusal.MALFORMED
        return RecordForm(op.made, canonical_body(record), retired=False)
    if before is None or before.retired:
        return Refusal.UNKNOWN_RECORD
    return before._replace(retired=True)


def shadow_text(form: RecordForm | None) -> str | None:
    """The form as a shadow keeps it."""
    return None if form is None else json.dumps(form, ensure_ascii=False)


def shadow_form(text: str | None) -> RecordForm | None:
    """The form that a shadow has kept."""
    if text is None:
        return None
    rev, body, retired = json.loads(text)
    return RecordForm(rev, body, bool(retired))


def read_record(raw: Any, name: Name) -> RecordForm | None:
    """The record as it is kept."""
    row = raw.execute(
        "SELECT rev, body, retired FROM record WHERE kind = ? AND id = ? AND scope = ?", name
    ).fetchone()
    return None if row is None else RecordForm(row[0], row[1], bool(row[2]))


def read_records(raw: Any, names: Iterable[Name]) -> dict[Name, RecordForm]:
    """Those of the records that are kept."""
    found = ((name, read_record(raw, name)) for name in names)
    return {name: form for name, form in found if form is not None}


def put_records(raw: Any, forms: Mapping[Name, RecordForm | None], changed: int) -> None:
    """Keep the records as these forms; None lets one go. ``changed`` is the ledger's place that did it."""
    raw.executemany(
        sql.PUT_RECORD,
        [(*name, form.rev, form.body, int(form.retired), changed) for name, form in forms.items() if form],
    )
    gone = [name for name, form in forms.items() if form is None]
    if gone:
        raw.executemany("DELETE FROM record WHERE kind = ? AND id = ? AND scope = ?", gone)
        raw.execute(sql.PUT_META, ("records_gone", str(changed)))  # the rev must grow although rows are fewer
