"""Passwords as argon2id (pwdlib), a bounded number at a time: at the hub, and for signing in off line."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from app.domain.op import is_text
from app.ports.link import LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST, LONGEST = 8, 256
MEMORY_KB, PASSES = 32 * 1024, 3
"""Above OWASP's least (19 MiB, 2 passes); 65 ms on one core of the machine it was measured on."""

AT_ONCE, WAIT_S = 2, 5.0
"""Two at once are 64 MB beside a worker's own; who waits longer is told that the hub is busy."""


class UnfitPassword(ValueError):
    """A password too short, too long, or the same as the name it is for."""


class Passwords:
    """Makes and tries hashes. Safe from any thread, and never to be called on an event loop."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._argon = PasswordHash((
            Argon2Hasher(time_cost=PASSES, memory_cost=MEMORY_KB, parallelism=1),
        ))  # fmt: skip
        self._free = threading.BoundedSemaphore(at_once)
        self._nobodys = self._argon.hash("nobody has this one")

    def make(self, password: str, account: str) -> str:
        """The hash of a new password; ``UnfitPassword`` where it will not do."""
        if (
            not SHORTEST <= len(password) <= LONGEST
            or not is_text(password)
            or password.casefold() == account.casefold()
        ):
            raise UnfitPassword(f"{SHORTEST} to {LONGEST} characters, and not the name")
        return self.keep(password)

    def keep(self, password: str) -> str:
        """The hash of a password that somebody else has found fit."""
        with self._slot():
            return self._argon.hash(password)

    def fits(self, password: str, hashed: str) -> bool:
        """Whether the password is the hash's. ``LinkProblem(BUSY)`` where too many are being tried."""
        with self._slot():
            return self._verify(password, hashed)

    def pretend(self, password: str) -> None:
        """Take as long as ``fits`` does, for a name that is not known."""
        with self._slot():
            self._verify(password, self._nobodys)

    def _verify(self, password: str, hashed: str) -> bool:
        try:
            return self._argon.verify(password, hashed)
        except (UnknownHashError, UnicodeEncodeError):
            return False

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._free.acquire(timeout=WAIT_S):
            raise LinkProblem(LinkTrouble.BUSY, "passwords", wait=2.0)
        try:
            yield
        finally:
            self._free.release()
