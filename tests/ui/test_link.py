"""The line on the screen: what is said in each case, each second, without taking the keyboard from anyone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from app.ports.link import LinkTrouble
from app.ports.link_status import LinkStatus, ScopeStanding
from tests.support.desks import NOW, HandClock, desk, words
from tests.support.outside import HandWatch
from ui.link.desk_line import DeskLine
from ui.link.follower import LinkFollower
from ui.link.saying import STOPPED, band_words, notice_words, popover_lines
from ui.shell.frame import Frame
from ui.shell.rail import RailItem
from ui.shell.topbar_state import Line
from ui.theme.apply import theme

pytestmark = pytest.mark.gui

ZH = words("zh")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
ONLINE = LinkStatus(linked=True, online=True, since=NOW - HOUR, heard_at=NOW - 2_000, hub="https://hub:8443")
CUT = replace(
    ONLINE, online=False, trouble="no_line", since=NOW - 2 * DAY - 3 * HOUR, heard_at=NOW - 3 * DAY,
    waiting=146, oldest=NOW - 2 * DAY, retry_at=NOW + 42_000,
)  # fmt: skip


class Stand:
    def __init__(self, qtbot, status):
        theme.set("dark")
        self.clock, self.watch = HandClock(NOW), HandWatch(status)
        self.frame = Frame(
            (RailItem("command", "command", "指挥调度"),),
            lambda: datetime.fromtimestamp(self.clock.now() / 1000, UTC),
        )
        qtbot.addWidget(self.frame)
        page = QWidget()
        self.field = QLineEdit(page)
        self.frame.add_page("command", page)
        lists = desk().lists.now()
        follower = LinkFollower(self.watch, self.frame)
        self.line = DeskLine(self.frame, follower, self.clock, ZH, lambda: lists)
        self.line.show_identity("弥牟镇分中心", "刘颖", "值班员")
        self.frame.resize(1366, 768)
        self.frame.show()
        self.frame.activateWindow()
        qtbot.waitUntil(self.frame.isActiveWindow)
        self.field.setFocus()

    def told(self, status, later=0):
        self.watch.now = status
        self.clock.at += later
        self.line.follower.look()
        self.frame.topbar.refresh()

    def bar(self):
        return said(self.frame.topbar)


def said(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


@pytest.fixture
def stand(qtbot):
    return Stand(qtbot, ONLINE)


def test_on_line_the_bar_says_how_fresh_and_no_band_stands(stand):
    stand.told(replace(ONLINE, waiting=3, conflicts=1))
    assert "在线 2 秒前 待传 3" in stand.bar()
    assert stand.line.band is None
    stand.told(stand.watch.now, later=3_000)
    assert "5 秒前" in stand.bar()


def test_a_line_that_breaks_says_since_when_how_much_waits_and_how_old_the_data_is(stand):
    stand.told(CUT)
    assert "离线 2 天 3 小时 待传 146" in stand.bar()
    band = said(stand.line.band)
    for part in (
        "线路中断，照常办理",
        "一件不丢",
        "起离线",
        "待传 146",
        "上级数据截至",
        "3 天前",
        "42 秒后再试",
    ):
        assert part in band
    stand.told(CUT, later=10_000)
    assert "32 秒后再试" in said(stand.line.band)
    stand.told(replace(ONLINE, heard_at=stand.clock.now()))
    assert stand.line.band is None
    assert "在线 0 秒前" in stand.bar()


def test_a_hiccup_of_seconds_raises_no_band(stand):
    stand.told(replace(CUT, since=NOW - 1_000))
    assert stand.line.band is None
    stand.told(stand.watch.now, later=5_000)
    assert stand.line.band is not None


def test_nothing_that_is_told_takes_the_keyboard(stand):
    for status in (CUT, ONLINE, replace(CUT, trouble="revoked"), replace(ONLINE, progress=(10, 100))):
        stand.told(status, later=1_000)
        assert stand.frame.focusWidget() is stand.field
    QTest.keyClicks(stand.field, "abc")
    stand.told(CUT, later=1_000)
    QTest.keyClicks(stand.field, "def")
    assert stand.field.text() == "abcdef"


@pytest.mark.parametrize("trouble", LinkTrouble)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_trouble_is_said_in_words_with_what_to_do(qapp, trouble, lang):
    found = band_words(replace(CUT, trouble=trouble.value), NOW, words(lang))
    assert len(found.head + found.rest) > 15
    assert found.head + found.rest != trouble.value
    assert found.stopped == (trouble in STOPPED)
    assert ("再试" in found.detail) is not found.stopped


def test_a_device_that_was_revoked_is_told_so_and_still_counts_what_waits(stand):
    stand.told(replace(CUT, trouble="revoked"))
    assert "登记已被撤销" in said(stand.line.band)
    assert "待传 146" in said(stand.line.band)


def test_a_long_fetch_shows_how_far_it_is(stand):
    stand.told(replace(ONLINE, progress=(450, 1000)))
    assert "取数 45%" in stand.bar()


def test_a_desk_that_stands_alone_has_no_line_to_lose(stand):
    stand.told(LinkStatus())
    assert "单机" in stand.bar()
    assert "待传" not in stand.bar()
    assert stand.line.alone
    assert stand.line.band is None
    assert stand.frame.topbar.state().line is Line.ALONE


def test_f5_asks_for_a_round_and_f6_opens_the_details(stand, qtbot):
    QTest.keyClick(stand.field, Qt.Key.Key_F5)
    assert stand.watch.asked == 1
    stand.told(replace(CUT, refused=2, unread=1, scopes=(ScopeStanding("510113102", 120, 150, 7),)))
    QTest.keyClick(stand.field, Qt.Key.Key_F6)
    popover = stand.line.popover
    text = said(popover)
    for part in ("https://hub:8443", "弥牟镇", "120 / 150", "待传 7", "2 项被上级退回", "请升级"):
        assert part in text
    QTest.keyClick(popover, Qt.Key.Key_F5)
    assert stand.watch.asked == 2
    stand.told(replace(ONLINE, scopes=(ScopeStanding("510113102", 150, 150),)))
    assert "150 / 150" in said(popover)
    assert "退回" not in said(popover).replace("冲突与退回", "")
    QTest.keyClick(popover, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: stand.line.popover is None)


def test_the_counts_lead_to_the_page_and_are_read_out(stand, qtbot):
    stand.line.show_counts(2, 1)
    assert "冲突 2 退回 1" in stand.bar()
    assert stand.frame.topbar.conflicts.accessibleName() == "冲突 2 退回 1"
    with qtbot.waitSignal(stand.line.settle_wished):
        stand.frame.topbar.conflicts.click()
    stand.line.show_counts(0, 0)
    assert "退回" not in stand.bar()


def test_keys_are_on_the_sheet(stand):
    assert {"F5", "F6"} <= {entry.key for entry in stand.frame.keys.entries()}


def test_notices_are_words(qapp):
    assert "慢 2 分" in notice_words("clock_behind:120", ZH)
    assert notice_words("今晚 22 点维护", ZH) == "今晚 22 点维护"


def test_what_is_nothing_is_left_out(qapp):
    whats = [what for what, _how in popover_lines(ONLINE, NOW, ZH)]
    assert whats == ["上级平台", "连上于", "数据", "上传"]
