"""People at the hub: signing in, and what an administrator changes. Tables in ``db.hub.accounts``."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.domain.op import HUB_DEVICE, is_text
from app.hub.strangers import Strangers
from app.ports.accounts import EVERYWHERE
from app.ports.link import LinkProblem, LinkTrouble
from db.hub import accounts as rows
from db.hub import devices, tokens
from db.hub.ordering import HUB

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Engine

    from app.domain.rights import Role
    from app.hub.refusals import Refusals
    from app.link.passwords import Passwords
    from app.ports.accounts import Account
    from app.ports.clock import Clock

SESSION_MS = 8 * 3_600_000
"""A person's token lives for a shift; disabling the account or a new password ends it at once."""


class NoSuchAccount(LookupError):
    """The administrator named an account that there is not, or one that there is already."""


@dataclass(frozen=True, slots=True)
class Session:
    """A token, told once; ``expires_in`` in s."""

    token: str
    expires_in: int
    account: Account


EVERY_SCOPE = frozenset({EVERYWHERE})


def nameable(name: str) -> bool:
    """Whether a text from outside can be kept or looked up as a name at all: PostgreSQL keeps no NUL, and
    blanks around a name would make another of it that looks the same.
    """
    return 0 < len(name) <= 64 and is_text(name) and name.isprintable() and name == name.strip()


def reserved(name: str) -> bool:
    """Whether the name is how the hub itself signs: nobody else's ops may look like its own."""
    return name == HUB or name.startswith(HUB_DEVICE)


def meet(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two have a scope in common."""
    return EVERYWHERE in one or EVERYWHERE in other or bool(one & other)


class HubAccounts:
    """The accounts of one hub. Every call is its own transaction, so what it changes is in force at once."""

    def __init__(self, engine: Engine, clock: Clock, passwords: Passwords, refusals: Refusals) -> None:
        self._engine = engine
        self._clock = clock
        self._passwords = passwords
        self._refusals = refusals
        self._strangers = Strangers()

    def sign_in(
        self, user: str, password: str, device: str = "", scopes: frozenset[str] = EVERY_SCOPE
    ) -> Account:
        """Whose name and password these are; a device (of these scopes) is bound to the person.

        ``LinkProblem``: ``SIGN_IN`` for a wrong name or password alike, ``LOCKED_OUT`` with the wait in s
        after too many, ``FORBIDDEN`` where the password is right and the account is disabled, or reaches
        nothing of what the device shows, ``BUSY``.
        """
        now = self._clock.now()
        attempt = None
        if nameable(user):
            with self._engine.begin() as db:
                attempt = rows.count_attempt(db, user, now)
                until = rows.locked_until(db, user) if attempt is None else None
            if until is not None:
                raise self._locked(user, device, until - now)
        if attempt is None:
            return self._refuse_stranger(user, password, device, now)
        if not self._fits(password, attempt.password_hash, user):
            raise self._refusals.refusal(
                "sign_in", LinkTrouble.SIGN_IN, "password", device=device, actor=user
            )
        with self._engine.begin() as db:
            rows.clear_failures(db, user)
            account = rows.find(db, user)
            away = account is not None and not meet(account.scopes, scopes)
            if account is not None and not account.disabled and not away and device:
                rows.bind(db, device, user)
        if account is None or account.disabled:
            raise self._refusals.refusal(
                "sign_in", LinkTrouble.FORBIDDEN, "disabled", device=device, actor=user
            )
        if away:
            raise self._refusals.refusal(
                "sign_in", LinkTrouble.FORBIDDEN, "another centre's device", device=device, actor=user
            )
        return account

    def session(self, user: str, password: str) -> Session:
        """A person's token without a device; problems as in ``sign_in``."""
        account = self.sign_in(user, password)
        token = secrets.token_urlsafe(32)
        with self._engine.begin() as db:
            tokens.keep(db, token, self._clock.now() + SESSION_MS, account=account.id)
        return Session(token, SESSION_MS // 1000, account)

    def end_sessions(self, user: str) -> None:
        """The person signs out, everywhere."""
        with self._engine.begin() as db:
            tokens.drop_of_account(db, user)

    def create(self, account: Account, password: str, by: str) -> None:
        """A new account; ``NoSuchAccount`` where the name is taken, ``UnfitPassword``, ValueError."""
        if not nameable(account.id) or not account.scopes or not nameable(account.name):
            raise ValueError("a name of up to 64 characters, and at least one scope")
        if reserved(account.id):
            raise ValueError("the hub's own name")
        hashed = self._passwords.make(password, account.id)
        with self._engine.begin() as db:
            # A device by itself signs with its own identity: it must not be a person's name.
            taken = devices.find(db, account.id) is not None
            if taken or not rows.insert(db, account, hashed):
                raise NoSuchAccount(account.id)
        self._did("created", account.id, by)

    def change(
        self,
        user: str,
        by: str,
        *,
        name: str | None = None,
        role: Role | None = None,
        scopes: Iterable[str] | None = None,
        disabled: bool | None = None,
    ) -> Account:
        """Change what is told; in force with the next op or request. ``NoSuchAccount``, ValueError."""
        with self._engine.begin() as db:
            account = rows.find(db, user, lock=True)
            if account is None:
                raise NoSuchAccount(user)
            told = replace(
                account,
                name=account.name if name is None else name,
                role=account.role if role is None else role,
                scopes=account.scopes if scopes is None else frozenset(scopes),
                disabled=account.disabled if disabled is None else disabled,
            )
            if not told.scopes:
                raise ValueError("at least one scope")
            rows.update(db, told)
            if told.disabled:
                tokens.drop_of_account(db, user)
        self._did("disabled" if told.disabled else "changed", user, by)
        return told

    def set_password(self, user: str, password: str, by: str) -> None:
        """A new password: sessions and a lock end. ``NoSuchAccount``, ``UnfitPassword``."""
        hashed = self._passwords.make(password, user)
        with self._engine.begin() as db:
            if rows.find(db, user, lock=True) is None:
                raise NoSuchAccount(user)
            rows.set_password(db, user, hashed)
            tokens.drop_of_account(db, user)
        self._did("password", user, by)

    def unlock(self, user: str, by: str) -> None:
        """Lift a lock-out."""
        with self._engine.begin() as db:
            rows.clear_failures(db, user)
        self._did("unlocked", user, by)

    def every(self) -> Sequence[Account]:
        """All accounts."""
        with self._engine.connect() as db:
            return rows.every(db)

    def find_many(self, users: Iterable[str]) -> dict[str, Account]:
        """Those of the accounts that there are."""
        with self._engine.connect() as db:
            return rows.find_many(db, filter(nameable, users))

    def known_on(self, device: str) -> Sequence[Account]:
        """Who has signed in on a device and may still: the device forgets the others' passwords."""
        with self._engine.connect() as db:
            return [a for a in rows.of_device(db, device) if not a.disabled]

    def _refuse_stranger(self, user: str, password: str, device: str, now: int) -> Account:
        locked = self._strangers.attempt(user, now)
        if locked:
            raise self._locked(user, device, locked)
        self._passwords.pretend(password)
        raise self._refusals.refusal("sign_in", LinkTrouble.SIGN_IN, "name", device=device, actor=user)

    def _fits(self, password: str, hashed: str, user: str) -> bool:
        try:
            return self._passwords.fits(password, hashed)
        except LinkProblem:
            self._uncount(user)
            raise

    def _uncount(self, user: str) -> None:
        """The attempt was not judged for want of room: it shall not bring a lock nearer."""
        with self._engine.begin() as db:
            rows.take_back_attempt(db, user)

    def _locked(self, user: str, device: str, ms: int) -> LinkProblem:
        return self._refusals.refusal(
            "sign_in", LinkTrouble.LOCKED_OUT, device=device, actor=user, wait=max(1.0, ms / 1000)
        )

    def _did(self, what: str, user: str, by: str) -> None:
        self._refusals.note("account", what, user, actor=by)
