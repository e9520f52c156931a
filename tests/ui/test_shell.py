"""The frame: arrangement by size, top bar, rail, keys."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.domain.ids import CHINA
from ui.shell.command_layout import CommandLayout
from ui.shell.frame import Frame
from ui.shell.rail import RailItem
from ui.shell.responsive import Moved, arrange, place
from ui.shell.shortcut_sheet import ShortcutSheet
from ui.shell.shortcuts import KeyEntry, Shortcuts
from ui.shell.topbar import TopBar
from ui.shell.topbar_state import Line, TopBarState, span
from ui.theme.apply import theme
from ui.theme.tokens import DARK

pytestmark = pytest.mark.gui

NOW = datetime(2026, 11, 20, 6, 5, 32, tzinfo=UTC)
ITEMS = (
    RailItem("command", "command", "指挥调度"),
    RailItem("grids", "box", "网格力量"),
    RailItem("lists", "file-text", "权责清单", enabled=False, tip="清单尚未导入"),
)


@pytest.fixture(autouse=True)
def _dark(qapp):
    theme.set("dark")


@pytest.fixture
def frame(qtbot):
    made = Frame(ITEMS, lambda: NOW)
    qtbot.addWidget(made)
    made.set_command(CommandLayout(QWidget(), QWidget(), QWidget(), QWidget()))
    made.add_page("grids", QLabel("grids"))
    made.resize(1920, 1080)
    made.show()
    return made


def words(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


# Arrangement, without Qt


def test_at_1920_all_is_as_drawn():
    plan = arrange(1920, 1080)
    assert (plan.rail, plan.rail_item, plan.rail_gap, plan.search) == (64, 60, 8, 440)
    places = place(1920 - 64, 1080 - 48, plan, Moved())
    assert (places.queue.width + 1, places.dispatch.width + 1) == (596, 480)
    assert places.lines["dispatch"].x + 64 == 1440
    assert places.lines["queue"].x + 64 == 659
    assert (places.lines["kpi"].y + 48, places.kpi.height + 1) == (880, 200)
    assert places.dispatch.height == 1032, "dispatch goes the full height"
    assert places.kpi.width == 1440 - 64, "the strip spans queue and map"


def test_below_1440_dispatch_goes_under_the_map_and_kpi_away():
    plan = arrange(1366, 768)
    assert (plan.narrow, plan.rail, plan.rail_item, plan.search) == (True, 56, 56, 300)
    places = place(1366 - 56, 768 - 48, plan, Moved())
    assert places.kpi is None
    assert places.queue.width + 1 == 497
    assert (places.dispatch.x, places.dispatch.width) == (places.map.x, places.map.width)
    assert places.dispatch.y == places.map.height + 1
    assert not arrange(1440, 900).narrow


def test_at_3840_columns_grow_within_their_bounds():
    plan = arrange(3840, 2160)
    assert (plan.queue, plan.dispatch) == (760, 640)
    assert 200 < plan.kpi <= 280
    wider = arrange(7680, 2160)
    assert (wider.queue, wider.dispatch) == (760, 640)


@pytest.mark.parametrize(
    "size", [(1024, 700), (1280, 720), (1366, 768), (1440, 900), (1920, 1080), (3840, 2160)]
)
@pytest.mark.parametrize("moved", [Moved(), Moved(9999, 9999, 9999, 9999), Moved(1, 1, 1, 1)])
def test_parts_never_overlap_and_leave_no_gap(size, moved):
    plan = arrange(*size)
    width, height = size[0] - plan.rail, size[1] - 48
    places = place(width, height, plan, moved)
    parts = [places.queue, places.map, places.dispatch, *([places.kpi] if places.kpi else [])]
    assert all(p.width >= 100 and p.height >= 100 for p in parts)
    area = sum(b.width * b.height for b in (*parts, *places.lines.values()))
    assert area == width * height
    for one in parts:
        assert 0 <= one.x <= width - one.width
        assert 0 <= one.y <= height - one.height
        for other in parts:
            apart = (
                one.x + one.width <= other.x
                or other.x + other.width <= one.x
                or one.y + one.height <= other.y
                or other.y + other.height <= one.y
            )
            assert one is other or apart


def test_span_never_runs_backwards():
    assert span(NOW, NOW - timedelta(hours=1)).seconds == 0
    gone = span(NOW - timedelta(days=2, hours=3, minutes=13), NOW)
    assert (gone.days, gone.hours, gone.minutes, gone.seconds) == (2, 3, 13, 0)


# The frame


def test_a_narrow_window_goes_without_the_kpi_strip(frame):
    kpi = frame.findChild(CommandLayout).kpi
    assert kpi.isVisible()
    frame.resize(1366, 768)
    assert not kpi.isVisible()
    frame.resize(1920, 1080)
    assert kpi.isVisible()
    assert kpi.height() == 199


def test_a_line_is_moved_by_arrow_keys_and_stays_moved(frame, qtbot):
    layout = frame.findChild(CommandLayout)
    grip = next(w for w in layout.findChildren(QWidget) if w.accessibleName() == "调整队列宽度")
    qtbot.keyClick(grip, Qt.Key.Key_Right)
    assert layout.queue.width() == 595 + 16
    frame.resize(2000, 1080)
    assert layout.queue.width() == 595 + 16


def test_rail_shows_pages_that_can_be_shown(frame, qtbot):
    with qtbot.waitSignal(frame.page_changed) as caught:
        qtbot.mouseClick(rail_button(frame, "网格力量"), Qt.MouseButton.LeftButton)
    assert caught.args == ["grids"]
    assert frame.rail.current() == "grids"
    off = rail_button(frame, "权责清单")
    assert not off.isEnabled()
    assert off.toolTip() == "清单尚未导入"
    image = frame.grab().toImage()
    bar = [image.pixelColor(1, y).name().upper() for y in range(117, 176)]
    assert set(bar) == {QColor(DARK.acc).name().upper()}
    with pytest.raises(KeyError):
        frame.show_page("nowhere")


def rail_button(frame, name):
    return next(w for w in frame.rail.findChildren(QWidget) if w.accessibleName() == name)


def test_a_band_stands_under_the_top_bar(frame):
    band = QLabel("线路中断，照常办理。")
    band.setFixedHeight(48)
    frame.set_band(band)
    frame.layout().activate()
    assert (band.y(), frame.rail.y()) == (48, 96)
    frame.set_band(None)
    frame.layout().activate()
    assert frame.rail.y() == 48


def test_the_frame_is_the_only_window(frame):
    shown = {w for w in QApplication.topLevelWidgets() if w.isVisible()}
    assert shown == {frame}


def test_every_control_of_the_frame_has_a_name(frame):
    bare = [
        w
        for w in frame.findChildren(QWidget)
        if w.focusPolicy() != Qt.FocusPolicy.NoFocus and w.isVisible() and not w.accessibleName()
    ]
    assert bare == []


# The top bar


def test_top_bar_says_how_the_line_stands(qtbot):
    bar = TopBar(lambda: NOW)
    qtbot.addWidget(bar)
    bar.resize(1920, 48)
    bar.show()
    bar.show_state(
        TopBarState("青白江区智慧治理中心", Line.ONLINE, NOW - timedelta(seconds=2), 0, 1, "周晓岚")
    )
    assert "在线 2 秒前" in words(bar)
    assert "冲突 1" in words(bar)
    bar.show_state(TopBarState("弥牟镇分中心", Line.OFFLINE, NOW - timedelta(days=2, hours=3), 146, 2))
    assert "离线 2 天 3 小时" in words(bar)
    assert "待传 146" in words(bar)
    bar.show_state(TopBarState("弥牟镇分中心"))
    assert "单机" in words(bar)
    tips = [w.toolTip() for w in bar.findChildren(QWidget)]
    assert "上级平台未接入，全部操作存于本机" in tips


def test_clock_shows_the_districts_time_and_moves_on(qtbot):
    moment = [NOW]
    bar = TopBar(lambda: moment[0])
    qtbot.addWidget(bar)
    bar.show()
    assert f"{NOW.astimezone(CHINA):%H:%M:%S}" in words(bar)
    moment[0] = NOW + timedelta(seconds=1)
    bar.tick()
    assert f"{moment[0].astimezone(CHINA):%H:%M:%S}" in words(bar)


def test_narrow_bar_leaves_out_date_and_duty(qtbot):
    bar = TopBar(lambda: NOW)
    qtbot.addWidget(bar)
    bar.show()
    bar.show_state(TopBarState("镇", user="刘颖", duty="值班长"))
    assert "月" in words(bar)
    bar.set_narrow(narrow=True, search=300, rail=56)
    assert "月" not in words(bar)
    assert "值班长" not in words(bar)
    assert "刘颖" in words(bar)


# Keys


def window_with_input(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    field, other = QLineEdit(), QWidget()
    other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    column = QVBoxLayout(window)
    column.addWidget(field)
    column.addWidget(other)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window, field, other


def test_a_letter_is_typed_in_an_input_and_acts_elsewhere(qtbot):
    window, field, other = window_with_input(qtbot)
    done = []
    keys = Shortcuts(window)
    keys.add(KeyEntry("new", "N", "新建"), lambda: done.append("new"))
    keys.add(KeyEntry("find", "Ctrl+K", "查找"), lambda: done.append("find"))
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_N)
    assert (done, field.text()) == ([], "n")
    qtbot.keyClick(field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    other.setFocus()
    qtbot.keyClick(other, Qt.Key.Key_N)
    assert done == ["find", "new"]


def test_a_key_or_id_is_given_once(qtbot):
    window, _field, other = window_with_input(qtbot)
    keys = Shortcuts(window)
    keys.add(KeyEntry("new", "N", "新建"), list)
    for entry in (KeyEntry("new", "M", "再建"), KeyEntry("again", "N", "再建")):
        with pytest.raises(ValueError, match="taken"):
            keys.add(entry, list)
    keys.add(KeyEntry("here", "N", "此处"), list, other)
    assert [entry.id for entry in keys.entries()] == ["new", "here"]
    keys.remove("new")
    assert [entry.id for entry in keys.entries()] == ["here"]


def test_question_mark_opens_the_sheet_of_all_keys(frame, qtbot):
    frame.keys.add(KeyEntry("new", "N", "新建事件", "队列"), list)
    frame.rail.keys_requested.emit()
    sheet = frame.findChild(QDialog)
    assert isinstance(sheet, ShortcutSheet)
    for said in ("新建事件", "队列", "查找事件", "全部快捷键"):
        assert said in words(sheet)
    sheet.reject()


def test_ctrl_k_and_the_field_ask_for_the_search(frame, qtbot):
    frame.activateWindow()
    qtbot.waitUntil(frame.isActiveWindow)
    with qtbot.waitSignal(frame.topbar.search_requested):
        qtbot.keyClick(frame, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(frame.topbar.search_requested):
        qtbot.mouseClick(frame.topbar.search, Qt.MouseButton.LeftButton)
