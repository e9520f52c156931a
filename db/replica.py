"""What a store holds of each scope, as digests, and its own ops: to compare replicas row by row."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from app.domain import moving
from app.domain.op import canonical_body
from app.ports.rows import Queue, QueueQuery

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from db.engine import LocalStore

OWN = (
    "SELECT o.seq, r.device, r.incarnation, o.n, o.scope, o.kind, o.entity, o.at, o.made, o.body, o.outcome "
    "FROM op o JOIN origin r ON r.id = o.origin WHERE r.own AND o.seq > ? ORDER BY o.seq"
)
RECORDS = "SELECT kind, id, rev, body, retired FROM record WHERE scope = ? ORDER BY kind, id"


class Replica:
    """Over an open store and a bare connection to its file (``db.connect.open_file``) that reads alone."""

    def __init__(self, store: LocalStore, raw: Any) -> None:
        self._store = store
        self._raw = raw

    def own_ops(self, after: int = 0, seqs: frozenset[int] | None = None) -> Iterator[dict[str, Any]]:
        """Own ops beyond a place in the ledger, as they are kept; ``seqs`` picks some."""
        names = (
            "seq",
            "device",
            "incarnation",
            "n",
            "scope",
            "kind",
            "entity",
            "at",
            "made",
            "body",
            "outcome",
        )
        for row in self._raw.execute(OWN, (after,)):
            if seqs is None or row[0] in seqs:
                yield dict(zip(names, row, strict=True))

    def scopes(self, *, rows: bool) -> dict[str, dict[str, Any]]:
        """Each followed scope: where it stands, what is in it; with ``rows`` each row's own digest too."""
        bodies: dict[str, list[dict[str, Any]]] = {}
        with self._store.reading() as read:
            for incident in read.export(QueueQuery(Queue.ALL, 0)):
                bodies.setdefault(incident.scope, []).append(moving.as_body(incident))
        told = {}
        for mark in self._store.marks():
            records = self._raw.execute(RECORDS, (mark.scope,)).fetchall()
            stands = {"whole": mark.whole, "head": mark.cursor, "order": mark.chain.hex()}
            told[mark.scope] = stands | scope_told(bodies.get(mark.scope, ()), records, rows=rows)
        return told


def scope_told(
    incidents: Iterable[dict[str, Any]], records: Iterable[Sequence[Any]], *, rows: bool = False
) -> dict[str, Any]:
    """What is in a scope, for a desktop's store and for the hub's tables alike.

    Incidents are as ``moving.as_body`` says them, records (kind, id, rev, body, retired).
    """
    matters: dict[str, str] = {}
    orders: dict[str, str] = {}
    for body in incidents:
        alone = {name: value for name, value in body.items() if name != "assignments"}
        matters[body["id"]] = _digest(canonical_body(alone))
        orders |= {order["id"]: _digest(canonical_body(order)) for order in body.get("assignments", ())}
    kept = {
        f"{kind}:{name}": _digest(json.dumps((rev, body, bool(retired))))
        for kind, name, rev, body, retired in records
    }
    parts = {"incidents": matters, "assignments": orders, "records": kept}
    return {name: _told(digests, rows=rows) for name, digests in parts.items()}


def _told(digests: dict[str, str], *, rows: bool) -> dict[str, Any]:
    found = sorted(digests.items())
    told: dict[str, Any] = {"n": len(found), "digest": _digest(json.dumps(found))}
    return told | ({"rows": dict(found)} if rows else {})


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
