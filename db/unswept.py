"""Bulk work without sweeps for cyclic garbage in its midst."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def unswept() -> Iterator[None]:
    """Within the block nothing is swept; what is freed by its last reference is freed as ever.

    A page makes tens of thousands of small values, none of them in a circle, and each thousand would have
    all that lives looked through: a tenth of the time, and a pause for every thread. For bounded work only.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
