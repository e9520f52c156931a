"""The records of one write transaction. A name (kind and id) lives in one scope at a time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from app.domain.errors import MalformedOp, Refusal
from app.domain.op import OpKind, canonical_body, is_text
from db.hub.copying import copy_in, field, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.domain.op import Op
    from db.hub.database import Raw

RECORD_OPS = frozenset({OpKind.PUT.value, OpKind.RETIRE.value})
_PUT = OpKind.PUT.value
_COLUMNS = ("scope", "kind", "id", "rev", "body", "retired")


class Kept(NamedTuple):
    """A record's row."""

    rev: int
    body: str
    retired: bool


Name = tuple[str, str]


class HeldRecords:
    """Every scope's row of each record that the transaction has named."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._held: dict[Name, dict[str, Kept]] = {}
        self._changed: set[tuple[str, str, str]] = set()
        self.kinds: set[str] = set()

    def foresee(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        """Load the records that ops name, by one statement."""
        named = {name for body in bodies if (name := _name(body)) is not None}
        new = [name for name in named if name not in self._held]
        if not new:
            return
        self._held.update((name, {}) for name in new)
        rows = run(
            self._raw,
            "SELECT kind, id, scope, rev, body, retired FROM record "
            "WHERE (kind, id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
            ([kind for kind, _ in new], [identity for _, identity in new]),
        )
        for kind, identity, scope, *kept in rows:
            self._held[kind, identity][scope] = Kept(*kept)

    def take(self, op: Op) -> Refusal | None:
        """Put or retire a record; why not, where it is refused.

        A name that lives in another scope is not put here: every store keeps one record of a name, and
        a town's would otherwise stand in place of the district's.
        """
        name = _name(op.body)
        record = op.body.get("record")
        if name is None or (op.kind == _PUT and not isinstance(record, dict)):
            return Refusal.MALFORMED
        self.foresee((op.body,))
        rows = self._held[name]
        here = rows.get(op.scope)
        if op.kind == _PUT:
            if any(not row.retired for scope, row in rows.items() if scope != op.scope):
                return Refusal.ALREADY_THERE
            try:
                rows[op.scope] = Kept(op.made, canonical_body(record or {}), False)
            except MalformedOp:
                return Refusal.MALFORMED
        elif here is None or here.retired:
            return Refusal.UNKNOWN_RECORD
        else:
            rows[op.scope] = Kept(op.made, here.body, True)
        self._changed.add((op.scope, *name))
        self.kinds.add(name[0])
        return None

    def flush(self) -> dict[str, int]:
        """Write what has changed; how many records of each scope."""
        by_scope: dict[str, list[Name]] = {}
        for scope, kind, identity in self._changed:
            by_scope.setdefault(scope, []).append((kind, identity))
        for scope, names in by_scope.items():
            self._raw.execute(
                "DELETE FROM record WHERE scope = %s "
                "AND (kind, id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
                (scope, [kind for kind, _ in names], [identity for _, identity in names]),
            )
            copy_in(self._raw, "record", _COLUMNS, (self._line(scope, name) for name in names))
        self._changed.clear()
        return {scope: len(names) for scope, names in by_scope.items()}

    def _line(self, scope: str, name: Name) -> str:
        kept = self._held[name][scope]
        kind, identity = name
        return "\t".join((
            field(scope), field(kind), field(identity), str(kept.rev), field(kept.body),
            "t" if kept.retired else "f",
        ))  # fmt: skip


def living_in(raw: Raw, kind: str) -> list[tuple[str, str, int, dict[str, Any]]]:
    """The living records of a kind: scope, identity, revision, body."""
    rows = run(
        raw, "SELECT scope, id, rev, body FROM record WHERE kind = %s AND NOT retired ORDER BY id", (kind,)
    )
    return [(scope, identity, rev, json.loads(body)) for scope, identity, rev, body in rows]


def living(raw: Raw, kind: str) -> list[tuple[str, int, dict[str, Any]]]:
    """The living records of a kind in all scopes: identity, revision, body."""
    rows = run(raw, "SELECT id, rev, body FROM record WHERE kind = %s AND NOT retired ORDER BY id", (kind,))
    return [(identity, rev, json.loads(body)) for identity, rev, body in rows]


def _name(body: Mapping[str, Any]) -> Name | None:
    kind, identity = body.get("kind"), body.get("id")
    if not (_is_name(kind) and _is_name(identity)):
        return None
    return str(kind), str(identity)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != "" and is_text(value) and "\x00" not in value
