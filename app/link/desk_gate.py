"""The gate of one desktop (``app.ports.gate.Gate``): enrolling, signing in and out, kept in the store."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.link.enrolment import KNOWN_USERS, LINK, PAIR, SIGNED_IN, enrolment, signed_in
from app.ports.gate import Enrolled, Signed, Trouble
from app.ports.link import LinkProblem, LinkTrouble
from app.ports.problems import StoreProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.link.known_users import KnownUsers
    from app.ports.clock import Clock
    from app.ports.gate import Progress
    from app.ports.ledger import Store

SIGN_IN_WITHIN = 5.0
"""s of the hub's silence after which the users known here are asked: somebody waits to begin work."""


class DeskGate:
    """Over a store. ``resumed``: who was signed in when the program last ended still is (tools)."""

    def __init__(self, store: Store, clock: Clock, *, resumed: bool, name: str = "") -> None:
        self._store = store
        self._name = name
        with store.reading() as read:
            self._signed = signed_in(read) if resumed else None
            known = read.setting(KNOWN_USERS)
        self._clock = clock
        self._known_before = known if isinstance(known, dict) else None
        self._known: KnownUsers | None = None

    def enrolled(self) -> bool:
        """Whether this store belongs to a hub."""
        with self._store.reading() as read:
            return enrolment(read) is not None

    def signed(self) -> Signed | None:
        """Who is signed in now."""
        return self._signed

    def sign_in(self, user: str, password: str) -> Signed | Trouble:
        """Ask the hub; where it cannot be reached, the users known here.

        ``NO_LINE``: it cannot be reached, and here nobody is known by that name and password.
        """
        asked = None
        try:
            with _store_told(), self._hub() as hub:
                asked = _Asked(hub.sign_in)
                signed = self._users().sign_in(user, password, asked)
                self._keep(SIGNED_IN, asdict(signed))
        except LinkProblem as problem:
            if problem.code is LinkTrouble.SIGN_IN and asked is not None and not asked.answered:
                return Trouble(LinkTrouble.NO_LINE.value)  # wrong here, and the hub could not be asked
            return Trouble(problem.code.value, problem.wait or 0.0)
        self._signed = signed
        return signed

    def sign_out(self) -> None:
        """Nobody sits here any more."""
        self._signed = None
        with contextlib.suppress(LinkProblem), _store_told():
            self._keep(SIGNED_IN, None)

    def enrol(self, text: str, progress: Progress = lambda _step: None) -> Enrolled | Trouble:
        """Make this desktop a device of the hub that the invitation names."""
        from app.link.enrol import enrol
        from app.link.keys import new_pair

        try:
            with _store_told():
                with self._store.reading() as read:
                    pair, device = read.setting(PAIR), read.state().device
                if not isinstance(pair, dict):
                    pair = new_pair()
                    self._keep(PAIR, pair)
                told = enrol(text, device, self._name or device[-6:], pair, progress)
                progress("keep")
                self._keep(LINK, told)
        except LinkProblem as problem:
            return Trouble(problem.code.value, problem.wait or 0.0)
        return Enrolled(str(told["url"]), str(told["name"]), str(told["place"]))

    @contextlib.contextmanager
    def _hub(self) -> Iterator[Any]:
        with self._store.reading() as read:
            found = enrolment(read)
        if found is None:
            raise LinkProblem(LinkTrouble.NOT_ENROLLED)
        with contextlib.closing(found.client(SIGN_IN_WITHIN)) as client:
            yield client

    def _users(self) -> KnownUsers:
        # Loaded and made when somebody signs in: a start must not wait for it, nor a desk that stands alone.
        from app.link.known_users import KnownUsers
        from app.link.passwords import Passwords

        if self._known is None:
            self._known = KnownUsers(
                self._known_before, lambda told: self._keep(KNOWN_USERS, told), Passwords(), self._clock
            )
        return self._known

    def _keep(self, name: str, value: Any) -> None:
        with self._store.write("") as tx:
            tx.set_setting(name, value)


@contextlib.contextmanager
def _store_told() -> Iterator[None]:
    try:
        yield
    except StoreProblem as problem:
        raise LinkProblem(LinkTrouble.STORE, problem.detail) from problem


class _Asked:
    """The hub's sign-in, and whether the hub has answered it."""

    def __init__(self, ask: Callable[[str, str], Signed]) -> None:
        self._ask = ask
        self.answered = False

    def __call__(self, user: str, password: str) -> Signed:
        from app.link.known_users import JUDGED

        try:
            signed = self._ask(user, password)
        except LinkProblem as problem:
            self.answered = problem.code in JUDGED
            raise
        self.answered = True
        return signed
