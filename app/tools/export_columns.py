"""What an export tells about an incident: its columns in order, free of callers' particulars."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.ids import CHINA
from app.tools.cells import masked

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.incident import Incident
    from app.services.lists import Lists
    from app.tools.wording import Wording

Value = str | int | float | None


def iso(at: int | None) -> str | None:
    """ISO 8601 with the district's zone: ``2026-11-20T14:05:32+08:00``; milliseconds where it has any."""
    if at is None:
        return None
    return datetime.fromtimestamp(at / 1000, CHINA).isoformat(
        timespec="milliseconds" if at % 1000 else "seconds"
    )


class Columns:
    """The columns of one export, in one language. Callers are never among them."""

    def __init__(self, lists: Lists, wording: Wording) -> None:
        self._lists = lists
        self._wording = wording
        self._lang = wording.words.lang
        self._said: dict[tuple[str, str], str] = {}
        self._of: dict[str, Callable[[Incident], Value]] = {
            "number": lambda i: i.number,
            "ref": lambda i: i.ref,
            "state": lambda i: self._word("state", i.state),
            "severity": lambda i: i.severity,
            "title": lambda i: masked(i.title),
            "detail": lambda i: masked(i.detail),
            "category": lambda i: i.category,
            "item": self._item,
            "source": lambda i: self._word("source", i.source),
            "loop": lambda i: self._word("loop", i.loop),
            "town": lambda i: lists.place_name(i.town, self._lang),
            "place": lambda i: lists.place_name(i.place, self._lang),
            "place_code": lambda i: i.place,
            "lon": lambda i: i.lon,
            "lat": lambda i: i.lat,
            "moved": lambda i: self._yes_no(answer=i.moved),
            "reported_at": lambda i: iso(i.reported_at),
            "accept_due": lambda i: iso(i.accept_due),
            "respond_due": lambda i: iso(i.respond_due),
            "due": lambda i: iso(i.resolve_due),
            "accepted_at": lambda i: iso(i.accepted_at),
            "responded_at": lambda i: iso(i.responded_at),
            "handled_at": lambda i: iso(i.handled_at),
            "closed_at": lambda i: iso(i.closed_at),
            "on_time": lambda i: self._yes_no(answer=i.on_time),
            "lead": lambda i: lists.handler_name(i.lead.handler, self._lang) if i.lead else None,
            "result": lambda i: masked(i.result),
            "rework": lambda i: i.rework,
            "rating": lambda i: i.rating,
        }

    @property
    def codes(self) -> tuple[str, ...]:
        """The columns' codes."""
        return tuple(self._of)

    @property
    def heads(self) -> list[str]:
        """The columns' names in words."""
        return [self._wording("column", code) for code in self._of]

    def row(self, incident: Incident) -> list[Value]:
        """The incident's values, in the order of the columns."""
        return [value(incident) for value in self._of.values()]

    def _word(self, group: str, code: str) -> str:
        said = self._said.get((group, code))
        if said is None:
            said = self._said[group, code] = self._wording(group, code)
        return said

    def _yes_no(self, *, answer: bool | None) -> str | None:
        return None if answer is None else self._word("yes_no", "yes" if answer else "no")

    def _item(self, incident: Incident) -> str | None:
        item = self._lists.items.get(incident.item)
        if item is None:
            return incident.item or None
        return item.name_en if self._lang == "en" else item.name
