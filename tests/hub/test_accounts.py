"""People at the hub: signing in, lock-out, changes in force at once, and nothing told to strangers."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import pytest
from sqlalchemy import text

from app.domain.lockout import lock_ms
from app.domain.rights import Role
from app.hub.accounts import NoSuchAccount
from app.link.passwords import Passwords, UnfitPassword
from app.ports.link import LinkProblem, LinkTrouble
from tests.support.hub_people import PASSWORD, TOWN_A, TOWN_B, Doors, open_doors


@pytest.fixture
def doors():
    opened = open_doors()
    yield opened
    opened.engine.dispose()


def refused(doors: Doors, user: str, password: str) -> LinkProblem:
    with pytest.raises(LinkProblem) as raised:
        doors.accounts.sign_in(user, password)
    return raised.value


def test_a_person_signs_in_and_is_who_the_hub_says(doors):
    doors.person("mimou-1", Role.TOWN_OFFICER, TOWN_A)
    account = doors.accounts.sign_in("mimou-1", PASSWORD)
    assert (account.role, account.scopes) == (Role.TOWN_OFFICER, frozenset({TOWN_A}))


def test_no_password_is_kept_as_it_was_typed(doors):
    doors.person("mimou-1")
    with doors.engine.connect() as db:
        kept = db.execute(text("SELECT password_hash FROM account")).scalar_one()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


@pytest.mark.parametrize("user", ["mimou-1", "nobody", "", "x\x00y", "\ud800", "m" * 65, "' OR ''='"])
def test_a_wrong_password_and_a_wrong_name_are_told_alike(doors, user):
    doors.person("mimou-1")
    problem = refused(doors, user, "not this one")
    assert problem.code is LinkTrouble.SIGN_IN
    assert doors.audited("sign_in") == ["sign_in"]


@pytest.mark.parametrize("user", ["mimou-1", "nobody"])
def test_five_failures_lock_a_name_and_each_more_doubles_it(doors, user):
    doors.person("mimou-1")
    for _ in range(5):
        assert refused(doors, user, "wrong").code is LinkTrouble.SIGN_IN
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        locked = refused(doors, user, PASSWORD)
        assert locked.code is LinkTrouble.LOCKED_OUT
        assert locked.wait == minutes * 60
        doors.clock.on(minutes=minutes)
        assert refused(doors, user, "wrong").code is LinkTrouble.SIGN_IN


def test_after_the_lock_the_right_password_opens_and_forgets_the_failures(doors):
    doors.person("mimou-1")
    for _ in range(5):
        refused(doors, "mimou-1", "wrong")
    doors.clock.on(minutes=1)
    assert doors.accounts.sign_in("mimou-1", PASSWORD).id == "mimou-1"
    assert refused(doors, "mimou-1", "wrong").code is LinkTrouble.SIGN_IN
    assert doors.accounts.sign_in("mimou-1", PASSWORD).id == "mimou-1"


def test_an_administrator_lifts_a_lock(doors):
    doors.person("mimou-1")
    for _ in range(5):
        refused(doors, "mimou-1", "wrong")
    doors.accounts.unlock("mimou-1", "root")
    assert doors.accounts.sign_in("mimou-1", PASSWORD)


def test_many_guesses_at_once_are_not_judged_past_the_lock(doors):
    doors.person("mimou-1")
    with ThreadPoolExecutor(12) as pool:
        codes = list(pool.map(lambda n: refused(doors, "mimou-1", f"guess {n}").code, range(24)))
    assert codes.count(LinkTrouble.SIGN_IN) == 5
    assert codes.count(LinkTrouble.LOCKED_OUT) == 19


def test_sql_and_python_agree_on_the_back_off():
    minutes = [lock_ms(n) / 60_000 for n in range(3, 14)]
    assert minutes == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_disabled_account_is_told_only_to_who_knows_the_password(doors):
    doors.person("mimou-1")
    session = doors.accounts.session("mimou-1", PASSWORD)
    doors.accounts.change("mimou-1", "root", disabled=True)
    assert refused(doors, "mimou-1", "wrong").code is LinkTrouble.SIGN_IN
    assert refused(doors, "mimou-1", PASSWORD).code is LinkTrouble.FORBIDDEN
    with pytest.raises(LinkProblem) as raised:
        doors.devices.principal_of(session.token)
    assert raised.value.code is LinkTrouble.NOT_ENROLLED


def test_role_and_scopes_are_in_force_with_the_next_question(doors):
    doors.person("mimou-1", Role.TOWN_OFFICER, TOWN_A)
    token = doors.accounts.session("mimou-1", PASSWORD).token
    assert doors.devices.principal_of(token).scopes == {TOWN_A}
    doors.accounts.change("mimou-1", "root", role=Role.AUDITOR, scopes={TOWN_B})
    now = doors.devices.principal_of(token)
    assert now.account is not None
    assert (now.account.role, now.scopes) == (Role.AUDITOR, {TOWN_B})


def test_a_session_ends_by_itself_by_signing_out_and_by_a_new_password(doors):
    doors.person("mimou-1")
    one = doors.accounts.session("mimou-1", PASSWORD).token
    doors.accounts.end_sessions("mimou-1")
    with pytest.raises(LinkProblem):
        doors.devices.principal_of(one)
    two, three = (doors.accounts.session("mimou-1", PASSWORD).token for _ in range(2))
    doors.clock.on(hours=8)
    with pytest.raises(LinkProblem) as raised:
        doors.devices.principal_of(two)
    assert raised.value.code is LinkTrouble.SIGN_IN
    doors.clock.on(hours=-8)
    assert doors.devices.principal_of(three).user == "mimou-1"
    doors.accounts.set_password("mimou-1", "another long one", "root")
    with pytest.raises(LinkProblem):
        doors.devices.principal_of(three)


def test_tokens_are_kept_hashed_and_purged(doors):
    doors.person("mimou-1")
    token = doors.accounts.session("mimou-1", PASSWORD).token
    with doors.engine.connect() as db:
        assert token not in db.execute(text("SELECT hash FROM token")).scalar_one()
    doors.clock.on(hours=9)
    assert doors.devices.purge() == 1
    with doors.engine.connect() as db:
        assert db.execute(text("SELECT count(*) FROM token")).scalar_one() == 0


@pytest.mark.parametrize("password", ["short", "MIMOU-1", "x" * 257])
def test_a_password_that_will_not_do(doors, password):
    doors.person("mimou-1")
    with pytest.raises(UnfitPassword):
        doors.accounts.set_password("mimou-1", password, "root")


def test_a_name_is_given_once(doors):
    doors.person("mimou-1")
    with pytest.raises(NoSuchAccount):
        doors.person("mimou-1")
    with pytest.raises(NoSuchAccount):
        doors.accounts.change("nobody", "root", disabled=True)


def test_who_has_signed_in_on_a_device_is_known_there_until_disabled(doors):
    doors.person("mimou-1")
    doors.person("mimou-2")
    desktop = doors.desktop(TOWN_A)
    for user in ("mimou-1", "mimou-2"):
        doors.accounts.sign_in(user, PASSWORD, desktop.id)
    doors.accounts.change("mimou-2", "root", disabled=True)
    assert [a.id for a in doors.accounts.known_on(desktop.id)] == ["mimou-1"]


def test_an_unknown_name_takes_as_long_as_a_wrong_password(doors):
    for n in range(8):
        doors.person(f"known-{n}")

    def took(name: str) -> float:
        begun = time.perf_counter()
        refused(doors, name, "wrong")
        return time.perf_counter() - begun

    known = median(took(f"known-{n}") for n in range(8))
    unknown = median(took(f"unknown-{n}") for n in range(8))
    assert 0.4 < unknown / known < 2.5


def test_so_many_hashes_at_once_and_no_more(monkeypatch):
    passwords = Passwords(at_once=1)
    monkeypatch.setattr("app.link.passwords.WAIT_S", 0.01)
    inside, go = threading.Event(), threading.Event()

    def slow(*_args):
        inside.set()
        go.wait(10)
        return True

    monkeypatch.setattr(passwords, "_verify", slow)
    thread = threading.Thread(target=passwords.fits, args=("a", "b"))
    thread.start()
    assert inside.wait(10)
    with pytest.raises(LinkProblem) as raised:
        passwords.fits("a", "b")
    assert raised.value.code is LinkTrouble.BUSY
    assert raised.value.wait
    go.set()
    thread.join()


def test_an_attempt_that_found_no_room_brings_no_lock_nearer(doors, monkeypatch):
    doors.person("mimou-1")

    def busy(*_args):
        raise LinkProblem(LinkTrouble.BUSY, wait=2.0)

    with monkeypatch.context() as patch:
        patch.setattr(doors.passwords, "fits", busy)
        for _ in range(9):
            assert refused(doors, "mimou-1", PASSWORD).code is LinkTrouble.BUSY
    assert doors.accounts.sign_in("mimou-1", PASSWORD)
