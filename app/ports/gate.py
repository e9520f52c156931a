"""The gate: who sits at this desk, and how it is enrolled at a hub; bootstrap hands it to the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

Progress = Callable[[str], None]
"""Told each step as it begins: ``reach``, ``trust``, ``enrol``, ``keep``, ``fetch``."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who has signed in. ``user`` is what ops carry as their actor; ``scopes`` as in ``app.domain.rights``.

    ``online`` is false where the hub could not be asked and the password was checked here.
    """

    user: str
    name: str
    role: str
    scopes: tuple[str, ...] = ()
    online: bool = True


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a device is told at its enrolment: the hub's address, its own name, and its centre.

    ``place``, ``sign`` and ``letter`` as in ``app.services.desk.Centre``.
    """

    hub: str
    name: str
    place: str
    sign: str = ""
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why it came to nothing: a ``LinkTrouble`` with the seconds to wait (0: not told)."""

    code: str
    wait: float = 0.0


class Gate(Protocol):
    """Each call but ``enrolled`` and ``signed`` may take seconds and is made off the GUI thread.

    None of them raises for the world's errors: they answer with a ``Trouble``.
    """

    def enrolled(self) -> bool:
        """Whether this store belongs to a hub; if so, somebody has to sign in."""

    def signed(self) -> Signed | None:
        """Who is signed in now."""

    def sign_in(self, user: str, password: str) -> Signed | Trouble:
        """Ask the hub; where it cannot be reached, the users known here. ``SIGN_IN`` never says which part
        was wrong, ``LOCKED_OUT`` says how long.
        """

    def sign_out(self) -> None:
        """Nobody sits here any more; ops that are waiting stay and go up."""

    def enrol(self, text: str, progress: Progress) -> Enrolled | Trouble:
        """Make this desktop a device of the hub that ``https://host:port/#CODE.FP`` names."""
