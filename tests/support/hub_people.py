"""A hub's doors for tests: its accounts and devices on a database of their own, and a clock set by hand."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from sqlalchemy import Engine, create_engine

from app.domain.rights import Role
from app.hub.accounts import HubAccounts
from app.hub.devices import Enrolled, HubDevices, Principal
from app.hub.permit import Permits
from app.hub.refusals import Refusals
from app.link.keys import new_pair, public_part
from app.link.passwords import Passwords
from app.ports.accounts import EVERYWHERE, Account, Grant
from tests.support.postgres import fresh_database

DISTRICT, TOWN_A, TOWN_B = "510113", "510113102", "510113103"
NOON = 1_795_233_600_000
PASSWORD = "青白江 2026 gate"
_NAMES = (f"{n:032x}" for n in itertools.count(1))


@dataclass
class HandClock:
    """Stands until it is moved."""

    at: int = NOON

    def now(self) -> int:
        return self.at

    def on(self, *, minutes: float = 0, hours: float = 0) -> None:
        self.at += int(minutes * 60_000 + hours * 3_600_000)


@dataclass
class Enrolling:
    """A device with its key pair and what the hub told it."""

    pair: dict[str, str]
    enrolled: Enrolled

    @property
    def id(self) -> str:
        return self.enrolled.device.id


@dataclass
class Doors:
    """Everything of the hub that lets people and devices in."""

    engine: Engine
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.refusals = Refusals(self.engine, self.clock)
        self.passwords = Passwords()
        self.accounts = HubAccounts(self.engine, self.clock, self.passwords, self.refusals)
        self.devices = HubDevices(self.engine, self.clock, self.refusals)
        self.permits = Permits(self.accounts, self.refusals, DISTRICT)

    def person(self, user: str, role: Role = Role.TOWN_OFFICER, *scopes: str) -> Account:
        account = Account(user, f"{user} 某", role, frozenset(scopes or (TOWN_A,)))
        self.accounts.create(account, PASSWORD, "setup")
        return account

    def code(self, *scopes: str, device: str = "") -> str:
        place = scopes[0] if scopes and scopes[0] != EVERYWHERE else DISTRICT
        grant = Grant(frozenset(scopes or (TOWN_A,)), place, "弥", "", "弥牟一号", device)
        return self.devices.issue_code(grant, "setup")

    def desktop(self, *scopes: str) -> Enrolling:
        pair = new_pair()
        enrolled = self.devices.enrol(self.code(*scopes), next(_NAMES), "一号机", public_part(pair))
        return Enrolling(pair, enrolled)

    def principal(self, desktop: Enrolling) -> Principal:
        token, _ = self.devices.token(desktop.id, desktop.enrolled.secret)
        return self.devices.principal_of(token)

    def audited(self, what: str) -> list[str]:
        """The codes of the audit's entries of one sort, oldest first."""
        return [e.code for e in reversed(self.refusals.last(1_000, what=what))]


def open_doors() -> Doors:
    """Doors of a fresh hub."""
    engine = create_engine(fresh_database(), pool_size=16)
    return Doors(engine)
