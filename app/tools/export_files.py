"""The files an export writes: CSV, workbook and GeoJSON, row by row, seen only once they are whole."""

from __future__ import annotations

import csv
import errno
import json
import os
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO

from app.tools.cells import guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from app.tools.export_columns import Value

    Rows = Iterable[Sequence[Value]]
    Writer = Callable[[Path, Sequence[str], Sequence[str], Rows, Callable[[int], str]], int]

SHEET_ROWS = 1_048_575
"""Rows of one sheet below its header: Excel's own limit."""
CELL_CHARS = 32_767
"""Characters of one cell: Excel's own limit."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file beside ``path`` to write to; it takes the name at the end, or goes where that fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_csv(
    part: Path, _codes: Sequence[str], heads: Sequence[str], rows: Rows, _sheet: Callable[[int], str]
) -> int:
    """UTF-8 with a byte order mark, which Excel needs for Chinese; the number of rows."""
    count = 0
    with part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([guarded(head) for head in heads])
        for row in rows:
            writer.writerow([guarded(value) if isinstance(value, str) else value for value in row])
            count += 1
    return count


def write_xlsx(
    part: Path, _codes: Sequence[str], heads: Sequence[str], rows: Rows, sheet: Callable[[int], str]
) -> int:
    """A workbook in constant memory, with further sheets where one is full; the number of rows.

    ``sheet`` names the n-th sheet, from 1.
    """
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with TemporaryDirectory(prefix=".export-", dir=part.parent) as folder, part.open("wb") as file:
        sink = Sink(file)
        book = xlsxwriter.Workbook(sink, options | {"tmpdir": folder})
        count = _fill(book, heads, rows, sheet)
        book.close()
        if sink.fault is not None:
            raise sink.fault
    return count


class Sink:
    """A file that keeps what the disk refused until it is asked.

    A zip archive that met the refusal itself complains on stderr when it is collected.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0
        self.fault: OSError | None = None

    def write(self, data: bytes) -> int:
        """All of it, or nothing once the disk has refused."""
        size = len(data)
        if self.fault is None:
            try:
                self._file.seek(self._at)
                self._file.write(data)
            except OSError as error:
                self.fault = error
        self._at += size
        return size

    def tell(self) -> int:
        return self._at

    def seek(self, at: int, whence: int = os.SEEK_SET) -> int:
        """Only to places counted from the start, as an archive being written does."""
        if whence != os.SEEK_SET:
            raise OSError(errno.ESPIPE, os.strerror(errno.ESPIPE))
        self._at = at
        return at

    def flush(self) -> None:
        if self.fault is None:
            try:
                self._file.flush()
            except OSError as error:
                self.fault = error


def _fill(book: Any, heads: Sequence[str], rows: Rows, sheet: Callable[[int], str]) -> int:
    count = 0
    page: Any = None
    bold = book.add_format({"bold": True})
    for row in rows:
        line = count % SHEET_ROWS
        if line == 0:
            page = _new_page(book, sheet(count // SHEET_ROWS + 1), heads, bold)
        for column, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(line + 1, column, guarded(value)[:CELL_CHARS])
            elif value is not None:
                page.write_number(line + 1, column, value)
        count += 1
    if page is None:
        _new_page(book, sheet(1), heads, bold)
    return count


def _new_page(book: Any, name: str, heads: Sequence[str], bold: Any) -> Any:
    page = book.add_worksheet(name)
    page.freeze_panes(1, 0)
    page.set_column(0, len(heads) - 1, 18)
    for column, head in enumerate(heads):
        page.write_string(0, column, head, bold)
    return page


def write_geojson(
    part: Path, codes: Sequence[str], _heads: Sequence[str], rows: Rows, _sheet: Callable[[int], str]
) -> int:
    """RFC 7946, WGS-84; the properties have the columns' codes. No position: a null geometry."""
    lon, lat = codes.index("lon"), codes.index("lat")
    count = 0
    with part.open("w", encoding="utf-8") as file:
        file.write('{"type":"FeatureCollection","features":[')
        for row in rows:
            feature = {
                "type": "Feature",
                "geometry": None
                if row[lon] is None
                else {"type": "Point", "coordinates": [row[lon], row[lat]]},
                "properties": {c: v for c, v in zip(codes, row, strict=True) if c not in {"lon", "lat"}},
            }
            text = json.dumps(feature, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            file.write(("," if count else "") + "\n" + text)
            count += 1
        file.write("\n]}\n")
    return count


WRITERS: dict[str, Writer] = {".csv": write_csv, ".xlsx": write_xlsx, ".geojson": write_geojson}
"""File suffix → what writes it."""
