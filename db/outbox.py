"""Own ops that the hub does not have yet, in pages to be pushed, and its word that it has them."""

from __future__ import annotations

import json
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from app.domain.op import OpKind, Origin
from app.ports.link import PushPage, SentOp
from app.ports.rows import Person
from db.scopes import read_scope

if TYPE_CHECKING:
    from collections.abc import Sequence

OVERHEAD = 320
"""Octets of a sent op beside its body, at most for identities of our own."""

_WAITING = (
    "SELECT n, kind, entity, at, made, actor, base, body, CASE WHEN refused_here THEN refusal ELSE '' END "
    "FROM op INDEXED BY op_waiting WHERE hub_seq IS NULL AND scope = ? AND origin = ? AND n > ? "
    "ORDER BY n LIMIT ?"
)
_PLACED = (
    "SELECT n FROM op INDEXED BY op_name WHERE origin = ? AND n > ? AND n < ? AND scope = ? "
    "AND hub_seq IS NOT NULL ORDER BY n"
)
"""Own ops among the waiting ones that a page or snapshot has brought although nobody acknowledged them."""

_ACKED = (
    "SELECT o.id, coalesce(a.n, 0) FROM origin o "
    "LEFT JOIN acked a ON a.origin = o.id AND a.scope = ? WHERE o.own ORDER BY o.id"
)


_NEXT = (
    "SELECT o.device, o.incarnation FROM origin o LEFT JOIN acked a ON a.origin = o.id AND a.scope = ? "
    "WHERE o.own AND EXISTS (SELECT 1 FROM op p INDEXED BY op_waiting WHERE p.hub_seq IS NULL "
    "AND p.scope = ? AND p.origin = o.id AND p.n > coalesce(a.n, 0)) ORDER BY o.id LIMIT 1"
)
"""The own origin whose page is next in a scope."""


def next_page(
    raw: Any, scope: str, ops: int, octets: int, after: tuple[Origin, int] | None = None
) -> PushPage | None:
    """The oldest waiting ops of the scope: of one origin, the oldest that has any; those beyond ``after``."""
    followed = read_scope(raw, scope)
    if followed is None:
        return None
    for origin, acked in _walked(raw, scope, after):
        rows = raw.execute(_WAITING, (scope, origin, acked, ops)).fetchall()
        if rows:
            placed = raw.execute(_PLACED, (origin, acked, rows[-1][0], scope)).fetchall()
            sent, persons = _within(raw, rows, [acked, *(n for (n,) in placed)], octets)
            name = raw.execute("SELECT device, incarnation FROM origin WHERE id = ?", (origin,)).fetchone()
            return PushPage(scope, followed.epoch, Origin(*name), sent, persons)
    return None


def _walked(raw: Any, scope: str, after: tuple[Origin, int] | None) -> list[tuple[int, int]]:
    """Own origins, each with the op after which its waiting ones begin. ValueError for an unknown origin."""
    begun: list[tuple[int, int]] = raw.execute(_ACKED, (scope,)).fetchall()
    if after is None:
        return begun
    origin, n = after
    row = raw.execute(
        "SELECT id FROM origin WHERE device = ? AND incarnation = ?", (origin.device, origin.incarnation)
    ).fetchone()
    if row is None:
        raise ValueError(f"unknown origin {origin}")
    return [(i, max(acked, n) if i == row[0] else acked) for i, acked in begun if i >= row[0]]


def _within(
    raw: Any, rows: Sequence[Sequence[Any]], placed: Sequence[int], octets: int
) -> tuple[tuple[SentOp, ...], tuple[Person, ...]]:
    """As many as fit, at least one; with the callers whom they name. ``placed``: what the hub has, by n."""
    sent: list[SentOp] = []
    persons: list[Person] = []
    left = octets
    for n, kind, entity, at, made, actor, base, body, refusal in rows:
        person = _person(raw, body) if kind == OpKind.REPORT else None
        left -= OVERHEAD + _octets(entity, actor, body, *((person.name, person.phone) if person else ()))
        if sent and left < 0:
            break
        before = max(sent[-1].n if sent else 0, placed[bisect_left(placed, n) - 1])
        sent.append(SentOp(n, before, kind, entity, at, made, actor, base, body, refusal))
        if person is not None:
            persons.append(person)
    return tuple(sent), tuple(persons)


def _octets(*texts: str) -> int:
    """Of the texts as JSON tells them: quotes and strokes take two."""
    return sum(len(text.encode()) + text.count('"') + text.count("\\") for text in texts)


def _person(raw: Any, body: str) -> Person | None:
    name = json.loads(body).get("person")
    if not isinstance(name, str):
        return None
    row = raw.execute("SELECT id, incident, name, phone FROM person WHERE id = ?", (name,)).fetchone()
    return None if row is None else Person(*row)


def acknowledge(raw: Any, scope: str, acked: int, origin: Origin | None = None) -> None:
    """The hub has an own origin's ops up to ``acked``; by default that one's whose page is next."""
    if origin is None:
        row = raw.execute(_NEXT, (scope, scope)).fetchone()
        if row is None:
            return
        origin = Origin(*row)
    raw.execute(
        "INSERT INTO acked (scope, origin, n) SELECT ?, id, ? FROM origin "
        "WHERE device = ? AND incarnation = ? AND own "
        "ON CONFLICT (scope, origin) DO UPDATE SET n = max(n, excluded.n)",
        (scope, acked, origin.device, origin.incarnation),
    )


def waiting_scopes(raw: Any) -> tuple[str, ...]:
    """The followed scopes in which own ops wait."""
    followed = [row[0] for row in raw.execute("SELECT scope FROM scope ORDER BY scope")]
    return tuple(scope for scope in followed if raw.execute(_NEXT, (scope, scope)).fetchone() is not None)


WAITING_COUNT = (
    "SELECT coalesce(sum((SELECT count(*) FROM op INDEXED BY op_waiting WHERE hub_seq IS NULL "
    "AND scope = s.scope AND origin = o.id AND n > coalesce(a.n, 0))), 0) "
    "FROM (SELECT DISTINCT scope FROM op INDEXED BY op_waiting WHERE hub_seq IS NULL) s CROSS JOIN origin o "
    "LEFT JOIN acked a ON a.scope = s.scope AND a.origin = o.id WHERE o.own"
)
OLDEST_WAITING = (
    "SELECT min((SELECT made FROM op INDEXED BY op_waiting WHERE hub_seq IS NULL "
    "AND scope = s.scope AND origin = o.id AND n > coalesce(a.n, 0) ORDER BY n LIMIT 1)) "
    "FROM (SELECT DISTINCT scope FROM op INDEXED BY op_waiting WHERE hub_seq IS NULL) s CROSS JOIN origin o "
    "LEFT JOIN acked a ON a.scope = s.scope AND a.origin = o.id WHERE o.own"
)
