"""How the line to the hub stands, as one frozen value: written by the sync thread, read by the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ScopeStanding:
    """How far this store follows one scope: rows taken of rows there are, and own ops that wait in it."""

    scope: str
    cursor: int
    head: int
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """What the screen says of the line. Instants in ms since 1970 UTC, by this machine's clock.

    ``linked``: a hub is set up. ``since`` is when the line came up or went down (None: never known);
    ``heard_at`` when the hub last answered (None: never); ``trouble`` a ``LinkTrouble``, or empty;
    ``retry_at`` when the next try comes (None: none is planned). ``waiting`` own ops are not at the hub,
    the first of them made at ``oldest``; ``conflicts`` are open; ``refused`` own ops the hub has refused and
    nobody has seen; ``unread`` ops are of a kind that this program does not know. ``progress`` is rows taken
    of rows to take while a long fetch runs. ``hub`` is its address, ``user`` who is signed in (empty:
    nobody), ``notices`` are the hub's own words (codes of the words' group ``link_notice``).
    """

    linked: bool = False
    online: bool = False
    since: int | None = None
    heard_at: int | None = None
    trouble: str = ""
    retry_at: int | None = None
    waiting: int = 0
    oldest: int | None = None
    conflicts: int = 0
    refused: int = 0
    unread: int = 0
    progress: tuple[int, int] | None = None
    hub: str = ""
    user: str = ""
    notices: tuple[str, ...] = ()
    scopes: tuple[ScopeStanding, ...] = ()


class LinkWatch(Protocol):
    """Where the screen reads the status. Both calls come from the GUI thread and never wait."""

    def status(self) -> LinkStatus:
        """The newest status, whole."""

    def sync_now(self) -> None:
        """Try at once instead of at the next period; returns before it is done."""
