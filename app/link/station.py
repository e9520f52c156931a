"""A window's station: its gate, and the link that begins as soon as the desk belongs to a hub."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from app.link.enrolment import enrolment
from app.ports.gate import Enrolled, Gate, Progress, Signed, Trouble
from app.ports.link_status import LinkStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.link.thread import Link
    from app.ports.ledger import Store


class Station:
    """``app.ports.gate.Gate`` and ``app.ports.link_status.LinkWatch`` of one window.

    ``open_link`` makes the link of an enrolled desk, not begun yet; None where it stands alone.
    """

    def __init__(
        self, store: Store, gate: Gate, open_link: Callable[[Callable[[], str]], Link | None]
    ) -> None:
        self._store, self._gate, self._open = store, gate, open_link
        self._turn = threading.Lock()
        self._link: Link | None = None

    def begin(self) -> None:
        """Begin to sync where the desk belongs to a hub; once."""
        with self._turn:
            if self._link is None and (link := self._open(self._user)) is not None:
                link.start()
                self._link = link

    def stop(self) -> None:
        """End it."""
        with self._turn:
            if self._link is not None:
                self._link.stop()
                self._link = None

    def status(self) -> LinkStatus:
        """The newest status; of a desk that stands alone where no link has begun."""
        link = self._link
        return link.status() if link is not None else LinkStatus()

    def sync_now(self) -> None:
        """Try at once."""
        if (link := self._link) is not None:
            link.sync_now()

    def enrolled(self) -> bool:
        """Whether this store belongs to a hub."""
        return self._gate.enrolled()

    def signed(self) -> Signed | None:
        """Who is signed in now."""
        return self._gate.signed()

    def sign_in(self, user: str, password: str) -> Signed | Trouble:
        """Sign in, and try the line at once: what had waited for somebody goes up now."""
        answer = self._gate.sign_in(user, password)
        if isinstance(answer, Signed):
            self.sync_now()
        return answer

    def sign_out(self) -> None:
        """Nobody sits here any more."""
        self._gate.sign_out()

    def enrol(self, text: str, progress: Progress) -> Enrolled | Trouble:
        """Enrol, and begin to sync anew; a link that was there has nobody to speak to any more."""
        answer = self._gate.enrol(text, progress)
        if isinstance(answer, Trouble):
            return answer
        progress("fetch")
        self.stop()
        self.begin()
        with self._store.reading() as read:
            found = enrolment(read)
        return replace(answer, sign=found.sign, letter=found.letter) if found is not None else answer

    def _user(self) -> str:
        signed = self._gate.signed()
        return signed.user if signed is not None else ""
