"""Who sits here: signing in by keys, changing places, enrolling; and never a hint which part was wrong."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.domain.rights import Role
from app.ports.gate import Signed, Trouble
from app.ports.link import LinkTrouble
from app.services.desk import Centre
from tests.support.desks import desk, words
from tests.support.outside import HandGate
from ui.gate.keeper import Gatekeeper
from ui.shell.frame import Frame
from ui.shell.rail import RailItem
from ui.theme.apply import theme
from ui.work import Work

pytestmark = pytest.mark.gui

LIU = Signed("u-liu", "刘颖", "town_officer", ("510113102",))
ZHOU = Signed("u-zhou", "周晓岚", "duty_officer", ("*",), online=False)


class Door:
    def __init__(self, qtbot, **gate):
        theme.set("dark")
        self.bot = qtbot
        self.gate = HandGate({"liu": ("right", LIU), "zhou": ("also", ZHOU)}, **gate)
        self.frame = Frame((RailItem("command", "command", "指挥调度"),))
        qtbot.addWidget(self.frame)
        self.frame.add_page("command", QWidget())
        self.work = Work(desk(), self.frame)
        self.keeper = Gatekeeper(self.gate, self.work, words(), self.frame)
        self.frame.show()
        self.frame.activateWindow()
        qtbot.waitUntil(self.frame.isActiveWindow)

    @property
    def dialog(self):
        return self.keeper.dialog

    def sign_in(self, user, password):
        dialog = self.dialog
        dialog.user.clear()
        QTest.keyClicks(dialog.user, user)
        QTest.keyClick(dialog.user, Qt.Key.Key_Return)
        QTest.keyClicks(dialog.password, password)
        QTest.keyClick(dialog.password, Qt.Key.Key_Return)
        self.bot.waitUntil(lambda: not dialog.errand.running)
        return dialog

    def leave(self):
        self.work.stop()
        if self.dialog is not None:
            self.dialog.hide()
            self.dialog.deleteLater()


@pytest.fixture
def door(qtbot, request):
    made = Door(qtbot, **getattr(request, "param", {}))
    yield made
    made.leave()


def test_a_desk_that_stands_alone_asks_nobody(qtbot):
    door = Door(qtbot, belongs=False)
    door.keeper.ask()
    door.keeper.switch()
    assert door.dialog is None
    assert door.keeper.can_enrol("")
    assert door.keeper.signed is None
    door.leave()


def test_an_enrolled_desk_asks_and_ops_are_made_in_that_name(door):
    door.keeper.ask()
    assert door.dialog.isVisible()
    door.sign_in("liu", "right")
    assert door.dialog is None
    assert (door.work.desk.actor, door.work.desk.role) == ("u-liu", Role.TOWN_OFFICER)
    assert door.keeper.signed is LIU


def test_wrong_user_and_wrong_password_are_told_alike(door):
    door.keeper.ask()
    wrong_user = door.sign_in("nobody", "right").said()
    wrong_password = door.sign_in("liu", "wrong").said()
    assert wrong_user == wrong_password == "用户名或口令不对。请核对后再试。"
    assert door.dialog.password.text() == ""
    assert door.dialog.password.hasFocus()
    assert door.work.desk.actor == "m-001"


def test_a_lock_out_says_how_long(door):
    door.gate.troubles = [Trouble("locked_out", 250.0), Trouble("locked_out", 12.2)]
    door.keeper.ask()
    assert door.sign_in("liu", "right").said().endswith("5 分钟后可再试。")
    assert door.sign_in("liu", "right").said().endswith("13 秒后可再试。")


def test_without_a_line_a_stranger_is_told_why(door):
    door.gate.troubles = [Trouble("no_line")]
    door.keeper.ask()
    assert "没有在本机登录过" in door.sign_in("liu", "right").said()


def test_enter_goes_from_field_to_field_and_nothing_empty_is_sent(door):
    door.keeper.ask()
    dialog = door.dialog
    door.bot.waitUntil(dialog.user.hasFocus)
    QTest.keyClick(dialog.user, Qt.Key.Key_Return)
    assert dialog.user.hasFocus()
    QTest.keyClicks(dialog.user, "liu")
    QTest.keyClick(dialog.user, Qt.Key.Key_Return)
    assert dialog.password.hasFocus()
    assert not dialog.errand.running


def test_leaving_the_first_sign_in_leaves_the_program(door):
    door.keeper.ask()
    QTest.keyClick(door.dialog, Qt.Key.Key_Escape)
    assert not door.frame.isVisible()


@pytest.mark.parametrize("door", [{"here": LIU}], indirect=True)
def test_f9_changes_places_and_until_then_the_first_stays(door, qtbot):
    assert door.work.desk.actor == "u-liu"
    QTest.keyClick(door.frame, Qt.Key.Key_F9)
    QTest.keyClick(door.dialog, Qt.Key.Key_Escape)
    assert door.frame.isVisible()
    assert door.work.desk.actor == "u-liu"
    QTest.keyClick(door.frame, Qt.Key.Key_F9)
    with qtbot.waitSignal(door.keeper.seated):
        door.sign_in("zhou", "also")
    assert (door.work.desk.actor, door.work.desk.role) == ("u-zhou", Role.DUTY_OFFICER)
    assert "F9" in {entry.key for entry in door.frame.keys.entries()}


@pytest.mark.parametrize("door", [{"here": Signed("u", "x", "a_new_role")}], indirect=True)
def test_a_role_of_a_newer_hub_may_do_nothing_special(door):
    assert door.work.desk.role is Role.AUDITOR


# Enrolment


def enrol(door, text):
    door.keeper.enrol()
    dialog = door.dialog
    dialog.text.setText(text)
    return dialog


@pytest.mark.parametrize("door", [{"belongs": False}], indirect=True)
def test_an_invitation_is_understood_and_after_it_somebody_signs_in(door, qtbot):
    dialog = enrol(door, "  请用这个: https://hub.qbj:8443/#K7QM-2XTP.ab12cd 谢谢 ")
    assert dialog.invitation() == "https://hub.qbj:8443/#K7QM-2XTP.ab12cd"
    assert "hub.qbj:8443" in dialog._will.text()
    steps = []
    dialog.errand.told.connect(steps.append)
    QTest.keyClick(dialog.text, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: door.dialog is not None and door.dialog is not dialog)
    assert steps == ["reach", "trust", "enrol", "keep"]
    assert door.gate.invited == ["https://hub.qbj:8443/#K7QM-2XTP.ab12cd"]
    assert door.work.desk.centre == Centre("510113102", "弥", "")
    door.sign_in("liu", "right")
    assert door.work.desk.actor == "u-liu"
    assert not door.keeper.can_enrol("")
    assert door.keeper.can_enrol(LinkTrouble.REVOKED)


@pytest.mark.parametrize("door", [{"belongs": False}], indirect=True)
@pytest.mark.parametrize("text", ["", "hub.qbj:8443", "https://hub.qbj:8443/", "ftp://x/#A.b", "https://#"])
def test_what_is_no_invitation_cannot_be_sent(door, text):
    dialog = enrol(door, text)
    assert dialog.invitation() == ""
    assert not dialog.act.isEnabled()
    assert bool(dialog.said()) == bool(text)
    QTest.keyClick(dialog.text, Qt.Key.Key_Return)
    assert door.gate.invited == []


@pytest.mark.parametrize("door", [{"belongs": False}], indirect=True)
def test_a_trouble_is_told_and_it_can_be_tried_again(door, qtbot):
    door.gate.troubles = [Trouble("bad_code")]
    dialog = enrol(door, "https://hub:8443/#OLD.fp")
    dialog.go()
    qtbot.waitUntil(lambda: "登记码不对" in dialog.said())
    assert dialog.text.isEnabled()
    assert not door.gate.belongs


@pytest.mark.parametrize("door", [{"belongs": False}], indirect=True)
def test_an_invitation_is_read_from_a_file(door, tmp_path):
    dialog = enrol(door, "")
    file = tmp_path / "登记.txt"
    file.write_text("\ufeffhttps://hub:8443/#CODE.fp\r\n", encoding="utf-8")
    dialog.read(str(file))
    assert dialog.invitation() == "https://hub:8443/#CODE.fp"
    dialog.read(str(tmp_path / "none"))
    assert "读不了" in dialog.said()
    file.write_bytes(b"\xff\x00\x01")
    dialog.read(str(file))
    assert "没有登记地址" in dialog.said()
