"""The queue in the real window, by keys: choosing, finding, narrowing, sorting, and keeping one's place."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.ports.rows import Queue, Sort
from app.services import intake, triage
from tests.support.window import Seat
from ui.queues.bars import TABS
from ui.queues.model import COLUMNS
from ui.queues.sections import Section
from ui.work import Ask

pytestmark = pytest.mark.gui

MINUTE = 60_000
WAITING = 90
TITLES = ("餐饮油污直排", "占道经营", "路灯不亮")


@pytest.fixture
def seat(qtbot, tmp_path, monkeypatch, qapp):
    taken = Seat.take(qtbot, tmp_path, monkeypatch)
    fill(taken)
    taken.queue(1)
    taken.until(lambda: taken.tab(Queue.WAITING) == WAITING and taken.lines > WAITING)
    yield taken
    taken.leave()


def fill(seat):
    """Matters that wait, a minute apart, with limits in two sections and some without any."""
    now = seat.desk.clock.now()
    with seat.desk.store.write("m-001") as tx:
        for n in range(WAITING):
            new = intake.Report(
                f"{TITLES[n % 3]} 第 {n} 件", ("hotline", "sensor")[n % 2], severity=1 + n % 4,
                item="水-0642" if n % 3 == 0 else "", lon=104.25 + n / 1000, lat=30.86, at=now - n * MINUTE,
            )  # fmt: skip
            intake.report_in(seat.desk, tx, new)


def key_at(seat, line):
    return seat.line(line).key


def incidents(seat):
    """The lines that are incidents."""
    return [n for n in range(min(seat.lines, 40)) if not isinstance(seat.line(n), Section)]


def test_j_and_k_step_over_the_heads_of_sections(seat):
    heads = [n for n in range(30) if isinstance(seat.line(n), Section)]
    assert heads[0] == 0, "sorted by limit the queue begins with a head"
    found = incidents(seat)
    for line in found[:12]:
        seat.press(Qt.Key.Key_J)
        assert seat.cursor == line
        seat.until(lambda: seat.window.panel.dossier is not None)
    seat.until(lambda: seat.window.panel.dossier.key == seat.chosen.key)
    seat.press(Qt.Key.Key_K)
    assert seat.cursor == found[10]
    for _ in range(20):
        seat.press(Qt.Key.Key_K)
    assert seat.cursor == found[0], "the first one stays when there is none before it"
    assert seat.window.queue.key == key_at(seat, found[0])


@pytest.mark.parametrize(
    "key",
    [Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Up, Qt.Key.Key_Down],
)
def test_no_key_brings_the_cursor_onto_a_head(seat, key):
    seat.press(Qt.Key.Key_J)
    seat.window.queue.table.setFocus()
    for _ in range(3):
        seat.press(key)
        assert not isinstance(seat.line(seat.cursor), Section)
    seat.until(lambda: seat.chosen is not None)


def test_a_click_on_a_head_leaves_the_choice_as_it_is(seat):
    seat.press(Qt.Key.Key_J)
    chosen = seat.window.queue.key
    table = seat.window.queue.table
    head = table.visualRect(seat.window.queue.model.index(0, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=head)
    assert (seat.cursor, seat.window.queue.key) == (1, chosen)
    seat.press(Qt.Key.Key_J)
    assert seat.cursor == incidents(seat)[1]


def test_the_keyboard_in_the_queue_chooses_nothing_by_itself(seat):
    seat.window.panel.setFocus()
    seat.window.queue.table.setFocus()
    assert (seat.cursor, seat.window.queue.key) == (-1, None)
    seat.press(Qt.Key.Key_J)
    assert seat.cursor == incidents(seat)[0], "and the first step does not skip the first"


def test_enter_takes_the_keyboard_to_the_panel(seat):
    seat.press(Qt.Key.Key_J)
    seat.until(lambda: seat.state == "reported")
    seat.window.queue.table.setFocus()
    seat.press(Qt.Key.Key_Return)
    assert seat.window.panel.isAncestorOf(seat.window.focusWidget())
    assert seat.state == "reported", "going there does nothing yet"


def test_alt_and_a_figure_show_each_queue(seat):
    for n, queue in enumerate(TABS, start=1):
        seat.queue(n)
        assert seat.window.queue.narrowing.queue is queue
        seat.until(lambda queue=queue: seat.window.queue.tabs._tabs[queue].isChecked())


def test_two_chinese_characters_are_found(seat):
    before = seat.lines
    seat.press(Qt.Key.Key_Slash)
    seat.write("油污")
    seat.until(lambda: seat.window.queue.narrowing.text == "油污")
    seat.until(lambda: seat.lines < before)
    found = [seat.line(n) for n in range(seat.lines)]
    rows = [row for row in found if not isinstance(row, Section)]
    assert len(rows) == WAITING // 3
    assert all("油污" in row.title for row in rows)
    seat.press(Qt.Key.Key_J)
    assert seat.window.queue.chips.text.text() == "油污j", "a letter in a field is a letter"
    seat.until(lambda: seat.lines == 0)
    assert seat.window.queue._empty.isVisible()


def test_chips_toggle_and_the_place_goes(seat):
    queue = seat.window.queue
    by_source = {action.data(): action for action in queue.chips.source.property("menu").actions()}
    by_source["sensor"].trigger()
    seat.until(lambda: rows(seat) and {row.source for row in rows(seat)} == {"sensor"})
    by_level = {action.data(): action for action in queue.chips.severity.property("menu").actions()}
    by_level["2"].trigger()
    seat.until(lambda: {(row.source, row.severity) for row in rows(seat)} == {("sensor", 2)})
    by_source["sensor"].trigger()
    by_level["2"].trigger()
    seat.until(lambda: len(rows(seat)) > 30)
    town = rows(seat)[0].town
    seat.window._on_place(town)
    seat.until(lambda: {row.town for row in rows(seat)} == {town} and queue.chips.place.isChecked())
    queue.chips.place.click()
    seat.until(lambda: not queue.chips.place.isChecked() and not queue.narrowing.towns)


def rows(seat):
    return [row for n in range(min(seat.lines, 60)) if (row := seat.line(n)) and not isinstance(row, Section)]


@pytest.mark.parametrize("column", range(len(COLUMNS)))
def test_another_order_keeps_the_chosen_one_chosen_and_in_sight(seat, column):
    for _ in range(15):
        seat.press(Qt.Key.Key_J)
    chosen = seat.window.queue.key
    for _ in range(2):
        before = seat.window.queue.narrowing
        header = seat.window.queue.table.horizontalHeader()
        at = QPoint(header.sectionViewportPosition(column) + 8, header.height() // 2)
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert seat.window.queue.narrowing != before
        seat.until(lambda: seat.window.queue._shown == seat.window.queue.narrowing)
        seat.until(lambda: seat.chosen is not None and seat.chosen.key == chosen and seat.seen)
    assert seat.window.queue.key == chosen


def test_a_pick_on_the_map_chooses_in_queue_and_panel(seat):
    seat.press(Qt.Key.Key_O)
    seat.until(lambda: seat.window.queue.narrowing.sort is Sort.REPORTED and seat.lines == WAITING)
    with seat.desk.store.reading() as read:
        last = read.queue_page(seat.window.queue.narrowing.query()).rows[0].key
        far = max(point.key for point in read.points(seat.desk.clock.now()))
    assert far != last
    seat.window.map.picked.emit(far)
    seat.until(lambda: seat.chosen is not None and seat.chosen.key == far and seat.seen)
    seat.until(lambda: seat.window.panel.dossier is not None and seat.window.panel.dossier.key == far)
    seat.until(lambda: seat.stats()["selected"] == far)


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_row_that_leaves_keeps_the_cursor_near(seat, place):
    seat.press(Qt.Key.Key_O)
    seat.until(lambda: seat.lines == WAITING)
    line = {"first": 0, "middle": 20, "last": WAITING - 1}[place]
    seat.window.queue.table.setCurrentIndex(seat.window.queue.model.index(line, 1))
    seat.until(lambda: seat.state == "reported" and seat.chosen is not None)
    chosen = seat.window.queue.key
    after = {"first": 0, "middle": 20, "last": WAITING - 2}[place]
    heard = []
    seat.window.queue.picked.connect(heard.append)
    seat.press(Qt.Key.Key_A)
    seat.until(lambda: seat.lines == WAITING - 1)
    seat.until(lambda: seat.state == "accepted")
    assert (seat.cursor, heard) == (-1, []), "the panel keeps the one that went, and nothing else is chosen"
    assert seat.window.panel.dossier.key == chosen
    seat.press(Qt.Key.Key_J)
    assert seat.cursor == after
    assert heard == [key_at(seat, after)]


def test_a_line_chosen_before_its_page_is_there_is_shown_when_it_comes(seat):
    seat.press(Qt.Key.Key_O)
    seat.until(lambda: seat.lines == WAITING)
    seat.press(Qt.Key.Key_J)
    seat.until(lambda: seat.state == "reported")
    assert seat.line(WAITING - 1) is None, "its page is not held yet"
    seat.press(Qt.Key.Key_End)
    assert seat.cursor == WAITING - 1
    seat.until(lambda: seat.chosen is not None and seat.window.queue.key == seat.chosen.key)
    seat.until(lambda: seat.window.panel.dossier.key == seat.chosen.key)


def test_a_look_under_way_does_not_take_a_newer_choice_back(seat):
    seat.press(Qt.Key.Key_O)
    seat.until(lambda: seat.lines == WAITING)
    for _ in range(10):
        seat.window.queue.refresh()  # asks for the place of what is chosen now …
        seat.press(Qt.Key.Key_J)  # … and another is chosen before the answer
    chosen = seat.window.queue.key
    heard = []
    seat.window.work.ask(Ask(lambda _desk: "after all looks"), seat.window, heard.append)
    seat.until(lambda: heard)
    assert (seat.cursor, seat.window.queue.key) == (9, chosen)
    assert key_at(seat, 9) == chosen


def test_others_changes_leave_the_chosen_row_where_it_stands(seat):
    seat.press(Qt.Key.Key_O)
    seat.until(lambda: seat.lines == WAITING)
    for _ in range(30):
        seat.press(Qt.Key.Key_J)
    chosen, table = seat.window.queue.key, seat.window.queue.table
    stood = table.offset_of(seat.cursor)
    others = [key_at(seat, n) for n in range(5)]
    for key in others:
        triage.decline(seat.desk, key, "重复")
    seat.until(lambda: seat.lines == WAITING - 5)
    assert seat.chosen.key == chosen
    assert table.offset_of(seat.cursor) == stood, "it does not jump on the screen"
