"""Keeps ``None``, ``True``, ``False`` alive: PySide6 6.12 on CPython before 3.12 gives up references to them.

Measured: −1 on None in each ``QPainter.setPen`` and its like, −1 on True in each ``Signal.emit``. A day of
painting would end the process with "deallocating None", an hour of changes with "deallocating True or False".
From CPython 3.12 on they are immortal (PEP 683) and this does nothing. Import it before the first Qt call.
"""

from __future__ import annotations

import ctypes
import sys

_PLENTY = 1 << 60
"""References that no run can use up: a thousand years at a million calls a second are fewer."""


def keep() -> None:
    """Give each what PEP 683 gives it: a count that never reaches nothing."""
    if sys.version_info < (3, 12):
        for lasting in (None, True, False):
            ctypes.c_ssize_t.from_address(id(lasting)).value = _PLENTY


keep()
