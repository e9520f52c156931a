"""Time and chance, as the world gives them: the only two things the domain must be told."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """The wall clock."""

    def now(self) -> int:
        """The instant, ms since 1970 UTC."""


class Ids(Protocol):
    """The source of fresh identities."""

    def fresh(self) -> str:
        """A new UUIDv7, 32 hex digits."""
