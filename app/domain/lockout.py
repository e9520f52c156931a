"""How long too many wrong passwords lock an account: the same at the hub and on a desktop without a line."""

from __future__ import annotations

FREE_FAILURES = 5
FIRST_LOCK_MS, LONGEST_LOCK_MS = 60_000, 3_600_000
LONGEST_DOUBLING = 6
"""2^6 minutes is beyond the longest lock."""


def lock_ms(failures: int) -> int:
    """The lock after so many failures in a row, in ms: from the 5th on 1, 2, 4 … minutes, at most an hour."""
    if failures < FREE_FAILURES:
        return 0
    return min(LONGEST_LOCK_MS, FIRST_LOCK_MS << min(failures - FREE_FAILURES, LONGEST_DOUBLING))
