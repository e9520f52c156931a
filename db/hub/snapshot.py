"""A scope's state as of one row of its order, streamed from one frozen transaction."""

from __future__ import annotations

import contextlib
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

import psycopg

from app.domain.op import GENESIS
from app.ports.link import HeldIncident, HeldRecord, SnapshotHead
from app.ports.rows import Person
from db.hub import pull
from db.hub.copying import run
from db.hub.faults import told_in_words
from db.hub.rows import ORDER_COLUMNS, ordered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from types import TracebackType

    from app.ports.link import OrderedOp
    from db.hub.database import Raw

AT_ONCE = 2_000
"""So many rows are fetched at a time."""

_OPEN_OPS = (
    f"SELECT {ORDER_COLUMNS} FROM op WHERE scope = %s AND entity "  # noqa: S608  # names of ours
    "IN (SELECT id FROM incident WHERE scope = %s AND open) ORDER BY seq"
)
_OPEN_CALLERS = (
    "SELECT p.id, p.incident, p.name, p.phone FROM person p "
    "JOIN incident i ON i.scope = p.scope AND i.id = p.incident AND i.open WHERE p.scope = %s ORDER BY p.id"
)


class HubSnapshot:
    """``app.ports.link.Snapshot`` over a transaction that ends with the ``with`` block, or at ``close``.

    Who does not see the scope whole gets its records, and nothing of incidents.
    """

    def __init__(self, frozen: AbstractContextManager[Raw], scope: str, *, whole: bool) -> None:
        self._stack = ExitStack()
        self._raw = self._stack.enter_context(frozen)
        self._scope = scope
        self._whole = whole
        self._reading: Any = None
        try:
            self._head = self._find_head()
        except BaseException:
            self._stack.close()
            raise

    def _find_head(self) -> SnapshotHead:
        epoch, seq = pull.epoch_and_head(self._raw, self._scope)
        chain = pull.chain_at(self._raw, self._scope, (seq,)).get(seq, GENESIS)
        incidents = self._count("incident") if self._whole else 0
        return SnapshotHead(self._scope, epoch, seq, chain, incidents, self._count("record"))

    def _count(self, table: str) -> int:
        counted = run(self._raw, f"SELECT count(*) FROM {table} WHERE scope = %s", (self._scope,))  # noqa: S608  # a name of ours
        return int(counted.fetchone()[0])

    @property
    def head(self) -> SnapshotHead:
        """Where it stands."""
        return self._head

    def incidents(self) -> Iterator[HeldIncident]:
        """Every incident of the scope."""
        if self._whole:
            for row in self._rows("SELECT id, body FROM incident WHERE scope = %s", (self._scope,)):
                yield HeldIncident(*row)

    def records(self) -> Iterator[HeldRecord]:
        """Every record of the scope, retired ones too."""
        statement = "SELECT kind, id, rev, body, retired FROM record WHERE scope = %s ORDER BY kind, id"
        for row in self._rows(statement, (self._scope,)):
            yield HeldRecord(*row)

    def ops(self) -> Iterator[OrderedOp]:
        """The ops of open incidents, in order."""
        if self._whole:
            ids = [number for (number,) in run(
                self._raw, "SELECT origin FROM scope_origin WHERE scope = %s", (self._scope,)
            )]  # fmt: skip
            origins = pull.origins_of(self._raw, ids)
            for row in self._rows(_OPEN_OPS, (self._scope, self._scope)):
                yield ordered(row, origins)

    def persons(self) -> Iterator[Person]:
        """The callers of open incidents."""
        if self._whole:
            for row in self._rows(_OPEN_CALLERS, (self._scope,)):
                yield Person(*row)

    def _rows(self, statement: str, values: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        with told_in_words(), self._raw.cursor("snapshot", binary=True) as cursor:
            self._reading = cursor
            cursor.itersize = AT_ONCE
            cursor.execute(statement, values)
            yield from cursor

    def close(self) -> None:
        """End the transaction; what was not read to its end ends with it."""
        reading, self._reading = self._reading, None
        if reading is not None:
            # While the connection is still ours: a generator that is forgotten may be swept up much later.
            with contextlib.suppress(psycopg.Error):
                reading.close()
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
