"""Devices at the hub: enrolled by a single-use code, known by short-lived tokens, revoked at once."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.hub.accounts import nameable, reserved
from app.link.invitation import new_code, plain_code
from app.link.keys import public_part, same_key
from app.ports.accounts import Account, Device, Grant
from app.ports.link import LinkProblem, LinkTrouble
from db.hub import accounts, audit, devices, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Engine

    from app.hub.refusals import Refusals
    from app.ports.clock import Clock

CODE_MS, TOKEN_MS = 24 * 3_600_000, 15 * 60_000
AUDIT_KEPT_MS = 400 * 86_400_000


class NoSuchDevice(LookupError):
    """The administrator named a device that there is not, or whose state is already the one asked for."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device let in; its secret is told once."""

    device: Device
    secret: str


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a device, or a person without one. What they may comes from here, never from the request."""

    device: str
    user: str
    scopes: frozenset[str]
    account: Account | None = None
    at: Device | None = None


class HubDevices:
    """The devices, codes and tokens of one hub. Every call is its own transaction."""

    def __init__(self, engine: Engine, clock: Clock, refusals: Refusals) -> None:
        self._engine = engine
        self._clock = clock
        self._refusals = refusals

    def issue_code(self, grant: Grant, by: str) -> str:
        """A code for one enrolment within 24 hours, in groups for reading aloud."""
        if not grant.scopes:
            raise ValueError("at least one scope")
        code = new_code(secrets.randbits)
        with self._engine.begin() as db:
            devices.keep_code(db, tokens.digest(plain_code(code)), grant, self._clock.now() + CODE_MS)
        self._refusals.note("code", "issued", grant.name, device=grant.device, actor=by)
        return code

    def enrol(self, code: str, device: str, name: str, key: Mapping[str, str]) -> Enrolled:
        """Let a device in and bind it to its public key.

        ``LinkProblem``: ``BAD_CODE`` (unknown, spent, expired, or another device's), ``REVOKED``,
        ``FORBIDDEN`` where the device is known with another key and the code was not made for it,
        ``BAD_PAGE`` where the key or a name is none. A refused attempt does not spend the code.
        """
        if not nameable(device) or reserved(device) or (name and not nameable(name)):
            raise self._refusals.refusal("enrol", LinkTrouble.BAD_PAGE, "name")
        try:
            public = public_part(key)
        except ValueError as error:
            raise self._refusals.refusal("enrol", LinkTrouble.BAD_PAGE, "key", device=device) from error
        secret = secrets.token_urlsafe(32)
        try:
            let_in = self._let_in(plain_code(code), device, name, public, tokens.digest(secret))
        except LinkProblem as problem:
            self._refusals.note("enrol", problem.code.value, problem.detail, device=device)
            raise
        self._refusals.note("enrol", "enrolled", let_in.name, device=device)
        return Enrolled(let_in, secret)

    def token(self, device: str, secret: str) -> tuple[str, int]:
        """A fresh token and for how many s it holds. ``NOT_ENROLLED``; ``REVOKED`` to who has the secret."""
        token, now = secrets.token_urlsafe(32), self._clock.now()
        with self._engine.begin() as db:
            known = devices.secret_hash(db, device) if nameable(device) else None
            fits = hmac.compare_digest(known or tokens.digest(""), tokens.digest(secret))
            found = devices.find(db, device) if fits and known else None
            if found is not None and found.revoked_at is None:
                tokens.keep(db, token, now + TOKEN_MS, device=device)
        if found is None:
            raise self._refusals.refusal("token", LinkTrouble.NOT_ENROLLED, "secret", device=device)
        if found.revoked_at is not None:
            raise self._refusals.refusal("token", LinkTrouble.REVOKED, device=device)
        return token, TOKEN_MS // 1000

    def principal_of(self, token: str) -> Principal:
        """Whose token it is. ``NOT_ENROLLED`` (a device's, or unknown), ``SIGN_IN`` (a person's that is
        over), ``REVOKED``: asked of the records every time, so that nothing outlives a change.
        """
        with self._engine.connect() as db:
            held = tokens.whose(db, token)
            device = devices.find(db, held.device) if held is not None and held.device else None
            person = accounts.find(db, held.account) if held is not None and held.account else None
        if held is None or (held.device and device is None):
            raise self._refusals.refusal("token", LinkTrouble.NOT_ENROLLED, "unknown")
        over = held.expires_at <= self._clock.now()
        if device is not None:
            return self._as_device(device, over)
        if person is None or over or person.disabled:
            raise self._refusals.refusal("token", LinkTrouble.SIGN_IN, "over", actor=held.account)
        return Principal("", person.id, person.scopes, account=person)

    def revoke(self, device: str, by: str) -> None:
        """Nothing more for this device, from now on. ``NoSuchDevice``."""
        self._set_revoked(device, self._clock.now(), "revoked", by)

    def readmit(self, device: str, by: str) -> None:
        """The device may enrol again with a fresh code; its old secret stays dead. ``NoSuchDevice``."""
        self._set_revoked(device, None, "readmitted", by)

    def find(self, device: str) -> Device | None:
        """The device."""
        if not nameable(device):
            return None
        with self._engine.connect() as db:
            return devices.find(db, device)

    def every(self) -> Sequence[Device]:
        """All devices."""
        with self._engine.connect() as db:
            return devices.every(db)

    def purge(self) -> int:
        """Forget tokens and codes that are over, and audit older than 400 days; how many. Call it hourly."""
        now = self._clock.now()
        with self._engine.begin() as db:
            spent = tokens.purge(db, now - TOKEN_MS) + devices.purge_codes(db, now - CODE_MS)
            return spent + audit.purge(db, now - AUDIT_KEPT_MS)

    def _let_in(self, code: str, device: str, name: str, key: Mapping[str, str], hashed: str) -> Device:
        now = self._clock.now()
        with self._engine.begin() as db:
            if accounts.find(db, device) is not None:
                raise LinkProblem(LinkTrouble.FORBIDDEN, "a person's name")
            grant = devices.use_code(db, tokens.digest(code), device, now)
            if grant is None:
                raise LinkProblem(LinkTrouble.BAD_CODE)
            _let_in_again(devices.find(db, device, lock=True), key, grant)
            let_in = Device(
                device, name or grant.name, grant.scopes, grant.place, grant.sign, grant.letter, now, None,
                key,
            )  # fmt: skip
            devices.put(db, let_in, hashed)
            tokens.drop_of_device(db, device)
        return let_in

    def _as_device(self, device: Device, over: bool) -> Principal:
        if device.revoked_at is not None:
            raise self._refusals.refusal("token", LinkTrouble.REVOKED, device=device.id)
        if over:
            raise LinkProblem(LinkTrouble.NOT_ENROLLED, "the token is over")  # the every-day renewal
        return Principal(device.id, "", device.scopes, at=device)

    def _set_revoked(self, device: str, at: int | None, what: str, by: str) -> None:
        with self._engine.begin() as db:
            if not devices.set_revoked(db, device, at):
                raise NoSuchDevice(device)
            if at is None:
                devices.forget_secret(db, device)
        self._refusals.note("device", what, device=device, actor=by)


def _let_in_again(before: Device | None, key: Mapping[str, str], grant: Grant) -> None:
    """A known device comes back with its own key, or with a code that was made for it alone.

    Else whoever holds any code could take another centre's device over.
    """
    if before is None:
        return
    if before.revoked_at is not None:
        raise LinkProblem(LinkTrouble.REVOKED)
    if not same_key(before.key, key) and not grant.device:
        raise LinkProblem(LinkTrouble.FORBIDDEN, "the device is enrolled with another key")
