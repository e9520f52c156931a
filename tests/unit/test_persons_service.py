"""A caller is shown in full only while the matter is open, to a role that may, and never untold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.errors import Refusal
from app.domain.op import OpKind
from app.domain.rights import Role
from app.services import follow_up, intake, persons, triage
from tests.support.desks import desk

REPORT = intake.Report("井盖缺失", "hotline", lon=104.33, lat=30.862, caller="李某某", phone="13812342207")


@pytest.fixture
def at_desk():
    return desk()


def shows(at_desk):
    with at_desk.store.reading() as read:
        return [op for op, _ in read._shelf.ops if op.kind == OpKind.SHOW]


def test_the_showing_is_written_down_with_who_was_shown(at_desk):
    key = intake.report(at_desk, REPORT).key
    person = persons.show(at_desk, key)
    assert (person.name, person.phone) == ("李某某", "13812342207")
    (op,) = shows(at_desk)
    assert (op.actor, op.body) == ("m-001", {"person": person.id})
    assert "李" not in str(op.body)
    persons.show(at_desk, key)
    assert len(shows(at_desk)) == 2, "every showing counts"


def test_after_the_matter_has_ended_nothing_is_shown(at_desk):
    key = intake.report(at_desk, REPORT).key
    triage.accept(at_desk, key)
    follow_up.close(at_desk, key, "已修好")
    assert persons.show(at_desk, key) is Refusal.IS_CLOSED
    assert shows(at_desk) == []


@pytest.mark.parametrize(
    ("role", "shown"),
    [(None, True), (Role.DUTY_OFFICER, True), (Role.TOWN_OFFICER, True), (Role.AUDITOR, False),
     (Role.GRID_MEMBER, False), (Role.ADMINISTRATOR, False)],
)  # fmt: skip
def test_only_a_role_that_handles_matters_is_shown_anything(at_desk, role, shown):
    key = intake.report(at_desk, REPORT).key
    found = persons.show(replace(at_desk, role=role), key)
    assert (found is Refusal.NOT_PERMITTED) is not shown
    assert len(shows(at_desk)) == shown


def test_without_a_caller_or_an_incident_there_is_nothing_to_show(at_desk):
    nobody = intake.report(at_desk, replace(REPORT, caller="", phone="")).key
    assert persons.show(at_desk, nobody) is Refusal.UNKNOWN_RECORD
    assert persons.show(at_desk, 99) is Refusal.UNKNOWN_INCIDENT
    removed = intake.report(at_desk, REPORT).key
    at_desk.store.shelf.persons.clear()
    assert persons.show(at_desk, removed) is Refusal.UNKNOWN_RECORD
    assert shows(at_desk) == []
