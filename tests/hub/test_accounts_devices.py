"""Devices at the hub: codes that open once, tokens that die at once, rights from the hub's own records."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from app.domain.errors import Refusal
from app.domain.op import HUB_OPS, OpKind
from app.domain.rights import Role
from app.hub.devices import NoSuchDevice
from app.link.keys import new_pair, public_part
from app.ports.accounts import EVERYWHERE
from app.ports.link import LinkProblem, LinkTrouble
from tests.support.hub_people import DISTRICT, PASSWORD, TOWN_A, TOWN_B, Doors, open_doors

DEVICE = "ab" * 16


@pytest.fixture
def doors():
    opened = open_doors()
    yield opened
    opened.engine.dispose()


def trouble(call, *args) -> LinkTrouble:
    with pytest.raises(LinkProblem) as raised:
        call(*args)
    return raised.value.code


def key() -> dict[str, str]:
    return public_part(new_pair())


def test_a_code_gives_a_device_its_place_scopes_sign_and_letter(doors):
    enrolled = doors.devices.enrol(doors.code(TOWN_A), DEVICE, "一号机", key())
    device = doors.devices.find(DEVICE)
    assert device == enrolled.device
    assert (device.scopes, device.place, device.sign) == (frozenset({TOWN_A}), TOWN_A, "弥")


def test_a_code_is_read_however_it_was_typed(doors):
    code = doors.code().lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert doors.devices.enrol(code, DEVICE, "一号机", key()).secret


def test_a_code_opens_once(doors):
    code, pair = doors.code(), key()
    doors.devices.enrol(code, DEVICE, "一号机", pair)
    assert trouble(doors.devices.enrol, code, DEVICE, "一号机", pair) is LinkTrouble.BAD_CODE
    assert trouble(doors.devices.enrol, code, "cd" * 16, "二号机", key()) is LinkTrouble.BAD_CODE
    assert doors.audited("enrol") == ["enrolled", "bad_code", "bad_code"]


def test_a_code_opens_once_among_many_at_the_same_instant(doors):
    code = doors.code()

    def enrol(n: int) -> str:
        try:
            doors.devices.enrol(code, f"{n:032x}", "机", key())
        except LinkProblem as problem:
            return problem.code
        return "let in"

    with ThreadPoolExecutor(8) as pool:
        came = list(pool.map(enrol, range(16)))
    assert (came.count("let in"), came.count(LinkTrouble.BAD_CODE)) == (1, 15)
    assert len(doors.devices.every()) == 1


def test_a_code_is_over_after_a_day_and_kept_hashed(doors):
    code = doors.code()
    with doors.engine.connect() as db:
        assert code.replace("-", "") not in db.execute(text("SELECT hash FROM code")).scalar_one()
    doors.clock.on(hours=24)
    assert trouble(doors.devices.enrol, code, DEVICE, "机", key()) is LinkTrouble.BAD_CODE


@pytest.mark.parametrize(
    "bad", [{}, {"kty": "EC"}, {"kty": "oct", "k": "AAAA"}, {**key(), "x": "AAAA"}, {**key(), "x": "!"}]
)
def test_what_is_no_key_spends_no_code(doors, bad):
    code = doors.code()
    assert trouble(doors.devices.enrol, code, DEVICE, "机", bad) is LinkTrouble.BAD_PAGE
    assert doors.devices.enrol(code, DEVICE, "机", key())


def test_a_private_half_that_is_sent_by_mistake_is_not_kept(doors):
    doors.devices.enrol(doors.code(), DEVICE, "机", new_pair())
    assert "d" not in doors.devices.find(DEVICE).key


def test_a_device_enrols_again_with_its_key_and_its_old_secret_is_dead(doors):
    pair = key()
    first = doors.devices.enrol(doors.code(TOWN_A), DEVICE, "机", pair)
    token, _ = doors.devices.token(DEVICE, first.secret)
    second = doors.devices.enrol(doors.code(TOWN_B), DEVICE, "机", pair)
    assert trouble(doors.devices.principal_of, token) is LinkTrouble.NOT_ENROLLED
    assert trouble(doors.devices.token, DEVICE, first.secret) is LinkTrouble.NOT_ENROLLED
    token, _ = doors.devices.token(DEVICE, second.secret)
    assert doors.devices.principal_of(token).scopes == {TOWN_B}


def test_nobody_takes_another_device_over_with_a_code_of_his_own(doors):
    desktop = doors.desktop(TOWN_A)
    code = doors.code(TOWN_B)
    assert trouble(doors.devices.enrol, code, desktop.id, "机", key()) is LinkTrouble.FORBIDDEN
    assert doors.principal(desktop).scopes == {TOWN_A}
    bound = doors.code(TOWN_A, device=desktop.id)
    assert trouble(doors.devices.enrol, bound, "cd" * 16, "机", key()) is LinkTrouble.BAD_CODE
    assert doors.devices.enrol(bound, desktop.id, "机", key()).device.scopes == {TOWN_A}


def test_a_token_holds_fifteen_minutes(doors):
    desktop = doors.desktop(TOWN_A)
    token, seconds = doors.devices.token(desktop.id, desktop.enrolled.secret)
    assert seconds == 900
    doors.clock.on(minutes=14.9)
    assert doors.devices.principal_of(token).device == desktop.id
    doors.clock.on(minutes=0.2)
    assert trouble(doors.devices.principal_of, token) is LinkTrouble.NOT_ENROLLED


@pytest.mark.parametrize("device", [None, "ff" * 16, "\x00", ""])
def test_a_wrong_secret_and_an_unknown_device_are_told_alike(doors, device):
    known = doors.desktop().id if device is None else device
    assert trouble(doors.devices.token, known, "x" * 43) is LinkTrouble.NOT_ENROLLED
    assert doors.audited("token") == ["not_enrolled"]


def test_a_stolen_token_is_dead_with_the_revocation_and_says_so(doors):
    desktop = doors.desktop(TOWN_A)
    token, _ = doors.devices.token(desktop.id, desktop.enrolled.secret)
    doors.devices.revoke(desktop.id, "root")
    assert trouble(doors.devices.principal_of, token) is LinkTrouble.REVOKED
    assert trouble(doors.devices.token, desktop.id, desktop.enrolled.secret) is LinkTrouble.REVOKED
    assert trouble(doors.devices.token, desktop.id, "x" * 43) is LinkTrouble.NOT_ENROLLED
    assert doors.audited("device") == ["revoked"]
    with pytest.raises(NoSuchDevice):
        doors.devices.revoke(desktop.id, "root")


def test_a_revoked_device_enrols_again_only_after_it_was_admitted(doors):
    pair = key()
    first = doors.devices.enrol(doors.code(), DEVICE, "机", pair)
    doors.devices.revoke(DEVICE, "root")
    code = doors.code()
    assert trouble(doors.devices.enrol, code, DEVICE, "机", pair) is LinkTrouble.REVOKED
    doors.devices.readmit(DEVICE, "root")
    assert trouble(doors.devices.token, DEVICE, first.secret) is LinkTrouble.NOT_ENROLLED
    assert doors.devices.enrol(code, DEVICE, "机", pair).secret


@pytest.mark.parametrize("token", ["", "x", "é", "\x00", "a" * 5_000])
def test_what_is_no_token_is_no_one(doors, token):
    assert trouble(doors.devices.principal_of, token) is LinkTrouble.NOT_ENROLLED


def test_rights_come_from_the_hubs_records_of_device_and_person(doors):
    doors.person("town", Role.TOWN_OFFICER, TOWN_A)
    doors.person("auditor", Role.AUDITOR, EVERYWHERE)
    doors.person("duty", Role.DUTY_OFFICER, EVERYWHERE)
    doors.person("gone", Role.TOWN_OFFICER, TOWN_A)
    doors.accounts.change("gone", "root", disabled=True)
    device = doors.principal(doors.desktop(TOWN_A))
    asked = {
        ("town", "assign", TOWN_A): None,
        ("town", "put", TOWN_A): None,
        ("town", "put", DISTRICT): Refusal.NOT_PERMITTED,
        ("town", "assign", TOWN_B): Refusal.NOT_PERMITTED,
        ("duty", "assign", TOWN_A): None,
        ("duty", "assign", TOWN_B): Refusal.NOT_PERMITTED,
        ("duty", "put", TOWN_A): Refusal.NOT_PERMITTED,
        ("auditor", "note", TOWN_A): Refusal.NOT_PERMITTED,
        ("gone", "note", TOWN_A): Refusal.UNKNOWN_ACTOR,
        ("nobody", "note", TOWN_A): Refusal.UNKNOWN_ACTOR,
        ("town", "a_kind_of_next_year", TOWN_A): None,
    }
    permit = doors.permits.permit(device, {actor for actor, _, _ in asked})
    with capture_logs() as lines:
        assert {one: permit(*one) for one in asked} == asked
    assert [line["code"] for line in lines] == [why.value for why in asked.values() if why is not None]


@pytest.mark.parametrize("kind", HUB_OPS)
def test_what_only_the_hub_says_nobody_else_does(doors, kind):
    doors.person("chief", Role.SUPERVISOR, EVERYWHERE)
    permit = doors.permits.permit(doors.principal(doors.desktop(EVERYWHERE)))
    assert permit("chief", kind, TOWN_A) is Refusal.HUB_ONLY


def test_a_town_officer_of_everywhere_still_puts_no_record_of_the_district(doors):
    doors.person("town", Role.TOWN_OFFICER, EVERYWHERE)
    permit = doors.permits.permit(doors.principal(doors.desktop(EVERYWHERE)))
    assert permit("town", OpKind.PUT, DISTRICT) is Refusal.NOT_PERMITTED
    assert permit("town", OpKind.PUT, TOWN_B) is None


def test_a_person_without_a_device_acts_in_no_other_name(doors):
    doors.person("one", Role.GRID_MEMBER, TOWN_A)
    doors.person("two", Role.GRID_MEMBER, TOWN_A)
    person = doors.devices.principal_of(doors.accounts.session("one", PASSWORD).token)
    permit = doors.permits.permit(person, ("one", "two"))
    assert permit("one", OpKind.NOTE, TOWN_A) is None
    assert permit("two", OpKind.NOTE, TOWN_A) is Refusal.NOT_PERMITTED


def test_a_device_pushes_in_no_other_devices_name(doors):
    device, other = doors.principal(doors.desktop(TOWN_A)), doors.desktop(TOWN_B)
    doors.permits.own(device, device.device)
    assert trouble(doors.permits.own, device, other.id) is LinkTrouble.FORBIDDEN
    assert doors.audited("push") == ["forbidden"]


def test_a_towns_device_reads_its_town_whole_the_districts_records_and_no_other_town(doors):
    device = doors.principal(doors.desktop(TOWN_A))
    assert doors.permits.reading(device, TOWN_A) is True
    assert doors.permits.reading(device, DISTRICT) is False
    assert trouble(doors.permits.reading, device, TOWN_B) is LinkTrouble.FORBIDDEN
    assert doors.audited("read") == ["forbidden"]
    assert doors.permits.follows(device, (DISTRICT, TOWN_A, TOWN_B)) == {DISTRICT: False, TOWN_A: True}


def test_the_districts_device_follows_everything_whole(doors):
    device = doors.principal(doors.desktop(EVERYWHERE))
    assert doors.permits.follows(device, (DISTRICT, TOWN_A)) == {DISTRICT: True, TOWN_A: True}


def test_two_workers_are_one(doors):
    desktop = doors.desktop(TOWN_A)
    token, _ = doors.devices.token(desktop.id, desktop.enrolled.secret)
    other = Doors(doors.engine, doors.clock)
    assert other.devices.principal_of(token).device == desktop.id
    doors.devices.revoke(desktop.id, "root")
    assert trouble(other.devices.principal_of, token) is LinkTrouble.REVOKED
