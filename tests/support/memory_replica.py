"""A desktop's store on dicts, as the link sees it: own ops, each scope's order, and nothing folded."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from app.domain.op import GENESIS, Op, Origin, canonical_body, leaf_hash, link_hash
from app.ports.link import PUSH_BYTES, PUSH_OPS, LinkProblem, LinkTrouble, OrderedOp, PushPage, SentOp
from app.ports.linked import LinkState, ScopeMark
from app.ports.rows import Changed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.ports.link import PullPage, ScopeHead, Snapshot

DISTRICT = "510113"


@dataclass
class Kept:
    """What is kept of one scope."""

    mark: ScopeMark
    rows: dict[int, OrderedOp] = field(default_factory=dict)
    chains: dict[int, bytes] = field(default_factory=lambda: {0: GENESIS})
    state_seq: int = 0


@dataclass
class MemoryReplica:
    """``app.ports.link.LinkedStore``. ``before`` is called with each writing call's name, and may raise."""

    device: str
    before: Callable[[str], None] = lambda _call: None
    life: int = 1
    own: list[tuple[Origin, str, SentOp]] = field(default_factory=list)
    unsent: list[tuple[Origin, int]] = field(default_factory=list)
    scopes: dict[str, Kept] = field(default_factory=dict)
    committed: Callable[[], None] = lambda: None
    unreadable: set[str] = field(default_factory=set)

    def own_origin(self) -> Origin:
        return Origin(self.device, f"{self.device}-{self.life:012d}")

    def write(self, identity: str, scope: str = DISTRICT) -> tuple[Origin, int]:
        """Put a record; the op's name."""
        body = canonical_body({"kind": "day", "id": identity, "record": {}})
        return self._write(scope, SentOp(0, 0, "put", f"day:{identity}", 1, 2, "m-001", 0, body))

    def _write(self, scope: str, sent: SentOp) -> tuple[Origin, int]:
        origin = self.own_origin()
        mine = [(s, op.n) for o, s, op in self.own if o == origin]
        n = 1 + max((n for _, n in mine), default=0)
        prev = max((k for s, k in mine if s == scope), default=0)
        self.own.append((origin, scope, replace(sent, n=n, prev=prev)))
        self.unsent.append((origin, n))
        self.committed()
        return origin, n

    def link_state(self) -> LinkState:
        linked, waiting = bool(self.scopes), len(self.unsent)
        return LinkState(linked, waiting, 2 if waiting else None, None, 0, 0, 0, self.marks())

    def marks(self) -> tuple[ScopeMark, ...]:
        return tuple(kept.mark for kept in self.scopes.values())

    def follow(self, heads: Sequence[ScopeHead], now: int) -> None:
        self.before("follow")
        for head in heads:
            kept = self.scopes.setdefault(
                head.scope, Kept(ScopeMark(head.scope, head.epoch, 0, GENESIS, head.head, 0, head.whole))
            )
            kept.mark = replace(kept.mark, head=head.head, whole=head.whole)

    def outbox(self, scope: str, ops: int = PUSH_OPS, octets: int = PUSH_BYTES) -> PushPage | None:
        waiting = [(o, op) for o, s, op in self.own if s == scope and (o, op.n) in self.unsent]
        if not waiting:
            return None
        first = waiting[0][0]
        page = tuple(op for o, op in waiting if o == first)[:ops]
        epoch = self.scopes[scope].mark.epoch if scope in self.scopes else ""
        return PushPage(scope, epoch, first, page)

    def waiting_scopes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(s for o, s, op in self.own if (o, op.n) in self.unsent))

    def outdated(self) -> tuple[str, ...]:
        return tuple(self.unreadable)

    def acknowledge(self, scope: str, acked: int) -> None:
        self.before("acknowledge")
        first = next(o for o, s, op in self.own if s == scope and (o, op.n) in self.unsent)
        known = {(o, op.n) for o, s, op in self.own if s == scope and o == first and op.n <= acked}
        self.unsent = [name for name in self.unsent if name not in known]

    def apply_page(self, page: PullPage) -> Changed:
        self.before("apply_page")
        kept = self.scopes[page.scope]
        mark, chain = kept.mark, kept.mark.chain
        if page.after != mark.cursor or page.epoch != mark.epoch:
            raise LinkProblem(LinkTrouble.BAD_PAGE, "another place")
        chains = {}
        for seq, row in enumerate(page.ops, page.after + 1):
            if row.seq != seq:
                raise LinkProblem(LinkTrouble.BAD_PAGE, "not dense")
            op = Op(
                row.origin, row.n, page.scope, row.kind, row.entity, row.at, row.made, row.actor, row.base
            )
            leaf = row.leaf if row.withheld else leaf_hash(seq, op, row.body, row.outcome, row.refusal)
            chain = chains[seq] = link_hash(chain, leaf)
        if chain != page.chain or len(page.ops) != page.count:
            raise LinkProblem(LinkTrouble.BAD_PAGE, "another chain")
        kept.rows |= {row.seq: row for row in page.ops}
        kept.chains |= chains
        kept.mark = replace(mark, cursor=page.after + page.count, chain=chain, head=page.head)
        return Changed(0)

    def apply_snapshot(self, snapshot: Snapshot, *, keep_order: bool = False) -> Changed:
        self.before("apply_snapshot")
        head = snapshot.head
        kept = self.scopes[head.scope]
        for part in (snapshot.incidents(), snapshot.records(), snapshot.ops(), snapshot.persons()):
            list(part)
        kept.state_seq = head.seq
        self.unreadable.discard(head.scope)
        kept.mark = replace(kept.mark, epoch=head.epoch)
        if not keep_order:
            kept.rows, kept.chains = {}, {head.seq: head.chain}
            kept.mark = replace(kept.mark, cursor=head.seq, chain=head.chain)
        return Changed(0, everything=True)

    def chain_at(self, scope: str, seq: int) -> bytes | None:
        return self.scopes[scope].chains.get(seq)

    def kept_seqs(self, scope: str) -> tuple[int, int]:
        rows = self.scopes[scope].rows
        return (min(rows), max(rows)) if rows else (0, 0)

    def lost_ops(self, scope: str, after: int, limit: int) -> tuple[Sequence[OrderedOp], Sequence[object]]:
        rows = self.scopes[scope].rows
        return [rows[seq] for seq in sorted(rows) if seq > after][:limit], []

    def forget_order(self, scope: str, after: int, epoch: str) -> None:
        self.before("forget_order")
        kept = self.scopes[scope]
        gone = {(row.origin, row.n) for seq, row in kept.rows.items() if seq > after}
        placed = {(row.origin, row.n) for seq, row in kept.rows.items() if seq <= after}
        kept.rows = {seq: row for seq, row in kept.rows.items() if seq <= after}
        kept.chains = {seq: chain for seq, chain in kept.chains.items() if seq <= after}
        for origin, s, op in self.own:
            name = (origin, op.n)
            if s == scope and name not in placed and name not in self.unsent:
                self.unsent.append(name)
        assert gone.isdisjoint(placed)
        chain = kept.chains.get(after, GENESIS)
        kept.mark = replace(kept.mark, epoch=epoch, cursor=after, chain=chain)

    def remake(self, forked: Sequence[int]) -> None:
        self.before("remake")
        old = self.own_origin()
        again = [
            (s, op) for o, s, op in self.own if o == old and (op.n in forked or (o, op.n) in self.unsent)
        ]
        names = {(old, op.n) for _, op in again}
        self.unsent = [name for name in self.unsent if name not in names]
        self.own = [(o, s, op) for o, s, op in self.own if (o, op.n) not in names]
        self.life += 1
        for scope, op in again:
            self._write(scope, op)
