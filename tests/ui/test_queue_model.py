"""The queue's model keeps Qt's contract while looks, pages and changes come in any order."""

import random
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.ports.rows import Queue, QueuePage, QueueQuery, QueueRow
from tests.support.desks import NOW, desk, words
from ui.queues.cells import CellWriter
from ui.queues.model import COLUMNS, ROW_ROLE, QueueModel
from ui.queues.sections import Section, sections
from ui.queues.window import PAGE, Look, Window

pytestmark = pytest.mark.gui

MINUTE = 60_000
ROW = QueueRow(
    key=0, id="e" * 32, number="261123-0001", title="餐饮油污直排", severity=2, state="reported", loop="big",
    place="510113103201", town="510113103", source="hotline", category="水务排水",
    reported_at=NOW - 20 * MINUTE, closed_at=None, due_clock="accept", due_at=NOW + 10 * MINUTE,
    limit_from=NOW - 20 * MINUTE, on_time=None, lead="", lead_state="", active=0, arrived=0, conflicts=0,
    supervised=0, rework=0,
)  # fmt: skip


def page(total, offset):
    return QueuePage(
        offset, tuple(replace(ROW, key=offset + i) for i in range(max(0, min(PAGE, total - offset))))
    )


def look(total, parts=None, *offsets):
    heads = sections([sum(parts[: i + 1]) for i in range(4)], sum(parts[:5]), total) if parts else ()
    return Look(QueueQuery(Queue.WAITING, NOW), total, heads, tuple(page(total, o) for o in offsets or (0,)))


@pytest.fixture
def model(qapp):
    lists = desk().lists.now()
    made = QueueModel(Window(), CellWriter(words(), lists, "zh"))
    made.set_heads(("级", "事项", "区域", "来源", "等待", "时限"))
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    return made


def test_looks_pages_and_changes_in_any_order(model):
    luck = random.Random(11)
    for _ in range(25):
        total = luck.choice([0, 1, 5, PAGE, PAGE + 1, 150, 200])
        cuts = sorted(luck.randint(0, total) for _ in range(5))
        parts = [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]
        answer = look(total, parts if luck.random() < 0.5 else None)
        model.take(answer)
        assert model.rowCount() == total + len(answer.heads)
        for _ in range(luck.randint(0, 3)):
            offset = luck.randint(0, total // PAGE) * PAGE if total else 0
            model.add(page(total, offset))
        for _ in range(20):
            index = model.index(luck.randrange(max(1, model.rowCount())), luck.randrange(len(COLUMNS)))
            assert (model.data(index) is None) or isinstance(model.data(index), str)


def test_it_says_which_rows_come_and_go(model, qtbot):
    model.take(look(10))
    with qtbot.waitSignal(model.rowsInserted) as more:
        model.take(look(12))
    assert more.args[1:] == [10, 11]
    with qtbot.waitSignal(model.rowsRemoved) as fewer:
        model.take(look(3))
    assert fewer.args[1:] == [3, 11]
    with qtbot.assertNotEmitted(model.rowsInserted), qtbot.waitSignal(model.dataChanged):
        model.take(look(3))


def test_a_page_that_comes_is_told_below_its_heads(model, qtbot):
    model.take(look(200, [100, 100, 0, 0, 0, 0]))
    assert model.data(model.index(140, 0), ROW_ROLE) is None
    with qtbot.waitSignal(model.dataChanged) as told:
        model.add(page(200, 128))
    assert (told.args[0].row(), told.args[1].row()) == (130, 193)
    assert model.data(model.index(130, 0), ROW_ROLE).key == 128


def test_a_late_page_of_a_shorter_queue_is_held_without_harm(model):
    model.take(look(200))
    model.take(look(3))
    model.add(page(200, 128))
    assert model.rowCount() == 3
    assert model.data(model.index(2, 0), ROW_ROLE).key == 2


def test_a_heads_line_cannot_be_selected_and_says_nothing_in_its_cells(model):
    model.take(look(6, [2, 0, 4, 0, 0, 0]))
    head = model.index(0, 0)
    assert isinstance(model.data(head, ROW_ROLE), Section)
    assert not model.flags(head) & Qt.ItemFlag.ItemIsSelectable
    assert model.data(head) is None
    row = model.index(1, 0)
    assert model.flags(row) & Qt.ItemFlag.ItemIsSelectable
    assert model.data(model.index(1, 1)) == "餐饮油污直排"
    assert "餐饮油污直排" in model.data(row, Qt.ItemDataRole.AccessibleTextRole)


def test_it_is_a_table_without_children(model):
    model.take(look(5))
    assert model.columnCount() == len(COLUMNS)
    assert model.rowCount(model.index(0, 0)) == 0
    assert model.columnCount(model.index(0, 0)) == 0
    assert model.data(QModelIndex()) is None
    assert model.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole) == "事项"
