"""Conflicts, callers and incidents that go away, in the panel: by keys, never without an officer's word."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from app.domain.incident import State
from app.domain.op import OpKind
from app.ports.rows import Changed, MovedRow
from app.services import dispatch, follow_up, triage
from tests.support.desks import words
from tests.support.elsewhere import Elsewhere
from tests.support.panel_stage import Stage
from ui.dispatch.conflict_facts import conflict_faces, told_words

pytestmark = pytest.mark.gui

MIMOU = "510113102"


@pytest.fixture
def stage(qtbot):
    return Stage(qtbot)


def dispatched_twice(stage):
    units = sorted(stage.desk.lists.now().units)
    triage.accept(stage.desk, stage.key)
    other = Elsewhere(stage.desk, stage.key)
    dispatch.assign(stage.desk, stage.key, units[0])
    other.act(OpKind.ASSIGN, {"assignment": "x1", "handler": units[1]})
    return units[:2]


def box(stage):
    return stage.panel._parts.body.conflicts


def said(stage):
    return " ".join(label.text() for label in box(stage).findChildren(QLabel) if label.isVisible())


def caller(stage):
    facts = stage.panel._parts.body.facts
    return next(value.text() for label, value in facts._pairs if label.text() == "来电")


def shows(stage):
    return sum(op.kind == OpKind.SHOW for op, _ in stage.desk.store.shelf.ops)


# Conflicts


def test_without_a_conflict_there_is_no_box(stage):
    stage.open()
    assert not box(stage).isVisible()
    stage.press(Qt.Key.Key_F)
    assert not box(stage).has_keyboard()


def test_both_sides_are_told_with_who_and_how_it_stands(stage):
    first, second = dispatched_twice(stage)
    stage.open()
    lists, members = stage.desk.lists.now(), stage.desk.lists.now().members
    assert box(stage).isVisible()
    for unit in (first, second):
        assert f"派 {lists.handler_name(unit)}，未应答" in said(stage)
    assert "重复派单" in said(stage)
    assert members["m-001"].name in said(stage)
    assert members["m-002"].name in said(stage)
    assert [b.text() for b in box(stage)._parts[0].buttons] == [
        "都保留", f"只留{lists.handler_name(first)}", f"只留{lists.handler_name(second)}",
    ]  # fmt: skip


def test_it_is_settled_by_keys_with_a_reason(stage):
    _first, second = dispatched_twice(stage)
    stage.open().press(Qt.Key.Key_F)
    assert box(stage).has_keyboard()
    stage.press(Qt.Key.Key_3)
    assert stage.panel.forms.is_open()
    stage.press(Qt.Key.Key_Return)
    assert stage.panel.forms.is_open(), "nothing is settled without a reason"
    assert stage.incident.conflicts
    stage.press(Qt.Key.Key_2, Qt.Key.Key_Return)
    assert stage.incident.conflicts == ()
    assert [a.handler for a in stage.incident.assignments if a.active] == [second]
    assert not box(stage).isVisible()


def test_arrows_go_over_the_choices_and_enter_takes_one(stage):
    first, _second = dispatched_twice(stage)
    stage.open().press(Qt.Key.Key_F, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert stage.panel.forms.is_open()
    stage.press(Qt.Key.Key_1, Qt.Key.Key_Return)
    assert [a.handler for a in stage.incident.assignments if a.active] == [first]


def test_digits_choose_candidates_while_the_conflicts_have_not_the_keyboard(stage):
    dispatched_twice(stage)
    stage.open()
    stage.panel.take_focus()
    stage.press(Qt.Key.Key_2)
    assert not stage.panel.forms.is_open()
    assert stage.panel._choice.candidate(stage.panel.dossier) == 1


def test_one_that_was_settled_elsewhere_says_so_and_goes(stage):
    dispatched_twice(stage)
    stage.open().press(Qt.Key.Key_F, Qt.Key.Key_1)
    name = stage.incident.conflicts[0].name
    Elsewhere(stage.desk, stage.key).act(OpKind.RESOLVE, {"conflict": name, "reason": "区级已定"})
    stage.press(Qt.Key.Key_1, Qt.Key.Key_Return)
    assert "冲突已不在" in stage.panel._parts.notice.words()
    assert not box(stage).isVisible()


def test_f_goes_from_conflict_to_conflict(stage):
    dispatched_twice(stage)
    other = Elsewhere(stage.desk, stage.key)
    follow_up.note(stage.desk, stage.key, "x")
    triage.classify(stage.desk, stage.key, "水-0642", 1)
    other.act(
        OpKind.CLASSIFY, {"item": "水-0642", "item_rev": 1, "severity": 3, "loop": "big", "category": "水"}
    )
    stage.open().press(Qt.Key.Key_F)
    assert box(stage)._at() == 0
    stage.press(Qt.Key.Key_F)
    assert box(stage)._at() == 1
    stage.press(Qt.Key.Key_F)
    assert box(stage)._at() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_is_told_in_words_without_a_code(qtbot, lang):
    stage = Stage(qtbot, lang)
    triage.accept(stage.desk, stage.key)
    other = Elsewhere(stage.desk, stage.key)
    units = sorted(stage.desk.lists.now().units)
    dispatch.assign(stage.desk, stage.key, units[0])
    other.act(OpKind.ASSIGN, {"assignment": "x1", "handler": units[1]})
    other.act(OpKind.CLOSE, {"result": "已答复"})
    told = [units[0], "f" * 32, "弥1120-03", MIMOU]
    other.act(OpKind.FLAG, {"conflict": "unit_double_booked", "told": told})
    other.act(OpKind.FLAG, {"conflict": "close_differs", "told": ["closed", "甲", "declined", "乙"]})
    other.act(OpKind.FLAG, {"conflict": "edited_twice", "told": ["item", "", "水-0642"]})
    stage.open()
    lists, table = stage.desk.lists.now(), words(lang)
    for face, conflict in zip(
        conflict_faces(stage.panel.dossier, table), stage.incident.conflicts, strict=True
    ):
        assert len(face.lines) == 2, face
        everything = (
            f"{face.spoken} {told_words(conflict, lists, table)} {[said for _code, said in face.choices]}"
        )
        assert units[0] not in everything
        assert MIMOU not in everything
        assert "_" not in everything
    assert len(stage.incident.conflicts) == 5


# The caller


def test_the_caller_is_masked_until_l_and_again_after_it(stage):
    stage.open()
    assert caller(stage) == "李** · 138****2207"
    stage.press(Qt.Key.Key_L)
    assert caller(stage) == "李某某 · 13812342207"
    assert shows(stage) == 1
    stage.press(Qt.Key.Key_L)
    assert caller(stage) == "李** · 138****2207"
    assert shows(stage) == 1


def test_another_incident_or_a_minute_masks_the_caller(stage, qtbot, monkeypatch):
    monkeypatch.setattr("ui.dispatch.caller.SHOWN_MS", 5)
    stage.open().press(Qt.Key.Key_L)
    stage.panel._caller._end.setInterval(5)
    stage.panel._caller.mask()
    stage.press(Qt.Key.Key_L)
    qtbot.waitUntil(lambda: stage.panel._caller.person is None)
    assert caller(stage) == "李** · 138****2207"
    stage.panel._caller._end.setInterval(60_000)
    stage.press(Qt.Key.Key_L)
    stage.panel.show_key(None)
    assert stage.panel._caller.person is None


def test_a_caller_on_the_way_is_not_shown_on_another_incident(stage):
    stage.open().press(Qt.Key.Key_L, run=False)
    stage.panel.show_key(None)
    stage.work.run()
    assert stage.panel._caller.person is None


def test_once_the_matter_is_closed_the_caller_is_masked_and_l_does_nothing(stage):
    stage.open().press(Qt.Key.Key_L)
    triage.accept(stage.desk, stage.key)
    follow_up.close(stage.desk, stage.key, "好")
    stage.news.changed.emit(Changed(9, frozenset({stage.key})))
    stage.work.run()
    assert stage.incident.state is State.CLOSED
    assert caller(stage) == "李** · 138****2207"
    stage.press(Qt.Key.Key_L)
    assert shows(stage) == 1


# Gone


def take_away(stage, *, told):
    shelf, incident = stage.desk.store.shelf, stage.incident
    del shelf.incidents[incident.id]
    if told:
        shelf.moved[incident.id] = MovedRow(incident.id, incident.number, MIMOU, 0)
    stage.news.changed.emit(Changed(9, frozenset({stage.key})))
    stage.work.run()
    return incident


def empty(stage):
    return [label.text() for label in stage.panel._parts.empty.findChildren(QLabel)]


def test_an_incident_handed_over_says_where_it_is_and_under_which_number(stage):
    stage.open().press(Qt.Key.Key_D)
    assert stage.panel.forms.is_open()
    incident = take_away(stage, told=True)
    assert stage.panel.dossier is None
    assert "已移交 弥牟镇" in empty(stage)
    assert any(incident.number in line for line in empty(stage))
    assert not stage.panel.forms.isVisible()
    assert stage.panel.actions() == ()
    stage.press(Qt.Key.Key_A, Qt.Key.Key_L, Qt.Key.Key_F)
    assert stage.work.done == 0


def test_one_that_vanished_without_a_word_is_told_as_gone(stage):
    stage.open()
    take_away(stage, told=False)
    assert "本机没有这起事件" in empty(stage)


def test_an_act_on_its_way_when_the_incident_goes_is_refused_in_words(stage):
    stage.open().press(Qt.Key.Key_A, run=False)
    shelf, incident = stage.desk.store.shelf, stage.incident
    del shelf.incidents[incident.id]
    shelf.moved[incident.id] = MovedRow(incident.id, incident.number, MIMOU, 0)
    stage.work.run()
    assert "已移交 弥牟镇" in empty(stage)
    assert QApplication.focusWidget() is not None
