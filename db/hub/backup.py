"""The hub's whole database in one file, and back: consistent, compressed, checked by a SHA-256.

The file is one zstd stream: a line that names the form, then for each table a line of JSON (name, columns),
its rows as PostgreSQL's COPY text in blocks that begin with their length (4 octets, big-endian; 0 ends the
table), and last a line of JSON with the rows of each table and the hash of all before it. It needs no
program of PostgreSQL's own, and any server can be restored from it.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import IO, TYPE_CHECKING, Any

import zstandard

from app.ports.problems import NewerStore, StoreProblem, StoreTrouble
from db.hub.copying import run
from db.hub.hand_in import PAST_LIVES, life_of, past_lives
from db.hub.ordering import POKES, poke
from db.hub.seats import own_origin
from db.hub.tables import metadata
from db.hub.upgrade import REVISION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.ports.clock import Ids
    from db.hub.database import Raw

FORM = b"grid-command hub backup 1\n"
BLOCK = 1 << 20
LEVEL = 3
_LENGTH = 4


def back_up(raw: Raw, path: Path) -> dict[str, int]:
    """Write every table to a file that nobody else can read; how many rows each has.

    Within a frozen transaction. The file is there whole, or not at all.
    """
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with zstandard.ZstdCompressor(level=LEVEL).stream_writer(file, closefd=False) as stream:
                rows = _write(raw, _Summed(stream))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return rows


class _Summed:
    """A stream with the hash of what went through it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._sum = hashlib.sha256()

    def write(self, octets: bytes) -> None:
        self._sum.update(octets)
        self._stream.write(octets)

    def read(self, length: int) -> bytes:
        octets: bytes = self._stream.read(length)
        if len(octets) != length:
            raise StoreProblem(StoreTrouble.CORRUPTED, "the backup ends too early")
        self._sum.update(octets)
        return octets

    def line(self) -> dict[str, Any]:
        """A block of JSON."""
        told = json.loads(self.read(int.from_bytes(self.read(_LENGTH), "big")))
        return dict(told)

    def write_line(self, value: dict[str, Any]) -> None:
        """A block of JSON."""
        octets = json.dumps(value).encode()
        self.write(len(octets).to_bytes(_LENGTH, "big") + octets)

    def digest(self) -> str:
        return self._sum.hexdigest()


def _write(raw: Raw, out: _Summed) -> dict[str, int]:
    out.write(FORM)
    out.write_line({"revision": REVISION, "tables": [table.name for table in metadata.sorted_tables]})
    rows: dict[str, int] = {}
    for table in metadata.sorted_tables:
        columns = [column.name for column in table.columns]
        out.write_line({"table": table.name, "columns": columns})
        with raw.cursor() as cursor:
            with cursor.copy(f"COPY {table.name} ({', '.join(columns)}) TO STDOUT") as copy:
                for block in copy:
                    out.write(len(block).to_bytes(_LENGTH, "big") + bytes(block))
            rows[table.name] = cursor.rowcount
        out.write(bytes(_LENGTH))
    out.write_line({"rows": rows, "sha256": out.digest()})
    return rows


def restore(raw: Raw, path: Path, ids: Ids) -> dict[str, int]:
    """Put the file's rows in place of all there are; how many rows each table has.

    Within one transaction, so whole or not at all. The hub then begins a new life, for ops that it numbered
    after the backup may still be out there; and each scope a new epoch, by which desktops know that they
    must hand in what the backup lacks. ``StoreProblem(CORRUPTED)`` where the file is not whole,
    ``NewerStore`` where a later release has written it.
    """
    lives = past_lives(raw) | {life_of(raw)}
    try:
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
            rows = _read(raw, _Summed(_Whole(stream)))
    except (zstandard.ZstdError, ValueError, KeyError, TypeError) as error:
        raise StoreProblem(StoreTrouble.CORRUPTED, str(error)) from error
    for name in ("origin", "audit"):
        raw.execute(
            f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "  # noqa: S608  # names of ours
            f"coalesce((SELECT max(id) FROM {name}), 0) + 1, false)"
        )
    begin_anew(raw, ids, lives)
    return rows


class _Whole:
    """Reads as many octets as are asked for, where the stream gives fewer at a time."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, length: int) -> bytes:
        parts: list[bytes] = []
        while length and (part := self._stream.read(length)):
            parts.append(part)
            length -= len(part)
        return b"".join(parts)


def _read(raw: Raw, source: _Summed) -> dict[str, int]:
    if source.read(len(FORM)) != FORM:
        raise StoreProblem(StoreTrouble.NOT_A_STORE, "not a backup of a hub")
    head = source.line()
    if head["revision"] != REVISION:
        raise NewerStore(str(head["revision"]))
    known = {table.name: table for table in metadata.sorted_tables}
    if set(head["tables"]) != set(known):
        raise StoreProblem(StoreTrouble.CORRUPTED, "other tables")
    raw.execute(f"TRUNCATE {', '.join(known)}")
    rows: dict[str, int] = {}
    for name in head["tables"]:
        told = source.line()
        columns = [column.name for column in known[name].columns]
        if told != {"table": name, "columns": columns}:
            raise StoreProblem(StoreTrouble.CORRUPTED, f"table {name}")
        with raw.cursor() as cursor:
            with cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
                for block in _blocks(source):
                    copy.write(block)
            rows[name] = cursor.rowcount
    digest = source.digest()
    if source.line() != {"rows": rows, "sha256": digest}:
        raise StoreProblem(StoreTrouble.CORRUPTED, "the backup's sum is another")
    return rows


def _blocks(source: _Summed) -> Iterator[bytes]:
    while length := int.from_bytes(source.read(_LENGTH), "big"):
        if length > 64 * BLOCK:
            raise StoreProblem(StoreTrouble.CORRUPTED, f"a block of {length}")
        yield source.read(length)


def begin_anew(raw: Raw, ids: Ids, lives: frozenset[str] = frozenset()) -> None:
    """A new life of the hub, with new origins for its own ops, and a new epoch of every scope.

    ``lives`` were the hub's too, though its rows do not say so: those since the backup that was restored.
    """
    past = sorted(past_lives(raw) | {life_of(raw)} | lives)
    life = ids.fresh()
    for name, value in (("hub", life), (PAST_LIVES, json.dumps(past))):
        raw.execute(
            "INSERT INTO meta (name, value) VALUES (%s, %s) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )
    scopes = run(raw, "SELECT id, head FROM scope ORDER BY id FOR UPDATE").fetchall()
    for scope, head in scopes:
        own = own_origin(raw, scope, life)
        raw.execute(
            "UPDATE scope SET epoch = %s, hub_origin = %s, booked = 0 WHERE id = %s",
            (ids.fresh(), own, scope),
        )
        raw.execute("SELECT pg_notify(%s, %s)", (POKES, poke(scope, head)))
