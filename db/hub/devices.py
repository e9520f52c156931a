"""Devices and enrolment codes at the hub. Each function is one statement of the caller's transaction."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from app.ports.accounts import Device, Grant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

_FIELDS = "id, name, scopes, place, sign, letter, enrolled_at, revoked_at, key"


def keep_code(db: Connection, hashed: str, grant: Grant, expires_at: int) -> None:
    """Remember a code by its SHA-256."""
    db.execute(
        text(
            "INSERT INTO code (hash, scopes, place, sign, letter, name, expires_at, used_at, device)"
            " VALUES (:hash, :scopes, :place, :sign, :letter, :name, :at, NULL, :device)"
        ),
        {
            "hash": hashed, "scopes": json.dumps(sorted(grant.scopes)), "place": grant.place,
            "sign": grant.sign, "letter": grant.letter, "name": grant.name, "at": expires_at,
            "device": grant.device or None,
        },
    )  # fmt: skip


def use_code(db: Connection, hashed: str, device: str, now: int) -> Grant | None:
    """Spend the code for the device, once; None where it is unknown, spent, expired or for another device.

    The row's lock makes it single-use among any number of workers.
    """
    row = db.execute(
        text(
            "WITH before AS (SELECT hash, device FROM code WHERE hash = :hash FOR UPDATE)"
            " UPDATE code SET used_at = :now, device = :device FROM before"
            " WHERE code.hash = before.hash AND code.used_at IS NULL AND code.expires_at > :now"
            " AND (before.device IS NULL OR before.device = :device)"
            " RETURNING code.scopes, code.place, code.sign, code.letter, code.name, before.device AS meant"
        ),
        {"hash": hashed, "device": device, "now": now},
    ).one_or_none()
    if row is None:
        return None
    scopes = frozenset(json.loads(row.scopes))
    return Grant(scopes, row.place, row.sign, row.letter, row.name, row.meant or "")


def purge_codes(db: Connection, before: int) -> int:
    """Forget codes that expired before an instant; how many there were."""
    return db.execute(text("DELETE FROM code WHERE expires_at < :before"), {"before": before}).rowcount


def find(db: Connection, device: str, *, lock: bool = False) -> Device | None:
    """The device; ``lock`` holds its row until the transaction ends."""
    row = db.execute(
        text(f"SELECT {_FIELDS} FROM device WHERE id = :id{' FOR UPDATE' if lock else ''}"),  # noqa: S608
        {"id": device},
    ).one_or_none()
    return None if row is None else _device(row)


def secret_hash(db: Connection, device: str) -> str | None:
    """SHA-256 of the device's secret; None where there is no such device."""
    found = db.execute(text("SELECT secret_hash FROM device WHERE id = :id"), {"id": device})
    return found.scalar_one_or_none()


def put(db: Connection, device: Device, hashed_secret: str) -> None:
    """A device enrolled, or enrolled anew."""
    db.execute(
        text(
            "INSERT INTO device"
            " (id, name, scopes, secret_hash, key, enrolled_at, revoked_at, place, sign, letter)"
            " VALUES (:id, :name, :scopes, :hash, :key, :at, NULL, :place, :sign, :letter)"
            " ON CONFLICT (id) DO UPDATE SET name = excluded.name, scopes = excluded.scopes,"
            " secret_hash = excluded.secret_hash, key = excluded.key, enrolled_at = excluded.enrolled_at,"
            " place = excluded.place, sign = excluded.sign, letter = excluded.letter"
        ),
        {
            "id": device.id, "name": device.name, "scopes": json.dumps(sorted(device.scopes)),
            "hash": hashed_secret, "key": json.dumps(dict(device.key)), "at": device.enrolled_at,
            "place": device.place, "sign": device.sign, "letter": device.letter,
        },
    )  # fmt: skip


def set_revoked(db: Connection, device: str, at: int | None) -> bool:
    """Revoke the device at an instant, or admit it again (None); False where nothing changed by it."""
    done = db.execute(
        text(
            "UPDATE device SET revoked_at = :at"
            " WHERE id = :id AND (revoked_at IS NULL) <> (CAST(:at AS bigint) IS NULL) RETURNING id"
        ),
        {"id": device, "at": at},
    )
    return done.first() is not None


def forget_secret(db: Connection, device: str) -> None:
    """The device's secret opens nothing any more: no text has an empty hash."""
    db.execute(text("UPDATE device SET secret_hash = '' WHERE id = :id"), {"id": device})


def every(db: Connection) -> Sequence[Device]:
    """All devices by name."""
    return [_device(r) for r in db.execute(text(f"SELECT {_FIELDS} FROM device ORDER BY name, id"))]  # noqa: S608


def _device(row: Any) -> Device:
    key: Mapping[str, str] = json.loads(row.key)
    revoked = None if row.revoked_at is None else int(row.revoked_at)
    return Device(
        row.id, row.name, frozenset(json.loads(row.scopes)), row.place, row.sign, row.letter,
        int(row.enrolled_at), revoked, key,
    )  # fmt: skip
