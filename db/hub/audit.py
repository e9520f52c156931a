"""The hub's audit: who was refused, and what administrators did. Only ever added to, until its time is up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from app.ports.accounts import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

_LONGEST = 500


def note(db: Connection, entries: Sequence[Entry]) -> None:
    """Write the entries down. What came from outside is cut, and holds no NUL, which PostgreSQL refuses."""
    if entries:
        db.execute(
            text(
                "INSERT INTO audit (at, device, actor, what, code, detail)"
                " VALUES (:at, :device, :actor, :what, :code, :detail)"
            ),
            [_values(e) for e in entries],
        )


def last(db: Connection, limit: int = 100, *, what: str = "") -> Sequence[Entry]:
    """The latest entries, newest first; of one sort where ``what`` is told."""
    rows = db.execute(
        text(
            "SELECT at, device, actor, what, code, detail FROM audit"
            " WHERE :what = '' OR what = :what ORDER BY id DESC LIMIT :limit"
        ),
        {"what": what, "limit": limit},
    )
    return [
        Entry(int(r.at), r.device or "", r.actor or "", r.what, r.code or "", r.detail or "") for r in rows
    ]


def purge(db: Connection, before: int) -> int:
    """Forget entries from before an instant; how many there were."""
    return db.execute(text("DELETE FROM audit WHERE at < :before"), {"before": before}).rowcount


def _values(entry: Entry) -> dict[str, Any]:
    told = {
        "device": entry.device, "actor": entry.actor, "what": entry.what, "code": entry.code,
        "detail": entry.detail,
    }  # fmt: skip
    return {"at": entry.at} | {name: _kept(value) for name, value in told.items()}


def _kept(value: str) -> str:
    return value.replace("\x00", "").encode("utf-8", "replace").decode()[:_LONGEST]
