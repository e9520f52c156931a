"""What a device and the people at it may do and see, from the hub's own records (DESIGN §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from app.domain.errors import Refusal
from app.domain.op import HUB_OPS, OpKind
from app.domain.rights import Role, may, within
from app.ports.link import LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.hub.accounts import HubAccounts
    from app.hub.devices import Principal
    from app.hub.refusals import Refusals
    from app.ports.accounts import Account

_LOG = structlog.get_logger("hub")
_RECORDS = frozenset({OpKind.PUT.value, OpKind.RETIRE.value})
_HUB_KINDS = frozenset(kind.value for kind in HUB_OPS)


def permitted(
    account: Account | None, scopes: frozenset[str], kind: str, scope: str, district: str
) -> Refusal | None:
    """Why an account may not do an op of this kind in this scope through a device of these scopes."""
    if kind in _HUB_KINDS:
        return Refusal.HUB_ONLY
    if account is None or account.disabled:
        return Refusal.UNKNOWN_ACTOR
    if not within(scopes, scope) or not within(account.scopes, scope) or not may(account.role, kind):
        return Refusal.NOT_PERMITTED
    if kind in _RECORDS and account.role is Role.TOWN_OFFICER and scope == district:
        return Refusal.NOT_PERMITTED
    return None


def sees_whole(scopes: frozenset[str], scope: str) -> bool:
    """Whether a reader of these scopes sees every row of the scope."""
    return within(scopes, scope)


def sees_records(scopes: frozenset[str], scope: str, district: str) -> bool:
    """Whether a reader of these scopes sees the scope's records: everyone needs the district's."""
    return within(scopes, scope) or (bool(scopes) and scope == district)


class Permit:
    """The right of one device's ops: called with actor, kind and scope; None where it may.

    Accounts are asked for when the permit is made, and stay what they were while it is used: one page. What
    it refuses goes to the log; the audit's line is written with the op, in its own transaction.
    """

    def __init__(self, accounts: HubAccounts, principal: Principal, district: str) -> None:
        self._accounts = accounts
        self._principal = principal
        self._district = district
        self._known: dict[str, Account | None] = {}

    def foresee(self, actors: Iterable[str]) -> None:
        """Look the actors up in one question, before a transaction of the caller's is open."""
        asked = set(actors) - self._known.keys()
        found: Mapping[str, Account] = self._accounts.find_many(asked) if asked else {}
        self._known |= {actor: found.get(actor) for actor in asked}

    def __call__(self, actor: str, kind: str, scope: str) -> Refusal | None:
        if actor not in self._known:
            self.foresee((actor,))
        who = self._principal
        why = permitted(self._known[actor], who.scopes, kind, scope, self._district)
        if why is None and who.user and who.user != actor:
            why = Refusal.NOT_PERMITTED  # a person without a device acts in no other name
        if why is not None:
            _LOG.warning("op refused", code=why.value, device=who.device, actor=actor, kind=kind, scope=scope)
        return why


class Permits:
    """What principals may do and see at one hub."""

    def __init__(self, accounts: HubAccounts, refusals: Refusals, district: str) -> None:
        self._accounts = accounts
        self._refusals = refusals
        self.district = district

    def permit(self, principal: Principal, actors: Iterable[str] = ()) -> Permit:
        """A permit for one page.

        Name the page's actors, so that nothing is asked while the page's own transaction is open.
        """
        permit = Permit(self._accounts, principal, self.district)
        permit.foresee(actors)
        return permit

    def own(self, principal: Principal, device: str) -> None:
        """``LinkProblem(FORBIDDEN)``, and a line of the audit, where the device is not the asker's own."""
        if not principal.device or principal.device != device:
            raise self._refusals.refusal(
                "push", LinkTrouble.FORBIDDEN, f"as {device}", device=principal.device, actor=principal.user
            )

    def writing(self, principal: Principal, scope: str) -> None:
        """``LinkProblem(FORBIDDEN)``, and a line of the audit, where the scope is no matter of the device's:
        not a row of it goes in, not even a refused one. The district's records it may at least propose.
        """
        if not sees_records(principal.scopes, scope, self.district):
            raise self._forbidden("push", scope, principal)

    def giving_back(self, principal: Principal, scope: str) -> None:
        """``LinkProblem(FORBIDDEN)``, and a line of the audit, for who is no device that
        holds the scope whole.
        """
        if not principal.device or not sees_whole(principal.scopes, scope):
            raise self._forbidden("hand_in", scope, principal)

    def reading(self, principal: Principal, scope: str) -> bool:
        """Whether the device sees the whole scope (else its records alone).

        ``LinkProblem(FORBIDDEN)``, and a line of the audit, where it sees nothing of it, and for a person
        without a device: a scope's rows hold callers in full, whom a person is shown one at a time.
        """
        if not principal.device:
            raise self._forbidden("read", scope, principal)
        if sees_whole(principal.scopes, scope):
            return True
        if sees_records(principal.scopes, scope, self.district):
            return False
        raise self._forbidden("read", scope, principal)

    def follows(self, principal: Principal, scopes: Iterable[str]) -> dict[str, bool]:
        """Of the hub's scopes, those the reader follows, each with whether it sees it whole."""
        mine = principal.scopes
        return {s: sees_whole(mine, s) for s in scopes if sees_records(mine, s, self.district)}

    def _forbidden(self, what: str, scope: str, principal: Principal) -> LinkProblem:
        return self._refusals.refusal(
            what, LinkTrouble.FORBIDDEN, scope, device=principal.device, actor=principal.user
        )
