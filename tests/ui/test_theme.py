"""Theme switching, marks and small widgets, looked at pixel by pixel where that is the promise."""

import pytest
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ui.theme.apply import theme
from ui.theme.buttons import KeyButton, TabButton
from ui.theme.gauges import draw_limit_bar, draw_pips, draw_ring, pips_for
from ui.theme.heads import ElidedLabel, EmptyState, SectionHead
from ui.theme.icons import icon_pixmap
from ui.theme.marks import draw_dot, draw_severity, key_width, severity_shape
from ui.theme.tokens import DARK, LIGHT, SIZES
from ui.theme.widgets import Chip, IconButton, KeyCap, Pill, Ring, SeverityMark

pytestmark = pytest.mark.gui


@pytest.fixture(autouse=True)
def _dark(qapp):
    theme.set("dark")
    yield
    theme.set("dark")


def painted(width, height, draw, ground=DARK.bg1):
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    draw(painter)
    painter.end()
    return image


def at(image, x, y):
    return image.pixelColor(x, y).name().upper()


def colours(image):
    return {at(image, x, y) for x in range(image.width()) for y in range(image.height())}


def activate(qtbot, window):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def rings_of(host):
    return [ring for ring in host.findChildren(QWidget, "focusRing") if ring.isVisible()]


def test_setting_a_theme_announces_it_and_repaints(qtbot):
    cap = KeyCap("J")
    qtbot.addWidget(cap)
    before = cap.grab().toImage()
    with qtbot.waitSignal(theme.changed):
        theme.set("light")
    assert theme.current() == "light"
    assert theme.tokens is LIGHT
    assert QApplication.palette().window().color().name().upper() == LIGHT.bg1
    assert cap.grab().toImage() != before
    with pytest.raises(KeyError):
        theme.set("sepia")
    assert theme.current() == "light"


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_severity_is_told_by_shape_and_by_numeral(qapp, level):
    box = QRectF(0, 0, 18, 18)
    image = painted(18, 18, lambda p: draw_severity(p, box, level, DARK))
    small = painted(12, 12, lambda p: draw_severity(p, QRectF(0, 0, 12, 12), level, DARK))
    token = DARK.colour(("crit", "high", "mid", "low")[level - 1])
    assert token in colours(image)
    dark = [c for c in colours(image) if QColor(c).lightness() < 60 and c != DARK.bg1]
    assert dark, "no numeral"
    assert at(small, 6, 7) == token, "the numeral stays below 14 px"


def test_shapes_differ_in_outline_alone(qapp):
    box = QRectF(0, 0, 18, 18)
    probes = [QPointF(3, 3), QPointF(9, 1), QPointF(1, 9), QPointF(1.2, 16.6), QPointF(4, 4)]
    seen = {tuple(severity_shape(level, box).contains(p) for p in probes) for level in (1, 2, 3, 4)}
    assert len(seen) == 4


def test_limit_bar_is_neutral_then_due_then_hatched(qapp):
    box = QRectF(0, 0, 100, 4)
    neutral = painted(100, 4, lambda p: draw_limit_bar(p, box, 0.5, "neutral", DARK))
    due = painted(100, 4, lambda p: draw_limit_bar(p, box, 0.9, "due", DARK))
    over = painted(100, 4, lambda p: draw_limit_bar(p, box, 1, "overdue", DARK))
    assert (at(neutral, 20, 1), at(neutral, 80, 1)) == (DARK.bar, DARK.bar2)
    assert (at(due, 20, 1), at(due, 96, 1)) == (DARK.high, DARK.bar2)
    row = [at(over, x, 1) for x in range(100)]
    assert row.count(DARK.crit) > 30
    assert row.count(DARK.bg1) > 10, "hatched: the ground shows between the stripes"


def test_pips_count_the_wait(qapp):
    assert [pips_for(m) for m in (0, 30, 31, 60, 61, 240, 241)] == [1, 1, 2, 2, 3, 3, 4]
    image = painted(38, 4, lambda p: draw_pips(p, 0, 0, 2, DARK))
    assert [at(image, x, 2) for x in (4, 14, 24, 34)] == [DARK.bar, DARK.bar, DARK.bar2, DARK.bar2]


def test_ring_runs_clockwise_from_the_top(qapp):
    image = painted(56, 56, lambda p: draw_ring(p, QRectF(0, 0, 56, 56), 0.5, DARK.acc, DARK, "2:19"))
    assert at(image, 52, 28) == DARK.acc
    assert at(image, 4, 28) == DARK.bar2


def test_states_differ_without_colour(qapp):
    def middle_and_sides(state):
        image = painted(10, 10, lambda p: draw_dot(p, QPointF(5, 5), state, DARK))
        return at(image, 3, 5) != DARK.bg1, at(image, 6, 5) != DARK.bg1

    assert [middle_and_sides(s) for s in ("ok", "under_way", "waiting")] == [
        (True, True),
        (True, False),
        (False, False),
    ]


def test_icons_are_drawn_in_the_colour_asked_for_and_kept(qapp):
    one = icon_pixmap("search", 20, "#FF0000", 2.0)
    assert one.width() == 40
    assert one is icon_pixmap("search", 20, "#FF0000", 2.0)
    image = one.toImage()
    shown = [image.pixelColor(x, y) for x in range(40) for y in range(40)]
    assert {(c.red(), c.green(), c.blue()) for c in shown if c.alpha() == 255} == {(255, 0, 0)}
    with pytest.raises(FileNotFoundError):
        icon_pixmap("no-such-icon", 20, "#FF0000", 1.0)


def test_every_control_has_a_name_and_its_drawn_height(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    primary = KeyButton("派给 1 号", "Enter", "primary")
    small = KeyButton("核查", "V", "small")
    chip, icon = Chip("全区", "x"), IconButton("x", "关闭")
    tab = TabButton("处置中", 83)
    for control in (primary, small, chip, icon, tab):
        column.addWidget(control, 0, Qt.AlignmentFlag.AlignLeft)
    page.show()
    assert (primary.height(), small.height(), chip.height()) == (32, 28, 24)
    assert tab.height() == SIZES.tabs
    assert [c.accessibleName() for c in (primary, small, chip, icon, tab)] == [
        "派给 1 号",
        "核查",
        "全区",
        "关闭",
        "处置中 83",
    ]
    assert key_width("J") == 20


def test_a_button_that_is_off_says_why(qtbot):
    button = KeyButton("撤回吹哨", "Z")
    qtbot.addWidget(button)
    button.set_off("已有 2 家到场，不可撤")
    assert not button.isEnabled()
    assert button.toolTip() == "已有 2 家到场，不可撤"
    button.set_off("")
    assert button.isEnabled()
    assert button.toolTip() == ""


def test_section_head_offers_its_link(qtbot):
    head = SectionHead("吹哨报到", "14:11 未齐即报区级", "催办", "U")
    qtbot.addWidget(head)
    head.show()
    assert head.height() == 28
    with qtbot.waitSignal(head.link_clicked):
        head.findChild(KeyButton).click()
    head.set_link("")
    assert not head.findChild(KeyButton).isVisible()


def test_long_words_end_in_an_ellipsis_and_are_whole_in_the_tip(qtbot):
    label = ElidedLabel("很长的一行文字" * 8)
    qtbot.addWidget(label)
    label.resize(120, 20)
    label.show()
    assert label.toolTip() == label.text()
    label.setText("短")
    assert label.toolTip() == ""


def test_focus_ring_stands_outside_and_goes_with_the_focus(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    row = QHBoxLayout(page)
    row.setContentsMargins(16, 16, 16, 16)
    button, field = KeyButton("派单"), QLineEdit()
    row.addWidget(button)
    row.addWidget(field)
    page.resize(400, 80)
    page.show()
    activate(qtbot, page)
    button.setFocus()
    (ring,) = rings_of(page)
    assert ring.geometry() == button.geometry().adjusted(-4, -4, 4, 4)
    image = page.grab().toImage()
    assert at(image, button.x() + 30, button.y() - 3) == DARK.acc
    page.resize(600, 120)
    assert ring.geometry() == button.geometry().adjusted(-4, -4, 4, 4)
    field.setFocus()
    assert [r.geometry() for r in rings_of(page)] == [field.geometry().adjusted(-4, -4, 4, 4)]


def test_focus_ring_survives_its_widget_and_scrolls_with_it(qtbot):
    area = QScrollArea()
    qtbot.addWidget(area)
    body = QWidget()
    column = QVBoxLayout(body)
    button = KeyButton("派单")
    column.addWidget(button)
    area.setWidget(body)
    area.show()
    activate(qtbot, area)
    button.setFocus()
    assert len(rings_of(body)) == 1
    area.takeWidget().deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    other = QLineEdit()
    qtbot.addWidget(other)
    other.show()
    other.setFocus()


def test_no_small_widget_opens_a_window_of_its_own(qtbot):
    before = {w for w in QApplication.topLevelWidgets() if w.isVisible()}
    kept = [
        SectionHead("经过", "11 条", "记一笔", "M"),
        EmptyState("inbox", "没有事件", "稍后再看"),
        Pill("紧急", SeverityMark(2, "紧急")),
        Ring(),
    ]
    for widget in kept:
        qtbot.addWidget(widget)
    assert {w for w in QApplication.topLevelWidgets() if w.isVisible()} == before


def test_a_theme_change_passes_over_widgets_that_are_gone(qtbot):
    kept = [KeyCap("J"), Chip("全区", "x"), IconButton("x", "关闭"), Ring()]
    for widget in kept:
        widget.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    with qtbot.waitSignal(theme.changed):
        theme.set("light")


def test_numbers_in_a_spin_box_stand_at_the_right(qtbot):
    box = QSpinBox()
    qtbot.addWidget(box)
    box.show()
    assert box.alignment() & Qt.AlignmentFlag.AlignRight
