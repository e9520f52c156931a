"""How this store stands with its hub: what waits, how old its data is, how far it follows each scope."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.domain.op import GENESIS
from app.ports.linked import LinkState, ScopeMark
from db import statements as sql
from db.link_rows import REFUSED_BY_HUB, REFUSED_SEEN
from db.outbox import OLDEST_WAITING, WAITING_COUNT
from db.page_in import settle_acknowledged
from db.records import record_name
from db.scopes import ScopeRow, read_scope, read_scopes, write_scope
from db.tables import IN_CONFLICT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.ports.link import ScopeHead

_CONFLICTS = f"SELECT coalesce(sum(json_array_length(conflicts)), 0) FROM incident WHERE {IN_CONFLICT}"  # noqa: S608  # a condition of ours
_REFUSED = f"SELECT count(*) FROM op INDEXED BY op_turned_down WHERE {REFUSED_BY_HUB} AND seq > ?"  # noqa: S608  # a condition of ours


def refused_seen(raw: Any) -> int:
    """How far somebody has looked at the refused ops."""
    row = raw.execute("SELECT value FROM setting WHERE name = ?", (REFUSED_SEEN,)).fetchone()
    seen = json.loads(row[0]) if row else 0
    return seen if isinstance(seen, int) else 0


def marks(raw: Any) -> tuple[ScopeMark, ...]:
    """Every scope that is followed."""
    acked = dict(
        raw.execute(
            "SELECT a.scope, a.n FROM acked a JOIN meta m ON m.name = 'own_origin' "
            "AND a.origin = CAST(m.value AS INTEGER)"
        ).fetchall()
    )
    return tuple(
        ScopeMark(s.scope, s.epoch, s.cursor, s.chain, s.head, acked.get(s.scope, 0), bool(s.whole))
        for s in read_scopes(raw)
    )


def link_state(raw: Any) -> LinkState:
    """Everything that the status bar says of the link."""
    scopes = read_scopes(raw)
    heard = [s.fresh_at for s in scopes if s.fresh_at is not None]

    def one(statement: str, *values: Any) -> Any:
        return raw.execute(statement, values).fetchone()[0]

    waiting = one(WAITING_COUNT)
    return LinkState(
        linked=bool(scopes),
        waiting=waiting,
        oldest=one(OLDEST_WAITING) if waiting else None,
        fresh_at=max(heard, default=None),
        conflicts=one(_CONFLICTS),
        refused=one(_REFUSED, refused_seen(raw)) if scopes else 0,
        unread=sum(s.unread for s in scopes),
        scopes=marks(raw),
    )


def follow(raw: Any, heads: Sequence[ScopeHead], now: int) -> None:
    """Note the hub's scopes and heads; a known scope keeps its epoch, so that a restored hub is noticed."""
    known = {s.scope: s for s in read_scopes(raw)}
    if heads and not known:
        _link(raw)
    for head in heads:
        row = known.get(head.scope)
        if row is None or (row.epoch != head.epoch and row.cursor == row.state_seq == 0):
            # Nothing of the scope's order is here: a new epoch is as good as the old one.
            raw.execute("DELETE FROM acked WHERE scope = ?", (head.scope,))
            row = ScopeRow(head.scope, head.epoch, 0, GENESIS, 0, 0, 0, GENESIS, head.whole, 0, None)
        write_scope(raw, row._replace(head=head.head, whole=head.whole, fresh_at=now))
        if row.start and row.cursor == head.head and row.epoch == head.epoch:
            settle_acknowledged(raw, row.scope)


def _link(raw: Any) -> None:
    """Nothing that this store holds has been confirmed by a hub so far."""
    raw.execute(
        "INSERT OR IGNORE INTO shadow (entity, key, body, first_n) SELECT id, key, NULL, 1 FROM incident"
    )
    records = raw.execute("SELECT kind, id, scope FROM record").fetchall()
    raw.executemany(sql.FIRST_SHADOW, [(record_name(tuple(name)), None, None, 1) for name in records])


def chain_at(raw: Any, scope: str, seq: int) -> bytes | None:
    """The store's chain after a row of the scope; None where the row is not kept."""
    row = read_scope(raw, scope)
    if row is None or not row.start <= seq <= row.cursor:
        return None
    if seq == row.cursor:
        return row.chain
    if seq == row.start:
        return row.start_chain
    for statement in (
        "SELECT chain FROM op WHERE scope = ? AND hub_seq = ?",
        "SELECT chain FROM withheld WHERE scope = ? AND seq = ?",
    ):
        found = raw.execute(statement, (scope, seq)).fetchone()
        if found is not None and found[0] is not None:
            return bytes(found[0])
    return None


def kept_seqs(raw: Any, scope: str) -> tuple[int, int]:
    """The first and last row of the scope's order that is kept here; 0, 0 for none."""
    row = read_scope(raw, scope)
    return (0, 0) if row is None or row.cursor == row.start else (row.start + 1, row.cursor)
