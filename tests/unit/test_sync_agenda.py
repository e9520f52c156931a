"""When the link does what: pokes, commits, back-off, and a device that is turned away."""

from __future__ import annotations

import pytest

from app.link.agenda import LONGEST, TURNED_AWAY, TURNED_AWAY_FROM, Agenda, Task
from app.ports.link import LinkProblem, LinkTrouble
from app.services.sync import RoundDone

QUIET = RoundDone(quiet=True)
PERIOD = 15.0


@pytest.fixture
def agenda() -> Agenda:
    return Agenda(PERIOD, lambda: 0.5)


def whole_round(agenda: Agenda, now: float, done: RoundDone = QUIET) -> None:
    task = agenda.next(now)
    assert task == Task(whole=True)
    agenda.succeeded(now, task, done)


def test_the_first_thing_is_a_whole_round_and_then_one_each_period(agenda):
    whole_round(agenda, 0.0)
    assert agenda.next(0.0) == PERIOD
    assert agenda.next(5.0) == PERIOD - 5
    whole_round(agenda, PERIOD)


def test_an_op_goes_up_at_once(agenda):
    whole_round(agenda, 0.0)
    agenda.commit()
    assert agenda.next(0.1) == Task()
    assert isinstance(agenda.next(0.1), float)


def test_pokes_that_come_together_are_one_task(agenda):
    whole_round(agenda, 0.0)
    for scope, head in (("a", 3), ("b", 1), ("a", 2)):
        agenda.poke(scope, head)
    assert agenda.next(0.1) == Task(poked={"a": 3, "b": 1})


def test_where_news_may_have_been_missed_a_whole_round_is_made(agenda):
    whole_round(agenda, 0.0)
    agenda.poke("", 0)
    assert agenda.next(0.1) == Task(whole=True)


def test_trouble_backs_off_and_success_forgets_it(agenda):
    delays = []
    now = 0.0
    for _ in range(12):
        assert agenda.next(now) == Task(whole=True)
        agenda.failed(now, LinkProblem(LinkTrouble.NO_LINE))
        wait = agenda.next(now)
        assert isinstance(wait, float)
        delays.append(wait)
        now += wait
    assert delays[0] <= 1.0
    assert delays == sorted(delays)
    assert delays[-1] == LONGEST * 0.75
    whole_round(agenda, now)
    agenda.failed(now, LinkProblem(LinkTrouble.NO_LINE))
    assert agenda.next(now) == pytest.approx(delays[0])


def test_while_it_backs_off_a_new_op_is_told_and_not_sent(agenda):
    agenda.next(0.0)
    agenda.failed(0.0, LinkProblem(LinkTrouble.NO_LINE))
    agenda.commit()
    agenda.poke("a", 1)
    assert agenda.next(0.1) == Task(look=True)
    assert isinstance(agenda.next(0.1), float)
    agenda.ask()
    assert agenda.next(0.1) == Task(whole=True)


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_a_busy_hub_is_left_alone_as_long_as_it_says(chance):
    agenda = Agenda(PERIOD, lambda: chance)
    agenda.next(0.0)
    agenda.failed(0.0, LinkProblem(LinkTrouble.BUSY, "", 40.0))
    assert 40.0 <= agenda.next(0.0) <= 48.0


@pytest.mark.parametrize("code", [LinkTrouble.NOT_ENROLLED, LinkTrouble.REVOKED])
def test_a_device_that_is_turned_away_again_and_again_asks_rarely(agenda, code):
    now = 0.0
    for _ in range(TURNED_AWAY_FROM):
        agenda.next(now)
        agenda.failed(now, LinkProblem(code))
        now = agenda.blocked_until
    assert now > TURNED_AWAY
    whole_round(agenda, now)
    agenda.failed(now, LinkProblem(code))
    assert agenda.next(now) < 1.1


def test_another_epoch_is_looked_at_at_once_and_only_once(agenda):
    troubled = RoundDone(quiet=False, troubles=(("a", LinkProblem(LinkTrouble.EPOCH)),))
    task = agenda.next(0.0)
    assert isinstance(task, Task)
    agenda.succeeded(0.0, task, troubled)
    whole_round(agenda, 0.0, troubled)
    assert isinstance(agenda.next(0.0), float)


def test_what_was_left_over_is_gone_on_with(agenda):
    whole_round(agenda, 0.0, RoundDone(quiet=False, pulled=10))
    assert agenda.next(0.0) == Task()


def test_a_round_that_came_to_nothing_is_not_made_again_at_once(agenda):
    whole_round(agenda, 0.0, RoundDone(quiet=False))
    assert isinstance(agenda.next(0.0), float)
