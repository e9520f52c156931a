"""The file of rows that an import did not take, each with its line number and its reason."""

from __future__ import annotations

import csv
import os
from collections import Counter
from typing import TYPE_CHECKING, Any, TextIO

from app.tools.cells import guarded

if TYPE_CHECKING:
    from pathlib import Path

    from app.tools.incidentfile import RawRow
    from app.tools.rowcheck import Rejected

RAW_MAX = 60_000  # bytes of a row that are kept
HEADER = ("line", "reason", "field", "words", "row")


class RejectsFile:
    """Opened at the first rejected row, so an import without any leaves no file.

    An import that is taken up again passes the last line that counts: what was written beyond it, just
    before the program died, is dropped and comes again. OSError where the disk does not let us.
    """

    def __init__(self, path: Path, encoding: str, resume_line: int | None = None) -> None:
        self.path = path
        self.reasons: Counter[str] = Counter()
        self._encoding = encoding
        self._file: TextIO | None = None
        self._writer: Any = None
        self._dirty = False
        if resume_line is None:
            path.unlink(missing_ok=True)
        elif path.exists():
            self._keep_up_to(resume_line)

    @property
    def count(self) -> int:
        """How many rows it holds."""
        return self.reasons.total()

    def add(self, row: RawRow, rejected: Rejected, words: str) -> None:
        """Write one row down with its reason."""
        if self._writer is None:
            self._open(append=False)
        raw = row.raw[:RAW_MAX].decode(self._encoding, "backslashreplace")
        raw = raw.rstrip("\r\n").replace("\0", "\\x00")
        self._writer.writerow((row.line, rejected.code, rejected.field, words, guarded(raw)))
        self.reasons[rejected.code] += 1
        self._dirty = True

    def sync(self) -> None:
        """Let the disk have all rows: called before the store keeps the mark that counts them."""
        if self._file is not None and self._dirty:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._dirty = False

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = self._writer = None

    def _open(self, *, append: bool) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Rows may name callers: for this user's eyes only.
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC), 0o600)
        self._file = os.fdopen(handle, "w", encoding="utf-8" if append else "utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        if not append:
            self._writer.writerow(HEADER)

    def _keep_up_to(self, line: int) -> None:
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            kept = [row for row in csv.reader(file) if len(row) == len(HEADER) and row[0].isdecimal()]
        kept = [row for row in kept if int(row[0]) <= line]
        part = self.path.with_name(self.path.name + ".part")
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            writer.writerows(kept)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o600)
        part.replace(self.path)
        self.reasons.update(row[1] for row in kept)
        self._open(append=True)
