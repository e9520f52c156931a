"""Time and chance, as the machine gives them (``app.ports.clock``)."""

from __future__ import annotations

import secrets
import time

from app.domain.ids import uuid7


class WallClock:
    """The machine's clock."""

    def now(self) -> int:
        """The instant, ms since 1970 UTC."""
        return time.time_ns() // 1_000_000


class StoppedClock:
    """A clock that stands, for pictures and stories."""

    def __init__(self, at: int) -> None:
        self._at = at

    def now(self) -> int:
        """Always the same instant, ms since 1970 UTC."""
        return self._at


class RunningClock:
    """A clock that was set to an instant and goes on from there: measurements see a store of today."""

    def __init__(self, at: int) -> None:
        self._ahead = at - time.time_ns() // 1_000_000

    def now(self) -> int:
        """The instant, ms since 1970 UTC."""
        return time.time_ns() // 1_000_000 + self._ahead


class FreshIds:
    """UUIDv7 from the machine's clock and its source of chance."""

    def fresh(self) -> str:
        """A new identity, 32 hex digits."""
        return uuid7(time.time_ns() // 1_000_000, secrets.randbits(74))
