"""Whose tokens these are, for many requests by one statement: asked within a batch's own transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.rights import Role
from db.hub.copying import run
from db.hub.tokens import digest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from db.hub.database import Raw

_ASK = """
SELECT t.hash, t.device, t.account, coalesce(d.scopes, a.scopes), a.role
FROM token t LEFT JOIN device d ON d.id = t.device LEFT JOIN account a ON a.id = t.account
WHERE t.hash = ANY(%s) AND t.expires_at > %s
  AND CASE WHEN t.device IS NOT NULL THEN d.revoked_at IS NULL AND d.id IS NOT NULL
      ELSE a.id IS NOT NULL AND NOT a.disabled END
"""


@dataclass(frozen=True, slots=True)
class Asking:
    """A person (with a role), or a device by itself (without one)."""

    device: str
    user: str
    scopes: frozenset[str]
    role: Role | None

    @property
    def actor(self) -> str:
        """In whose name ops are made."""
        return self.user or self.device


def asking(raw: Raw, tokens: Iterable[str], now: int) -> dict[str, Asking]:
    """Each token that is in force, with whose it is; of the others nothing is said here."""
    hashes = {digest(token): token for token in tokens}
    rows = run(raw, _ASK, (list(hashes), now))
    return {
        hashes[name]: Asking(
            device or "", user or "", frozenset(json.loads(scopes)), None if role is None else Role(role)
        )
        for name, device, user, scopes, role in rows
    }
