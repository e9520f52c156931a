"""A damaged store: what can still be read of its own ops, each proved by the chain where it can be."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcipher3 import dbapi2

from app.domain.op import GENESIS, Op, Origin, chain_hash, is_instant, is_text
from app.ports.link import OrderedOp
from app.ports.rows import Person
from db.connect import READER_CACHE_KB, open_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

AT_ONCE = 1_024
"""So many rows are read at a time; a stretch that cannot be read is halved until its bad rows are alone."""

END = 16
"""So many empty stretches in a row are the end, where the table itself cannot say where it ends."""

_OPS = (
    "SELECT seq, origin, n, scope, kind, entity, at, made, actor, base, body, outcome, refusal, hash, "
    "hub_seq FROM op NOT INDEXED WHERE seq BETWEEN ? AND ?"
)
_PERSONS = "SELECT rowid, id, incident, name, phone FROM person WHERE rowid BETWEEN ? AND ?"


@dataclass(frozen=True, slots=True)
class Salvaged:
    """Own ops that the hub has not ordered, by scope, oldest first; callers; own ops that cannot be read."""

    ops: Mapping[str, tuple[OrderedOp, ...]]
    persons: tuple[Person, ...]
    lost: int


def salvage(path: Path, key: bytes | None, stranger: Origin) -> Salvaged:
    """Read a copy of the file; the file itself is left as it is.

    ``stranger`` names the ops whose own origin cannot be read. ``StoreProblem`` where nothing can be opened.
    """
    with tempfile.TemporaryDirectory(prefix="grid-command-salvage-") as folder:
        copy = Path(folder) / "copy.db"
        shutil.copyfile(path, copy)
        for rest in ("-wal", "-shm"):
            beside = path.with_name(path.name + rest)
            if beside.exists():
                shutil.copyfile(beside, copy.with_name(copy.name + rest))
        raw = open_file(copy, key, READER_CACHE_KB)
        try:
            return _salvaged(raw, stranger)
        finally:
            raw.close()


def _salvaged(raw: Any, stranger: Origin) -> Salvaged:
    origins = _origins(raw)
    hashes: dict[tuple[int, int], bytes] = {}
    read: set[tuple[int, int]] = set()
    ops: dict[str, list[OrderedOp]] = {}
    for row in _rows(raw, "op", "seq", _OPS):
        _, number, n, scope, *_, digest, hub_seq = row
        origin, own = origins.get(number, (stranger, True))
        if not own or not (isinstance(n, int) and isinstance(digest, bytes)):
            continue
        hashes[number, n] = digest
        if not _whole(row) or not _proved(row, origin, GENESIS if n == 1 else hashes.get((number, n - 1))):
            continue
        read.add((number, n))
        if hub_seq is None:
            kept = OrderedOp(0, origin, n, *row[4:13])
            ops.setdefault(scope, []).append(kept)
    lost = sum(last - sum(1 for number, _ in read if number == own) for own, last in _lasts(raw).items())
    persons = tuple(
        Person(*row[1:]) for row in _rows(raw, "person", "rowid", _PERSONS) if all(map(is_text, row[1:]))
    )
    return Salvaged({scope: tuple(found) for scope, found in ops.items()}, persons, max(0, lost))


def _origins(raw: Any) -> dict[int, tuple[Origin, bool]]:
    statement = "SELECT rowid, id, device, incarnation, own FROM origin WHERE rowid BETWEEN ? AND ?"
    rows = _rows(raw, "origin", "rowid", statement)
    return {
        row[1]: (Origin(row[2], row[3]), bool(row[4])) for row in rows if is_text(row[2]) and is_text(row[3])
    }


def _lasts(raw: Any) -> dict[int, int]:
    rows = _rows(
        raw, "origin", "rowid", "SELECT rowid, id, last_n FROM origin WHERE own AND rowid BETWEEN ? AND ?"
    )
    return {number: last for _, number, last in rows if isinstance(last, int)}


def _rows(raw: Any, table: str, place: str, statement: str) -> Iterator[tuple[Any, ...]]:
    """Every row that can be read, by its place."""
    try:
        last = raw.execute(f"SELECT max({place}) FROM {table}").fetchone()[0] or 0  # noqa: S608  # names of ours
    except dbapi2.DatabaseError:
        last = None
    first, empty = 1, 0
    while (first <= last) if last is not None else (empty < END):
        rows = _stretch(raw, statement, first, first + AT_ONCE - 1)
        yield from rows
        empty = 0 if rows else empty + 1
        first += AT_ONCE


def _stretch(raw: Any, statement: str, first: int, last: int) -> list[tuple[Any, ...]]:
    try:
        return list(raw.execute(statement, (first, last)))
    except (dbapi2.DatabaseError, UnicodeDecodeError):
        if first == last:
            return []
    middle = (first + last) // 2
    return [*_stretch(raw, statement, first, middle), *_stretch(raw, statement, middle + 1, last)]


def _whole(row: tuple[Any, ...]) -> bool:
    """Whether every field is of its kind."""
    texts, wholes = (*row[3:6], row[8], *row[10:13]), (row[2], row[9])
    if not (all(map(is_text, texts)) and all(type(value) is int for value in wholes)):
        return False
    try:
        body = json.loads(row[10])
    except ValueError:
        return False
    return isinstance(body, dict) and is_instant(row[6]) and is_instant(row[7])


def _proved(row: tuple[Any, ...], origin: Origin, previous: bytes | None) -> bool:
    """Whether the row is as it was written; one whose predecessor cannot be read is taken as it stands."""
    _, _, n, scope, kind, entity, at, made, actor, base, body, *_ = row
    if previous is None:
        return True
    op = Op(origin, n, scope, kind, entity, at, made, actor, base)
    return bool(chain_hash(previous, op, body) == row[13])
