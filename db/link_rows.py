"""What a person is to settle or to know because of the link: conflicts, refused ops, moves."""

# ruff: noqa: S608  # conditions of ours alone are put in

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.ports.rows import ConflictRow, RefusedRow
from db.rows import conflicts_of
from db.tables import IN_CONFLICT, TURNED_DOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.queues import Run

REFUSED_SEEN = "refused_seen"
"""The setting that keeps how far the refused ops have been seen: a place in this store's ledger."""

REFUSED_BY_HUB = f"{TURNED_DOWN} AND hub_seq IS NOT NULL AND origin IN (SELECT id FROM origin WHERE own)"
MOVED = (
    "SELECT id, number, scope, at FROM moved m WHERE id = ? "
    "AND NOT EXISTS (SELECT 1 FROM incident WHERE id = m.id)"
)


def open_conflicts(run: Run) -> Sequence[ConflictRow]:
    """Every open conflict, the newest first."""
    rows = run(
        "SELECT key, number, title, severity, place, conflicts FROM incident INDEXED BY open_conflicts "
        f"WHERE {IN_CONFLICT}",
        (),
    )
    found = [
        ConflictRow(key, number, title, severity, place, conflict)
        for key, number, title, severity, place, text in rows
        for conflict in conflicts_of(text)
    ]
    return tuple(sorted(found, key=lambda row: (row.conflict.at, row.key), reverse=True))


def refused_ops(run: Run, limit: int, seen: Any) -> Sequence[RefusedRow]:
    """Own ops that the hub refused, the latest first: those not seen yet are the latest."""
    rows = run(
        "SELECT o.seq, o.n, o.kind, o.at, o.actor, o.body, o.refusal, i.key, coalesce(i.number, ''), "
        f"coalesce(i.title, '') FROM (SELECT * FROM op INDEXED BY op_turned_down WHERE {REFUSED_BY_HUB} "
        "ORDER BY seq DESC LIMIT ?) o LEFT JOIN incident i ON i.key = o.incident ORDER BY o.seq DESC",
        (limit,),
    )
    upto = seen if isinstance(seen, int) else 0
    return tuple(
        RefusedRow(seq, n, kind, at, actor, json.loads(body), why, key, number, title, seen=seq <= upto)
        for seq, n, kind, at, actor, body, why, key, number, title in rows
    )
