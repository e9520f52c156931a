"""What a store keeps of its enrolment and of who sits at it: its settings ``link`` and ``signed_in``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.rights import Role
from app.ports.gate import Signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.link.client import HubClient
    from app.ports.reader import Reader

LINK, PAIR, KNOWN_USERS, SIGNED_IN = "link", "device_key", "known_users", "signed_in"
"""The settings' names. ``device_key`` is kept before the code is handed in, ``link`` after."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The device's own part of the setting ``link``; ``scopes`` as in ``app.domain.rights``."""

    url: str
    ca_pem: str
    device: str
    secret: str
    name: str
    place: str
    sign: str
    letter: str
    scopes: tuple[str, ...]

    def client(self, silence: float | None = None) -> HubClient:
        """The hub, as this device; given up after ``silence`` s, else after as long as a round has patience.

        ``LinkProblem(NOT_TRUSTED)`` where the authority is none.
        """
        from app.link.client import READ, HubClient  # HTTP costs a start 0.1 s: not where no hub is

        return HubClient(self.url, self.ca_pem, self.device, self.secret, silence=silence or READ)


def enrolment_of(told: Mapping[str, Any] | None) -> Enrolment | None:
    """The enrolment that the setting ``link`` tells; None where the store is not enrolled."""
    if not isinstance(told, dict) or not told.get("url"):
        return None
    texts = {name: str(told.get(name, "")) for name in Enrolment.__slots__ if name != "scopes"}
    return Enrolment(**texts, scopes=tuple(map(str, told.get("scopes", ()))))


def enrolment(read: Reader) -> Enrolment | None:
    """The store's enrolment."""
    return enrolment_of(read.setting(LINK))


def signed_in(read: Reader) -> Signed | None:
    """Who was signed in last and has not signed out."""
    told = read.setting(SIGNED_IN)
    if not isinstance(told, dict) or not told.get("user"):
        return None
    return Signed(
        str(told["user"]), str(told.get("name", "")), str(told.get("role", "")),
        tuple(map(str, told.get("scopes", ()))), online=False,
    )  # fmt: skip


def role_of(signed: Signed | None) -> Role | None:
    """The role of who is signed in; one that this program does not know may do nothing here."""
    if signed is None:
        return None
    return Role(signed.role) if signed.role in set(Role) else Role.AUDITOR
