"""Queues at a million incidents: which index to walk, from which end, and when to collect instead.

The table ``facet_sum`` tells beforehand how many rows a filter leaves. Where they are many, the sort's own
index is walked, testing the filter in the index alone; where they are few, they are collected by their facets
and sorted. A window that is nearer to the far end is walked from there.
"""

# ruff: noqa: S608  # statements are put together from names and whole numbers of our own; values are parameters

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.ports.rows import Queue, Sort
from db.facets import CODE_OF, ENDED, QUEUE_BITS, FacetTest, sql_test
from db.search import match_text
from db.tables import STILL_OPEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.ports.rows import QueueQuery
    from db.facets import Codes

    Run = Callable[[str, Sequence[Any]], Any]

COLUMN = {
    Sort.DUE: "due_at",
    Sort.REPORTED: "reported_at",
    Sort.SEVERITY: "severity",
    Sort.PLACE: "place",
    Sort.SOURCE: "source",
    Sort.NUMBER: "number",
}
COLLECT_AT_MOST = 1_500
"""So many rows are looked up one by one sooner than an index is walked for them."""

EXPORT_STEP = 500
_FOUND = "(SELECT rowid FROM incident_text WHERE incident_text MATCH ?)"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query as conditions. ``facets`` names every combination that passes, where these are needed."""

    column: str
    index: str
    conditions: tuple[str, ...]
    values: tuple[Any, ...]
    pool: int
    rows: int | None
    facets: tuple[int, ...]
    match: str
    order: str

    @property
    def where(self) -> str:
        return " AND ".join(self.conditions) or "1"


class Queues:
    """Answers queue questions for one reader's view."""

    def __init__(self, run: Run, codes: Codes) -> None:
        self._run = run
        self._codes = codes

    def window(self, query: QueueQuery) -> list[int]:
        """The keys of the query's window, in its order."""
        asked = self._ask(query, query.descending)
        if asked is None or query.limit <= 0:
            return []
        offset, limit = max(query.offset, 0), query.limit
        if asked.rows is not None:
            if offset >= asked.rows:
                return []
            if offset > asked.rows // 2:
                limit = min(limit, asked.rows - offset)
                back = self._ask(query, not query.descending)
                assert back is not None
                return self._keys(back, asked.rows - offset - limit, limit)[::-1]
        return self._keys(asked, offset, limit)

    def count(self, query: QueueQuery) -> int:
        """How many rows there are."""
        asked = self._ask(query, descending=False)
        if asked is None:
            return 0
        if asked.rows is not None:
            return asked.rows
        if asked.match and not asked.conditions:
            return self._number(f"SELECT count(*) FROM {_FOUND}", (asked.match,))
        if asked.match:
            return self._number(
                f"SELECT count(*) FROM incident WHERE {asked.where} AND key IN {_FOUND}",
                (*asked.values, asked.match),
            )
        return self._number(
            f"SELECT count(*) FROM incident INDEXED BY open_by_due WHERE {asked.where}", asked.values
        )

    def position(self, query: QueueQuery, key: int) -> int | None:
        """How many rows stand before the incident; None where it is not in the queue."""
        asked = self._ask(query, descending=False)
        if asked is None:
            return None
        conditions, values = list(asked.conditions), list(asked.values)
        if asked.match:
            conditions.append(f"key IN {_FOUND}")
            values.append(asked.match)
        here = self._run(
            f"SELECT {asked.column} FROM incident WHERE {' AND '.join(['key = ?', *conditions])}",
            (key, *values),
        ).fetchone()
        if here is None:
            return None
        than = ">" if query.descending else "<"
        conditions.append(f"({asked.column}, key) {than} (?, ?)")
        return self._number(
            f"SELECT count(*) FROM incident INDEXED BY {asked.index} WHERE {' AND '.join(conditions)}",
            (*values, here[0], key),
        )

    def walk(self, query: QueueQuery) -> Iterator[list[int]]:
        """All keys of a queue in its order, some at a time; each step begins where the last one ended."""
        asked = self._ask(query, query.descending)
        if asked is None:
            return
        than = "<" if query.descending else ">"
        after: tuple[Any, int] | None = None
        while True:
            conditions, values = list(asked.conditions), list(asked.values)
            if asked.match:
                conditions.append(f"key IN {_FOUND}")
                values.append(asked.match)
            if after is not None:
                conditions.append(f"({asked.column}, key) {than} (?, ?)")
                values += after
            rows = self._run(
                f"SELECT {asked.column}, key FROM incident INDEXED BY {asked.index} "
                f"WHERE {' AND '.join(conditions) or '1'} ORDER BY {asked.order} LIMIT {EXPORT_STEP}",
                values,
            ).fetchall()
            if rows:
                yield [key for _, key in rows]
            if len(rows) < EXPORT_STEP:
                return
            after = rows[-1]

    def _ask(self, query: QueueQuery, descending: bool) -> _Asked | None:
        tests = self._codes.tests(query)
        match = match_text(query.text)
        if tests is None or (query.text.strip() and not match):
            return None
        is_open = query.queue is Queue.OVERDUE or CODE_OF.get(query.queue, ENDED) < CODE_OF[Queue.CLOSED]
        conditions = [STILL_OPEN] if is_open else []
        conditions += [sql_test(test) for test in tests]
        values: tuple[Any, ...] = ()
        if query.queue is Queue.OVERDUE:
            conditions.append("due_at < ?")
            values = (query.now,)
        pool, facets, rows = self._counted(tests, is_open)
        column, way = COLUMN[query.sort], " DESC" if descending else ""
        return _Asked(
            column=column,
            index=("open_by_" if is_open else "by_") + query.sort.value,
            conditions=tuple(conditions),
            values=values,
            pool=pool,
            rows=None if match or query.queue is Queue.OVERDUE else rows,
            facets=facets,
            match=match,
            order=f"{column}{way}, key{way}",
        )

    def _counted(self, tests: Sequence[FacetTest], is_open: bool) -> tuple[int, tuple[int, ...], int]:
        """Rows in the pool that an index holds, the combinations that pass, and the rows these have."""
        passed = " AND ".join(sql_test(t) for t in tests) or "1"
        pool = rows = 0
        facets: list[int] = []
        for combination, n, passes in self._run(f"SELECT facets, n, {passed} FROM facet_sum WHERE n > 0", ()):
            if not is_open or combination & QUEUE_BITS < CODE_OF[Queue.CLOSED]:
                pool += n
            if passes:
                rows += n
                facets.append(combination)
        return pool, tuple(facets), rows

    def _keys(self, asked: _Asked, offset: int, limit: int) -> list[int]:
        window = f"ORDER BY {asked.order} LIMIT {limit} OFFSET {offset}"
        if asked.match:
            return self._found(asked, window)
        if asked.rows is not None and self._few(asked, offset + limit):
            found = ", ".join(map(str, asked.facets))
            statement = f"SELECT key FROM incident INDEXED BY by_facets WHERE facets IN ({found}) {window}"
            return self._column(statement, ())
        return self._column(
            f"SELECT key FROM incident INDEXED BY {asked.index} WHERE {asked.where} {window}", asked.values
        )

    def _few(self, asked: _Asked, reach: int) -> bool:
        """Whether looking up every row is cheaper than the walk (a look-up is worth some forty steps)."""
        assert asked.rows is not None
        steps = asked.pool * min(reach, asked.rows) / max(asked.rows, 1)
        return asked.rows <= COLLECT_AT_MOST and asked.rows * 40 < steps

    def _found(self, asked: _Asked, window: str) -> list[int]:
        few = self._number(
            f"SELECT count(*) FROM (SELECT 1 FROM {_FOUND} LIMIT {COLLECT_AT_MOST + 1})", (asked.match,)
        )
        if few <= COLLECT_AT_MOST:
            keys = self._column("SELECT rowid FROM incident_text WHERE incident_text MATCH ?", (asked.match,))
            found = ", ".join(map(str, keys))
            return self._column(
                f"SELECT key FROM incident NOT INDEXED WHERE key IN ({found}) AND {asked.where} {window}",
                asked.values,
            )
        return self._column(
            f"SELECT key FROM incident INDEXED BY {asked.index} "
            f"WHERE {asked.where} AND key IN {_FOUND} {window}",
            (*asked.values, asked.match),
        )

    def _number(self, statement: str, values: Sequence[Any]) -> int:
        return int(self._run(statement, values).fetchone()[0])

    def _column(self, statement: str, values: Sequence[Any]) -> list[int]:
        return [row[0] for row in self._run(statement, values)]
