"""What an administrator asks of a hub: scopes with their heads, devices with when they last came, codes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from app.hub.devices import TOKEN_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.hub.opened import OpenHub
    from app.hub.voice import Voice


@dataclass(frozen=True, slots=True)
class SeenDevice:
    """A device; ``seen_at`` is when it last had a token (ms since 1970 UTC, None: not lately)."""

    id: str
    name: str
    scopes: tuple[str, ...]
    letter: str
    revoked_at: int | None
    seen_at: int | None

    def as_line(self, voice: Voice) -> str:
        """For reading."""
        seen = instant(self.seen_at) if self.seen_at else voice.words("近来未见", "not lately")
        gone = voice.words("已吊销", "revoked") if self.revoked_at else ""
        return "\t".join((self.id, self.name, ",".join(self.scopes), self.letter or "-", seen, gone)).rstrip()


@dataclass(frozen=True, slots=True)
class ScopeState:
    """A scope of the hub's, with its open incidents and the ops that were refused or conflict."""

    scope: str
    epoch: str
    head: int
    open_incidents: int
    conflicts: int
    forks: int


def scopes_of(hub: OpenHub) -> Sequence[ScopeState]:
    """Every scope."""
    asked = text(
        "SELECT s.id, s.epoch, s.head,"
        " (SELECT count(*) FROM incident i WHERE i.scope = s.id AND i.open),"
        " (SELECT count(*) FROM incident i WHERE i.scope = s.id AND i.conflicts > 0),"
        " (SELECT count(*) FROM fork f WHERE f.scope = s.id)"
        " FROM scope s ORDER BY s.id"
    )
    with hub.engine.connect() as db:
        return [ScopeState(*row) for row in db.execute(asked)]


def devices_seen(hub: OpenHub) -> Sequence[SeenDevice]:
    """Every device."""
    asked = text("SELECT device, max(expires_at) FROM token WHERE device IS NOT NULL GROUP BY device")
    with hub.engine.connect() as db:
        seen = {str(device): int(at) - TOKEN_MS for device, at in db.execute(asked)}
    return [
        SeenDevice(d.id, d.name, tuple(sorted(d.scopes)), d.letter, d.revoked_at, seen.get(d.id))
        for d in hub.devices.every()
    ]


def waiting_codes(hub: OpenHub, now: int) -> Sequence[dict[str, Any]]:
    """Codes that have been given out, are in force and were not used; the code itself nobody has."""
    asked = text(
        "SELECT name, place, expires_at FROM code WHERE used_at IS NULL AND expires_at > :now ORDER BY 3"
    )
    with hub.engine.connect() as db:
        return [dict(row) for row in db.execute(asked, {"now": now}).mappings()]


def as_told(hub: OpenHub, now: int) -> dict[str, Any]:
    """All of it, for JSON."""
    return {
        "scopes": [asdict(s) for s in scopes_of(hub)],
        "devices": [asdict(d) for d in devices_seen(hub)],
        "codes": list(waiting_codes(hub, now)),
    }


def instant(ms: int) -> str:
    """An instant for reading, in the machine's time."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
