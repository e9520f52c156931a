"""Rows of a CSV file (plain or gzip), streamed, each with its line number and the byte after it.

One bad line never costs another: a record is bounded in lines and bytes, and where a quotation mark is
never closed only the line that opened it is given up.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import zlib
from collections import deque
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_LINES = 200  # of one record
MAX_BYTES = 128 * 1024  # of one record; as much as Python's csv allows one field
MAX_LINE = 1024 * 1024  # of one line; what is longer is passed over in pieces
_SAMPLE = 1024 * 1024  # of the file's beginning and end, for its fingerprint
_BOM = b"\xef\xbb\xbf"


class FileProblem(Exception):
    """The file as a whole cannot be read; ``code`` is a word of ``tools.problem``."""

    def __init__(self, code: str, **args: object) -> None:
        super().__init__(code)
        self.code = code
        self.args_said = args


class RawRow(NamedTuple):
    """One record: its first line (the header is line 1), its last, the byte after it, its cells.

    ``fault`` is empty or the reason code for which the cells cannot be used.
    """

    line: int
    last_line: int
    offset: int
    cells: list[str]
    fault: str
    raw: bytes


class IncidentFile:
    """Opens the file and reads its header at once. OSError or FileProblem where that fails."""

    def __init__(self, path: Path, encoding: str, delimiter: str = ",") -> None:
        self._raw: BinaryIO = path.open("rb")
        self.size = path.stat().st_size
        zipped = self._raw.read(2) == b"\x1f\x8b"
        self._raw.seek(0)
        # GzipFile is a BinaryIO in all that is used here, but typeshed does not say so.
        self._file = cast("BinaryIO", gzip.GzipFile(fileobj=self._raw)) if zipped else self._raw
        self._encoding = encoding
        self._delimiter = delimiter
        self._waiting: deque[bytes] = deque()
        self._line = 0
        self._offset = 0
        self._width = 0
        try:
            self.header = self._read_header()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._file.close()
        self._raw.close()

    @property
    def position(self) -> int:
        """How many bytes of the file on disk have been read; compare with ``size``."""
        return self._raw.tell()

    def go_to(self, line: int, offset: int) -> None:
        """Continue after a record that ended on this line and byte."""
        self._waiting.clear()
        self._file.seek(offset)
        self._line, self._offset = line, offset

    def rows(self) -> Iterator[RawRow]:
        """Every record that is not blank. FileProblem where a compressed file is cut off or damaged."""
        try:
            while line := self._take():
                if line.isspace():
                    continue
                yield self._record(line)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FileProblem("damaged", line=self._line) from error

    def _read_header(self) -> list[str]:
        try:
            line = self._take()
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FileProblem("damaged", line=1) from error
        line = line.removeprefix(_BOM)
        if not line.strip():
            raise FileProblem("empty_file")
        row = self._record(line)
        if row.fault:
            raise FileProblem("bad_header")
        self._width = len(row.cells)
        return [cell.strip() for cell in row.cells]

    def _take(self) -> bytes:
        line = self._waiting.popleft() if self._waiting else self._file.readline(MAX_LINE)
        self._line += 1
        self._offset += len(line)
        return line

    def _give_back(self, lines: list[bytes]) -> None:
        self._waiting.extendleft(reversed(lines))
        self._line -= len(lines)
        self._offset -= sum(map(len, lines))

    def _record(self, line: bytes) -> RawRow:
        first = self._line
        if len(line) >= MAX_LINE and not line.endswith(b"\n"):
            self._pass_over()
            return RawRow(first, self._line, self._offset, [], "too_long", line[:1000])
        if b"\0" in line:
            return RawRow(first, first, self._offset, [], "broken_encoding", line)
        if b'"' in line:
            return self._quoted(first, line)
        try:
            cells = line.decode(self._encoding).rstrip("\r\n").split(self._delimiter)
        except UnicodeDecodeError:
            return RawRow(first, first, self._offset, [], "broken_encoding", line)
        fault = "" if len(cells) == self._width or not self._width else "wrong_columns"
        return RawRow(first, first, self._offset, cells, fault, line)

    def _pass_over(self) -> None:
        """The rest of a line that is too long."""
        while (piece := self._file.readline(MAX_LINE)) and self._skipped(piece):
            pass

    def _skipped(self, piece: bytes) -> bool:
        self._offset += len(piece)
        return not piece.endswith(b"\n")

    def _quoted(self, first: int, line: bytes) -> RawRow:
        taken = [line]
        fault = ""
        cells: list[str] = []
        try:
            cells = next(csv.reader(self._feed(taken), delimiter=self._delimiter, strict=True))
        except (csv.Error, StopIteration) as error:
            fault = "too_long" if "field larger" in str(error) else "open_quote"
        else:
            if self._width and len(cells) != self._width:
                fault = "open_quote" if len(taken) > 1 else "wrong_columns"
        if fault and len(taken) > 1:
            self._give_back(taken[1:])
            del taken[1:]
        raw = b"".join(taken)
        if not fault or fault == "wrong_columns":
            try:
                raw.decode(self._encoding)
            except UnicodeDecodeError:
                fault = "broken_encoding"
            if b"\0" in raw:
                fault = "broken_encoding"
        return RawRow(first, self._line, self._offset, cells, fault, raw)

    def _feed(self, taken: list[bytes]) -> Iterator[str]:
        """The record's lines as the csv reader asks for them; those it took are kept in ``taken``."""
        size = len(taken[0])
        yield taken[0].decode(self._encoding, "replace")
        while len(taken) < MAX_LINES and size < MAX_BYTES:
            line = self._take()
            if not line:
                self._line -= 1
                return
            size += len(line)
            taken.append(line)
            yield line.decode(self._encoding, "replace")


def fingerprint(path: Path) -> str:
    """Names a file's content: SHA-256 of its size, its first and its last MiB, as hex."""
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        digest.update(file.read(_SAMPLE))
        if size > _SAMPLE:
            file.seek(max(_SAMPLE, size - _SAMPLE))
            digest.update(file.read(_SAMPLE))
    return digest.hexdigest()
