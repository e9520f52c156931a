"""Queues at a million incidents: which index to walk, from which end, and when to collect instead.

The table ``facet_sum`` tells beforehand how many rows a filter leaves. Where they are many, the sort's own
index is walked, testing the filter in the index alone; where they are few, they are collected by their facets
and sorted. A window that is nearer to the far end is walked from there.
"""

# ruff: noqa: S608  # statements are put together from names and whole numbers of our own; values are parameters

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.ports.rows import Queue, Sort
from db.asked import Asked, bounds_of
from db.facets import CODE_OF, ENDED, QUEUE_BITS, FacetTest, sql_test
from db.rows import NO_DUE
from db.search import TEXTS, holds, index_text, match_text
from db.tables import STILL_OPEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.ports.rows import QueueQuery
    from db.facets import Codes

    Run = Callable[[str, Sequence[Any]], Any]

COLUMNS = {
    Sort.DUE: ("due_at",),
    Sort.REPORTED: ("reported_at",),
    Sort.SEVERITY: ("severity",),
    Sort.PLACE: ("town", "place"),
    Sort.SOURCE: ("source",),
    Sort.NUMBER: ("number",),
}
"""What each sort sorts by; the incident's key decides between equals."""

COLLECT_AT_MOST = 1_500
"""So many rows are looked up one by one sooner than an index is walked for them."""

READ_FROM = 50_000
"""So many finds are frequent enough to meet them by reading texts along the walk, and too many to mark."""

FIRST_DUE = -(1 << 63)
"""Before every instant that a store can hold."""

READ_AT_MOST, READ_STEP = 2_000, 400
EXPORT_STEP = 500
_FOUND = "(SELECT rowid FROM incident_text WHERE incident_text MATCH ?)"
_ALL_FOUND = f"SELECT count(*) FROM {_FOUND}"


class Queues:
    """Answers queue questions for one reader's view."""

    def __init__(self, run: Run, codes: Codes) -> None:
        self._run = run
        self._codes = codes
        self._finds: dict[str, list[int]] = {}

    def window(self, query: QueueQuery) -> list[int]:
        """The keys of the query's window, in its order."""
        asked = self._ask(query, query.descending)
        if asked is None or query.limit <= 0:
            return []
        offset, limit = max(query.offset, 0), query.limit
        if asked.rows is not None:
            if offset >= asked.rows:
                return []
            if offset > asked.rows // 2:  # nearer to the far end
                limit = min(limit, asked.rows - offset)
                back = self._ask(query, not query.descending)
                assert back is not None
                return self._keys(back, asked.rows - offset - limit, limit)[::-1]
        if asked.match:
            return self._found(query, asked, offset, limit)
        return self._keys(asked, offset, limit)

    def count(self, query: QueueQuery) -> int:
        """How many rows there are."""
        asked = self._ask(query, descending=False)
        if asked is None:
            return 0
        if asked.rows is not None:
            return asked.rows
        if asked.match:
            few = self._few_found(asked.match)
            if not asked.conditions:
                return len(few) if few is not None else self._number(_ALL_FOUND, (asked.match,))
            among, values = self._among(asked, few)
            return self._number(f"SELECT count(*) {among}", values)
        return self._number(
            f"SELECT count(*) FROM incident INDEXED BY open_by_due WHERE {asked.where}", asked.values
        )

    def due_counts(self, query: QueueQuery, edges: Sequence[int]) -> tuple[int, ...]:
        """How many rows are due before each edge, and as the last number how many have a limit at all."""
        edges = [min(edge, NO_DUE) for edge in (*edges, NO_DUE)]
        asked = self._ask(replace(query, sort=Sort.DUE), descending=False, counted=False)
        if asked is None:
            return (0,) * len(edges)
        if asked.match:
            counts = ", ".join(["count(*) FILTER (WHERE due_at < ?)"] * len(edges))
            among, values = self._among(asked, self._few_found(asked.match))
            return tuple(self._run(f"SELECT {counts} {among}", (*edges, *values)).fetchone())
        if query.queue is Queue.OVERDUE:  # its rows end there: an index is not walked beyond
            edges = [min(edge, query.now) for edge in edges]
        stretch = f"SELECT count(*) {asked.walked('due_at >= ?', 'due_at < ?')}"
        before, last, reached = 0, FIRST_DUE, {}
        for edge in sorted(set(edges)):  # each row with a limit is met once
            before += self._number(stretch, (*asked.walked_values, last, edge))
            last, reached[edge] = edge, before
        return tuple(reached[edge] for edge in edges)

    def position(self, query: QueueQuery, key: int) -> int | None:
        """How many rows stand before the incident; None where it is not in the queue."""
        asked = self._ask(query, descending=False, counted=False)
        if asked is None:
            return None
        found, value = (f"key IN {_FOUND}", (asked.match,)) if asked.match else ("1", ())
        here = self._run(
            f"SELECT {', '.join(asked.columns)} FROM incident WHERE key = ? AND {asked.where} AND {found}",
            (key, *asked.values, *value),
        ).fetchone()
        if here is None:
            return None
        before = asked.beyond(">" if query.descending else "<")
        return self._number(
            f"SELECT count(*) {asked.walked(found, before)}", (*asked.walked_values, *value, *here)
        )

    def walk(self, query: QueueQuery) -> Iterator[list[int]]:
        """All keys of a queue in its order, some at a time."""
        asked = self._ask(query, query.descending, counted=False)
        if asked is None:
            return
        found, value = (f"key IN {_FOUND}", (asked.match,)) if asked.match else ("1", ())
        yield from self._steps(asked, EXPORT_STEP, found, value)

    def _steps(self, asked: Asked, step: int, more: str, values: tuple[Any, ...]) -> Iterator[list[int]]:
        """Keys along the walk; each step begins where the last one ended."""
        after: tuple[Any, ...] = ()
        while True:
            beyond = asked.beyond("<" if asked.way else ">") if after else "1"
            rows = self._run(
                f"SELECT {', '.join(asked.columns)} {asked.walked(more, beyond)} "
                f"ORDER BY {asked.order} LIMIT {step}",
                (*asked.walked_values, *values, *after),
            ).fetchall()
            if rows:
                yield [row[-1] for row in rows]
            if len(rows) < step:
                return
            after = rows[-1]

    def _ask(self, query: QueueQuery, descending: bool, *, counted: bool = True) -> Asked | None:
        """The query as conditions; ``counted`` where it matters how many rows there are (some ms)."""
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
        pool, facets, rows = self._counted(tests, is_open) if counted else (0, (), None)
        bounds, bound_values = bounds_of(query)
        return Asked(
            columns=(*COLUMNS[query.sort], "key"),
            index=("open_by_" if is_open else "by_") + query.sort.value,
            conditions=tuple(conditions),
            values=values,
            bounds=bounds,
            bound_values=bound_values,
            pool=pool,
            rows=None if match or query.queue is Queue.OVERDUE else rows,
            facets=facets,
            match=match,
            way=" DESC" if descending else "",
        )

    def _counted(self, tests: Sequence[FacetTest], is_open: bool) -> tuple[int, tuple[int, ...], int | None]:
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

    def _keys(self, asked: Asked, offset: int, limit: int) -> list[int]:
        window = f"ORDER BY {asked.order} LIMIT {limit} OFFSET {offset}"
        if asked.rows is not None and self._few(asked, offset + limit):
            found = ", ".join(map(str, asked.facets))
            statement = f"SELECT key FROM incident INDEXED BY by_facets WHERE facets IN ({found}) {window}"
            return self._column(statement, ())
        return self._column(f"SELECT key {asked.walked()} {window}", asked.walked_values)

    def _few(self, asked: Asked, reach: int) -> bool:
        """Whether looking up every row is cheaper than the walk (a look-up is worth some forty steps)."""
        assert asked.rows is not None
        steps = asked.pool * min(reach, asked.rows) / max(asked.rows, 1)
        return asked.rows <= COLLECT_AT_MOST and asked.rows * 40 < steps

    def _found(self, query: QueueQuery, asked: Asked, offset: int, limit: int) -> list[int]:
        window = f"ORDER BY {asked.order} LIMIT {limit} OFFSET {offset}"
        few = self._few_found(asked.match)
        if few is not None:
            among, values = self._among(asked, few)
            return self._column(f"SELECT key {among} {window}", values)
        probe = f"SELECT count(*) FROM (SELECT 1 FROM {_FOUND} LIMIT {READ_FROM + 1})"
        if self._number(probe, (asked.match,)) >= READ_FROM:
            met = self._met(query, asked, offset + limit)
            if met is not None:
                return met[offset:]
        return self._column(
            f"SELECT key {asked.walked(f'key IN {_FOUND}')} {window}", (*asked.walked_values, asked.match)
        )

    def _few_found(self, match: str) -> list[int] | None:
        """The keys of the finds where they are few; asked of the text index once for a question's parts."""
        if match not in self._finds:
            self._finds[match] = self._column(f"{_FOUND[1:-1]} LIMIT {COLLECT_AT_MOST + 1}", (match,))
        found = self._finds[match]
        return found if len(found) <= COLLECT_AT_MOST else None

    def _among(self, asked: Asked, few: list[int] | None) -> tuple[str, tuple[Any, ...]]:
        """A statement's middle: the finds that pass. Few are looked up, many met along the open ones."""
        if few is not None:
            keys = ", ".join(map(str, few))
            return f"FROM incident NOT INDEXED WHERE key IN ({keys}) AND {asked.where}", asked.values
        if asked.is_open:
            return asked.walked(f"key IN {_FOUND}"), (*asked.walked_values, asked.match)
        among = f"FROM incident INDEXED BY by_key WHERE {asked.where} AND key IN {_FOUND}"
        return among, (*asked.values, asked.match)

    def _met(self, query: QueueQuery, asked: Asked, reach: int) -> list[int] | None:
        """The first finds that reading texts along the walk meets; None where that would take too long."""
        is_one, met, read = holds(query.text), [], 0
        for keys in self._steps(asked, READ_STEP, "1", ()):
            marks = ", ".join(map(str, keys))
            texts = {
                key: index_text(*words)
                for key, *words in self._run(f"SELECT key, {TEXTS} FROM incident WHERE key IN ({marks})", ())
            }
            met += [key for key in keys if is_one(texts[key])]
            read += len(keys)
            if len(met) >= reach:
                return met[:reach]
            if read >= READ_AT_MOST:
                return None
        return met

    def _number(self, statement: str, values: Sequence[Any]) -> int:
        return int(self._run(statement, values).fetchone()[0])

    def _column(self, statement: str, values: Sequence[Any]) -> list[int]:
        return [row[0] for row in self._run(statement, values)]
