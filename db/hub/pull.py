"""What a scope's order tells a device: pages of rows, heads, and the chain after a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.op import GENESIS, OpKind, Origin, leaf_hash
from app.ports.link import LinkProblem, LinkTrouble, OrderedOp, PullPage, ScopeHead
from app.ports.rows import Person
from db.hub.copying import run
from db.hub.held_records import RECORD_OPS
from db.hub.rows import ORDER_COLUMNS, op_of, ordered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from db.hub.database import Raw

NOBODY = Origin("", "")
_OPENING = frozenset({OpKind.REPORT.value, OpKind.MOVE_IN.value})


def heads(raw: Raw, scopes: Mapping[str, bool]) -> tuple[ScopeHead, ...]:
    """Where the scopes stand, those that there are; ``scopes`` tells of each whether it is seen whole."""
    rows = run(raw, "SELECT id, epoch, head FROM scope WHERE id = ANY(%s) ORDER BY id", (list(scopes),))
    return tuple(ScopeHead(scope, epoch, head, scopes[scope]) for scope, epoch, head in rows)


def page(raw: Raw, scope: str, epoch: str, after: int, limit: int, *, whole: bool, persons: bool) -> PullPage:
    """Rows after a place. ``LinkProblem``: FORBIDDEN, EPOCH, or BAD_PAGE for a place beyond the head."""
    found, head = epoch_and_head(raw, scope)
    if found != epoch:
        raise LinkProblem(LinkTrouble.EPOCH, found)
    if after > head:
        raise LinkProblem(LinkTrouble.BAD_PAGE, f"after {after} of {head}")
    rows = run(
        raw,
        f"SELECT {ORDER_COLUMNS} FROM op WHERE scope = %s AND seq > %s ORDER BY seq LIMIT %s",  # noqa: S608  # names of ours
        (scope, after, limit),
    ).fetchall()
    chain = rows[-1][-1] if rows else chain_at(raw, scope, (after,)).get(after, GENESIS)
    origins = origins_of(raw, {row[1] for row in rows})
    ops = [ordered(row, origins) for row in rows]
    told: tuple[Person, ...] = ()
    if whole and persons:
        told = persons_of(raw, scope, [o.entity for o in ops if o.kind in _OPENING])
    if not whole:
        ops = [o if o.kind in RECORD_OPS else withheld(scope, o) for o in ops]
    return PullPage(scope, epoch, after, tuple(ops), told, len(ops), head, chain)


def epoch_and_head(raw: Raw, scope: str) -> tuple[str, int]:
    """The scope's; ``LinkProblem(FORBIDDEN)`` where there is no such scope."""
    row = run(raw, "SELECT epoch, head FROM scope WHERE id = %s", (scope,)).fetchone()
    if row is None:
        raise LinkProblem(LinkTrouble.FORBIDDEN, f"no scope {scope}")
    return row[0], row[1]


def withheld(scope: str, o: OrderedOp) -> OrderedOp:
    """The row's place and leaf alone."""
    leaf = leaf_hash(o.seq, op_of(scope, o), o.body, o.outcome, o.refusal)
    return OrderedOp(o.seq, NOBODY, 0, "", "", 0, 0, "", 0, "", "", "", withheld=True, leaf=leaf)


def origins_of(raw: Raw, ids: Iterable[int]) -> dict[int, Origin]:
    """The origins of these ids."""
    rows = run(raw, "SELECT id, device, incarnation FROM origin WHERE id = ANY(%s)", (list(ids),))
    return {number: Origin(device, incarnation) for number, device, incarnation in rows}


def persons_of(raw: Raw, scope: str, incidents: Sequence[str]) -> tuple[Person, ...]:
    """The callers of those of the incidents that are open: of an ended one nobody needs to know."""
    if not incidents:
        return ()
    rows = run(
        raw,
        "SELECT p.id, p.incident, p.name, p.phone FROM person p "
        "JOIN incident i ON i.scope = p.scope AND i.id = p.incident AND i.open "
        "WHERE p.scope = %s AND p.incident = ANY(%s) ORDER BY p.id",
        (scope, list(incidents)),
    )
    return tuple(Person(*row) for row in rows)


def chain_at(raw: Raw, scope: str, seqs: Sequence[int]) -> dict[int, bytes]:
    """The chain after each of these rows; rows that are not there are left out."""
    rows: Any = run(raw, "SELECT seq, chain FROM op WHERE scope = %s AND seq = ANY(%s)", (scope, list(seqs)))
    found = {seq: bytes(chain) for seq, chain in rows}
    return found | ({0: GENESIS} if 0 in seqs else {})
