"""A town's device that says whatever it is told to, at a served hub."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.domain.op import Origin
from app.link import wire
from app.ports.link import OrderedOp, PushPage, SentOp
from tests.contract.served import PASSWORD
from tests.support.matters import MATTER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import httpx2

    from app.ports.rows import Person
    from tests.contract.served import Device, ServedHub

AT = 1_795_480_000_000
JSON = {"content-type": "application/json"}


def text(body: dict[str, Any]) -> str:
    """The body as it is sent."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def matter(town: str, **more: Any) -> dict[str, Any]:
    """What a report in the town says."""
    where = {"town": town, "place": town}
    return {**MATTER, "number": "弥1124-01", "title": "路灯不亮", "source": "patrol", **where, **more}


@dataclass
class TownDesk:
    """Numbers its ops as a desktop does."""

    device: Device
    http: httpx2.Client
    scope: str
    actor: str
    life: str = "1" * 32
    n: int = 0
    last: dict[str, int] = field(default_factory=dict)
    _before: tuple[int, dict[str, int]] = field(default_factory=lambda: (0, {}))

    def op(
        self, kind: str, entity: str, body: Any = None, scope: str = "", actor: str = "", **more: Any
    ) -> SentOp:
        """The next op; a body that is a text goes as it is."""
        where = scope or self.scope
        self._before = self.n, dict(self.last)
        self.n += 1
        prev, self.last[where] = self.last.get(where, 0), self.n
        said = body if isinstance(body, str) else text(body or {})
        return SentOp(self.n, prev, kind, entity, AT + self.n, AT + self.n, actor or self.actor,
                      more.get("base", 0), said, more.get("refusal", ""))  # fmt: skip

    def push(
        self, *ops: SentOp, scope: str = "", epoch: str = "", persons: Sequence[Person] = (), **name: str
    ):
        """The hub's answer to a page."""
        where = scope or self.scope
        origin = Origin(name.get("device", self.device.id), self.life)
        page = PushPage(where, epoch or self.device.epoch(self.http, where), origin, ops, tuple(persons))
        return self.post("push", wire.push_bytes(page))

    def hand_in(self, *ops: OrderedOp, scope: str = "", persons: Sequence[Person] = ()):
        """The hub's answer to rows given back."""
        return self.post("hand_in", wire.hand_in_bytes(scope or self.scope, ops, persons))

    def post(self, path: str, body: bytes):
        """The answer to a body."""
        return self.http.post(f"/v1/{path}", content=body, headers={**self.device.headers, **JSON})

    def get(self, path: str, **asked: Any):
        """The answer to a question."""
        return self.http.get(f"/v1/{path}", params=asked, headers=self.device.headers)

    def rows(self, scope: str = "") -> Iterator[OrderedOp]:
        """The scope's order as this device is told it."""
        where, after = scope or self.scope, 0
        epoch = self.device.epoch(self.http, where)
        while True:
            page = wire.pull_page(self.get("pull", scope=where, epoch=epoch, after=after).content)
            yield from page.ops
            after += page.count
            if after >= page.head:
                return

    def unsaid(self) -> None:
        """The last op was not taken: its number is used again."""
        self.n, self.last = self._before

    def outcome(self, op: SentOp, scope: str = "") -> tuple[str, str]:
        """What became of an op of this device."""
        name = (self.device.id, self.life, op.n)
        rows = self.rows(scope)
        return next(
            (o.outcome, o.refusal) for o in rows if (o.origin.device, o.origin.incarnation, o.n) == name
        )


def session(hub: ServedHub, user: str, role: str, scope: str) -> closing[httpx2.Client]:
    """A person's signed-in phone."""
    hub.person(user, role, scope)
    http = hub.client()
    told = http.post("/v1/session", json={"user": user, "password": PASSWORD})
    assert told.status_code == 200, told.text
    http.headers["authorization"] = f"Bearer {told.json()['token']}"
    return closing(http)
