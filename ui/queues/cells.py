"""What a queue's cells say: two lines of words for each column, from a row and the lists; Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app.domain.place import Level
from app.domain.sla import DAY, MINUTE
from app.services import spell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.ports.rows import QueueRow
    from app.services.lists import Lists
    from app.services.words import Words

DUE_SOON = 30 * MINUTE
DUE_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit column: which clock, how long still (or over), how much is used, how urgent.

    ``kind``: neutral, due, overdue, done (closed in time), late (closed too late) or none.
    """

    clock: str
    text: str
    share: float
    kind: Literal["neutral", "due", "overdue", "done", "late", "none"]


@dataclass(frozen=True, slots=True)
class Cells:
    """The words of one row."""

    title: str
    second: str
    place: str
    town: str
    source: str
    since: str
    wait: str
    wait_minutes: float
    limit: Limit
    conflicts: str
    unsent: str = ""

    @property
    def spoken(self) -> str:
        """The whole row in one sentence, for screen readers."""
        return "，".join(
            part
            for part in (
                self.title,
                self.place,
                self.source,
                self.wait,
                self.limit.clock,
                self.limit.text,
                self.unsent,
            )
            if part
        )


class CellWriter:
    """Writes rows in one language; ``lists`` may be exchanged when they change.

    ``unsent`` says how many ops on an incident (by its key) wait to be sent.
    """

    def __init__(self, words: Words, lists: Lists, lang: str) -> None:
        self.words, self.lists, self.lang = words, lists, lang
        self.unsent: Mapping[int, int] = {}

    def write(self, row: QueueRow, now: int) -> Cells:
        """The row's words as of ``now``."""
        lists, lang = self.lists, self.lang
        village = lists.at_level(row.place, Level.VILLAGE)
        town = lists.place_name(row.town, lang)
        until = row.closed_at if row.closed_at is not None else now
        waited = max(0, until - row.reported_at)
        clock = spell.clock_time(row.reported_at)
        if now - row.reported_at > DAY:
            clock = spell.short_day(row.reported_at)
        return Cells(
            title=row.title,
            second=self._second(row),
            place=lists.place_name(village, lang) if village else town,
            town=town if village else "",
            source=self.words.say("source", row.source),
            since=clock,
            wait=spell.duration(waited if waited < 10 * DAY else waited // DAY * DAY, lang),
            wait_minutes=waited / MINUTE,
            limit=self._limit(row, now),
            conflicts=self.words.say("left", "conflict", n=row.conflicts) if row.conflicts else "",
            unsent=self.words.say("dispatch", "unsent") if row.key in self.unsent else "",
        )

    def _second(self, row: QueueRow) -> str:
        parts = [row.number]
        if row.lead:
            stage = self.words.say("assignment", row.lead_state)
            parts.append(f"{stage} {self.lists.handler_name(row.lead, self.lang)}")
            if row.active > 1:
                parts.append(f"{self.words.say('assignment', 'arrived')} {row.arrived}/{row.active}")
        elif row.loop == "big":
            parts.append(self.words.say("loop", "big"))
        if row.rework:
            parts.append(self.words.say("op", "reopen"))
        return " · ".join(parts)

    def _limit(self, row: QueueRow, now: int) -> Limit:
        if row.due_at is None:
            return self._ended(row)
        clock = self.words.say("clock", row.due_clock)
        left = row.due_at - now
        if left < 0:
            text = self.words.say("left", "over", time=spell.duration(-left, self.lang))
            return Limit(clock, text, 1.0, "overdue")
        whole = max(1, row.due_at - row.limit_from)
        share = min(1.0, max(0.0, 1 - left / whole))
        soon = left <= DUE_SOON or share >= DUE_SHARE
        text = self.words.say("left", "left", time=spell.duration(left, self.lang))
        return Limit(clock, text, share, "due" if soon else "neutral")

    def _ended(self, row: QueueRow) -> Limit:
        if row.on_time is None:
            return Limit("", self.words.say("state", row.state), 0.0, "none")
        ended = self.words.say("state", row.state)
        if row.on_time:
            return Limit(ended, self.words.say("left", "done"), 1.0, "done")
        return Limit(ended, self.words.say("left", "late"), 1.0, "late")
