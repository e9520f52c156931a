"""The accounts at the hub: one row a person. Each function is one statement of the caller's transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from app.domain.lockout import FIRST_LOCK_MS, FREE_FAILURES, LONGEST_DOUBLING, LONGEST_LOCK_MS
from app.domain.rights import Role
from app.ports.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

_FIELDS = "id, name, role, scopes, disabled"

_COUNT_ATTEMPT = f"""
UPDATE account SET
  failed = failed + 1,
  locked_until = CASE WHEN failed + 1 < {FREE_FAILURES} THEN 0 ELSE :now + LEAST({LONGEST_LOCK_MS},
    {FIRST_LOCK_MS} * CAST(POWER(2, LEAST(failed + 1 - {FREE_FAILURES}, {LONGEST_DOUBLING})) AS bigint))
  END
WHERE id = :id AND locked_until <= :now
RETURNING {_FIELDS}, password_hash
"""  # noqa: S608 - constants of this file


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to sign in that has been counted as failed, until its password turns out to fit."""

    account: Account
    password_hash: str


def count_attempt(db: Connection, account: str, now: int) -> Attempt | None:
    """Count an attempt before it is judged, so that many at once are not judged unseen by each other.

    None where there is no such account or it is locked (``locked_until`` says which).
    """
    row = db.execute(text(_COUNT_ATTEMPT), {"id": account, "now": now}).one_or_none()
    return None if row is None else Attempt(_account(row), row.password_hash)


def locked_until(db: Connection, account: str) -> int | None:
    """When the account's lock ends, ms since 1970 UTC, 0 for none; None where there is no such account."""
    found = db.execute(text("SELECT locked_until FROM account WHERE id = :id"), {"id": account})
    until = found.scalar_one_or_none()
    return None if until is None else int(until)


def take_back_attempt(db: Connection, account: str) -> None:
    """An attempt was counted and could not be judged."""
    db.execute(
        text(
            "UPDATE account SET failed = GREATEST(failed - 1, 0), locked_until = 0 WHERE id = :id"
        ),
        {"id": account},
    )  # fmt: skip


def clear_failures(db: Connection, account: str) -> None:
    """The password was right, or an administrator lifts the lock."""
    db.execute(text("UPDATE account SET failed = 0, locked_until = 0 WHERE id = :id"), {"id": account})


def insert(db: Connection, account: Account, password_hash: str) -> bool:
    """A new account; False where the name is taken."""
    made = db.execute(
        text(
            "INSERT INTO account (id, name, role, scopes, password_hash, disabled, failed, locked_until)"
            " VALUES (:id, :name, :role, :scopes, :hash, :disabled, 0, 0) ON CONFLICT (id) DO NOTHING"
            " RETURNING id"
        ),
        {**_values(account), "hash": password_hash},
    )
    return made.first() is not None


def update(db: Connection, account: Account) -> None:
    """Name, role, scopes and whether it is disabled, as told."""
    db.execute(
        text(
            "UPDATE account SET name = :name, role = :role, scopes = :scopes, disabled = :disabled"
            " WHERE id = :id"
        ),
        _values(account),
    )


def set_password(db: Connection, account: str, password_hash: str) -> None:
    """A new password; a lock ends with it."""
    db.execute(
        text(
            "UPDATE account SET password_hash = :hash, failed = 0, locked_until = 0 WHERE id = :id"
        ),
        {"id": account, "hash": password_hash},
    )  # fmt: skip


def find(db: Connection, account: str, *, lock: bool = False) -> Account | None:
    """The account; ``lock`` holds its row until the transaction ends."""
    row = db.execute(
        text(f"SELECT {_FIELDS} FROM account WHERE id = :id{' FOR UPDATE' if lock else ''}"),  # noqa: S608
        {"id": account},
    ).one_or_none()
    return None if row is None else _account(row)


def find_many(db: Connection, accounts: Iterable[str]) -> dict[str, Account]:
    """Those of the accounts that there are."""
    asked = sorted(set(accounts))
    if not asked:
        return {}
    rows = db.execute(text(f"SELECT {_FIELDS} FROM account WHERE id = ANY(:ids)"), {"ids": asked})  # noqa: S608
    return {row.id: _account(row) for row in rows}


def every(db: Connection) -> Sequence[Account]:
    """All accounts by name of sign-in."""
    return [_account(row) for row in db.execute(text(f"SELECT {_FIELDS} FROM account ORDER BY id"))]  # noqa: S608


def of_device(db: Connection, device: str) -> Sequence[Account]:
    """Who has signed in on a device."""
    rows = db.execute(
        text(
            "SELECT a.id, a.name, a.role, a.scopes, a.disabled FROM account a"
            " JOIN device_user u ON u.account = a.id WHERE u.device = :device ORDER BY a.id"
        ),
        {"device": device},
    )
    return [_account(row) for row in rows]


def bind(db: Connection, device: str, account: str) -> None:
    """The person has signed in on the device."""
    db.execute(
        text(
            "INSERT INTO device_user (device, account) VALUES (:device, :account) ON CONFLICT DO NOTHING"
        ),
        {"device": device, "account": account},
    )  # fmt: skip


def _values(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "role": account.role.value,
        "scopes": json.dumps(sorted(account.scopes)),
        "disabled": account.disabled,
    }


def _account(row: Any) -> Account:
    scopes = frozenset(json.loads(row.scopes))
    return Account(row.id, row.name, Role(row.role), scopes, bool(row.disabled))
