"""Keeps ``None`` alive: PySide6 6.12 on CPython before 3.12 gives up one reference to it in every void call.

Measured: −1 on each ``QPainter.setPen`` and its like, so a day of painting would end the process with
"deallocating None". From CPython 3.12 on None is immortal (PEP 683) and this does nothing. Import it before
the first Qt call.
"""

from __future__ import annotations

import ctypes
import sys

_PLENTY = 1 << 60
"""References that no run can use up: a thousand years at a million calls a second are fewer."""


def keep() -> None:
    """Give None what PEP 683 gives it: a count that never reaches nothing."""
    if sys.version_info < (3, 12):
        ctypes.c_ssize_t.from_address(id(None)).value = _PLENTY


keep()
