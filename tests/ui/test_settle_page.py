"""The page of conflicts and returned ops: what it says, by keys, and empty."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMainWindow

from app.domain.op import OpKind
from app.ports.rows import Changed, RefusedRow, UnsentRow
from app.services import dispatch, intake, triage
from app.services.unsent import Unsent
from tests.support.desks import NOW, HandClock, desk, words
from tests.support.elsewhere import Elsewhere
from tests.support.panel_stage import REPORT, HandWork, News
from ui.settle.page import SettlePage
from ui.theme.apply import theme

pytestmark = pytest.mark.gui


class Stage:
    def __init__(self, qtbot):
        theme.set("dark")
        self.desk = desk(HandClock(NOW))
        self.work, self.news = HandWork(self.desk), News()
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.page = SettlePage(self.work, self.news, words())
        self.counts = []
        self.page.counted.connect(lambda *n: self.counts.append(n))
        self.window.setCentralWidget(self.page)
        self.window.resize(1300, 700)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.work.run()

    def conflict(self):
        key = intake.report(self.desk, REPORT).key
        units = sorted(self.desk.lists.now().units)
        triage.accept(self.desk, key)
        other = Elsewhere(self.desk, key)
        dispatch.assign(self.desk, key, units[0])
        other.act(OpKind.ASSIGN, {"assignment": f"x{key}", "handler": units[1]})
        self.tell(key)
        return key

    def refuse(self, *, key=None, seq=7, seen=False):
        self.desk.store.shelf.refused.append(
            RefusedRow(seq, seq, "close", NOW, "m-001", {}, "not_permitted", key, "261123-0001", "井盖", seen)
        )
        self.tell(1)

    def tell(self, key):
        self.news.changed.emit(Changed(self.desk.store.head(), frozenset({key})))
        self.work.run()

    def rows(self, column):
        return [row.spoken for row in column.list.rows.rows]


@pytest.fixture
def stage(qtbot):
    return Stage(qtbot)


def test_empty_columns_say_something(stage):
    said = " ".join(label.text() for label in stage.page.findChildren(QLabel) if label.isVisible())
    assert "没有待定的冲突" in said
    assert "没有被退回的操作" in said
    assert stage.counts == [(0, 0)]


def test_a_conflict_is_told_with_both_and_opened_with_enter(stage, qtbot):
    key = stage.conflict()
    (row,) = stage.rows(stage.page.conflicts)
    lists = stage.desk.lists.now()
    for part in ("重复派单", REPORT.title, *(lists.handler_name(u) for u in sorted(lists.units)[:2])):
        assert part in row
    stage.page.take_focus()
    with qtbot.waitSignal(stage.page.opened) as opened:
        QTest.keyClick(stage.page.conflicts.list, Qt.Key.Key_Return)
    assert opened.args == [key]
    assert stage.counts[-1] == (1, 0)


def test_what_was_sent_back_says_why_and_is_seen_with_a_word(stage):
    stage.refuse(seq=7)
    stage.refuse(seq=9)
    assert stage.counts[-1] == (0, 2)
    first = stage.rows(stage.page.refused)[0]
    assert words().say("refusal", "not_permitted") in first
    assert "结案 井盖" in first
    stage.page.see()
    stage.work.run()
    assert stage.counts[-1] == (0, 0)
    assert len(stage.rows(stage.page.refused)) == 2, "seen ones stay to be read"
    before = stage.work.done
    stage.page.see()
    assert stage.work.done == before


def test_an_op_on_nothing_that_is_here_opens_nothing(stage, qtbot):
    stage.refuse(key=None)
    stage.page.take_focus()
    assert stage.page.refused.list.hasFocus()
    with qtbot.assertNotEmitted(stage.page.opened):
        QTest.keyClick(stage.page.refused.list, Qt.Key.Key_Return)


def test_steps_stay_in_the_column_and_a_row_that_is_settled_leaves(stage):
    first, second = stage.conflict(), stage.conflict()
    stage.page.take_focus()
    stage.page.step(1)
    assert stage.page.conflicts.list.currentIndex().row() == 1
    stage.page.step(1)
    assert stage.page.conflicts.list.currentIndex().row() == 1
    with stage.desk.store.reading() as read:
        name = read.incident_by_key(first).conflicts[0].name
    Elsewhere(stage.desk, first).act(OpKind.RESOLVE, {"conflict": name, "reason": "定了"})
    stage.tell(first)
    assert len(stage.rows(stage.page.conflicts)) == 1
    assert stage.page.conflicts.list.rows.rows[0].key == second


def test_the_outbox_says_what_waits_and_opens_it(stage, qtbot):
    rows = tuple(
        UnsentRow(n, "note", NOW, "m-001", {"text": f"第{n}笔"}, n, f"弥1124-{n}", "井盖") for n in (2, 1)
    )
    lists = stage.desk.lists.now()
    stage.page.show_unsent(Unsent(700, {1: 1, 2: 1}, rows, lists, NOW))
    said = stage.rows(stage.page.unsent)
    assert "第2笔" in said[0]
    assert "弥1124-1" in said[1]
    assert any(label.text() == "待传 700" for label in stage.page.findChildren(QLabel))
    stage.page.take_focus()
    assert stage.page.unsent.list.hasFocus()
    with qtbot.waitSignal(stage.page.opened) as opened:
        QTest.keyClick(stage.page.unsent.list, Qt.Key.Key_Return)
    assert opened.args == [2]
    stage.page.show_unsent(None)
    assert stage.rows(stage.page.unsent) == []
