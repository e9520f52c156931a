"""Identities for many requests: chance is asked of the system for hundreds of them at once."""

from __future__ import annotations

import secrets
import threading
import time

from app.domain.ids import uuid7

EACH, AT_ONCE = 10, 512
"""Octets of chance in an identity, and identities drawn by one call to the system."""


class DrawnIds:
    """UUIDv7, as ``app.ports.clock.Ids``; any thread may draw."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._chance, self._at = b"", 0

    def fresh(self) -> str:
        """A new identity, 32 hex digits."""
        with self._turn:
            if self._at >= len(self._chance):
                self._chance, self._at = secrets.token_bytes(EACH * AT_ONCE), 0
            drawn = self._chance[self._at : self._at + EACH]
            self._at += EACH
        return uuid7(time.time_ns() // 1_000_000, int.from_bytes(drawn) >> 6)
