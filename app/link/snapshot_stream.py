"""``GET /v1/snapshot`` both ways: a scope's state as zstd-compressed lines of JSON.

The first line is the head, each further one ``[kind, rows]`` with many rows of one kind, kinds in the order
of ``PARTS``, the last ``["end", how many rows of all kinds]``. The frame carries its own checksum, so a bent
or cut answer is told from a whole one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import orjson
import zstandard

from app.link.wire import VERSION, ordered_op, ordered_row
from app.ports.link import HeldIncident, HeldRecord, LinkProblem, LinkTrouble, SnapshotHead
from app.ports.rows import Person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from app.ports.link import OrderedOp, Snapshot

T = TypeVar("T")

LEVEL = 3
ROWS, OCTETS = 500, 512 * 1024
"""A line holds at most so many rows; it ends sooner where its bodies come to so many octets."""

LINE = 64 * 1024 * 1024
"""A line longer than this is no line of ours: it is not read on into memory."""

PIECE = 64 * 1024
PARTS = ("incident", "record", "op", "person")
_END = "end"


def snapshot_chunks(snapshot: Snapshot) -> Iterator[bytes]:
    """The answer's compressed pieces, made as they are asked for."""
    packer = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj()
    held: list[bytes] = []
    size = 0
    for line in _lines(snapshot):
        for part in (packer.compress(line), packer.compress(b"\n")):
            if part:
                held.append(part)
                size += len(part)
        if size >= PIECE:
            yield b"".join(held)
            held, size = [], 0
    held.append(packer.flush())
    yield b"".join(held)


def _lines(snapshot: Snapshot) -> Iterator[bytes]:
    head = snapshot.head
    yield orjson.dumps({
        "wire": VERSION, "scope": head.scope, "epoch": head.epoch, "seq": head.seq,
        "chain": head.chain.hex(), "incidents": head.incidents, "records": head.records,
    })  # fmt: skip
    parts: tuple[Iterator[tuple[tuple[Any, ...], int]], ...] = (
        (((i.id, i.body), len(i.body)) for i in snapshot.incidents()),
        (((r.kind, r.id, r.rev, r.body, r.retired), len(r.body)) for r in snapshot.records()),
        ((ordered_row(o), len(o.body)) for o in snapshot.ops()),
        (((p.id, p.incident, p.name, p.phone), 0) for p in snapshot.persons()),
    )
    told = 0
    for part, rows in zip(PARTS, parts, strict=True):
        for batch in _batches(rows):
            told += len(batch)
            yield orjson.dumps((part, batch))
    yield orjson.dumps((_END, told))


def _batches(rows: Iterator[tuple[tuple[Any, ...], int]]) -> Iterator[list[tuple[Any, ...]]]:
    batch: list[tuple[Any, ...]] = []
    size = 0
    for row, length in rows:
        batch.append(row)
        size += length
        if len(batch) >= ROWS or size >= OCTETS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class StreamedSnapshot:
    """A snapshot read from the answer's pieces as they come (``app.ports.link.Snapshot``).

    Every method, and the making, raises ``LinkProblem(BAD_PAGE)`` where the answer is cut, bent or of
    another version; what the pieces themselves raise comes through. The last part, ``persons``, ends well
    only where the whole answer came.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._lines = _read_lines(pieces)
        self._next: tuple[str, Sequence[Any]] | None = None
        self._told = 0
        self.head = _head_of(self._lines)

    def incidents(self) -> Iterator[HeldIncident]:
        """Every incident of the scope; consumed first."""
        return self._rows("incident", _incident_of)

    def records(self) -> Iterator[HeldRecord]:
        """Every record of the scope; consumed second."""
        return self._rows("record", _record_of)

    def ops(self) -> Iterator[OrderedOp]:
        """The ops of open incidents up to the head, in order; consumed third."""
        return self._rows("op", ordered_op)

    def persons(self) -> Iterator[Person]:
        """The callers of open incidents; consumed last."""
        yield from self._rows("person", _person_of)
        self._see_the_end()

    def _rows(self, part: str, made: Callable[[Any], T]) -> Iterator[T]:
        while (line := self._peek())[0] == part:
            self._next = None
            self._told += len(line[1])
            for row in line[1]:
                try:
                    value = made(row)
                except (ValueError, TypeError, IndexError) as error:
                    raise _bad(f"{part}: {error}") from error
                yield value

    def _peek(self) -> tuple[str, Sequence[Any]]:
        if self._next is None:
            self._next = _line_of(next(self._lines, b""))
        return self._next

    def _see_the_end(self) -> None:
        kind, rows = self._peek()
        if kind != _END or rows != (self._told,):
            raise _bad(f"{kind} where the end of {self._told} rows is due")
        if next(self._lines, None) is not None:
            raise _bad("more after the end")


def _bad(detail: str) -> LinkProblem:
    return LinkProblem(LinkTrouble.BAD_PAGE, f"snapshot: {detail}")


def _read_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The decompressed lines; one that is not ended by the whole frame's end is not told."""
    unpacker = zstandard.ZstdDecompressor().decompressobj()
    rest = b""
    for piece in pieces:
        try:
            plain = unpacker.decompress(piece)
        except zstandard.ZstdError as error:
            raise _bad(str(error)) from error
        first, *more = plain.split(b"\n")
        if not more:
            rest += first
        else:
            yield rest + first
            yield from more[:-1]
            rest = more[-1]
        if len(rest) > LINE:
            raise _bad("a line without end")
    if rest or not unpacker.eof:
        raise _bad("cut short")


def _head_of(lines: Iterator[bytes]) -> SnapshotHead:
    try:
        told = orjson.loads(next(lines, b""))
        if told["wire"] != VERSION:
            raise LinkProblem(LinkTrouble.TOO_OLD, f"snapshot of wire {told['wire']}")
        head = SnapshotHead(
            told["scope"], told["epoch"], told["seq"], bytes.fromhex(told["chain"]), told["incidents"],
            told["records"],
        )  # fmt: skip
    except (ValueError, TypeError, KeyError) as error:
        raise _bad(f"head: {error}") from error
    texts, wholes = (head.scope, head.epoch), (head.seq, head.incidents, head.records)
    if not (all(type(t) is str for t in texts) and all(type(n) is int and n >= 0 for n in wholes)):
        raise _bad("head")
    return head


def _line_of(line: bytes) -> tuple[str, Sequence[Any]]:
    try:
        kind, rows = orjson.loads(line)
    except (ValueError, TypeError) as error:
        raise _bad(f"line: {error}") from error
    if kind == _END and type(rows) is int:
        return _END, (rows,)
    if kind not in PARTS or type(rows) is not list:
        raise _bad("a line of no kind")
    return str(kind), rows


def _incident_of(row: Any) -> HeldIncident:
    identity, body = row
    if not (type(identity) is str and type(body) is str):
        raise TypeError("no text")
    return HeldIncident(identity, body)


def _record_of(row: Any) -> HeldRecord:
    kind, identity, rev, body, retired = row
    if not (type(kind) is type(identity) is type(body) is str and type(rev) is int):
        raise TypeError("no text or no number")
    return HeldRecord(kind, identity, rev, body, bool(retired))


def _person_of(row: Any) -> Person:
    identity, incident, name, phone = row
    if not (type(identity) is type(incident) is type(name) is type(phone) is str):
        raise TypeError("no text")
    return Person(identity, incident, name, phone)
