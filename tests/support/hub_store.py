"""A hub's store and devices for tests: an own database each, and pages made as a desktop makes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from app.domain.ids import uuid7
from app.domain.op import OpKind, Origin, canonical_body
from app.ports.link import PushPage, SentOp
from db.hub.engine import open_hub
from tests.support.matters import AT, BODIES, MATTER, MINUTE
from tests.support.postgres import fresh_database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.errors import Refusal
    from app.ports.link import Pushed
    from app.ports.rows import Person
    from db.hub.engine import HubStore

TOWN, OTHER, DISTRICT = "510113103", "510113104", "510113"
SCOPES = (DISTRICT, TOWN, OTHER)

_numbers = count(1)
_BODIES: dict[str, dict[str, Any]] = {kind.value: body for kind, body in BODIES.items()}


class Clock:
    """A clock that steps one millisecond each time it is asked."""

    def __init__(self, start: int = AT) -> None:
        self._instants = count(start)

    def now(self) -> int:
        return next(self._instants)


class Ids:
    """Identities in their order."""

    def fresh(self) -> str:
        return fresh()


def fresh() -> str:
    """An identity that nothing else has."""
    return uuid7(AT, next(_numbers))


def hub(url: str | None = None) -> HubStore:
    """A hub with the district and two towns."""
    store = open_hub(url or fresh_database(), Ids(), Clock())
    store.ensure_scopes(SCOPES)
    return store


def anyone(_actor: str, _kind: str, _scope: str) -> Refusal | None:
    """Everyone may do everything."""
    return None


@dataclass
class Device:
    """A desktop that numbers its ops and remembers the last of each scope."""

    store: HubStore
    scope: str = TOWN
    actor: str = "m1"
    origin: Origin = field(default_factory=lambda: Origin(fresh(), fresh()))
    n: int = 0
    last: dict[str, int] = field(default_factory=dict)

    def op(
        self, kind: str, entity: str, body: dict[str, Any] | None = None, *, scope: str = "", base: int = 0,
        actor: str = "", refusal: str = "",
    ) -> SentOp:  # fmt: skip
        """The next op of this device."""
        where = scope or self.scope
        self.n += 1
        prev = self.last.get(where, 0)
        self.last[where] = self.n
        at = AT + self.n * MINUTE
        given = _BODIES.get(kind, {}) if body is None else body
        return SentOp(
            self.n, prev, kind, entity, at, at, actor or self.actor, base, canonical_body(given), refusal
        )

    def page(self, *ops: SentOp, scope: str = "", persons: Sequence[Person] = ()) -> PushPage:
        """A page in the scope's epoch now."""
        where = scope or self.scope
        (head,) = self.store.heads((where,))
        return PushPage(where, head.epoch, self.origin, ops, tuple(persons))

    def push(self, *ops: SentOp, scope: str = "", persons: Sequence[Person] = ()) -> Pushed:
        """Push a page that everyone may push."""
        return self.store.push(self.page(*ops, scope=scope, persons=persons), anyone)

    def report(self, entity: str = "", **body: Any) -> SentOp:
        """A matter in this device's town."""
        return self.op(OpKind.REPORT, entity or fresh(), matter(self.scope, **body))

    def life(self, entity: str = "", handler: str = "u1") -> tuple[SentOp, ...]:
        """Eight ops from report to closing."""
        e, a = entity or fresh(), fresh()
        return (
            self.report(e),
            self.op(OpKind.ACCEPT, e, base=1),
            self.op(OpKind.ASSIGN, e, {"assignment": a, "handler": handler}, base=2),
            self.op(OpKind.ACKNOWLEDGE, e, {"assignment": a}, base=3),
            self.op(OpKind.NOTE, e, base=4),
            self.op(OpKind.HANDLE, e, {"assignment": a, "result": "已清理"}, base=5),
            self.op(OpKind.VERIFY, e, {"passed": True}, base=6),
            self.op(OpKind.CLOSE, e, {"result": "已解决"}, base=7),
        )


def matter(town: str, **body: Any) -> dict[str, Any]:
    """A report's body."""
    return {
        "number": f"弥1120-{next(_numbers)}", "title": "餐饮油污直排", "source": "hotline", "place": town,
        "town": town, **MATTER, **body,
    }  # fmt: skip
