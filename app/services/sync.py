"""One round with the hub: greet, reconcile, push, pull. No HTTP, no thread; the world is handed in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.ports.link import PULL_OPS, PUSH_OPS, LinkProblem, LinkTrouble
from app.services.line_trouble import WHOLE_LINE, twice, with_store
from app.services.reconcile import hand_in_after, last_common

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from app.ports.clock import Clock
    from app.ports.link import PullPage, Pushed, PushPage, ScopeHead, Upstream
    from app.ports.linked import LinkedStore, ScopeMark
    from app.ports.rows import Changed

SNAPSHOT_NEW, SNAPSHOT_ABSENT = PULL_OPS, 50_000
"""A new store takes the state whole rather than more rows than this; a long-absent one, than that."""

LEAST_PULL = 50
UNFINISHED = ""
"""The epoch of a scope whose order was forgotten and whose state has not been taken again yet."""

REMAKES = 3
"""A store that is told of a fork more often than this in a round is told so instead."""


@dataclass(frozen=True, slots=True)
class RoundDone:
    """What a round came to. ``quiet``: nothing waits, and every followed scope is at its head.

    ``offset`` is how far the hub's clock is ahead of this machine's, ms; None where it did not greet.
    ``unknown`` ops were handed in that the hub had lost. ``troubles`` by scope; the others went on.
    """

    quiet: bool
    offset: int | None = None
    pushed: int = 0
    pulled: int = 0
    unknown: int = 0
    snapshots: int = 0
    notices: tuple[str, ...] = ()
    troubles: tuple[tuple[str, LinkProblem], ...] = ()
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Watching:
    """What a round asks and tells on its way; each is called on the round's own thread.

    ``go_on`` between pages: False ends the round where it is. ``changed`` after every page taken.
    ``progress`` with rows taken of rows to take.
    """

    go_on: Callable[[], bool] = lambda: True
    changed: Callable[[Changed], None] = lambda _changed: None
    progress: Callable[[int, int], None] = lambda _taken, _all: None


class Sync:
    """Rounds of one store with one hub. Not for two threads at once."""

    def __init__(
        self, store: LinkedStore, hub: Upstream, clock: Clock, watching: Watching | None = None
    ) -> None:
        self._store = store
        self._hub = hub
        self._clock = clock
        self._watching = watching or Watching()
        self._heads: dict[str, ScopeHead] = {}
        self._pull_ops = PULL_OPS
        self._tally = _Tally()

    def round(self) -> RoundDone:
        """A whole round. ``LinkProblem`` where the line, the device or the store itself is in trouble."""
        self._tally = _Tally(greeted=True)
        before = self._clock.now()
        hello = twice(self._hub.hello)
        now = self._clock.now()
        offset = hello.now - (before + now) // 2
        narrow = {mark.scope for mark in self._marks().values() if not mark.whole}
        with_store(lambda: self._store.follow(hello.scopes, now))
        self._heads = {head.scope: head for head in hello.scopes}
        marks = self._marks()
        self._each(marks, lambda scope: self._reconcile(marks[scope], widened=scope in narrow))
        return replace(self._exchange(), offset=offset, notices=hello.notices)

    def touch(self, heads: Mapping[str, int]) -> RoundDone:
        """Push what waits and take what the hub has told of (``scope: head``), without a greeting.

        A scope's trouble ``EPOCH`` says that a whole round is due.
        """
        if not self._heads:
            return self.round()
        self._tally = _Tally()
        for scope, head in heads.items():
            self._raise_head(scope, head)
        return self._exchange()

    def _exchange(self) -> RoundDone:
        """All that waits first, so that nothing of one's own is missing in what is taken."""
        waiting = self._waiting()
        self._tally.troubles |= {
            s: LinkProblem(LinkTrouble.FORBIDDEN, f"{s} is not followed")
            for s in waiting
            if s not in self._heads
        }
        self._each(waiting, self._push)
        marks = self._marks()
        lags = {s: head.head - marks[s].cursor for s, head in self._heads.items() if s in marks}
        self._tally.to_take = sum(lag for lag in lags.values() if lag > 0)
        self._each(sorted((s for s in lags if lags[s] > 0), key=lags.__getitem__), self._pull)
        if self._tally.greeted:
            # Another program could not read all of these; what has come of it is at the hub.
            self._each(with_store(self._store.outdated), self._take_anew)
        marks = self._marks()
        behind = any(marks[s].cursor != h.head for s, h in self._heads.items() if s in marks)
        tally = self._tally
        return RoundDone(
            quiet=not (behind or tally.troubles or self._waiting()), pushed=tally.pushed,
            pulled=tally.pulled, unknown=tally.unknown, snapshots=tally.snapshots,
            troubles=tuple(tally.troubles.items()), stopped=not self._watching.go_on(),
        )  # fmt: skip

    def _each(self, scopes: Iterable[str], do: Callable[[str], object]) -> None:
        """Every scope that is not in trouble; one's trouble does not hold up the others."""
        for scope in tuple(scopes):
            if scope in self._tally.troubles or scope not in self._heads:
                continue
            if not self._watching.go_on():
                return
            try:
                with_store(lambda scope=scope: do(scope))  # type: ignore[misc]
            except LinkProblem as problem:
                if problem.code in WHOLE_LINE:
                    raise
                self._tally.troubles[scope] = problem

    def _push(self, scope: str, *, made_good: bool = False) -> None:
        ops, remakes = PUSH_OPS, 0
        while self._watching.go_on() and (page := self._store.outbox(scope, ops)) is not None:
            # While a restore of the hub is being made good the store does not say the new epoch yet.
            page = replace(page, epoch=self._heads[scope].epoch)
            try:
                pushed = twice(lambda page=page: self._hub.push(page))  # type: ignore[misc]
            except LinkProblem as problem:
                if problem.code is LinkTrouble.TOO_LARGE and len(page.ops) > 1:
                    ops = len(page.ops) // 2
                    continue
                if problem.code is not LinkTrouble.GAP or made_good:
                    raise
                # The hub has told that it has what it has not: its order is compared, row by row.
                self._make_good(self._marks()[scope])
                return
            remakes += bool(pushed.forked)
            if remakes > REMAKES:
                raise LinkProblem(LinkTrouble.GAP, f"{scope}: forked again and again")
            self._take_answer(scope, page, pushed)

    def _take_answer(self, scope: str, page: PushPage, pushed: Pushed) -> None:
        first, last = page.ops[0].n, page.ops[-1].n
        # More than was sent is known where an older copy of this store wrote it: no answer to this page.
        acked = min(pushed.acked, last, *(n - 1 for n in pushed.forked))
        if acked < first and not pushed.forked:
            raise LinkProblem(LinkTrouble.BAD_PAGE, f"push: {pushed.acked} of {first} to {last}")
        if acked >= first:
            self._store.acknowledge(scope, acked)
        if pushed.forked:
            self._store.remake(pushed.forked)
        self._tally.pushed += sum(op.n <= acked for op in page.ops)
        self._raise_head(scope, pushed.head)

    def _pull(self, scope: str) -> None:
        mark, head = self._marks()[scope], self._heads[scope]
        ahead = head.head - mark.cursor
        absent = (mark.cursor == 0 and ahead > SNAPSHOT_NEW) or ahead > SNAPSHOT_ABSENT
        if absent and self._tally.greeted:
            self._take_snapshot(scope)
        mended = False
        while self._watching.go_on():
            mark = self._marks()[scope]
            try:
                page = self._take_page(mark)
            except LinkProblem as problem:
                if problem.code is not LinkTrouble.BAD_PAGE or mended or not self._another_order(mark):
                    raise
                mended = True
                self._make_good(mark)
                continue
            if mark.cursor + page.count >= page.head:
                return
            if page.count == 0:
                raise LinkProblem(LinkTrouble.BAD_PAGE, f"{scope}: nothing after {mark.cursor}")

    def _take_page(self, mark: ScopeMark) -> PullPage:
        def taken() -> PullPage:
            page = self._hub.pull(
                mark.scope, mark.epoch, mark.cursor, self._store.own_origin(), self._pull_ops
            )
            if (page.scope, page.epoch, page.after) != (mark.scope, mark.epoch, mark.cursor):
                raise LinkProblem(LinkTrouble.BAD_PAGE, f"a page of {page.scope} after {page.after}")
            self._watching.changed(self._store.apply_page(page))
            return page

        try:
            page = twice(taken)
        except LinkProblem as problem:
            if problem.code in {LinkTrouble.TOO_SLOW, LinkTrouble.TOO_LARGE}:
                self._pull_ops = max(LEAST_PULL, self._pull_ops // 2)
            raise
        self._pull_ops = min(PULL_OPS, self._pull_ops * 2)
        # Its word stands, also where it is less: a poke that was bent on the way has no such row.
        self._heads[mark.scope] = replace(self._heads[mark.scope], head=page.head)
        self._tally.pulled += page.count
        self._watching.progress(self._tally.pulled, max(self._tally.to_take, self._tally.pulled))
        return page

    def _another_order(self, mark: ScopeMark) -> bool:
        """Whether the hub's order is no longer the one that was followed, though its epoch says so."""
        if mark.cursor == 0:
            return False
        told = self._hub.chain_at(mark.scope, (mark.cursor,))
        return told.get(mark.cursor) != mark.chain

    def _take_snapshot(self, scope: str, *, keep_order: bool = False) -> None:
        def taken() -> Changed:
            return self._store.apply_snapshot(self._hub.snapshot(scope), keep_order=keep_order)

        self._watching.changed(twice(taken))
        self._tally.snapshots += 1
        self._raise_head(scope, self._marks()[scope].cursor)

    def _reconcile(self, mark: ScopeMark, *, widened: bool) -> None:
        head = self._heads.get(mark.scope)
        if head is None:
            return
        if mark.epoch != head.epoch or mark.cursor > head.head:
            self._make_good(mark)
        elif widened and head.whole and mark.cursor:
            # Rows that were withheld so far may be seen now.
            self._take_anew(mark.scope)

    def _take_anew(self, scope: str) -> None:
        """The scope's state whole, on which nothing of one's own is missing."""
        self._push(scope)
        if self._watching.go_on():
            self._take_snapshot(scope)

    def _make_good(self, mark: ScopeMark) -> None:
        """The hub was restored: hand in what it has lost, and take its order from the last common row on.

        The state goes back to the hub's own, so all of one's own is up there before it is taken.
        """
        scope, head = mark.scope, self._heads[mark.scope]
        common = twice(lambda: last_common(self._store, self._hub, mark, head.head))
        go_on = self._watching.go_on
        self._tally.unknown += hand_in_after(self._store, self._hub, scope, common, go_on)
        if not go_on():
            return
        self._store.forget_order(scope, common, UNFINISHED)
        self._push(scope, made_good=True)
        if go_on():
            self._take_snapshot(scope, keep_order=True)

    def _raise_head(self, scope: str, head: int) -> None:
        known = self._heads.get(scope)
        if known is not None and head > known.head:
            self._heads[scope] = replace(known, head=head)

    def _marks(self) -> dict[str, ScopeMark]:
        return {mark.scope: mark for mark in with_store(self._store.marks)}

    def _waiting(self) -> tuple[str, ...]:
        return with_store(self._store.waiting_scopes)


class _Tally:
    """What the round under way has come to so far."""

    def __init__(self, *, greeted: bool = False) -> None:
        self.greeted = greeted
        self.pushed = self.pulled = self.unknown = self.snapshots = self.to_take = 0
        self.troubles: dict[str, LinkProblem] = {}
