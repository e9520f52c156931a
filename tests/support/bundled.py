"""A hub and desktops that meet over bundles alone."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.domain.rights import Role
from app.hub.bundles import HubBundles, Taken
from app.hub.hub_key import hub_pair
from app.link.carry import CarriedIn, export_bundle, import_answer
from app.link.keys import public_part
from app.ports.accounts import EVERYWHERE
from app.ports.link import PUSH_OPS, PushPage
from tests.support.hub_people import DISTRICT, NOON, Doors
from tests.support.hub_store import OTHER, TOWN, hub
from tests.support.memory_replica import MemoryReplica

if TYPE_CHECKING:
    from app.domain.op import Origin

ACTOR = "m-001"
"""Who writes at every desktop of these tests (``MemoryReplica``)."""


class StickReplica(MemoryReplica):
    """A replica whose outbox can be walked without acknowledging."""

    def outbox(self, scope, ops=PUSH_OPS, octets=0, after=None) -> PushPage | None:
        lives = sorted({o for o, s, op in self.own if (o, op.n) in self.unsent}, key=lambda o: o.incarnation)
        for origin in lives:
            if after is not None and origin.incarnation < after[0].incarnation:
                continue
            from_n = after[1] if after is not None and origin == after[0] else 0
            waiting = [
                op for o, s, op in self.own
                if o == origin and s == scope and op.n > from_n and (o, op.n) in self.unsent
            ]  # fmt: skip
            if waiting:
                return PushPage(scope, self.scopes[scope].mark.epoch, origin, tuple(waiting[:ops]))
        return None

    def acknowledge(self, scope: str, acked: int, origin: Origin | None = None) -> None:
        known = {(o, op.n) for o, s, op in self.own if s == scope and o == origin and op.n <= acked}
        self.unsent = [name for name in self.unsent if name not in known]


@dataclass
class Carrier:
    """An enrolled desktop without a line."""

    replica: StickReplica
    link: dict

    def export(self, bundle: str = "b1") -> bytes:
        out = io.BytesIO()
        export_bundle(self.replica, self.link, out, bundle, NOON)
        return out.getvalue()

    def take(self, answer: bytes) -> CarriedIn:
        return import_answer(self.replica, self.link, io.BytesIO(answer), NOON)

    def seen(self, scope: str) -> list[str]:
        """The entities of the scope's order as this desktop has it."""
        rows = self.replica.scopes[scope].rows
        return [rows[seq].entity for seq in sorted(rows)]


class BundledHub:
    """A hub on PostgreSQL with its bundles."""

    def __init__(self) -> None:
        self.store = hub()
        self.doors = Doors(self.store.engine)
        self.doors.person(ACTOR, Role.SUPERVISOR, EVERYWHERE)
        self.pair = hub_pair(self.store.engine)
        self.bundles = HubBundles(
            self.store, self.doors.devices, self.doors.permits, self.doors.refusals, self.pair,
            self.doors.clock,
        )  # fmt: skip

    def desktop(self, *scopes: str) -> Carrier:
        made = self.doors.desktop(*scopes)
        device = made.enrolled.device
        link = {"device": device.id, "key": made.pair, "hub_key": public_part(self.pair)}
        carrier = Carrier(StickReplica(device.id), link)
        principal = self.doors.principal(made)
        follows = self.doors.permits.follows(principal, self.store.scopes())
        carrier.replica.follow([replace(h, head=0) for h in self.store.heads(follows)], NOON)
        return carrier

    def take(self, raw: bytes) -> Taken:
        return self.bundles.take(io.BytesIO(raw), "root")

    def answer(self, taken: Taken) -> bytes:
        out = io.BytesIO()
        self.bundles.answer(taken, out)
        return out.getvalue()

    def rows(self, scope: str) -> list[tuple[str, str, str]]:
        (head,) = self.store.heads((scope,))
        ops = self.store.pull(scope, head.epoch, 0, whole=True).ops
        return [(o.entity, o.outcome, o.refusal) for o in ops]

    def close(self) -> None:
        self.store.close()


__all__ = ["ACTOR", "DISTRICT", "OTHER", "TOWN", "BundledHub", "Carrier", "StickReplica"]
