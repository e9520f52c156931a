"""Own ops that no hub has acknowledged, as they are shown: rows, and how many wait for each incident."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from app.ports.rows import UnsentRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from db.queues import Run

_FROM = (
    "FROM op p {index} CROSS JOIN origin o ON o.id = p.origin AND o.own "
    "LEFT JOIN acked a ON a.scope = p.scope AND a.origin = p.origin "
)
_WHERE = (
    "WHERE p.hub_seq IS NULL AND p.n > coalesce(a.n, 0) AND EXISTS (SELECT 1 FROM scope) "  # alone: no hub
)
_WAITING = _FROM.format(index="INDEXED BY op_waiting")
_ROWS = (
    "SELECT p.seq, p.kind, p.at, p.actor, p.body, p.incident, coalesce(i.number, ''), coalesce(i.title, '') "
    f"{_WAITING}LEFT JOIN incident i ON i.key = p.incident {_WHERE}ORDER BY p.seq DESC LIMIT ?"
)
_OF_EACH = f"SELECT p.incident, count(*) {_WAITING}{_WHERE}AND p.incident IS NOT NULL GROUP BY p.incident"
_OF_ONE = f"SELECT p.seq {_FROM.format(index='INDEXED BY op_incident')}{_WHERE}AND p.incident = ?"


def unsent(run: Run, limit: int) -> Sequence[UnsentRow]:
    """The newest of them; none at a store that stands alone."""
    return tuple(
        UnsentRow(seq, kind, at, actor, json.loads(body), key, number, title)
        for seq, kind, at, actor, body, key, number, title in run(_ROWS, (limit,))
    )


def unsent_counts(run: Run) -> Mapping[int, int]:
    """How many wait on each incident, by its key."""
    return dict(run(_OF_EACH, ()).fetchall())


def unsent_of(run: Run, key: int) -> frozenset[int]:
    """Which of an incident's ops wait: their places in this store's ledger."""
    return frozenset(seq for (seq,) in run(_OF_ONE, (key,)))
