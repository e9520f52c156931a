"""Desks that follow a hub in memory, and what two replicas are compared by."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from app.domain.ids import uuid7
from app.ports.link import LinkProblem, LinkTrouble
from db.engine import open_store
from tests.support.matters import AT

if TYPE_CHECKING:
    from pathlib import Path

    from app.ports.linked import ScopeMark
    from db.engine import LocalStore
    from tests.support.memory_hub import MemoryHub, MemoryLine

DISTRICT, ONE, OTHER = "510113", "510113103", "510113104"
_chance = count(1)


class World:
    """A clock that stands, and chance that never comes twice."""

    at = AT

    def now(self) -> int:
        return self.at

    def fresh(self) -> str:
        return uuid7(AT, next(_chance))


class LinkedDesk:
    """A store and its line."""

    def __init__(
        self, path: Path, hub: MemoryHub, whole: tuple[str, ...], records: tuple[str, ...] = ()
    ) -> None:
        self.path, self.hub = path, hub
        self.line: MemoryLine = hub.line(whole, records)
        self.world = World()
        self.store = self.open()

    def open(self) -> LocalStore:
        return open_store(self.path, key=None, device=self.path.name, ids=self.world, clock=self.world)

    def meet(self) -> None:
        """Greet the hub; where it was restored, give back what it has lost and begin its new epoch."""
        heads = self.line.hello().scopes
        self.store.follow(heads, self.world.now())
        for head in heads:
            if self.mark(head.scope).epoch != head.epoch:
                self.recover(head.scope, head.epoch)

    def recover(self, scope: str, epoch: str) -> None:
        first, last = self.store.kept_seqs(scope)
        mine = {s: self.store.chain_at(scope, s) for s in range(max(first - 1, 0), last + 1)}
        hubs = self.line.chain_at(scope, list(mine))
        common = max(
            (s for s, chain in mine.items() if chain is not None and hubs.get(s) == chain), default=0
        )
        place = common
        while True:
            ops, persons = self.store.lost_ops(scope, place, 3)
            if not ops:
                break
            self.line.hand_in(scope, ops, persons)
            place = ops[-1].seq
        self.store.forget_order(scope, common, epoch)
        self.store.apply_snapshot(self.line.snapshot(scope), keep_order=True)

    def push(self, scope: str, ops: int = 500, *, lose_reply: bool = False) -> bool:
        page = self.store.outbox(scope, ops)
        if page is None:
            return False
        pushed = self.line.push(page)
        if pushed.forked:
            self.store.remake(pushed.forked)
        elif not lose_reply:
            self.store.acknowledge(scope, pushed.acked)
        return True

    def mark(self, scope: str) -> ScopeMark:
        return next(m for m in self.store.marks() if m.scope == scope)

    def pull(self, scope: str, limit: int = 2_000) -> bool:
        mark = self.mark(scope)
        page = self.line.pull(scope, mark.epoch, mark.cursor, self.store.own_origin(), limit)
        if not page.ops:
            return False
        self.store.apply_page(page)
        return True

    def quiet(self) -> None:
        """Push and pull until nothing is left to do."""
        self.meet()
        for _ in range(200):
            try:
                moved = [self.push(scope) for scope in self.store.waiting_scopes()]
                moved += [self.pull(scope) for scope in self.line.scopes]
            except LinkProblem as problem:
                assert problem.code is LinkTrouble.EPOCH, str(problem)  # noqa: PT017 (anything else is a failure)
                self.meet()
                continue
            if not any(moved):
                return
        raise AssertionError("no end of pushing and pulling")


def replica(store: LocalStore, scopes: tuple[str, ...]) -> dict[str, Any]:
    """Everything of these scopes that must be alike in every store that holds them whole."""
    marks = ", ".join("?" * len(scopes))
    with store.reading() as read:
        run = read._run
        ids = [i for (i,) in run(f"SELECT id FROM incident WHERE scope IN ({marks}) ORDER BY id", scopes)]
        return {
            "incidents": {i: read.incident(i) for i in ids},
            "records": run(
                "SELECT kind, id, scope, rev, body, retired FROM record "
                f"WHERE scope IN ({marks}) ORDER BY 1, 2, 3",
                scopes,
            ).fetchall(),
            "ops": run(
                "SELECT scope, hub_seq, chain, device, incarnation, n, kind, entity, at, made, actor, base, "
                "body, outcome, refusal FROM op JOIN origin ON origin.id = op.origin "
                f"WHERE scope IN ({marks}) ORDER BY scope, hub_seq",
                scopes,
            ).fetchall(),
        }
