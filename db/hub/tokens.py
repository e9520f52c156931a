"""Tokens at the hub, by their SHA-256. Each function is one statement of the caller's transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Held:
    """Whose a token is: a device's or a person's, the other empty."""

    device: str
    account: str
    expires_at: int


def digest(secret: str) -> str:
    """SHA-256 of a secret as hex digits: enough for what chance alone has made, of 128 bits and more."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keep(db: Connection, token: str, expires_at: int, *, device: str = "", account: str = "") -> None:
    """Remember a token until it expires (ms since 1970 UTC)."""
    db.execute(
        text(
            "INSERT INTO token (hash, device, account, expires_at) VALUES (:hash, :device, :account, :at)"
        ),
        {"hash": digest(token), "device": device or None, "account": account or None, "at": expires_at},
    )  # fmt: skip


def whose(db: Connection, token: str) -> Held | None:
    """Whose the token is, expired or not; None for one that is not known."""
    row = db.execute(
        text("SELECT device, account, expires_at FROM token WHERE hash = :hash"), {"hash": digest(token)}
    ).one_or_none()
    return None if row is None else Held(row.device or "", row.account or "", int(row.expires_at))


def drop_of_account(db: Connection, account: str) -> None:
    """Forget every token of a person."""
    db.execute(text("DELETE FROM token WHERE account = :account"), {"account": account})


def drop_of_device(db: Connection, device: str) -> None:
    """Forget every token of a device."""
    db.execute(text("DELETE FROM token WHERE device = :device"), {"device": device})


def purge(db: Connection, before: int) -> int:
    """Forget what expired before an instant; how many there were."""
    gone = db.execute(text("DELETE FROM token WHERE expires_at < :before"), {"before": before})
    return gone.rowcount
