"""The snapshot's stream: what is written is read, and a cut or bent one is told from a whole one."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import pytest

from app.domain.op import Origin
from app.link.snapshot_stream import ROWS, StreamedSnapshot, snapshot_chunks
from app.ports.link import (
    HeldIncident,
    HeldRecord,
    LinkProblem,
    LinkTrouble,
    OrderedOp,
    SnapshotHead,
)
from app.ports.rows import Person


@dataclass(frozen=True)
class Made:
    """A snapshot of so many rows."""

    many: int

    @property
    def head(self):
        return SnapshotHead("510113106", "e1", 2 * self.many, bytes(range(32)), self.many, self.many)

    def incidents(self):
        return (HeldIncident(f"i{k}", f'{{"title":"井盖 {k}"}}') for k in range(self.many))

    def records(self):
        return (HeldRecord("place", f"p{k}", k, '{"name":"弥牟"}', k % 2 == 0) for k in range(self.many))

    def ops(self):
        origin = Origin("d", "a" * 32)
        for k in range(self.many):
            yield OrderedOp(
                k + 1, origin, k + 1, "note", f"i{k}", k, k, "m-001", 3, '{"text":"好"}', "applied", ""
            )

    def persons(self):
        return (Person(f"h{k}", f"i{k}", "张三", "138") for k in range(self.many))


def read(pieces):
    held = StreamedSnapshot(pieces)
    return held.head, list(held.incidents()), list(held.records()), list(held.ops()), list(held.persons())


def written(made: Made) -> bytes:
    return b"".join(snapshot_chunks(made))


@pytest.mark.parametrize("many", [0, 1, ROWS, ROWS + 1, 3 * ROWS])
@pytest.mark.parametrize("piece", [1 << 20, 777])
def test_what_is_written_is_read(many, piece):
    made = Made(many)
    raw = written(made)
    pieces = [raw[at : at + piece] for at in range(0, len(raw), piece)]
    assert read(pieces) == (
        made.head, list(made.incidents()), list(made.records()), list(made.ops()), list(made.persons()),
    )  # fmt: skip


def test_a_withheld_row_keeps_its_leaf():
    class Withheld(Made):
        def ops(self):
            yield OrderedOp(
                7, Origin("", ""), 0, "", "", 0, 0, "", 0, "", "", "", withheld=True, leaf=b"\x01" * 32
            )

    assert read([written(Withheld(1))])[3] == list(Withheld(1).ops())


def test_a_cut_answer_is_told_wherever_it_is_cut():
    raw = written(Made(40))
    for end in range(len(raw)):
        with pytest.raises(LinkProblem) as told:
            read([raw[:end]])
        assert told.value.code is LinkTrouble.BAD_PAGE


def test_a_bent_answer_is_told_wherever_it_is_bent():
    whole, raw = read([written(Made(40))]), written(Made(40))
    for at in range(len(raw)):
        bent = bytearray(raw)
        bent[at] ^= 0x10
        came = None
        with contextlib.suppress(LinkProblem):
            came = read([bytes(bent)])
        assert came in (None, whole), at
