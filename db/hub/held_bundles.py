"""Bundles of revoked devices: kept as they came, until a person accepts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

_FIELDS = "id, device, made, received_at, ops, accepted_at, accepted_by"


@dataclass(frozen=True, slots=True)
class HeldBundle:
    """Instants in ms since 1970 UTC; ``accepted_at`` None while nobody has accepted it."""

    id: str
    device: str
    made: int
    received_at: int
    ops: int
    accepted_at: int | None = None
    accepted_by: str = ""


def keep(db: Connection, bundle: HeldBundle, lines: Iterable[bytes]) -> bool:
    """Keep a bundle; False where it is kept already."""
    new = db.execute(
        text(
            "INSERT INTO held_bundle (id, device, made, received_at, ops)"
            " VALUES (:id, :device, :made, :received_at, :ops) ON CONFLICT DO NOTHING RETURNING id"
        ),
        {
            "id": bundle.id, "device": bundle.device, "made": bundle.made,
            "received_at": bundle.received_at, "ops": bundle.ops,
        },
    ).first()  # fmt: skip
    if new is None:
        return False
    insert = text("INSERT INTO held_line (bundle, no, line) VALUES (:bundle, :no, :line)")
    for no, line in enumerate(lines):
        db.execute(insert, {"bundle": bundle.id, "no": no, "line": line})
    return True


def every(db: Connection) -> Sequence[HeldBundle]:
    """All of them, the oldest first."""
    rows = db.execute(text(f"SELECT {_FIELDS} FROM held_bundle ORDER BY received_at, id"))  # noqa: S608
    return [_held(row) for row in rows]


def find(db: Connection, bundle: str) -> HeldBundle | None:
    """The bundle."""
    row = db.execute(text(f"SELECT {_FIELDS} FROM held_bundle WHERE id = :id"), {"id": bundle}).one_or_none()  # noqa: S608
    return None if row is None else _held(row)


def lines(db: Connection, bundle: str) -> Iterator[bytes]:
    """Its file's lines in order, one at a time."""
    no = 0
    ask = text("SELECT line FROM held_line WHERE bundle = :bundle AND no = :no")
    while (line := db.execute(ask, {"bundle": bundle, "no": no}).scalar_one_or_none()) is not None:
        yield bytes(line)
        no += 1


def accept(db: Connection, bundle: str, by: str, now: int) -> None:
    """It has been taken in, on whose word and when."""
    db.execute(
        text("UPDATE held_bundle SET accepted_at = :now, accepted_by = :by WHERE id = :id"),
        {"id": bundle, "by": by, "now": now},
    )


def _held(row: object) -> HeldBundle:
    told = row._mapping  # type: ignore[attr-defined]  # noqa: SLF001 - SQLAlchemy's own name for it
    return HeldBundle(**{**told, "accepted_by": told["accepted_by"] or ""})
