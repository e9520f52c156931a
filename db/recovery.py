"""What sets a store right with its hub again: a clone's ops made anew, and an order that was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.op import GENESIS, Op, Origin, chain_hash
from app.ports.link import OrderedOp
from app.ports.rows import Person
from db import link_state
from db import statements as sql
from db.confirmed import Confirmed
from db.pending import op_body
from db.projections import Projections
from db.queries import HEAD
from db.records import RECORD_OPS, name_of
from db.scopes import held_whole, read_scope, write_scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.origins import Origins

_REMADE = (
    "SELECT seq, n, scope, kind, entity, incident, at, made, actor, base, body, outcome, refusal, "
    "refused_here FROM op o WHERE origin = ? AND n >= ? ORDER BY n"
)


def remake_from(raw: Any, origins: Origins, forked: Sequence[int], incarnation: str) -> None:
    """Begin a new life; the forked ops and all later ones that no hub has are made again in it, in order.

    The old life's own chain ends before the first of them: rows of it that stay beyond are those that the
    hub has ordered or acknowledged, and the scopes' chains answer for them.
    """
    old, first = origins.current, min(forked)
    acked = dict(raw.execute("SELECT scope, n FROM acked WHERE origin = ?", (old,)).fetchall())
    placed = {
        n for (n,) in raw.execute(
            "SELECT n FROM op WHERE origin = ? AND n >= ? AND hub_seq IS NOT NULL", (old, first)
        )
    }  # fmt: skip
    again = [
        row for row in raw.execute(_REMADE, (old, first)).fetchall()
        if row[1] in forked or (row[1] not in placed and row[1] > acked.get(row[2], 0))
    ]  # fmt: skip
    new = origins.begin(incarnation)
    seq, hashed = raw.execute(HEAD).fetchone()[0], GENESIS
    touched: list[Op] = []
    rows: list[tuple[Any, ...]] = []
    for n, (_, _, scope, kind, entity, key, at, made, actor, base, body, outcome, refusal, here) in enumerate(
        again, 1
    ):
        op = Op(origins.named(new), n, scope, kind, entity, at, made, actor, base, op_body(body))
        hashed = chain_hash(hashed, op, body)
        touched.append(op)
        rows.append((
            seq + n, new, n, scope, kind, entity, key, at, made, actor, base, body, outcome, refusal, hashed,
            None, None, here,
        ))  # fmt: skip
    raw.executemany("DELETE FROM op WHERE seq = ?", [(row[0],) for row in again])
    raw.executemany(sql.INSERT_OP, rows)
    raw.execute("UPDATE origin SET last_n = ?, head_hash = ? WHERE id = ?", (len(rows), hashed, new))
    origins.set_last(new, len(rows))
    _shorten(raw, origins, old, first - 1)
    settle_again(raw, touched)


def _shorten(raw: Any, origins: Origins, origin: int, last_n: int) -> None:
    last_n = min(last_n, origins.last_n(origin))
    row = raw.execute("SELECT hash FROM op WHERE origin = ? AND n = ?", (origin, last_n)).fetchone()
    head = GENESIS if row is None else row[0]
    raw.execute("UPDATE origin SET last_n = ?, head_hash = ? WHERE id = ?", (last_n, head, origin))
    origins.set_last(origin, last_n)


def settle_again(raw: Any, ops: Sequence[Op]) -> None:
    """Fold what waits anew on what these ops are about."""
    projections = Projections(raw)
    confirmed = Confirmed(raw, projections, held_whole(raw))
    names = [name_of(op) for op in ops if op.kind in RECORD_OPS]
    entities = dict.fromkeys(op.entity for op in ops if op.kind not in RECORD_OPS)
    confirmed.load(entities, [name for name in names if name is not None])
    confirmed.settle((), raw.execute(HEAD).fetchone()[0])
    projections.flush()


_LOST = (
    "SELECT coalesce(o.hub_seq, 0), r.device, r.incarnation, o.n, o.kind, o.entity, o.at, o.made, o.actor, "
    "o.base, o.body, o.outcome, o.refusal FROM op o JOIN origin r ON r.id = o.origin WHERE o.scope = ? AND "
)


def lost_ops(raw: Any, scope: str, after: int, limit: int) -> tuple[list[OrderedOp], list[Person]]:
    """Rows of the scope's order after a place, as they were; then those of others that an earlier recovery
    left without a place. ``after`` beyond the cursor goes on among the latter.
    """
    rows = raw.execute(f"{_LOST} o.hub_seq > ? ORDER BY o.hub_seq LIMIT ?", (scope, after, limit)).fetchall()
    if not rows:
        cursor = _cursor(raw, scope)
        unplaced = f"{_LOST} o.hub_seq IS NULL AND NOT r.own ORDER BY o.seq LIMIT ? OFFSET ?"
        rows = [
            (cursor + max(after - cursor, 0) + i, *row[1:])
            for i, row in enumerate(
                raw.execute(unplaced, (scope, limit, max(after - cursor, 0))).fetchall(), start=1
            )
        ]
    ops = [OrderedOp(row[0], Origin(row[1], row[2]), *row[3:]) for row in rows]
    named = {op.entity for op in ops}
    persons: list[Person] = []
    for entity in named:
        found = raw.execute("SELECT id, incident, name, phone FROM person WHERE incident = ?", (entity,))
        persons += [Person(*row) for row in found]
    return ops, persons


def _cursor(raw: Any, scope: str) -> int:
    row = read_scope(raw, scope)
    return 0 if row is None else row.cursor


def forget_order(raw: Any, scope: str, after: int) -> None:
    """Rows after the last common one have no place any more.

    The scope keeps its old epoch until the snapshot that must follow has been taken: what it holds now is
    folded from rows without a place, and no page of the new order fits it.
    """
    row = read_scope(raw, scope)
    if row is None:
        return
    raw.execute("UPDATE op SET hub_seq = NULL, chain = NULL WHERE scope = ? AND hub_seq > ?", (scope, after))
    if after < row.start:  # what stood before the first row kept here may be lost too
        raw.execute("UPDATE op SET hub_seq = NULL WHERE scope = ? AND hub_seq < 0", (scope,))
    waiting = raw.execute(
        "SELECT seq FROM op INDEXED BY op_waiting WHERE hub_seq IS NULL AND scope = ? "
        "AND origin IN (SELECT id FROM origin WHERE own) ORDER BY origin, n",
        (scope,),
    ).fetchall()
    head = raw.execute(HEAD).fetchone()[0]
    raw.executemany(
        "UPDATE op SET seq = ? WHERE seq = ?", [(head + i, seq) for i, (seq,) in enumerate(waiting, start=1)]
    )
    raw.execute("DELETE FROM withheld WHERE scope = ? AND seq > ?", (scope, after))
    raw.execute("DELETE FROM acked WHERE scope = ?", (scope,))
    raw.execute(
        "INSERT INTO acked (scope, origin, n) SELECT scope, origin, max(n) FROM op "
        "WHERE scope = ? AND hub_seq IS NOT NULL "
        "AND origin IN (SELECT id FROM origin WHERE own) GROUP BY 1, 2",
        (scope,),
    )
    chain = link_state.chain_at(raw, scope, after)
    start, start_chain = (row.start, row.start_chain) if chain is not None else (after, GENESIS)
    write_scope(
        raw,
        row._replace(
            cursor=after, chain=chain or GENESIS, head=after, state_seq=0, unread=0,
            start=start, start_chain=start_chain,
        ),
    )  # fmt: skip
