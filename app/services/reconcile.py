"""After a restore of the hub: find the last row both ends have, give back what the hub has lost (DESIGN §5).

Every step may be repeated: until the scope's state and epoch are taken in one transaction, an empty epoch
in its place says that the work is not done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ports.link import PUSH_BYTES, PUSH_OPS, LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.ports.link import OrderedOp, Upstream
    from app.ports.linked import LinkedStore, ScopeMark
    from app.ports.rows import Person

_MISSING = b""
ASKED = 32
"""So many rows' chains are asked for at a time."""


def last_common(store: LinkedStore, hub: Upstream, mark: ScopeMark, head: int) -> int:
    """The last row of the scope's order that is the same here and at the hub; 0 where none can be shown.

    A chain that is equal at a row is equal at every row before it. Little is lost as a rule, so the first
    question is dense at the end; the next ones divide what is left.
    """
    scope = mark.scope
    if 0 < mark.cursor <= head and hub.chain_at(scope, (mark.cursor,)).get(mark.cursor) == mark.chain:
        return mark.cursor
    first, last = store.kept_seqs(scope)
    good, bad = 0, min(last, head) + 1
    seqs = _from_the_end(max(first, 1), bad - 1)
    while seqs:
        told = hub.chain_at(scope, seqs)
        for seq in seqs:
            if told.get(seq, _MISSING) == store.chain_at(scope, seq):
                good = max(good, seq)
            else:
                bad = min(bad, seq)
        if good >= bad:
            raise LinkProblem(LinkTrouble.BAD_PAGE, f"chains of {scope}: {good} is common, {bad} is not")
        seqs = _spread(max(good + 1, first, 1), bad - 1)
    return good


def _from_the_end(first: int, last: int) -> tuple[int, ...]:
    """last, last - 1, last - 3, last - 7, … and first; none where there is no row."""
    found = [last - 2**k + 1 for k in range(ASKED - 1) if last - 2**k + 1 > first]
    return (*found, first) if last >= first else ()


def _spread(first: int, last: int) -> tuple[int, ...]:
    """At most ``ASKED`` rows, evenly over the stretch, both ends among them."""
    length = last - first + 1
    if length <= ASKED:
        return tuple(range(first, last + 1))
    return tuple(first + k * (length - 1) // (ASKED - 1) for k in range(ASKED))


def hand_in_after(
    store: LinkedStore, hub: Upstream, scope: str, after: int, go_on: Callable[[], bool]
) -> int:
    """Hand in the rows after a place of the old order; how many the hub did not know.

    Stops early where ``go_on`` says so. A device that may not give back others' work leaves it to those
    who may.
    """
    unknown = 0
    while go_on():
        ops, persons = store.lost_ops(scope, after, PUSH_OPS)
        if not ops:
            break
        after = max(op.seq for op in ops)
        try:
            for part, named in pages([op for op in ops if not op.withheld], persons):
                unknown += hub.hand_in(scope, part, named)
        except LinkProblem as problem:
            if problem.code is not LinkTrouble.FORBIDDEN:
                raise
            break
    return unknown


def pages(
    ops: Sequence[OrderedOp], persons: Sequence[Person]
) -> Iterator[tuple[Sequence[OrderedOp], Sequence[Person]]]:
    """Pages that the hub takes: ``PUSH_OPS`` ops and ``PUSH_BYTES`` of bodies, each with its callers."""
    part: list[OrderedOp] = []
    size = 0
    for op in ops:
        length = len(op.body.encode())
        if part and size + length > PUSH_BYTES:
            yield part, _named(part, persons)
            part, size = [], 0
        part.append(op)
        size += length
    if part:
        yield part, _named(part, persons)


def _named(ops: Sequence[OrderedOp], persons: Sequence[Person]) -> list[Person]:
    entities = {op.entity for op in ops}
    return [person for person in persons if person.incident in entities]
