"""A page of a scope's order, taken whole with its cursor in one transaction, or not at all."""

# only marks and names of ours are put in; values are parameters

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from app.domain.op import Op, Origin, Outcome, leaf_hash, link_hash
from app.ports.link import LinkProblem, LinkTrouble
from app.ports.rows import Changed
from db import statements as sql
from db.confirmed import Confirmed
from db.origins import Origins
from db.pending import op_body
from db.persons import keep_persons
from db.projections import Projections
from db.queries import HEAD
from db.records import RECORD_OPS, name_of
from db.recovery import remake_from, settle_again
from db.scopes import ScopeRow, held_whole, read_scope, write_scope
from db.unread import note_unread
from db.unswept import unswept

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.ports.link import OrderedOp, PullPage

TOUCHED_AT_MOST = 5_000
_REFUSED = Outcome.REFUSED.value


class Row(NamedTuple):
    """A row of the page: as it came, as an op (its body empty where nothing is folded), and the chain."""

    ordered: OrderedOp
    op: Op
    chain: bytes


class Known(NamedTuple):
    """An op of the page that is here already."""

    same: bool
    key: int | None
    own: bool


def apply_page(raw: Any, page: PullPage, now: int, fresh: Callable[[], str]) -> Changed:
    """Take the page; ``LinkProblem`` where it does not fit. ``fresh`` gives an incarnation."""
    with unswept():
        return _apply(raw, page, now, fresh)


def _apply(raw: Any, page: PullPage, now: int, fresh: Callable[[], str]) -> Changed:
    scope = read_scope(raw, page.scope)
    if scope is None:
        raise LinkProblem(LinkTrouble.BAD_PAGE, f"scope {page.scope} is not followed")
    rows, hidden = _checked(scope, page)
    origins = Origins(raw)
    ids = origins.of_all([row.ordered.origin for row in rows])
    known = _known(raw, page, rows, ids, origins)
    forked = [
        row.op.n for row, i in zip(rows, ids, strict=True) if i == origins.current and _differs(known, i, row)
    ]
    if forked:
        remake_from(raw, origins, forked, fresh())
        known = {name: found for name, found in known.items() if found.same}
    confirmed = Confirmed(raw, Projections(raw), held_whole(raw))
    projections = confirmed.projections
    unread = _fold(confirmed, scope, rows, ids, known)
    first = raw.execute(HEAD).fetchone()[0]
    seats = {(i, row.op.n) for row, i in zip(rows, ids, strict=True)}
    seq = confirmed.settle(seats & known.keys(), first + len(rows))
    _seat(raw, confirmed, rows, ids, known, first)
    projections.flush()
    raw.executemany(sql.PUT_WITHHELD, hidden)
    keep_persons(raw, page.persons)
    beyond = [row.op.n for row, i in zip(rows, ids, strict=True) if i == origins.current]
    if beyond and max(beyond) > origins.last_n(origins.current):
        origins.begin(fresh())  # this store was set back: its next numbers are in use already
    write_scope(
        raw,
        note_unread(raw, scope, unread)._replace(
            cursor=page.after + page.count, chain=page.chain, head=max(page.head, scope.head), fresh_at=now
        ),
    )
    if scope.start and scope.cursor + page.count >= page.head:
        settle_acknowledged(raw, scope.scope)
    everything = len(confirmed.touched_keys) > TOUCHED_AT_MOST
    touched = frozenset() if everything else frozenset(confirmed.touched_keys)
    return Changed(seq, touched, frozenset(confirmed.touched_kinds), everything)


def _checked(scope: ScopeRow, page: PullPage) -> tuple[list[Row], list[tuple[Any, ...]]]:
    """The rows with the chain after each, and the withheld ones; ``LinkProblem`` where they do not fit."""
    if page.epoch != scope.epoch:
        raise LinkProblem(LinkTrouble.EPOCH, page.epoch)
    if page.after != scope.cursor or page.count != len(page.ops) or page.head < page.after + page.count:
        raise LinkProblem(LinkTrouble.BAD_PAGE, f"after {page.after}, {len(page.ops)} of {page.count} rows")
    chain, seq = scope.chain, page.after
    rows: list[Row] = []
    hidden: list[tuple[Any, ...]] = []
    for o in page.ops:
        seq += 1
        if o.seq != seq:
            raise LinkProblem(LinkTrouble.BAD_PAGE, f"row {o.seq} stands for {seq}")
        if o.withheld:
            chain = link_hash(chain, o.leaf)
            hidden.append((page.scope, seq, o.leaf, chain))
            continue
        body = op_body(o.body) if seq > scope.state_seq or o.kind in RECORD_OPS else {}
        op = Op(o.origin, o.n, page.scope, o.kind, o.entity, o.at, o.made, o.actor, o.base, body)
        chain = link_hash(chain, leaf_hash(seq, op, o.body, o.outcome, o.refusal))
        rows.append(Row(o, op, chain))
    if chain != page.chain:
        raise LinkProblem(LinkTrouble.BAD_PAGE, "the chain does not hold")
    return rows, hidden


_NAMED = "SELECT origin, n, kind, entity, at, made, actor, base, body, scope, incident FROM op "


def _known(
    raw: Any, page: PullPage, rows: Sequence[Row], ids: Sequence[int], origins: Origins
) -> dict[tuple[int, int], Known]:
    """The page's ops that are here: own ones, some that came with a snapshot, or lost their place."""
    of: dict[int, dict[int, Row]] = {}
    for row, i in zip(rows, ids, strict=True):
        of.setdefault(i, {})[row.op.n] = row
    found = raw.execute(
        f"{_NAMED} WHERE scope = ? AND hub_seq > ? AND hub_seq <= ?",
        (page.scope, page.after, page.after + page.count),
    ).fetchall()
    for i, named in of.items():
        if i in origins.own:
            numbers = list(named)
            marks = ", ".join("?" * len(numbers))
            found += raw.execute(f"{_NAMED} WHERE origin = ? AND n IN ({marks})", (i, *numbers)).fetchall()
        else:
            unseated = f"{_NAMED} WHERE scope = ? AND origin = ? AND hub_seq IS NULL"
            found += raw.execute(unseated, (page.scope, i)).fetchall()
    known: dict[tuple[int, int], Known] = {}
    for i, n, *rest, key in found:
        told = of.get(i, {}).get(n)
        if told is not None:
            o = told.ordered
            same = rest == [o.kind, o.entity, o.at, o.made, o.actor, o.base, o.body, page.scope]
            known[i, n] = Known(same, key, i in origins.own)
    return known


def _differs(known: dict[tuple[int, int], Known], origin: int, row: Row) -> bool:
    found = known.get((origin, row.op.n))
    return found is not None and not found.same


def _fold(
    confirmed: Confirmed,
    scope: ScopeRow,
    rows: Sequence[Row],
    ids: Sequence[int],
    known: dict[tuple[int, int], Known],
) -> int:
    """Fold what the hub let stand; how many this program cannot read."""
    fresh = [row for row in rows if row.ordered.seq > scope.state_seq and row.ordered.outcome != _REFUSED]
    own = [row for row, i in zip(rows, ids, strict=True) if (i, row.op.n) in known]
    touched = fresh + own
    entities = dict.fromkeys(row.op.entity for row in touched if row.op.kind not in RECORD_OPS)
    names = dict.fromkeys(name_of(row.op) for row in touched if row.op.kind in RECORD_OPS)
    for row, i in zip(rows, ids, strict=True):
        found = known.get((i, row.op.n))
        if found is not None and found.key is not None:
            confirmed.own_key(row.op.entity, found.key)
    confirmed.load(entities, [name for name in names if name is not None])
    return sum(not confirmed.fold(row.op) for row in fresh)


def _seat(
    raw: Any,
    confirmed: Confirmed,
    rows: Sequence[Row],
    ids: Sequence[int],
    known: dict[tuple[int, int], Known],
    seq: int,
) -> None:
    """Give every row its place: ops that are new here, and those that waited for it."""
    scope = rows[0].op.scope if rows else ""
    keys = confirmed.keys_of({row.op.entity for row in rows if row.op.kind not in RECORD_OPS})
    new: list[tuple[Any, ...]] = []
    seated: list[tuple[Any, ...]] = []
    for row, i in zip(rows, ids, strict=True):
        o = row.ordered
        seq += 1
        key = keys.get(o.entity)
        if known and (i, o.n) in known:
            seated.append((seq, o.seq, row.chain, o.outcome, o.refusal, key, i, o.n))
            continue
        new.append((
            seq, i, o.n, scope, o.kind, o.entity, key, o.at, o.made, o.actor, o.base, o.body,
            o.outcome, o.refusal, b"", o.seq, row.chain, 1 if o.outcome == _REFUSED else 0,
        ))  # fmt: skip
    raw.executemany(sql.SEAT_OP, seated)
    raw.executemany(sql.INSERT_OP, new)


def settle_acknowledged(raw: Any, scope: str) -> None:
    """The page reached the head: what the hub has acknowledged and no page brought lies before the snapshot
    that this store began with, and is in its state already. It gets a place below 0, and waits no more.
    """
    rows = place_acknowledged(raw, scope)
    if rows:
        nobody = Origin("", "")
        settle_again(raw, [Op(nobody, 0, scope, k, e, 0, 0, "", 0, op_body(body)) for _, k, e, body in rows])


def place_acknowledged(raw: Any, scope: str) -> list[tuple[Any, ...]]:
    """Give acknowledged ops that no page brought a place below 0; these are (seq, kind, entity, body)."""
    rows: list[tuple[Any, ...]] = raw.execute(_BEFORE_START, (scope,)).fetchall()
    raw.executemany("UPDATE op SET hub_seq = ? WHERE seq = ?", [(-row[0], row[0]) for row in rows])
    return rows


_BEFORE_START = (
    "SELECT o.seq, o.kind, o.entity, o.body FROM acked a CROSS JOIN op o INDEXED BY op_waiting "
    "ON o.scope = a.scope AND o.origin = a.origin AND o.n <= a.n WHERE a.scope = ? AND o.hub_seq IS NULL"
)
