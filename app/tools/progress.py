"""A progress line on a terminal: share, rows and rate. Silent where nobody is watching."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

_EVERY_S = 0.2
_WIDTH = 24


class Progress:
    """``total`` in bytes or rows, 0 where it is not known. Writes nothing unless the stream is a terminal."""

    def __init__(
        self,
        total: int,
        unit: str,
        *,
        quiet: bool = False,
        stream: TextIO | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._on = not quiet and self._stream.isatty()
        self._total = total
        self._unit = unit
        self._seconds = seconds
        self._began = self._drawn = seconds()

    def show(self, done: int, rows: int) -> None:
        """Draw anew, at most five times a second. ``done`` is held against ``total``."""
        if not self._on:
            return
        now = self._seconds()
        if now - self._drawn < _EVERY_S:
            return
        self._drawn = now
        rate = rows / max(now - self._began, 1e-9)
        share = min(1.0, done / self._total) if self._total else 0.0
        full = int(share * _WIDTH)
        bar = f"[{'█' * full}{'·' * (_WIDTH - full)}] {share:4.0%}  " if self._total else ""
        self._stream.write(f"\r{bar}{rows:,} {self._unit}  {rate:,.0f}/s\x1b[K")
        self._stream.flush()

    def finish(self) -> None:
        """Take the line away."""
        if self._on:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
