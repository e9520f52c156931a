"""A hub on dicts: orders ops per scope as the real one does, for tests of both ends of the link.

It decides with ``app.domain``, keeps forks apart, sees gaps, moves incidents between scopes, finds units
booked twice, withholds rows, makes snapshots, and can be set back to a copy of itself (a restored backup).
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from app.domain import moving
from app.domain.conflict import decide
from app.domain.errors import Refusal
from app.domain.incident import Incident, State
from app.domain.op import (
    GENESIS,
    HUB_DEVICE,
    HUB_OPS,
    Op,
    OpKind,
    Origin,
    Outcome,
    canonical_body,
    leaf_hash,
    link_hash,
)
from app.ports.link import (
    HeldIncident,
    HeldRecord,
    Hello,
    LinkProblem,
    LinkTrouble,
    OrderedOp,
    PullPage,
    Pushed,
    ScopeHead,
    SentOp,
    SnapshotHead,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from app.ports.link import Poke, PushPage
    from app.ports.rows import Person

ASSIGNING = (OpKind.ASSIGN, OpKind.WHISTLE)
CARRIED_OVER = (OpKind.NOTE, OpKind.ATTACH)
NO_BODY: dict[str, Any] = {}

Name = tuple[Origin, int]
Given = tuple[str, str, str, int, Origin]
"""What an assigning op gave: incident, handler, scope, its place there, its origin."""


@dataclass
class HubScope:
    """One scope's order and records."""

    epoch: str
    rows: list[OrderedOp] = field(default_factory=list)
    chains: list[bytes] = field(default_factory=lambda: [GENESIS])
    last: dict[Origin, int] = field(default_factory=dict)
    records: dict[tuple[str, str], HeldRecord] = field(default_factory=dict)

    @property
    def head(self) -> int:
        return len(self.rows)


@dataclass
class HubShelf:
    """Everything that a backup of the hub holds."""

    scopes: dict[str, HubScope]
    life: str
    incidents: dict[str, Incident] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    names: dict[Name, tuple[str, int]] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    told_twice: set[frozenset[str]] = field(default_factory=set)


class MemoryHub:
    """The hub. ``rights`` may refuse an op by its actor (``Refusal``), as roles do at the real one."""

    def __init__(
        self,
        scopes: Iterable[str],
        now: Callable[[], int],
        rights: Callable[[Op], Refusal | None] = lambda _op: None,
    ) -> None:
        self._lives = count(1)
        self.now = now
        self.rights = rights
        self.forks: list[tuple[Origin, str, SentOp]] = []
        self.shelf = HubShelf({}, self._fresh("life"))
        self.shelf.scopes = {scope: HubScope(self._fresh("epoch")) for scope in scopes}

    def _fresh(self, word: str) -> str:
        return f"{word}-{next(self._lives):012d}"

    def line(self, whole: Iterable[str], records_only: Iterable[str] = ()) -> MemoryLine:
        """A device's view: scopes that it sees whole, and scopes of which it sees the records."""
        return MemoryLine(self, {**dict.fromkeys(records_only, False), **dict.fromkeys(whole, True)})

    def backup(self) -> HubShelf:
        """A copy of all it holds."""
        return copy.deepcopy(self.shelf)

    def restore(self, backup: HubShelf) -> None:
        """Everything since the backup is lost; every scope begins a new epoch."""
        self.shelf = copy.deepcopy(backup)
        self.shelf.life = self._fresh("life")
        for scope in self.shelf.scopes.values():
            scope.epoch = self._fresh("epoch")

    def erase(self) -> None:
        """The database is gone."""
        self.restore(HubShelf({scope: HubScope("") for scope in self.shelf.scopes}, ""))

    def push(self, page: PushPage) -> Pushed:
        scope = self.shelf.scopes[page.scope]
        if page.epoch != scope.epoch:
            raise LinkProblem(LinkTrouble.EPOCH)
        fresh, forked = self._sorted(page)
        for sent in fresh:
            self.take(_op_of(page.origin, page.scope, sent), sent.body, sent.refusal)
        self.shelf.persons.update((p.id, p) for p in page.persons)
        return Pushed(scope.last.get(page.origin, 0), scope.head, tuple(forked))

    def _sorted(self, page: PushPage) -> tuple[list[SentOp], list[int]]:
        """What is new, and the numbers that are known with other content; ``GAP`` where some are missing."""
        last = self.shelf.scopes[page.scope].last.get(page.origin, 0)
        fresh: list[SentOp] = []
        forked: list[int] = []
        for sent in page.ops:
            known = self.shelf.names.get((page.origin, sent.n))
            if known is not None or sent.n <= last:
                if known is None or known[0] != page.scope or not self._same(known, sent):
                    self.forks.append((page.origin, page.scope, sent))
                    forked.append(sent.n)
            elif not forked:  # what a clone says after the fork waits until it is made again
                if sent.prev != last:
                    raise LinkProblem(LinkTrouble.GAP, f"{sent.prev} is not {last}")
                fresh.append(sent)
                last = sent.n
        return fresh, forked

    def _same(self, known: tuple[str, int], sent: SentOp) -> bool:
        row = self.shelf.scopes[known[0]].rows[known[1] - 1]
        return (row.kind, row.entity, row.at, row.made, row.actor, row.base, row.body) == (
            sent.kind, sent.entity, sent.at, sent.made, sent.actor, sent.base, sent.body,
        )  # fmt: skip

    def hand_in(self, scope: str, ops: Sequence[OrderedOp], persons: Sequence[Person]) -> int:
        """Lenient: any origin, gaps and all; what it knows is skipped. Its own moves are made anew."""
        taken = 0
        for row in ops:
            op = _op_of(row.origin, scope, row)
            if (row.origin, row.n) in self.shelf.names or not self._worth(op):
                continue
            taken += 1
            self.take(op, row.body, row.refusal, handed_in=True)
        self.shelf.persons.update((p.id, p) for p in persons)
        return taken

    def _worth(self, op: Op) -> bool:
        if not op.origin.device.startswith(HUB_DEVICE) or op.kind not in HUB_OPS:
            return True
        if op.kind != OpKind.MOVE_IN:
            return False
        here = self.shelf.incidents.get(op.entity)
        return here is None or here.version + 1 < moving.move_in(op).version

    def take(self, op: Op, body: str, refusal: str = "", *, handed_in: bool = False) -> None:
        """Decide the op, give it its place, and do what follows from it."""
        before = self.shelf.incidents.get(op.entity)
        if refusal:
            self._seat(op, body, Outcome.REFUSED, refusal)
            return
        if handed_in and op.kind == OpKind.MOVE_IN and before is not None and before.scope != op.scope:
            self._own(OpKind.MOVE_OUT, before.scope, op.entity, {"to": op.scope}, op.at)
        outcome, why = self._decided(op)
        seq = self._seat(op, body, outcome, why.value if why else "")
        if outcome is Outcome.REFUSED:
            if why is Refusal.MOVED_AWAY and op.kind in CARRIED_OVER and before is not None:
                self._own(OpKind(op.kind), before.scope, op.entity, {**op.body, "by": op.actor}, op.at)
            return
        if op.kind in (OpKind.REPORT, OpKind.RELOCATE):
            self._move(op)
        if op.kind in ASSIGNING:
            self._look_for_double_booking(op, seq)

    def _decided(self, op: Op) -> tuple[Outcome, Refusal | None]:
        shelf = self.shelf
        hubs = op.kind in HUB_OPS and not op.origin.device.startswith(HUB_DEVICE)
        why = Refusal.HUB_ONLY if hubs else self.rights(op)
        if why is None and op.kind in (OpKind.PUT, OpKind.RETIRE):
            why = take_record(shelf.scopes[op.scope].records, op)
            return (Outcome.REFUSED if why else Outcome.APPLIED), why
        before = shelf.incidents.get(op.entity)
        decided = decide(before, op)
        after = decided.incident
        if (
            why is None
            and before is None
            and after is not None
            and shelf.refs.get(after.ref, after.id) != after.id
        ):
            why = Refusal.ALREADY_THERE
        if why is not None or decided.refusal is not None or after is None:
            return Outcome.REFUSED, why or decided.refusal
        shelf.incidents[after.id] = after
        if after.ref:
            shelf.refs[after.ref] = after.id
        return decided.outcome, None

    def _seat(self, op: Op, body: str, outcome: Outcome, refusal: str) -> int:
        scope = self.shelf.scopes[op.scope]
        seq = scope.head + 1
        leaf = leaf_hash(seq, op, body, outcome.value, refusal)
        scope.rows.append(
            OrderedOp(
                seq, op.origin, op.n, op.kind, op.entity, op.at, op.made, op.actor, op.base, body,
                outcome.value, refusal,
            )
        )  # fmt: skip
        scope.chains.append(link_hash(scope.chains[-1], leaf))
        scope.last[op.origin] = max(op.n, scope.last.get(op.origin, 0))
        self.shelf.names[op.origin, op.n] = (op.scope, seq)
        return seq

    def _own(self, kind: OpKind, scope: str, entity: str, body: dict[str, Any], at: int) -> None:
        origin = Origin(HUB_DEVICE + scope, self.shelf.life)
        incident = self.shelf.incidents.get(entity)
        n = self.shelf.scopes[scope].last.get(origin, 0) + 1
        base = incident.version if incident else 0
        op = Op(origin, n, scope, kind, entity, at, self.now(), "hub", base, body)
        text = canonical_body(body)
        outcome, why = self._decided(op)
        self._seat(op, text, outcome, why.value if why else "")

    def _move(self, op: Op) -> None:
        to = op.body.get("town")
        if to == op.scope or to not in self.shelf.scopes:
            return
        self._own(OpKind.MOVE_OUT, op.scope, op.entity, {"to": to}, op.at)
        self._own(OpKind.MOVE_IN, to, op.entity, moving.as_body(self.shelf.incidents[op.entity]), op.at)

    def _look_for_double_booking(self, op: Op, seq: int) -> None:
        given = self.shelf.given
        here = self.shelf.incidents[op.entity]
        calls = op.body.get("calls", [op.body])
        for handler in [call["handler"] for call in calls]:
            for entity, other_handler, scope, place, origin in list(given):
                pair = frozenset((entity, op.entity, f"handler {handler}"))
                if other_handler != handler or entity == op.entity or pair in self.shelf.told_twice:
                    continue
                there = self.shelf.incidents[entity]
                active = any(a.handler == handler and a.active for a in there.assignments)
                seen = op.body.get("seen") or NO_BODY
                if not active or origin == op.origin or seen.get(scope, 0) >= place:
                    continue
                if scope != op.scope and self._department(handler):
                    continue
                self.shelf.told_twice.add(pair)
                for one, other in ((there, here), (here, there)):
                    told = [handler, other.id, other.number, other.scope]
                    body = {"conflict": "unit_double_booked", "told": told}
                    self._own(OpKind.FLAG, one.scope, one.id, body, op.at)
            given.append((op.entity, handler, op.scope, seq, op.origin))

    def _department(self, handler: str) -> bool:
        found = (s.records.get(("unit", handler)) for s in self.shelf.scopes.values())
        return any(r is not None and json.loads(r.body).get("kind") == "department" for r in found)


class MemoryLine:
    """The hub as one device sees it (``app.ports.link.Upstream``)."""

    def __init__(self, hub: MemoryHub, scopes: dict[str, bool]) -> None:
        self.hub = hub
        self.scopes = scopes
        self.calls: Counter[str] = Counter()

    def _scope(self, scope: str) -> HubScope:
        if scope not in self.scopes:
            raise LinkProblem(LinkTrouble.FORBIDDEN, scope)
        return self.hub.shelf.scopes[scope]

    def hello(self) -> Hello:
        self.calls["hello"] += 1
        held = self.hub.shelf.scopes
        heads = [ScopeHead(s, held[s].epoch, held[s].head, whole) for s, whole in self.scopes.items()]
        return Hello(self.hub.now(), "memory", tuple(heads))

    def push(self, page: PushPage) -> Pushed:
        self.calls["push"] += 1
        self._scope(page.scope)
        return self.hub.push(page)

    def pull(self, scope: str, epoch: str, after: int, own: Origin, limit: int = 2_000) -> PullPage:
        self.calls["pull"] += 1
        held = self._scope(scope)
        if epoch != held.epoch:
            raise LinkProblem(LinkTrouble.EPOCH)
        rows = [self._shown(scope, row) for row in held.rows[after : after + limit]]
        named = {row.entity for row in rows if not row.withheld}
        persons = [p for p in self.hub.shelf.persons.values() if p.incident in named]
        chain = held.chains[after + len(rows)] if after <= held.head else b""
        return PullPage(scope, epoch, after, tuple(rows), tuple(persons), len(rows), held.head, chain)

    def _shown(self, scope: str, row: OrderedOp) -> OrderedOp:
        if self.scopes[scope] or row.kind in (OpKind.PUT, OpKind.RETIRE):
            return row
        leaf = leaf_hash(row.seq, _op_of(row.origin, scope, row), row.body, row.outcome, row.refusal)
        hidden = OrderedOp(row.seq, Origin("", ""), 0, "", "", 0, 0, "", 0, "", "", "")
        return replace(hidden, withheld=True, leaf=leaf)

    def snapshot(self, scope: str) -> MemorySnapshot:
        self.calls["snapshot"] += 1
        return MemorySnapshot(self.hub, scope, self._scope(scope), whole=self.scopes[scope])

    def chain_at(self, scope: str, seqs: Sequence[int]) -> dict[int, bytes]:
        self.calls["chain_at"] += 1
        chains = self._scope(scope).chains
        return {seq: chains[seq] for seq in seqs if 0 <= seq < len(chains)}

    def hand_in(self, scope: str, ops: Sequence[OrderedOp], persons: Sequence[Person]) -> int:
        self.calls["hand_in"] += 1
        self._scope(scope)
        return self.hub.hand_in(scope, ops, persons)

    def pokes(self) -> Iterator[Poke]:
        return iter(())


class MemorySnapshot:
    """A scope's state as of its head when it was asked for (``app.ports.link.Snapshot``)."""

    def __init__(self, hub: MemoryHub, scope: str, held: HubScope, *, whole: bool) -> None:
        mine = [i for i in hub.shelf.incidents.values() if i.scope == scope] if whole else []
        open_now = {i.id for i in mine if i.open or i.state is State.SUSPENDED}
        self._incidents = [HeldIncident(i.id, canonical_body(moving.as_body(i))) for i in mine]
        self._records = list(held.records.values())
        self._ops = [row for row in held.rows if row.entity in open_now]
        self._persons = [p for p in hub.shelf.persons.values() if p.incident in open_now]
        self.head = SnapshotHead(
            scope, held.epoch, held.head, held.chains[-1], len(self._incidents), len(self._records)
        )

    def incidents(self) -> Iterator[HeldIncident]:
        return iter(self._incidents)

    def records(self) -> Iterator[HeldRecord]:
        return iter(self._records)

    def ops(self) -> Iterator[OrderedOp]:
        return iter(self._ops)

    def persons(self) -> Iterator[Person]:
        return iter(self._persons)


def take_record(records: dict[tuple[str, str], HeldRecord], op: Op) -> Refusal | None:
    """Put or retire a record of one scope; why not, where it is refused. A retired one keeps its ``rev``."""
    kind, identity, record = (op.body.get(name) for name in ("kind", "id", "record"))
    if not (isinstance(kind, str) and kind and isinstance(identity, str) and identity):
        return Refusal.MALFORMED
    if op.kind == OpKind.PUT:
        if not isinstance(record, dict):
            return Refusal.MALFORMED
        held = HeldRecord(kind, identity, op.made, canonical_body(record), retired=False)
        records[kind, identity] = held
        return None
    living = records.get((kind, identity))
    if living is None or living.retired:
        return Refusal.UNKNOWN_RECORD
    records[kind, identity] = replace(living, retired=True)
    return None


def _op_of(origin: Origin, scope: str, row: SentOp | OrderedOp) -> Op:
    try:
        body = json.loads(row.body) if row.body else {}
    except ValueError:
        body = {}
    return Op(origin, row.n, scope, row.kind, row.entity, row.at, row.made, row.actor, row.base, body)
