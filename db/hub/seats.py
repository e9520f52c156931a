"""The rows of scopes, locked: who holds one orders its ops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.op import HUB_DEVICE, Origin
from db.hub.copying import run

if TYPE_CHECKING:
    from db.hub.database import Raw


@dataclass(slots=True)
class Seat:
    """A locked scope's row. ``own`` is the hub's origin in it, ``own_n`` its last number once asked for."""

    scope: str
    epoch: str
    head: int
    chain: bytes
    booked: int
    own_id: int
    own: Origin
    began: int
    own_n: int | None = None


def locked(raw: Raw, scopes: list[str]) -> dict[str, Seat]:
    """The scopes' rows, locked in the order of their names, so that no two writers wait for each other."""
    rows = run(
        raw,
        "SELECT s.id, s.epoch, s.head, s.chain, s.booked, s.hub_origin, o.device, o.incarnation FROM scope s "
        "JOIN origin o ON o.id = s.hub_origin WHERE s.id = ANY(%s) ORDER BY s.id FOR UPDATE OF s",
        (scopes,),
    )
    return {
        scope: Seat(scope, epoch, head, chain, booked, own, Origin(device, life), head)
        for scope, epoch, head, chain, booked, own, device, life in rows
    }


def own_origin(raw: Raw, scope: str, life: str) -> int:
    """Begin the hub's own origin in a scope, in this life of the hub; its id."""
    row = run(
        raw,
        "INSERT INTO origin (device, incarnation) VALUES (%s, %s) RETURNING id",
        (f"{HUB_DEVICE}{scope}", life),
    ).fetchone()
    assert row is not None
    return int(row[0])


def last_n(raw: Raw, scope: str, origin: int) -> int:
    """The last number that the scope has of an origin; 0 for none."""
    row = run(
        raw, "SELECT last_n FROM scope_origin WHERE scope = %s AND origin = %s", (scope, origin)
    ).fetchone()
    return 0 if row is None else int(row[0])
