"""The dispatch panel on a desk of its own: keys do what their buttons say, and nothing is sent twice."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from app.domain.errors import Refusal
from app.domain.incident import State
from app.domain.op import OpKind
from app.domain.rights import Role
from app.ports.rows import Changed
from app.services import dispatch, follow_up, intake, triage
from tests.support.desks import words
from tests.support.panel_stage import REPORT, Stage

pytestmark = pytest.mark.gui

MINUTE = 60_000


@pytest.fixture
def stage(qtbot):
    return Stage(qtbot)


def test_nothing_chosen_says_which_keys_choose(stage):
    assert stage.panel.dossier is None
    assert stage.panel.actions() == ()
    assert stage.panel._parts.empty.isVisible()
    assert not stage.panel._parts.bar.isVisible()


def test_from_a_new_matter_to_a_sent_work_order_in_two_keys(stage):
    stage.open().press(Qt.Key.Key_A)
    assert stage.incident.state is State.ACCEPTED
    stage.press(Qt.Key.Key_Return)
    assert stage.incident.state is State.ASSIGNED
    assert [a.handler for a in stage.incident.assignments] == [stage.suggested]
    assert stage.incident.assignments[0].lead


def test_keys_pressed_before_the_answer_are_done_after_it_and_none_twice(stage):
    stage.panel.show_key(stage.key)
    stage.press(Qt.Key.Key_A, run=False)
    stage.work.run()
    assert stage.incident.state is State.ACCEPTED
    stage.panel.take_focus()
    stage.press(Qt.Key.Key_Return, Qt.Key.Key_Return, run=False)
    assert stage.work.done == 2
    stage.work.run()
    assert len(stage.incident.assignments) == 1
    assert stage.incident.state is State.ASSIGNED


def test_enter_never_answers_for_a_handler_but_y_does(stage):
    stage.open().press(Qt.Key.Key_G)
    stage.press(Qt.Key.Key_Return)
    assert stage.incident.state is State.ASSIGNED
    stage.press(Qt.Key.Key_Y)
    assert stage.incident.state is State.WORKING


def test_digits_and_arrows_choose_whom_to_send(stage):
    stage.open()
    wanted = stage.panel.dossier.candidates[2].unit
    stage.panel.take_focus()
    stage.press(Qt.Key.Key_2, Qt.Key.Key_Down)
    assert stage.label(OpKind.ASSIGN) == "派给 3 号"
    stage.press(Qt.Key.Key_G)
    assert stage.incident.assignments[0].handler == wanted


def test_a_choice_survives_news_of_the_same_matter(stage):
    stage.open()
    stage.window.resize(480, 600)
    stage.panel._choose(2)
    wanted = stage.panel.dossier.candidates[2].unit
    stage.panel._parts.area.verticalScrollBar().setValue(40)
    triage.accept(stage.desk, stage.key)
    stage.news.changed.emit(Changed(9, frozenset({stage.key})))
    stage.work.run()
    assert stage.panel.dossier.incident.state is State.ACCEPTED
    assert next(a for a in stage.panel.actions() if a.op == OpKind.ASSIGN).target == wanted
    assert stage.panel._parts.area.verticalScrollBar().value() == 40


def test_news_of_other_matters_asks_nothing(stage):
    stage.open()
    before = stage.work.asked
    stage.news.changed.emit(Changed(9, frozenset({stage.key + 1})))
    assert stage.work.asked == before
    stage.news.changed.emit(Changed(10, everything=True))
    assert stage.work.asked == before + 1


def test_only_legal_keys_are_alive(stage):
    stage.open()
    triage.decline(stage.desk, stage.key, "不属本区")
    stage.news.changed.emit(Changed(9, frozenset({stage.key})))
    stage.work.run()
    stage.press(Qt.Key.Key_A, Qt.Key.Key_G, Qt.Key.Key_P)
    assert stage.incident.state is State.DECLINED
    assert stage.work.done == 0
    assert not stage.panel.forms.is_open()


def test_handling_takes_enter_twice_with_the_usual_result(stage):
    stage.open().press(Qt.Key.Key_G, Qt.Key.Key_Y, Qt.Key.Key_H)
    assert stage.panel.forms.is_open()
    assert isinstance(stage.window.focusWidget(), QLineEdit)
    stage.press(Qt.Key.Key_Return)
    assert stage.incident.state is State.HANDLED
    assert stage.incident.result == words().say("say_handle", 1)


def test_words_are_asked_for_inside_the_panel_and_never_sent_empty(stage):
    stage.open().press(Qt.Key.Key_D)
    form = stage.panel.forms.ask_words
    stage.press(Qt.Key.Key_Return)
    assert stage.incident.state is State.REPORTED
    assert form.warning.text() == words().say("dispatch", "write_first")
    stage.press(Qt.Key.Key_2)
    assert form.edit.text() == words().say("say_decline", 2)
    stage.press(Qt.Key.Key_Down)
    assert form.edit.text() == words().say("say_decline", 3)
    stage.press(Qt.Key.Key_Escape)
    assert not stage.panel.forms.is_open()
    assert stage.panel._parts.bar.isVisible()
    stage.press(Qt.Key.Key_D)
    QTest.keyClicks(stage.window.focusWidget(), "cannot be ours")
    stage.press(Qt.Key.Key_Return)
    assert (stage.incident.state, stage.incident.result) == (State.DECLINED, "cannot be ours")


def test_letters_typed_into_a_form_are_no_commands(stage):
    stage.open().press(Qt.Key.Key_M)
    QTest.keyClicks(stage.window.focusWidget(), "AGZ")
    assert stage.panel.forms.ask_words.edit.text() == "AGZ"
    assert stage.work.done == 0


def test_a_whistle_finds_departments_by_typing_and_calls_them_with_enter(stage):
    stage.open().press(Qt.Key.Key_A, Qt.Key.Key_U)
    form = stage.panel.forms.ask_units
    stage.press(Qt.Key.Key_Return)
    assert form.warning.text() == words().say("dispatch", "choose_first")
    form.filter.setText("水务")
    wanted = [row.unit for row in form.found()]
    assert 0 < len(wanted) < 30
    stage.press(Qt.Key.Key_Space)
    form.filter.setText("")
    stage.press(Qt.Key.Key_Down, Qt.Key.Key_Space)
    assert form.hint.text() == "已选 2 个"
    stage.press(Qt.Key.Key_Return)
    assert [a.whistle for a in stage.incident.assignments] == [True, True]
    assert stage.incident.assignments[0].handler == wanted[0]


def test_a_refusal_is_said_in_the_panel_with_what_to_do(stage, qtbot):
    stage.open()
    told = []
    stage.panel.refused.connect(told.append)
    triage.accept(stage.desk, stage.key)  # another desk was faster, and the news is not here yet
    stage.press(Qt.Key.Key_A)
    assert told == [Refusal.ALREADY_ACCEPTED]
    assert stage.panel._parts.notice.words() == words().say("refusal", Refusal.ALREADY_ACCEPTED)
    assert stage.panel.dossier.incident.state is State.ACCEPTED
    stage.press(Qt.Key.Key_G)
    assert stage.panel._parts.notice.words() == ""


def test_buttons_wait_while_an_act_is_under_way_and_after_a_trouble_they_are_back(stage):
    stage.open()
    button = stage.buttons()["受理"]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not stage.buttons()["受理"].isEnabled()
    stage.work.waiting.clear()  # the disk is full: no answer comes
    stage.work.troubled.emit(object())
    assert stage.buttons()["受理"].isEnabled()


def test_acts_are_told_to_others(stage):
    told = []
    stage.panel.acted.connect(told.append)
    stage.open().press(Qt.Key.Key_A)
    assert [done.key for done in told] == [stage.key]


def test_an_answer_that_is_late_is_not_shown(stage):
    other = intake.report(stage.desk, REPORT).key
    stage.panel.show_key(stage.key)
    stage.panel.show_key(other)
    stage.work.run()
    assert stage.panel.dossier.key == other
    stage.panel.show_key(999)
    stage.work.run()
    assert stage.panel.dossier is None
    assert stage.panel._parts.empty.isVisible()


def test_rings_move_without_asking_and_rows_with_the_minute(stage):
    stage.open()
    before = stage.work.asked
    stage.desk.clock.at += 4 * MINUTE
    stage.panel._tick()
    assert stage.panel._parts.body.rings.cells[0]._ring.accessibleName() == "受理 6 分 限 10 分 至 14:10"
    stage.desk.clock.at += 30 * MINUTE
    stage.panel._tick()
    assert stage.panel._parts.body.rings.cells[0]._face.ink == "crit"
    assert stage.work.asked == before


@pytest.mark.parametrize("size", [(370, 430), (430, 430), (480, 1030), (640, 1500)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_actions_stay_in_sight_and_nothing_is_wider_than_the_panel(qtbot, size, lang):
    stage = Stage(qtbot, lang, size)
    stage.open().press(Qt.Key.Key_G, Qt.Key.Key_Y)
    panel = stage.panel
    bar = panel._parts.bar
    assert bar.mapTo(panel, QPoint(0, bar.height())).y() == panel.height()
    assert panel._parts.body.width() == panel.width()
    for button in bar.buttons():
        assert panel.rect().contains(button.geometry().translated(bar.pos()))
    shown = len(bar.buttons()) + len(bar.hidden())
    assert shown == len(panel.actions())
    assert bar.buttons()[0].property("kind") == "primary"


def test_every_control_has_a_name(stage):
    stage.open().press(Qt.Key.Key_G, Qt.Key.Key_H)
    for kind in (QAbstractButton, QLineEdit):
        for control in stage.panel.findChildren(kind):
            if control.isVisible():
                assert control.accessibleName(), control
    body = stage.panel._parts.body
    for rows in (body.orders, body.candidates, body.history):
        assert rows.accessibleName()
        index = rows.rows.index(0)
        assert index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_rows_are_reused_when_news_comes(stage):
    stage.open()
    body = stage.panel._parts.body
    before = [*stage.buttons().values()]
    follow_up.note(stage.desk, stage.key, "电话未接")
    stage.news.changed.emit(Changed(9, frozenset({stage.key})))
    stage.work.run()
    assert [*stage.buttons().values()] == before
    assert body.history.rows.rowCount() == 2


def test_ops_go_to_the_work_order_that_was_picked(stage):
    stage.open().press(Qt.Key.Key_A)
    dispatch.whistle(stage.desk, stage.key, ["d-zf", "d-rq"], "会同")
    stage.news.changed.emit(Changed(9, frozenset({stage.key})))
    stage.work.run()
    second = stage.incident.assignments[1]
    body = stage.panel._parts.body
    row = next(i for i, r in enumerate(body.orders.rows.rows) if r.id == second.id)
    body.orders.picked.emit(row)
    stage.press(Qt.Key.Key_Y)
    assert [a.acknowledged_at is None for a in stage.incident.assignments] == [True, False]


def test_all_rules_unfold_in_place(stage):
    stage.open()
    why = stage.panel._parts.body.why
    why.head.link_clicked.emit()
    shown = [line for line in why._lines if not line.isHidden()]
    assert len(shown) == len(stage.panel.dossier.decision["considered"]) + 2
    why.head.link_clicked.emit()
    assert len([line for line in why._lines if not line.isHidden()]) == 5


def test_another_language_says_everything_anew(stage):
    stage.open()
    stage.panel.relanguage(words("en"), "en")
    stage.work.run()
    assert stage.panel._parts.body.history.rows.rows[0].what == "reported"
    assert "Accept" in stage.buttons()
    assert "Accept" in {e.words for e in stage.keys.entries()}
    stage.press(Qt.Key.Key_A)
    assert stage.incident.state is State.ACCEPTED


def test_closing_forgets_the_matter(stage, qtbot):
    stage.open()
    with qtbot.waitSignal(stage.panel.closed):
        stage.panel._parts.head.close_wished.emit()
    assert stage.panel.dossier is None


def test_old_answers_during_an_act_do_not_let_it_be_sent_twice(stage):
    stage.open()
    stage.news.changed.emit(Changed(9, everything=True))
    stage.press(Qt.Key.Key_A, run=False)
    question, act = stage.work.waiting
    stage.work.waiting.clear()
    question()  # asked before the act, answered while it is under way
    stage.press(Qt.Key.Key_A, run=False)
    assert stage.work.done == 1
    assert not stage.buttons()["受理"].isEnabled()
    act()
    stage.work.run()
    assert stage.incident.state is State.ACCEPTED
    assert stage.work.done == 1


def sit(stage, role):
    stage.desk = stage.work.desk = replace(stage.desk, role=role)
    return stage.open()


def test_who_may_only_look_has_no_buttons_and_is_told_why(stage):
    sit(stage, Role.AUDITOR)
    assert stage.panel.actions() == ()
    bar = stage.panel._parts.bar
    assert bar._nothing == words().say("dispatch", "no_right", role=words().say("role", "auditor"))
    stage.press(Qt.Key.Key_A, Qt.Key.Key_M, Qt.Key.Key_Return)
    assert stage.incident.state is State.REPORTED
    assert stage.work.done == 0


def test_a_grid_member_may_note_and_not_decide(stage):
    sit(stage, Role.GRID_MEMBER)
    assert {action.op for action in stage.panel.actions()} == {OpKind.NOTE}
    sit(stage, Role.TOWN_OFFICER)
    assert OpKind.ACCEPT in {action.op for action in stage.panel.actions()}


def test_a_matter_is_moved_to_the_place_that_is_typed(stage):
    stage.open()
    lists = stage.desk.lists.now()
    here = stage.incident.town
    there = next(p for p in lists.places.values() if p.level == "village" and lists.town_of(p.id) != here)
    stage.press(Qt.Key.Key_Q)
    form = stage.panel.forms.ask_units
    form.filter.setText(there.name)
    QTest.keyClick(form.filter, Qt.Key.Key_Return)
    stage.work.run()
    incident = stage.incident
    assert (incident.place, incident.town) == (there.id, lists.town_of(there.id))
    assert (incident.lon, incident.lat) == there.seat
