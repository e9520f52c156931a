"""The link of a desktop: one thread that syncs, one that listens for pokes, and how the line stands."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import structlog

from app.link.agenda import Agenda, Task
from app.ports.link import LinkProblem, LinkTrouble, Upstream
from app.ports.link_status import LinkStatus, ScopeStanding
from app.services.line_trouble import with_store
from app.services.sync import RoundDone, Sync, Watching

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ports.clock import Clock
    from app.ports.linked import LinkedStore
    from app.ports.rows import Changed

PERIOD = 15.0
"""s between two rounds where nobody pokes."""

JOINED_WITHIN = 2.0
"""s that a stop waits for the threads; one that hangs in a dead line ends by itself."""

LISTEN_AGAIN = 30.0
TOLD_EVERY = 0.1
"""s between two words on the progress of a long fetch."""

CLOCK_OFF = 60_000
"""ms by which this machine's clock may differ from the hub's before it is told."""

LONG = 2_000
"""Fewer rows than this to take are no long fetch."""

_log = structlog.get_logger("link")


class Line(Upstream, Protocol):
    """A hub whose calls can be ended from another thread."""

    def hang_up(self) -> None:
        """Every call under way, and every later one, raises ``NO_LINE``."""

    def close(self) -> None:
        """Let go of it."""


class Link:
    """Keeps a store and its hub together until it is stopped (``app.ports.link_status.LinkWatch``).

    ``user`` tells who is signed in. Calls come from any thread; only ``round_now`` and ``stop`` wait.
    """

    def __init__(
        self, store: LinkedStore, hub: Line, clock: Clock, *, address: str = "", period: float = PERIOD,
        user: Callable[[], str] = str, monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self._store = store
        self._hub = hub
        self._clock = clock
        self._user = user
        self._monotonic = monotonic
        self._chance = chance
        self._agenda = Agenda(period, chance)
        self._turn = threading.Condition()
        self._stopping = False
        self._begun = self._ended = 0
        self._online = False
        self._last: RoundDone | LinkProblem = LinkProblem(LinkTrouble.NO_LINE, "not tried yet")
        self._subscribers: list[Callable[[LinkStatus], None]] = []
        self._readers: list[Callable[[Changed], None]] = []
        self._told_at = 0.0
        self._status = LinkStatus(linked=True, hub=address)
        watching = Watching(lambda: not self._stopping, self._changed, self._progress)
        self._sync = Sync(store, hub, clock, watching)
        self._threads = (
            threading.Thread(target=self._run, name="link", daemon=True),
            threading.Thread(target=self._listen, name="link-pokes", daemon=True),
        )

    def start(self) -> None:
        """Begin; the first round is made at once."""
        self._tell()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End what is under way and let go of the hub; at most ``JOINED_WITHIN`` s."""
        with self._turn:
            self._stopping = True
            self._turn.notify_all()
        self._hub.hang_up()
        until = time.monotonic() + JOINED_WITHIN
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - time.monotonic()))
        self._hub.close()

    def status(self) -> LinkStatus:
        """The newest status, whole."""
        return self._status

    def subscribe(self, told: Callable[[LinkStatus], None]) -> Callable[[], None]:
        """Call ``told`` with every new status, on the link's thread; what is returned ends it."""
        self._subscribers.append(told)
        return lambda: self._subscribers.remove(told)

    def on_changed(self, told: Callable[[Changed], None]) -> None:
        """Call ``told`` with what every page from the hub has touched, on the link's thread."""
        self._readers.append(told)

    def committed(self) -> None:
        """An op was written in this store: it goes up at once. What the link itself wrote does not."""
        if threading.current_thread() is self._threads[0]:
            return
        with self._turn:
            self._agenda.commit()
            self._turn.notify_all()

    def sync_now(self) -> None:
        """Try at once instead of at the next period."""
        with self._turn:
            self._agenda.ask()
            self._turn.notify_all()

    def round_now(self, within: float) -> RoundDone | LinkProblem:
        """What a whole round that begins after this call comes to; ``TOO_SLOW`` after ``within`` s."""
        with self._turn:
            wanted = self._begun + 1
            self._agenda.ask()
            self._turn.notify_all()
            if not self._turn.wait_for(lambda: self._stopping or self._ended >= wanted, within):
                return LinkProblem(LinkTrouble.TOO_SLOW, "the round is still under way")
            return self._last

    # --- the sync thread ---

    def _run(self) -> None:
        while (task := self._next()) is not None:
            if task.look:
                self._tell()
                continue
            try:
                done = self._sync.round() if task.whole else self._sync.touch(task.poked)
            except LinkProblem as problem:
                self._failed(task, problem)
            except Exception as error:  # noqa: BLE001 - a bug must not end the thread: nothing would sync again
                _log.exception("sync")
                self._failed(task, LinkProblem(LinkTrouble.HUB_FAULT, repr(error)))
            else:
                self._succeeded(task, done)

    def _next(self) -> Task | None:
        with self._turn:
            while not self._stopping:
                what = self._agenda.next(self._monotonic())
                if isinstance(what, Task):
                    self._begun += what.whole
                    return what
                self._turn.wait(what)
            return None

    def _succeeded(self, task: Task, done: RoundDone) -> None:
        now = self._clock.now()
        trouble = done.troubles[0][1].code.value if done.troubles else ""
        for scope, problem in done.troubles:
            _log.warning("sync", scope=scope, trouble=problem.code.value, detail=problem.detail)
        status = replace(
            self._status, online=True, heard_at=now, trouble=trouble, retry_at=None, progress=None,
            since=self._status.since if self._status.online else now,
        )  # fmt: skip
        if task.whole:
            status = replace(status, notices=(*done.notices, *_clock_notice(done.offset)))
        self._tell(status)
        with self._turn:
            self._agenda.succeeded(self._monotonic(), task, done)
            self._finish(task, done, online=True)

    def _failed(self, task: Task, problem: LinkProblem) -> None:
        if self._stopping:
            return
        now = self._clock.now()
        code = problem.code.value
        if code != self._status.trouble:
            _log.info("line", trouble=code, detail=problem.detail)
        with self._turn:
            self._agenda.failed(self._monotonic(), problem)
            wait = max(0.0, self._agenda.blocked_until - self._monotonic())
        known = self._status
        self._tell(
            replace(
                known, online=False, trouble=code, retry_at=now + int(wait * 1000), progress=None,
                since=now if known.online or known.since is None else known.since,
            )
        )  # fmt: skip
        with self._turn:
            self._finish(task, problem, online=False)

    def _finish(self, task: Task, last: RoundDone | LinkProblem, *, online: bool) -> None:
        self._online = online
        self._last = last
        self._ended += task.whole
        self._turn.notify_all()

    def _changed(self, changed: Changed) -> None:
        for told in tuple(self._readers):
            told(changed)

    def _progress(self, taken: int, to_take: int) -> None:
        now = self._monotonic()
        if to_take > LONG and now - self._told_at >= TOLD_EVERY:
            self._told_at = now
            self._tell(replace(self._status, progress=(taken, to_take)))

    def _tell(self, status: LinkStatus | None = None) -> None:
        """Fill the status from the store and hand it out where it has changed."""
        status = status or self._status
        try:
            held = with_store(self._store.link_state)
        except LinkProblem as problem:
            status = replace(status, trouble=problem.code.value)
        else:
            status = replace(
                status, waiting=held.waiting, oldest=held.oldest, conflicts=held.conflicts,
                refused=held.refused, unread=held.unread, user=self._user(),
                heard_at=status.heard_at or held.fresh_at,
                scopes=tuple(ScopeStanding(m.scope, m.cursor, m.head) for m in held.scopes),
            )  # fmt: skip
        if status != self._status:
            self._status = status
            for told in tuple(self._subscribers):
                told(status)

    # --- the listener ---

    def _listen(self) -> None:
        breaks = 0
        while self._wait_for_line():
            try:
                for poke in self._hub.pokes():
                    breaks = 0
                    with self._turn:
                        if self._stopping:
                            return
                        self._agenda.poke(poke.scope, poke.head)
                        self._turn.notify_all()
            except LinkProblem as problem:
                _log.debug("pokes", trouble=problem.code.value, detail=problem.detail)
            breaks += 1
            with self._turn:
                # A little apart, so that a hub that has come back is not run over.
                pause = min(LISTEN_AGAIN, 0.25 * 2.0 ** min(breaks, 10)) * (0.5 + self._chance())
                self._turn.wait_for(lambda: self._stopping, pause)

    def _wait_for_line(self) -> bool:
        """Wait until the hub has been heard; False when it is time to stop."""
        with self._turn:
            self._turn.wait_for(lambda: self._stopping or self._online)
            return not self._stopping


def _clock_notice(offset: int | None) -> tuple[str, ...]:
    """``clock_behind:SECONDS`` or ``clock_ahead:SECONDS``, as this machine's clock stands to the hub's."""
    if offset is None or abs(offset) < CLOCK_OFF:
        return ()
    return (f"{'clock_behind' if offset > 0 else 'clock_ahead'}:{abs(offset) // 1000}",)
