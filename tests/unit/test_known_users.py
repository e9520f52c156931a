"""Signing in without a line: whom the hub knew, until the hub says otherwise."""

from __future__ import annotations

import json

import pytest

from app.link.known_users import KnownUsers
from app.link.passwords import Passwords
from app.ports.gate import Signed
from app.ports.link import LinkProblem, LinkTrouble

ANN = Signed("ann", "安", "town_officer", ("510113102",))
GOOD, OTHER = "correct horse", "battery staple"
PASSWORDS = Passwords()


class Clock:
    at = 1_795_233_600_000

    def now(self) -> int:
        return self.at


class Desk:
    """A desktop's known users with the setting they are kept in, and a hub that answers as it is told."""

    def __init__(self) -> None:
        self.kept: dict = {}
        self.clock = Clock()
        self.hub: LinkTrouble | None = None
        self.password = GOOD
        self.users = self.opened()

    def opened(self) -> KnownUsers:
        return KnownUsers(json.loads(json.dumps(self.kept)), self.keep, PASSWORDS, self.clock)

    def keep(self, told: dict) -> None:
        self.kept = told

    def ask(self, user: str, password: str) -> Signed:
        if self.hub is not None:
            raise LinkProblem(self.hub)
        if (user, password) != ("ann", self.password):
            raise LinkProblem(LinkTrouble.SIGN_IN)
        return ANN

    def sign_in(self, password: str = GOOD, user: str = "ann") -> Signed:
        return self.users.sign_in(user, password, self.ask)

    def refused(self, password: str = GOOD, user: str = "ann") -> LinkProblem:
        with pytest.raises(LinkProblem) as raised:
            self.sign_in(password, user)
        return raised.value


@pytest.fixture
def desk():
    made = Desk()
    made.sign_in()
    return made


def test_the_hub_is_asked_first(desk):
    assert desk.sign_in() == ANN
    assert GOOD not in json.dumps(desk.kept)
    assert desk.kept["ann"]["hash"].startswith("$argon2id$")


@pytest.mark.parametrize(
    "trouble",
    [LinkTrouble.NO_LINE, LinkTrouble.TOO_SLOW, LinkTrouble.BUSY, LinkTrouble.HUB_FAULT,
     LinkTrouble.NOT_TRUSTED, LinkTrouble.TOO_OLD, LinkTrouble.NOT_ENROLLED],
)  # fmt: skip
def test_whatever_keeps_the_hub_from_answering_does_not_stop_the_work(desk, trouble):
    desk.hub = trouble
    signed = desk.sign_in()
    assert (signed.user, signed.role, signed.online) == ("ann", "town_officer", False)
    assert desk.refused(OTHER).code is LinkTrouble.SIGN_IN
    assert desk.refused(user="bob").code is LinkTrouble.SIGN_IN


def test_known_users_outlive_the_program(desk):
    desk.hub = LinkTrouble.NO_LINE
    desk.users = desk.opened()
    assert desk.sign_in().user == "ann"
    assert desk.opened().sign_in("ann", GOOD, None).user == "ann"


def test_the_same_back_off_as_at_the_hub_and_it_outlives_the_program(desk):
    desk.hub = LinkTrouble.NO_LINE
    for _ in range(5):
        assert desk.refused(OTHER).code is LinkTrouble.SIGN_IN
    for minutes in (1, 2, 4):
        desk.users = desk.opened()
        locked = desk.refused()
        assert (locked.code, locked.wait) == (LinkTrouble.LOCKED_OUT, minutes * 60)
        desk.clock.at += minutes * 60_000
        assert desk.refused(OTHER).code is LinkTrouble.SIGN_IN
    desk.clock.at += 8 * 60_000
    assert desk.sign_in().user == "ann"
    assert desk.refused(OTHER).code is LinkTrouble.SIGN_IN


def test_a_clock_set_back_locks_for_an_hour_at_most(desk):
    desk.hub = LinkTrouble.NO_LINE
    for _ in range(5):
        desk.refused(OTHER)
    desk.clock.at -= 86_400_000
    assert desk.refused().wait == 3_600
    desk.clock.at += 3_600_000
    assert desk.sign_in().user == "ann"


def test_a_password_changed_at_the_hub_opens_nothing_here_any_more(desk):
    desk.password = OTHER
    assert desk.refused(GOOD).code is LinkTrouble.SIGN_IN
    desk.hub = LinkTrouble.NO_LINE
    assert desk.refused(GOOD).code is LinkTrouble.SIGN_IN
    assert desk.kept == {}


def test_a_slip_of_the_fingers_drops_nobody(desk):
    assert desk.refused(OTHER).code is LinkTrouble.SIGN_IN
    desk.hub = LinkTrouble.NO_LINE
    assert desk.sign_in().user == "ann"


def test_who_is_disabled_is_dropped(desk):
    desk.hub = LinkTrouble.FORBIDDEN
    desk.refused()
    desk.hub = LinkTrouble.NO_LINE
    assert desk.refused().code is LinkTrouble.SIGN_IN


@pytest.mark.parametrize("trouble", [LinkTrouble.REVOKED, LinkTrouble.LOCKED_OUT])
def test_what_the_hub_has_judged_is_not_asked_again_here(desk, trouble):
    desk.hub = trouble
    assert desk.refused().code is trouble
    desk.hub = LinkTrouble.NO_LINE
    assert desk.sign_in().user == "ann"


def test_the_hubs_list_drops_and_changes(desk):
    desk.users.refresh([Signed("ann", "安", "auditor", ("*",)), Signed("never here", "", "auditor")])
    desk.hub = LinkTrouble.NO_LINE
    assert desk.sign_in().role == "auditor"
    assert desk.users.names() == ("ann",)
    desk.users.refresh([])
    assert desk.refused().code is LinkTrouble.SIGN_IN
