"""Is the store what its ops say? The chains of its own lives and of every scope (the fold: ``db.refold``)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.domain.op import GENESIS, Op, Origin, chain_hash, leaf_hash, link_hash
from app.ports.rows import Fault
from db.statements import READ_ORIGINS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from db.queues import Run

_COLUMNS = "seq, origin, n, scope, kind, entity, at, made, actor, base, body, refusal, hash"
_SCOPE_ROWS = (
    "SELECT hub_seq, origin, n, scope, kind, entity, at, made, actor, base, body, outcome, refusal, chain "
    "FROM op INDEXED BY op_ordered WHERE scope = ? AND hub_seq > ? AND hub_seq <= ? ORDER BY hub_seq"
)
_WITHHELD = "SELECT seq, leaf, chain FROM withheld WHERE scope = ? AND seq > ? AND seq <= ? ORDER BY seq"


def chain_fault(run: Run) -> Fault | None:
    """The first row that was altered, dropped or moved: own lives first, then scopes; None where all hold."""
    stray = run("SELECT n FROM op WHERE origin NOT IN (SELECT id FROM origin) LIMIT 1", ()).fetchone()
    if stray is not None:
        return Fault("altered", "an op of no known origin", stray[0])
    own = run("SELECT id, device, incarnation, last_n, head_hash FROM origin WHERE own ORDER BY id", ())
    for number, device, incarnation, last_n, head in own.fetchall():
        fault = _origin_fault(run, number, Origin(device, incarnation), last_n, head)
        if fault is not None:
            return fault
    origins = {row[0]: Origin(*row[1:]) for row in run(READ_ORIGINS, ()).fetchall()}
    for scope in run(
        "SELECT scope, start, start_chain, cursor, chain FROM scope ORDER BY scope", ()
    ).fetchall():
        fault = _scope_fault(run, scope, origins)
        if fault is not None:
            return fault
    return None


def _origin_fault(run: Run, number: int, origin: Origin, last_n: int, head: bytes) -> Fault | None:
    """An own life's chain; rows beyond its end came from the hub, and the scope's chain holds them."""
    where = f"{origin.device} {origin.incarnation}"
    previous, n = GENESIS, 0
    places: dict[tuple[Any, ...], int] = {}
    for row in run(
        f"SELECT {_COLUMNS}, hub_seq, refused_here FROM op WHERE origin = ? AND n <= ? ORDER BY n",  # noqa: S608  # names of ours
        (number, last_n),
    ):
        n += 1
        if row[2] != n:
            return Fault("dropped", where, n)
        previous = chain_hash(previous, _op(row, origin), row[10])
        if previous != row[12]:
            return Fault("altered", where, n)
        if row[13] is None:  # one that waits; the scope's chain holds the places of those that do not
            group = (row[3], row[5], row[14])
            if row[0] <= places.get(group, 0):
                return Fault("moved", where, n)
            places[group] = row[0]
    if n != last_n:
        return Fault("dropped", where, n + 1)
    return None if previous == head else Fault("altered", where, n)


def _op(row: Sequence[Any], origin: Origin) -> Op:
    _, _, n, scope, kind, entity, at, made, actor, base, body, *_ = row
    return Op(origin, n, scope, kind, entity, at, made, actor, base, json.loads(body))


def _scope_fault(run: Run, row: Sequence[Any], origins: Mapping[int, Origin]) -> Fault | None:
    """A scope's order from the snapshot that this store began with; ``n`` is the place in it."""
    scope, start, previous, cursor, chain = row
    seq = start
    for place, leaf, kept in _leaves(run, scope, start, cursor, origins):
        seq += 1
        if place != seq:
            return Fault("dropped", f"scope {scope}", seq)
        previous = link_hash(previous, leaf)
        if previous != kept:
            return Fault("altered", f"scope {scope}", seq)
    if seq != cursor:
        return Fault("dropped", f"scope {scope}", seq + 1)
    return None if previous == chain else Fault("altered", f"scope {scope}", seq)


def _leaves(
    run: Run, scope: str, start: int, cursor: int, origins: Mapping[int, Origin]
) -> Iterator[tuple[int, bytes, bytes]]:
    """Place, leaf and kept chain of every row, ops and withheld ones in one order."""
    hidden = iter(run(_WITHHELD, (scope, start, cursor)).fetchall())
    waiting = next(hidden, None)
    for place, origin, n, where, kind, entity, at, made, actor, base, body, outcome, why, chain in run(
        _SCOPE_ROWS, (scope, start, cursor)
    ):
        while waiting is not None and waiting[0] < place:
            yield waiting
            waiting = next(hidden, None)
        op = Op(origins[origin], n, where, kind, entity, at, made, actor, base)
        yield place, leaf_hash(place, op, body, outcome, why), chain
    while waiting is not None:
        yield waiting
        waiting = next(hidden, None)
