"""Names that are no account are locked out like accounts: a lock does not tell which names there are."""

from __future__ import annotations

import threading
from collections import OrderedDict

from app.domain.lockout import lock_ms

REMEMBERED = 4_096


class Strangers:
    """Failures of unknown names, in this process alone; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def attempt(self, name: str, now: int) -> int:
        """Count an attempt; ms for which the name is locked already (the attempt then is not counted)."""
        with self._lock:
            failures, until = self._seen.pop(name, (0, 0))
            if until <= now:
                self._seen[name] = (failures + 1, now + lock_ms(failures + 1))
            else:
                self._seen[name] = (failures, until)
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            return max(0, until - now)
