"""Rights by role: who may do what, whatever a client says."""

from __future__ import annotations

import pytest

from app.domain.op import HUB_OPS, OpKind
from app.domain.rights import MAY, Role, may, within

LISTS = (OpKind.PUT, OpKind.RETIRE)


def test_every_role_has_its_rights():
    assert set(MAY) == set(Role)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", HUB_OPS)
def test_nobody_says_what_the_hub_alone_says(role, kind):
    assert not may(role, kind)


def test_who_dispatches_and_who_does_not():
    desks = {Role.DUTY_OFFICER, Role.SUPERVISOR, Role.TOWN_OFFICER}
    for kind in (OpKind.ASSIGN, OpKind.CLOSE, OpKind.WHISTLE, OpKind.RESOLVE, OpKind.SHOW, OpKind.CANCEL):
        assert {role for role in Role if may(role, kind)} == desks


def test_the_field_reports_and_tells_of_its_own_work():
    field = {OpKind(k) for k in OpKind if may(Role.GRID_MEMBER, k)}
    assert field == {
        OpKind.REPORT, OpKind.ACKNOWLEDGE, OpKind.RETURN, OpKind.REPORT_IN, OpKind.NOTE, OpKind.ATTACH,
        OpKind.HANDLE,
    }  # fmt: skip
    department = {OpKind(k) for k in OpKind if may(Role.DEPARTMENT_OFFICER, k)}
    assert department == field | {OpKind.ESCALATE}


def test_lists_are_kept_by_those_who_answer_for_them():
    for kind in LISTS:
        assert {r for r in Role if may(r, kind)} == {Role.SUPERVISOR, Role.TOWN_OFFICER, Role.ADMINISTRATOR}
    assert {k for k in OpKind if may(Role.ADMINISTRATOR, k)} == set(LISTS)


def test_an_auditor_only_reads():
    assert not any(may(Role.AUDITOR, kind) for kind in (*OpKind, "dance"))


def test_an_op_of_a_newer_program_may_be_handed_in():
    assert may(Role.GRID_MEMBER, "dance")


def test_scopes():
    assert within(frozenset({"510113103"}), "510113103")
    assert not within(frozenset({"510113103"}), "510113104")
    assert not within(frozenset(), "510113103")
    assert within(frozenset({"*"}), "510113104")
