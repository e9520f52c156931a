"""Is the hub what its ops say? Each scope's chain, and on request a whole fold anew."""

from __future__ import annotations

import hashlib
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from app.domain.conflict import decide
from app.domain.op import GENESIS, Op, OpKind, Outcome, canonical_body, leaf_hash, link_hash
from app.ports.rows import Fault
from db.hub.copying import run
from db.hub.held_records import RECORD_OPS
from db.hub.pull import origins_of
from db.hub.rows import ORDER_COLUMNS, body_of, incident_text, op_of, ordered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.domain.incident import Incident
    from app.domain.op import Origin
    from db.hub.database import Raw

AT_ONCE = 2_000
Row = tuple[Any, ...]


def fault(raw: Raw, *, refold: bool) -> Fault | None:
    """What is wrong first, scope by scope; None where all is well. Within a frozen transaction."""
    origins = origins_of(raw, [number for (number,) in run(raw, "SELECT id FROM origin")])
    stray = run(raw, "SELECT n FROM op WHERE scope NOT IN (SELECT id FROM scope) LIMIT 1").fetchone()
    if stray is not None:
        return Fault("altered", "an op of no known scope", stray[0])
    scopes = run(raw, "SELECT id, head, chain FROM scope ORDER BY id").fetchall()
    for scope, head, chain in scopes:
        found = _chain_fault(raw, scope, head, chain, origins)
        if found is None and refold:
            found = _fold_fault(raw, scope, origins) or _record_fault(raw, scope)
        if found is not None:
            return found
    return None


def _chain_fault(raw: Raw, scope: str, head: int, end: bytes, origins: dict[int, Origin]) -> Fault | None:
    previous, seq = GENESIS, 0
    last: dict[int, int] = {}
    for row in _rows(raw, f"SELECT {ORDER_COLUMNS} FROM op WHERE scope = %s ORDER BY seq", scope):  # noqa: S608  # names of ours
        seq += 1
        if row[0] != seq:
            return Fault("dropped", f"{scope} {seq}")
        if row[1] not in origins:
            return Fault("altered", f"{scope} {seq}", row[2])
        chain = link_hash(previous, _leaf(scope, seq, row, origins))
        if chain != row[-1]:
            what = "moved" if _belongs_elsewhere(raw, scope, row, origins) else "altered"
            return Fault(what, f"{scope} {seq}", row[2])
        previous = chain
        last[row[1]] = max(last.get(row[1], 0), row[2])
    if seq != head:
        return Fault("dropped", f"{scope} {seq + 1}")
    if previous != end:
        return Fault("altered", f"{scope}: the end of its chain")
    kept = dict(run(raw, "SELECT origin, last_n FROM scope_origin WHERE scope = %s", (scope,)).fetchall())
    return None if kept == last else Fault("projection", f"{scope}: the last numbers of its origins")


def _leaf(scope: str, seq: int, row: Row, origins: dict[int, Origin]) -> bytes:
    o = ordered(row, origins)
    return leaf_hash(seq, op_of(scope, o), o.body, o.outcome, o.refusal)


def _belongs_elsewhere(raw: Raw, scope: str, row: Row, origins: dict[int, Origin]) -> bool:
    """Whether the row's own link fits behind another row: then it was moved, not altered."""
    chains = _rows(raw, "SELECT seq, chain FROM op WHERE scope = %s ORDER BY seq", scope, "elsewhere")
    before = [(0, GENESIS), *chains]
    return any(link_hash(chain, _leaf(scope, seq + 1, row, origins)) == row[-1] for seq, chain in before)


def _fold_fault(raw: Raw, scope: str, origins: dict[int, Origin]) -> Fault | None:
    """Fold every op of the scope anew, incident by incident, and compare with what is kept.

    Refusals are taken as they are: some need more than the scope's own ops to be decided.
    """
    rows = _rows(raw, f"SELECT {ORDER_COLUMNS} FROM op WHERE scope = %s ORDER BY entity, seq", scope)  # noqa: S608  # names of ours
    kept = {
        identity: _digest(body)
        for identity, body in _rows(raw, "SELECT id, body FROM incident WHERE scope = %s", scope, "kept")
    }
    for entity, ops in groupby(rows, itemgetter(4)):
        incident: Incident | None = None
        for row in ops:
            if row[3] in RECORD_OPS or row[10] == Outcome.REFUSED:
                continue
            decided = decide(incident, _op(scope, row, origins))
            if decided.outcome != row[10]:
                return Fault("projection", f"{scope} {row[0]}: its outcome", row[2])
            incident = decided.incident
        here = incident if incident is not None and incident.scope == scope else None
        if kept.pop(entity, None) != (None if here is None else _digest(incident_text(here))):
            return Fault("projection", f"{scope}: incident {entity}")
    return Fault("projection", f"{scope}: incident {min(kept)} without ops") if kept else None


def _digest(body: str) -> bytes:
    """Enough to compare by, and small beside a million bodies."""
    return hashlib.sha256(body.encode()).digest()


def _op(scope: str, row: Row, origins: dict[int, Origin]) -> Op:
    o = ordered(row, origins)
    return Op(o.origin, o.n, scope, o.kind, o.entity, o.at, o.made, o.actor, o.base, body_of(o.body) or {})


def _record_fault(raw: Raw, scope: str) -> Fault | None:
    folded: dict[tuple[str, str], tuple[int, str, bool]] = {}
    statement = (
        "SELECT kind, made, body FROM op WHERE scope = %s AND kind IN ('put', 'retire') "
        "AND outcome <> 'refused' ORDER BY seq"
    )
    for kind, made, text in _rows(raw, statement, scope):
        body = body_of(text) or {}
        name = (str(body.get("kind")), str(body.get("id")))
        if kind == OpKind.PUT:
            folded[name] = (made, canonical_body(body.get("record") or {}), False)
        elif name in folded:
            folded[name] = (made, folded[name][1], True)
    kept = {
        (kind, identity): (rev, body, retired)
        for kind, identity, rev, body, retired in _rows(
            raw, "SELECT kind, id, rev, body, retired FROM record WHERE scope = %s", scope
        )
    }
    return None if kept == folded else Fault("projection", f"{scope}: records")


def _rows(raw: Raw, statement: str, scope: str, name: str = "verify") -> Iterator[Row]:
    with raw.cursor(name, binary=True) as cursor:
        cursor.itersize = AT_ONCE
        cursor.execute(statement, (scope,))
        yield from cursor
