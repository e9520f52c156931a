"""The link's threads, with a hub on dicts: what wakes them, what they tell, how they end."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from app.link.thread import Link
from app.ports.link import LinkProblem, LinkTrouble, Poke
from app.services.sync import RoundDone
from tests.support.memory_hub import MemoryHub, MemoryLine
from tests.support.memory_replica import DISTRICT, MemoryReplica

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.ports.link_status import LinkStatus

PATIENCE = 10.0


class Clock:
    def now(self) -> int:
        return 1_000_000


class PokingLine(MemoryLine):
    """A line whose pokes the test says, and which the test can cut."""

    def __init__(self, hub: MemoryHub) -> None:
        super().__init__(hub, {DISTRICT: True})
        self.trouble: LinkProblem | None = None
        self.hung_up = threading.Event()
        self.said: list[Poke] = []
        self.news = threading.Condition()
        self.closed = False

    def hello(self):
        if self.hung_up.is_set():
            raise LinkProblem(LinkTrouble.NO_LINE)
        if self.trouble:
            raise self.trouble
        return super().hello()

    def poke(self, head: int) -> None:
        with self.news:
            self.said.append(Poke(DISTRICT, head))
            self.news.notify_all()

    def pokes(self) -> Iterator[Poke]:
        while True:
            with self.news:
                self.news.wait_for(lambda: self.said or self.hung_up.is_set(), PATIENCE)
                if self.hung_up.is_set():
                    raise LinkProblem(LinkTrouble.NO_LINE)
                poke = self.said.pop(0)
            yield poke

    def hang_up(self) -> None:
        self.hung_up.set()
        with self.news:
            self.news.notify_all()

    def close(self) -> None:
        self.closed = True


class Seen:
    """Every status that the link has told; ``until`` waits for one."""

    def __init__(self) -> None:
        self.all: list[LinkStatus] = []
        self._news = threading.Condition()

    def __call__(self, status: LinkStatus) -> None:
        with self._news:
            self.all.append(status)
            self._news.notify_all()

    def until(self, fits) -> LinkStatus:
        with self._news:
            assert self._news.wait_for(lambda: any(map(fits, self.all)), PATIENCE), self.all[-3:]
            return next(filter(fits, self.all))


@contextmanager
def running(replica: MemoryReplica, line: PokingLine, **more):
    link = Link(replica, line, Clock(), address="https://hub", period=3600.0, chance=lambda: 0.5, **more)
    seen = Seen()
    link.subscribe(seen)
    replica.committed = link.committed
    link.start()
    try:
        yield link, seen
    finally:
        link.stop()
        assert line.closed
        assert not [t for t in threading.enumerate() if t.name.startswith("link")]


@pytest.fixture
def hub() -> MemoryHub:
    return MemoryHub((DISTRICT,), lambda: 1_000_000)


def test_an_op_goes_up_without_waiting_for_the_period(hub):
    replica, line = MemoryReplica("a"), PokingLine(hub)
    with running(replica, line) as (link, seen):
        seen.until(lambda s: s.online)
        replica.write("1")
        seen.until(lambda s: s.scopes and s.scopes[0].cursor == 1 and s.waiting == 0)
        assert link.status().online
    assert hub.shelf.scopes[DISTRICT].head == 1


def test_a_poke_brings_what_another_has_written(hub):
    other = MemoryReplica("b")
    replica, line = MemoryReplica("a"), PokingLine(hub)
    touched = threading.Event()
    with running(replica, line) as (link, seen):
        link.on_changed(lambda _changed: touched.set())
        seen.until(lambda s: s.online)
        other.write("1")
        page = other.outbox(DISTRICT)
        hub.push(type(page)(DISTRICT, hub.shelf.scopes[DISTRICT].epoch, page.origin, page.ops))
        line.poke(1)
        seen.until(lambda s: s.scopes and s.scopes[0].cursor == 1)
        assert touched.is_set()


def test_a_dead_line_is_told_with_what_waits_and_when_it_comes_back(hub):
    replica, line = MemoryReplica("a"), PokingLine(hub)
    line.trouble = LinkProblem(LinkTrouble.NO_LINE)
    replica.write("1")
    with running(replica, line) as (link, seen):
        down = seen.until(lambda s: s.trouble)
        assert (down.online, down.trouble, down.waiting, down.oldest) == (False, "no_line", 1, 2)
        assert down.retry_at is not None
        assert down.since == 1_000_000
        replica.write("2")
        seen.until(lambda s: s.waiting == 2)
        line.trouble = None
        link.sync_now()
        up = seen.until(lambda s: s.online and s.waiting == 0)
        assert (up.trouble, up.retry_at) == ("", None)


def test_a_round_that_is_asked_for_is_waited_for(hub):
    replica, line = MemoryReplica("a"), PokingLine(hub)
    with running(replica, line) as (link, _seen):
        replica.write("1")
        done = link.round_now(PATIENCE)
        assert isinstance(done, RoundDone)
        assert done.quiet
        line.trouble = LinkProblem(LinkTrouble.REVOKED)
        told = link.round_now(PATIENCE)
        assert isinstance(told, LinkProblem)
        assert link.status().trouble == "revoked"


def test_clocks_that_differ_are_told(hub):
    hub.now = lambda: 1_000_000 + 90_000
    with running(MemoryReplica("a"), PokingLine(hub)) as (_link, seen):
        assert seen.until(lambda s: s.online).notices == ("clock_behind:90",)


def test_it_stops_before_it_was_ever_on_line(hub):
    line = PokingLine(hub)
    line.trouble = LinkProblem(LinkTrouble.NO_LINE)
    with running(MemoryReplica("a"), line) as (_link, seen):
        seen.until(lambda s: s.trouble)
