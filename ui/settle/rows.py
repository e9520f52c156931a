"""Open conflicts and refused ops as rows, in words; Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.services import spell
from ui.dispatch.conflict_facts import told_words
from ui.dispatch.history import actor_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.services.to_settle import ToSettle
    from app.services.unsent import Unsent
    from app.services.words import Words


@dataclass(frozen=True, slots=True)
class SettleRow:
    """Two lines: ``head`` and ``title``, then ``words``; at the right the number, over when and who.

    ``key`` is the incident's, None where it is not here; ``seen`` rows are written softer.
    """

    mark: str
    head: str
    title: str
    words: str
    number: str
    when: str
    key: int | None
    seq: int
    severity: int = 0
    seen: bool = False

    @property
    def spoken(self) -> str:
        """The row in one line, for screen readers."""
        return " ".join(part for part in (self.head, self.title, self.number, self.words, self.when) if part)


def conflict_rows(found: ToSettle, words: Words) -> tuple[SettleRow, ...]:
    """Every open conflict."""
    return tuple(
        SettleRow(
            "conflict",
            words.say("conflict_name", row.conflict.kind),
            row.title,
            told_words(row.conflict, found.lists, words),
            row.number,
            _when(row.conflict.at, row.conflict.actor, found, words),
            row.key,
            0,
            row.severity,
        )
        for row in found.conflicts
    )


def refused_rows(found: ToSettle, words: Words) -> tuple[SettleRow, ...]:
    """Every own op that the hub refused, with why."""
    return tuple(
        SettleRow(
            "refused",
            words.say("op", row.kind),
            row.title,
            words.say("refusal", row.refusal),
            row.number,
            _when(row.at, row.actor, found, words),
            row.key,
            row.seq,
            seen=row.seen,
        )
        for row in found.refused
    )


def unsent_rows(found: Unsent, words: Words) -> tuple[SettleRow, ...]:
    """What waits to be sent, the newest first; the text of the op where it has one."""
    return tuple(
        SettleRow(
            "unsent",
            words.say("op", row.kind),
            row.title,
            _text(row.body),
            row.number,
            _when(row.at, row.actor, found, words),
            row.key,
            row.seq,
        )
        for row in found.rows
    )


def _text(body: Mapping[str, Any]) -> str:
    return str(body.get("text") or body.get("result") or body.get("reason") or "")


def _when(at: int, actor: str, found: ToSettle | Unsent, words: Words) -> str:
    return f"{spell.day_time(at, words.lang, found.now)} {actor_name(actor, found.lists, words)}"
