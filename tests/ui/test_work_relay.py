"""Background work comes back on the GUI thread, in order, to who is still there; changes are told once."""

import threading

import pytest
import shiboken6
from PySide6.QtCore import QObject, QThread

from app.ports.problems import StoreProblem, StoreTrouble
from app.ports.rows import Changed
from app.services import intake, triage
from tests.support.desks import desk
from ui.relay import THROTTLE_MS, Relay
from ui.work import Ask, Do, Work

pytestmark = pytest.mark.gui

REPORT = intake.Report("餐饮油污直排", "hotline")


@pytest.fixture
def owner(qapp):
    return QObject()


@pytest.fixture
def work(qapp):
    made = Work(desk())
    yield made
    made.stop()
    shiboken6.delete(made)


@pytest.fixture
def relay(work):
    made = Relay(work, work.desk.store.head())
    yield made
    shiboken6.delete(made)


class Gate:
    """Holds a lane until it is opened, so that what comes after it waits in the queue."""

    def __init__(self, work, owner):
        self._open, self.reached = threading.Event(), threading.Event()
        work.ask(Ask(self._wait), owner, lambda _nothing: None)

    def _wait(self, _desk):
        self.reached.set()
        assert self._open.wait(10)

    def open(self):
        self._open.set()


# Work


def test_an_answer_comes_on_the_gui_thread_from_another(work, owner, qtbot):
    heard = []

    def take(asked_on):
        heard.append((asked_on, QThread.currentThread()))

    work.ask(Ask(lambda _desk: threading.current_thread().name), owner, take)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("store-reader", owner.thread())]


def test_commands_run_one_after_another_in_their_order(work, owner, qtbot):
    done, ended = [], []
    work.did.connect(ended.append)
    for n in range(20):
        report = Do(lambda at, n=n: intake.report(at, intake.Report(f"{n}", "hotline")), f"view-{n}")
        work.do(report, owner, lambda result: done.append(result.key))
    qtbot.waitUntil(lambda: len(done) == 20)
    assert done == sorted(done)
    assert ended == [f"view-{n}" for n in range(20)]
    with work.desk.store.reading() as read:
        assert [read.incident_by_key(key).title for key in done] == [str(n) for n in range(20)]


def test_of_questions_in_one_slot_only_the_last_is_asked(work, owner, qtbot):
    gate, asked, heard = Gate(work, owner), [], []
    for n in range(10):
        work.ask(Ask(lambda _desk, n=n: asked.append(n) or n, "look"), owner, heard.append)
    work.ask(Ask(lambda _desk: "free"), owner, heard.append)
    gate.open()
    qtbot.waitUntil(lambda: "free" in heard)
    assert (asked, heard) == ([9], [9, "free"])


def test_a_slot_is_its_owners_alone(work, qtbot, owner):
    gate, heard, other = Gate(work, owner), [], QObject()
    work.ask(Ask(lambda _desk: "mine", "look"), owner, heard.append)
    work.ask(Ask(lambda _desk: "yours", "look"), other, heard.append)
    gate.open()
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard == ["mine", "yours"]


def test_who_has_gone_hears_nothing(work, owner, qtbot):
    gate, heard, gone = Gate(work, owner), [], QObject()
    work.ask(Ask(lambda _desk: "late"), gone, heard.append)
    work.ask(Ask(lambda _desk: "there"), owner, heard.append)
    shiboken6.delete(gone)
    gate.open()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["there"]


def test_the_worlds_trouble_is_told_and_the_lane_goes_on(work, owner, qtbot):
    def full(_desk):
        raise StoreProblem(StoreTrouble.CANNOT_OPEN, "disk")

    heard = []
    with qtbot.waitSignal(work.troubled) as trouble:
        work.ask(Ask(full), owner, heard.append)
    assert trouble.args[0].code is StoreTrouble.CANNOT_OPEN
    work.ask(Ask(lambda _desk: "on"), owner, heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["on"]


def test_a_bug_is_raised_on_the_gui_thread_and_the_lane_goes_on(work, owner, qtbot):
    heard = []
    with qtbot.captureExceptions() as raised:
        work.ask(Ask(lambda _desk: 1 // 0), owner, heard.append)
        work.ask(Ask(lambda _desk: "on"), owner, heard.append)
        qtbot.waitUntil(lambda: bool(heard))
    assert [kind for kind, _error, _trace in raised] == [ZeroDivisionError]
    assert heard == ["on"]


def test_stopping_lets_the_last_command_end(qapp):
    made = Work(desk())
    for _ in range(5):
        made.do(Do(lambda at: intake.report(at, REPORT)), made)
    made.stop()
    with made.desk.store.reading() as read:
        assert read.incident_by_key(5) is not None
    shiboken6.delete(made)


# Relay


def test_an_own_change_is_told_once_with_who_asked(work, relay, owner, qtbot):
    heard = []
    relay.changed.connect(heard.append)
    work.do(Do(lambda at: intake.report(at, REPORT), "dispatch"), owner)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard[0].incidents == {1}
    assert (heard[0].asked_by, heard[0].head) == ("dispatch", work.desk.store.head())
    with qtbot.assertNotEmitted(relay.changed, wait=4 * THROTTLE_MS):
        relay.look()


def test_a_change_from_elsewhere_is_found_and_is_nobodys(work, relay, qtbot):
    with qtbot.waitSignal(relay.changed, timeout=5_000) as told:
        intake.report(work.desk, REPORT)
    assert told.args[0].incidents == {1}
    assert told.args[0].asked_by == ""


def test_many_changes_are_few_announcements_and_none_is_missed(work, relay, owner, qtbot):
    heard, done = [], []
    relay.changed.connect(heard.append)
    for _ in range(100):
        work.do(Do(lambda at: intake.report(at, REPORT), "intake"), owner, done.append)
    qtbot.waitUntil(lambda: len(done) == 100, timeout=20_000)
    qtbot.waitUntil(lambda: bool(heard) and heard[-1].head == work.desk.store.head(), timeout=20_000)
    assert frozenset().union(*(change.incidents for change in heard)) == frozenset(range(1, 101))
    assert len(heard) < 100
    heads = [change.head for change in heard]
    assert heads == sorted(set(heads))


def test_a_refused_command_is_a_change_of_the_ledger_too(work, relay, owner, qtbot):
    key = intake.report(work.desk, REPORT).key
    with qtbot.waitSignal(relay.changed, timeout=5_000):
        pass
    done = []
    with qtbot.waitSignal(relay.changed, timeout=5_000) as told:
        work.do(Do(lambda at: triage.unmerge(at, key), "dispatch"), owner, done.append)
    assert done[0].refusal is not None
    assert isinstance(told.args[0], Changed)
    assert told.args[0].asked_by == "dispatch"


def test_after_trouble_it_looks_again(work, relay, qtbot, monkeypatch):
    def locked(_desk, _seq):
        raise StoreProblem(StoreTrouble.CANNOT_OPEN, "locked")

    with monkeypatch.context() as broken, qtbot.waitSignal(work.troubled, timeout=5_000):
        broken.setattr("app.services.board.changes_after", locked)
        relay.look()
    with qtbot.waitSignal(relay.changed, timeout=5_000) as told:
        intake.report(work.desk, REPORT)
    assert told.args[0].incidents == {1}
