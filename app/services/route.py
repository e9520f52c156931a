"""Routing a matter: facts gathered from the lists, the rules asked, the handler named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain import routing
from app.domain.errors import UnknownYear
from app.domain.ids import CHINA
from app.domain.incident import Loop
from app.domain.place import Level
from app.domain.sla import Deadlines, deadlines

if TYPE_CHECKING:
    from app.domain.catalogue import Item
    from app.services.lists import Lists


@dataclass(frozen=True, slots=True)
class Routed:
    """``handler`` is a unit's or member's id, empty where the rule's own handler does not exist here."""

    decision: routing.Decision
    handler: str
    due: Deadlines


def route(lists: Lists, item: Item | None, place: str, source: str, severity: int, at: int) -> Routed:
    """Where a matter goes, in which loop, and by when; ``at`` is the instant of its report."""
    local = datetime.fromtimestamp(at / 1000, CHINA)
    try:
        workday: bool | None = lists.calendar.is_workday(local.date().toordinal())
    except UnknownYear:
        workday = None
    member = lists.member_on_duty(place)
    matter = routing.Matter(
        town=lists.at_level(place, Level.TOWN),
        village=lists.at_level(place, Level.VILLAGE),
        grid=lists.at_level(place, Level.GRID),
        item=item.id if item else "",
        category=item.category if item else "",
        source=source,
        severity=severity,
        minute=local.hour * 60 + local.minute,
        workday=workday,
    )
    decision = routing.decide(
        lists.rules, matter, item.loop if item else Loop.BIG, member.id if member else None
    )
    due = deadlines(item, at, lists.calendar) if item else Deadlines()
    return Routed(decision, handler_of(lists, decision.handler, item, matter.town, place), due)


def handler_of(lists: Lists, wanted: str, item: Item | None, town: str, place: str) -> str:
    """The unit or member that a rule's handler (``unit:<id>``, ``town``, …) means at this place."""
    kind, _, name = wanted.partition(":")
    if kind in {"unit", "member"} and name:
        return name if name in lists.units or name in lists.members else ""
    if kind == "member":
        member = lists.member_on_duty(place)
        return member.id if member else ""
    if kind == "department-of-power" and item:
        departments = [lists.powers[p].department for p in item.powers if p in lists.powers]
        return next((d for d in departments if d in lists.units), "")
    fit = [u for u in lists.units.values() if u.place == town]
    powers, skills = set(item.powers if item else ()), set(item.skills if item else ())
    best = max(
        fit, key=lambda u: (len(powers & set(u.powers)), len(skills & set(u.skills)), u.id), default=None
    )
    return best.id if best else ""
