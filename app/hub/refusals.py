"""Every refusal goes to the audit and to the log, in a transaction of its own that nothing takes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from app.ports.accounts import Entry
from app.ports.link import LinkProblem, LinkTrouble
from db.hub import audit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from app.ports.clock import Clock

_LOG = structlog.get_logger("hub")


class Refusals:
    """Where refusals, and what administrators did, are written down."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def note(self, what: str, code: str, detail: str = "", *, device: str = "", actor: str = "") -> None:
        """Write one entry."""
        self.note_many((Entry(self._clock.now(), device, actor, what, code, detail),))

    def note_many(self, entries: Sequence[Entry]) -> None:
        """Write several in one transaction."""
        if not entries:
            return
        with self._engine.begin() as db:
            audit.note(db, entries)
        for e in entries:
            _LOG.info("audit", what=e.what, code=e.code, device=e.device, actor=e.actor, detail=e.detail)

    def refusal(
        self,
        what: str,
        code: LinkTrouble,
        detail: str = "",
        *,
        device: str = "",
        actor: str = "",
        wait: float | None = None,
    ) -> LinkProblem:
        """Write the refusal down and make the problem that tells it; the caller raises it."""
        self.note(what, code.value, detail, device=device, actor=actor)
        return LinkProblem(code, detail, wait)

    def last(self, limit: int = 100, *, what: str = "") -> Sequence[Entry]:
        """The latest entries, newest first."""
        with self._engine.connect() as db:
            return audit.last(db, limit, what=what)
