"""A round with the hub: what goes up, what comes down, and what is done when either goes wrong."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from app.ports.link import LinkProblem, LinkTrouble
from app.ports.problems import StoreProblem, StoreTrouble
from app.services.sync import SNAPSHOT_NEW, Sync, Watching
from tests.support.memory_hub import MemoryHub
from tests.support.memory_replica import DISTRICT, MemoryReplica

TOWN = "510113102"


class Clock:
    def __init__(self, at: int = 1_000) -> None:
        self.at = at

    def now(self) -> int:
        return self.at


class Centre:
    """A memory hub, and desktops at it."""

    def __init__(self) -> None:
        self.hub = MemoryHub((DISTRICT, TOWN), lambda: 9_000)
        self.clock = Clock()
        self.syncs: dict[str, Sync] = {}

    def desk(self, device: str, watching: Watching | None = None) -> MemoryReplica:
        replica = MemoryReplica(device)
        self.join(replica, watching)
        return replica

    def join(self, replica: MemoryReplica, watching: Watching | None = None, name: str = "") -> str:
        line = self.hub.line((DISTRICT, TOWN))
        self.syncs[name or replica.device] = Sync(replica, line, self.clock, watching)
        return name or replica.device

    def line(self, name: str):
        return self.syncs[name]._hub

    def rounds(self, *names: str) -> None:
        """Rounds until nobody has anything to say in one, nor to hear."""
        for _ in range(8):
            done = [self.syncs[name].round() for name in (names or self.syncs)]
            if all(d.quiet and not (d.pushed or d.pulled or d.snapshots) for d in done):
                return
        raise AssertionError(done)

    def names(self, scope: str = DISTRICT):
        return [(row.origin, row.n) for row in self.hub.shelf.scopes[scope].rows]


@pytest.fixture
def centre() -> Centre:
    return Centre()


def same(*replicas: MemoryReplica) -> bool:
    marks = [{m.scope: (m.cursor, m.chain) for m in r.marks()} for r in replicas]
    return all(m == marks[0] for m in marks)


def once(hub_call, trouble: LinkTrouble, *, after: bool = False, times: int = 1):
    """The hub's call that fails the first times, before or after it was done."""
    left = [times]

    def call(*args, **kwargs):
        if left[0] and not after:
            left[0] -= 1
            raise LinkProblem(trouble)
        answer = hub_call(*args, **kwargs)
        if left[0]:
            left[0] -= 1
            raise LinkProblem(trouble)
        return answer

    return call


def test_what_one_writes_the_other_has(centre):
    a, b = centre.desk("a"), centre.desk("b")
    written = [a.write("1"), b.write("2"), a.write("3", TOWN)]
    centre.rounds()
    assert sorted([*centre.names(), *centre.names(TOWN)], key=str) == sorted(written, key=str)
    assert same(a, b)
    assert not a.unsent


def test_a_round_says_how_far_the_hubs_clock_is_ahead(centre):
    centre.desk("a")
    assert centre.syncs["a"].round().offset == 8_000


def test_many_pages_go_up_and_come_down(centre):
    a, b = centre.desk("a"), centre.desk("b")
    for k in range(1_203):
        a.write(str(k))
    done = centre.syncs["a"].round()
    assert done.pushed == done.pulled == 1_203
    assert done.quiet
    assert centre.line("a").calls["push"] == 3
    centre.rounds()
    assert same(a, b)


def test_a_new_store_takes_the_state_whole(centre):
    a = centre.desk("a")
    for k in range(SNAPSHOT_NEW + 1):
        a.write(str(k))
    centre.rounds()
    b = centre.desk("b")
    centre.rounds("b")
    assert centre.line("b").calls["snapshot"] == 1
    assert same(a, b)


def test_a_lost_reply_costs_nothing(centre):
    a = centre.desk("a")
    name = a.write("1")
    line = centre.line("a")
    line.push = once(line.push, LinkTrouble.NO_LINE, after=True)
    with pytest.raises(LinkProblem) as told:
        centre.syncs["a"].round()
    assert told.value.code is LinkTrouble.NO_LINE
    centre.rounds()
    assert centre.names() == [name]


@pytest.mark.parametrize("call", ["hello", "push", "pull"])
def test_a_bent_answer_is_asked_for_once_again(centre, call):
    a = centre.desk("a")
    name = a.write("1")
    line = centre.line("a")
    setattr(line, call, once(getattr(line, call), LinkTrouble.BAD_PAGE, after=True))
    assert centre.syncs["a"].round().quiet
    assert centre.names() == [name]


def test_a_scope_in_trouble_does_not_hold_up_the_others(centre):
    a = centre.desk("a")
    a.write("1")
    a.write("2", TOWN)
    line = centre.line("a")
    push = line.push

    def refusing(page):
        if page.scope == DISTRICT:
            raise LinkProblem(LinkTrouble.HUB_FAULT)
        return push(page)

    line.push = refusing
    done = centre.syncs["a"].round()
    assert [(scope, problem.code) for scope, problem in done.troubles] == [(DISTRICT, LinkTrouble.HUB_FAULT)]
    assert len(centre.names(TOWN)) == 1
    assert not done.quiet
    line.push = push
    assert centre.syncs["a"].round().quiet


def test_a_page_that_is_too_large_is_divided(centre):
    a = centre.desk("a")
    for k in range(20):
        a.write(str(k))
    line = centre.line("a")
    push = line.push

    def narrow(page):
        if len(page.ops) > 3:
            raise LinkProblem(LinkTrouble.TOO_LARGE)
        return push(page)

    line.push = narrow
    assert centre.syncs["a"].round().pushed == 20


def test_a_full_disk_is_the_stores_trouble(centre):
    a = centre.desk("a")
    a.write("1")

    def full(call):
        if call == "apply_page":
            raise StoreProblem(StoreTrouble.DISK_FULL)

    a.before = full
    done = centre.syncs["a"].round()
    assert [problem.code for _, problem in done.troubles] == [LinkTrouble.STORE]
    assert len(centre.names()) == 1, "what waits goes up all the same"


def test_a_round_ends_between_pages_when_it_is_told_to(centre):
    pages = []
    a = centre.desk("a", Watching(go_on=lambda: len(pages) < 2, changed=pages.append))
    b = centre.desk("b")
    for k in range(60):
        b.write(str(k))
    centre.rounds("b")
    sync = centre.syncs["a"]
    sync._pull_ops = 5
    done = sync.round()
    assert done.stopped
    assert not done.quiet
    assert 0 < a.scopes[DISTRICT].mark.cursor < 60


def test_a_poke_is_followed_without_a_greeting(centre):
    a, b = centre.desk("a"), centre.desk("b")
    centre.rounds()
    a.write("1")
    centre.syncs["a"].touch({})
    before = centre.line("b").calls["hello"]
    assert centre.syncs["b"].touch({DISTRICT: 1}).quiet
    assert centre.line("b").calls["hello"] == before
    assert same(a, b)


def test_a_poke_that_was_bent_on_the_way_costs_one_question(centre):
    a = centre.desk("a")
    a.write("1")
    centre.rounds()
    assert centre.syncs["a"].touch({DISTRICT: 2**40, "no such scope": 3}).quiet
    assert centre.line("a").calls["snapshot"] == 0


def test_what_waits_for_a_scope_that_is_not_followed_is_told(centre):
    a = centre.desk("a")
    a.write("1", "510113999")
    done = centre.syncs["a"].round()
    assert [(s, p.code) for s, p in done.troubles] == [("510113999", LinkTrouble.FORBIDDEN)]


def test_a_cloned_store_makes_its_ops_again(centre):
    a = centre.desk("a")
    a.write("1")
    centre.rounds()
    clone = copy.deepcopy(a)
    centre.join(clone, name="clone")
    a.write("2")
    a.write("3")
    clone.write("4")
    clone.write("5")
    clone.write("6")
    centre.rounds()
    bodies = sorted(row.entity for row in centre.hub.shelf.scopes[DISTRICT].rows)
    assert bodies == [f"day:{k}" for k in range(1, 7)]
    assert len(set(centre.names())) == 6
    assert same(a, clone)


def filled(centre: Centre) -> tuple[MemoryReplica, MemoryReplica]:
    a, b = centre.desk("a"), centre.desk("b")
    for k in range(10):
        (a, b)[k % 2].write(str(k), (DISTRICT, TOWN)[k % 3 == 0])
    centre.rounds()
    return a, b


def entities(centre: Centre) -> list[str]:
    rows = [row for scope in centre.hub.shelf.scopes.values() for row in scope.rows]
    return sorted(row.entity for row in rows)


@pytest.mark.parametrize("erased", [False, True])
@pytest.mark.parametrize("more", [0, 3, 700])
def test_what_a_restored_hub_has_lost_comes_back(centre, erased, more):
    a, b = filled(centre)
    backup = centre.hub.backup()
    for k in range(more):
        (a, b)[k % 2].write(f"late {k}")
        if k % 100 == 0:
            centre.rounds()
    centre.rounds()
    waiting = a.write("waiting")
    had = [*entities(centre), "day:waiting"]
    if erased:
        centre.hub.erase()
    else:
        centre.hub.restore(backup)
    centre.rounds()
    assert entities(centre) == sorted(had)
    assert same(a, b)
    assert waiting in centre.names()
    assert len(set(centre.names())) == len(centre.names())


def test_a_restore_that_lost_nothing_only_begins_anew(centre):
    a, _ = filled(centre)
    centre.hub.restore(centre.hub.backup())
    centre.rounds()
    assert centre.line("a").calls["hand_in"] == 0
    assert {m.epoch for m in a.marks()} == {s.epoch for s in centre.hub.shelf.scopes.values()}


def test_who_may_not_hand_in_for_others_leaves_it_to_those_who_may(centre):
    a, b = filled(centre)
    backup = centre.hub.backup()
    a.write("of a")
    b.write("of b")
    centre.rounds()
    had = entities(centre)
    centre.hub.restore(backup)

    def refused(*_args):
        raise LinkProblem(LinkTrouble.FORBIDDEN)

    centre.line("a").hand_in = refused
    centre.rounds("a")
    centre.rounds()
    assert entities(centre) == had
    assert same(a, b)


def test_a_hub_set_back_under_the_same_epoch_is_found_out(centre):
    a, b = filled(centre)
    epochs = {name: scope.epoch for name, scope in centre.hub.shelf.scopes.items()}
    backup = centre.hub.backup()
    for k in range(4):
        a.write(f"late {k}")
    centre.rounds()
    had = entities(centre)
    centre.hub.restore(backup)
    for name, scope in centre.hub.shelf.scopes.items():
        scope.epoch = epochs[name]
    c = centre.desk("c")
    for k in range(9):
        c.write(f"other {k}")
    centre.rounds("c")
    centre.rounds()
    assert entities(centre) == sorted([*had, *(f"day:other {k}" for k in range(9))])
    assert same(a, b, c)


class Killed(Exception):
    pass


@pytest.mark.parametrize("call", ["follow", "forget_order", "apply_snapshot", "apply_page", "acknowledge"])
@pytest.mark.parametrize("late", [False, True])
def test_a_recovery_that_is_cut_off_is_made_good_by_the_next(centre, call, late):
    a, b = filled(centre)
    backup = centre.hub.backup()
    for k in range(5):
        a.write(f"late {k}")
    centre.rounds()
    had = entities(centre)
    centre.hub.restore(backup)
    done = getattr(a, call)

    def deadly(*args, **kwargs):
        if late:
            done(*args, **kwargs)
        setattr(a, call, done)
        raise Killed

    setattr(a, call, deadly)
    with pytest.raises(Killed):
        centre.syncs["a"].round()
    centre.join(a)
    centre.rounds()
    assert entities(centre) == had
    assert same(a, b)
    if call in ("apply_snapshot", "acknowledge") or (call == "forget_order" and late):
        assert a.scopes[DISTRICT].state_seq, "its order was forgotten: its state must come from the hub"


def test_a_gap_at_the_hub_is_filled_from_here(centre):
    a = centre.desk("a")
    for k in range(3):
        a.write(str(k))
    centre.rounds()
    shelf = centre.hub.shelf.scopes[DISTRICT]
    line = centre.line("a")
    for row in shelf.rows[1:]:
        del centre.hub.shelf.names[row.origin, row.n]
    shelf.rows, shelf.chains = shelf.rows[:1], shelf.chains[:2]
    shelf.last = {a.own_origin(): 1}
    line.hello = lambda hello=line.hello: replace(
        told := hello(), scopes=tuple(replace(s, head=max(s.head, 3)) for s in told.scopes)
    )
    a.write("after the gap")
    centre.syncs["a"].round()
    assert entities(centre) == ["day:0", "day:1", "day:2", "day:after the gap"]


def test_what_another_program_could_not_read_is_taken_anew_once_all_is_up(centre):
    a = centre.desk("a")
    a.write("1")
    centre.rounds()
    name = a.write("2")
    a.unreadable.add(DISTRICT)
    done = centre.syncs["a"].round()
    assert (done.snapshots, done.quiet) == (1, True)
    assert centre.names()[-1] == name
    assert not a.unsent
    assert centre.syncs["a"].round().snapshots == 0


def test_a_state_that_cannot_be_taken_anew_holds_up_no_other_work(centre):
    a = centre.desk("a")
    a.write("1")
    centre.rounds()
    name = a.write("2")
    a.unreadable.add(DISTRICT)
    line = centre.line("a")
    line.snapshot = once(line.snapshot, LinkTrouble.TOO_LARGE)
    assert [scope for scope, _ in centre.syncs["a"].round().troubles] == [DISTRICT]
    assert centre.names()[-1] == name
    assert centre.syncs["a"].round().snapshots == 1
