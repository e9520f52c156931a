"""Who may sign in at this desktop while the hub cannot be asked: those who did while it could."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from app.domain.lockout import LONGEST_LOCK_MS, lock_ms
from app.ports.gate import Signed
from app.ports.link import LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from app.link.passwords import Passwords
    from app.ports.clock import Clock

JUDGED = frozenset({
    LinkTrouble.SIGN_IN, LinkTrouble.FORBIDDEN, LinkTrouble.LOCKED_OUT, LinkTrouble.REVOKED,
    LinkTrouble.STORE,
})  # fmt: skip
"""What the hub itself says of a person or a device. Every other trouble means that it could not be asked,
and a line that is down, a hub erased or newer, a certificate run out must not stop the work."""


class KnownUsers:
    """The store's setting ``known_users``: ``{user: {name, role, scopes, hash, failed, locked_until}}``.

    ``keep`` is handed the whole setting whenever it has changed. Safe from any thread; slow by design, so
    never on the GUI's.
    """

    def __init__(
        self,
        kept: Mapping[str, Any] | None,
        keep: Callable[[dict[str, Any]], None],
        passwords: Passwords,
        clock: Clock,
    ) -> None:
        self._users: dict[str, dict[str, Any]] = {user: dict(told) for user, told in (kept or {}).items()}
        self._keep = keep
        self._passwords = passwords
        self._clock = clock
        self._turn = threading.Lock()

    def sign_in(self, user: str, password: str, ask: Callable[[str, str], Signed] | None) -> Signed:
        """Ask the hub (``ask``; None where there is certainly no line), and where it cannot be asked, here.

        ``LinkProblem``: SIGN_IN, FORBIDDEN, REVOKED, LOCKED_OUT with the wait in s.
        """
        if ask is None:
            return self._here(user, password)
        try:
            signed = ask(user, password)
        except LinkProblem as problem:
            if problem.code not in JUDGED:
                return self._here(user, password)
            self._forget_if_over(problem.code, user, password)
            raise
        self._remember(signed, password)
        return signed

    def refresh(self, users: Iterable[Signed]) -> None:
        """What the hub tells of those who have signed in here (``GET /v1/users``): the others are dropped."""
        told = {s.user: s for s in users}
        with self._turn:
            kept = {
                user: known | {"name": told[user].name, "role": told[user].role,
                               "scopes": list(told[user].scopes)}
                for user, known in self._users.items() if user in told
            }  # fmt: skip
            if kept != self._users:
                self._users = kept
                self._save()

    def names(self) -> tuple[str, ...]:
        """Who is known here."""
        with self._turn:
            return tuple(self._users)

    def _here(self, user: str, password: str) -> Signed:
        with self._turn:
            known = self._users.get(user)
            if known is None:
                self._passwords.pretend(password)
                raise LinkProblem(LinkTrouble.SIGN_IN, "not known here")
            self._raise_if_locked(known)
            if not self._passwords.fits(password, str(known["hash"])):
                known["failed"] = int(known.get("failed", 0)) + 1
                known["locked_until"] = self._clock.now() + lock_ms(known["failed"])
                self._save()
                raise LinkProblem(LinkTrouble.SIGN_IN, "here")
            if known.get("failed"):
                known |= {"failed": 0, "locked_until": 0}
                self._save()
            return Signed(user, str(known["name"]), str(known["role"]), tuple(known["scopes"]), online=False)

    def _raise_if_locked(self, known: dict[str, Any]) -> None:
        wait = int(known.get("locked_until", 0)) - self._clock.now()
        if wait > LONGEST_LOCK_MS:  # the clock was set back: no lock is longer than this
            known["locked_until"] = self._clock.now() + LONGEST_LOCK_MS
            wait = LONGEST_LOCK_MS
            self._save()
        if wait > 0:
            raise LinkProblem(LinkTrouble.LOCKED_OUT, "here", wait=wait / 1000)

    def _remember(self, signed: Signed, password: str) -> None:
        hashed = self._passwords.keep(password)
        with self._turn:
            self._users[signed.user] = {
                "name": signed.name, "role": signed.role, "scopes": list(signed.scopes), "hash": hashed,
                "failed": 0, "locked_until": 0,
            }  # fmt: skip
            self._save()

    def _forget_if_over(self, code: LinkTrouble, user: str, password: str) -> None:
        """Drop who is disabled, and a password that fits here while the hub refuses it: it was changed there,
        or the account is gone. A slip of the fingers drops nobody.
        """
        with self._turn:
            known = self._users.get(user)
            if known is None or code not in {LinkTrouble.SIGN_IN, LinkTrouble.FORBIDDEN}:
                return
            if code is LinkTrouble.FORBIDDEN or self._passwords.fits(password, str(known["hash"])):
                del self._users[user]
                self._save()

    def _save(self) -> None:
        self._keep({user: dict(told) for user, told in self._users.items()})
