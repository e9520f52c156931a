"""Routing: an ordered list of rules; the first match decides, and the decision keeps why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.incident import Loop

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class When:
    """What a rule asks for; an empty field asks for nothing. Minutes count from midnight, local time."""

    towns: frozenset[str] = frozenset()
    villages: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    severity_max: int | None = None
    minutes: tuple[int, int] | None = None
    workdays: bool | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """``handler``: ``unit:<id>``, ``town``, ``member`` or ``department-of-power``."""

    id: str
    name: str
    name_en: str
    when: When
    handler: str
    loop: Loop | None
    why: str
    why_en: str
    rev: int = 0


@dataclass(frozen=True, slots=True)
class Matter:
    """What routing may look at: place × item × time × source."""

    town: str
    village: str
    grid: str
    item: str
    category: str
    source: str
    severity: int
    minute: int
    workday: bool | None


@dataclass(frozen=True, slots=True)
class Considered:
    """One rule that was looked at: matched, or the first thing that did not fit (``towns``, ``minutes``…)."""

    rule: str
    matched: bool
    missed: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Which rule decided, who is to handle it (resolved to an id by the caller), and every rule considered.

    ``small`` says whether the small loop applies, ``small_why`` the reason code for or against.
    """

    rule: str
    handler: str
    loop: Loop
    considered: tuple[Considered, ...]
    small_why: str = ""

    def as_body(self) -> dict[str, Any]:
        """As it is kept in the op's body under ``decision``."""
        return {
            "rule": self.rule,
            "handler": self.handler,
            "loop": self.loop.value,
            "small_why": self.small_why,
            "considered": [[c.rule, c.matched, c.missed] for c in self.considered],
        }


def missed(when: When, matter: Matter) -> str:
    """The name of the first condition that the matter does not meet; empty where it meets all."""
    checks = (
        ("towns", not when.towns or matter.town in when.towns),
        ("villages", not when.villages or matter.village in when.villages),
        ("categories", not when.categories or matter.category in when.categories),
        ("items", not when.items or matter.item in when.items),
        ("sources", not when.sources or matter.source in when.sources),
        ("severity_max", when.severity_max is None or matter.severity <= when.severity_max),
        ("minutes", when.minutes is None or _within(matter.minute, when.minutes)),
        ("workdays", when.workdays is None or matter.workday is when.workdays),
    )
    return next((name for name, met in checks if not met), "")


def _within(minute: int, span: tuple[int, int]) -> bool:
    first, last = span
    if first <= last:
        return first <= minute < last
    return minute >= first or minute < last  # over midnight


def decide(rules: Sequence[Rule], matter: Matter, item_loop: Loop, member: str | None) -> Decision:
    """The first rule that matches; ValueError where even the last one does not (a list without a catch-all).

    ``item_loop`` is the item's loop (big for an unlisted matter); ``member`` the grid's member on duty.
    Small loop: the item is listed, its loop is small, and its grid has a member on duty.
    """
    considered: list[Considered] = []
    for rule in rules:
        why_not = missed(rule.when, matter)
        considered.append(Considered(rule.id, not why_not, why_not))
        if why_not:
            continue
        loop, small_why = _loop(rule, matter, item_loop, member)
        handler = f"member:{member}" if loop is Loop.SMALL and member else rule.handler
        return Decision(rule.id, handler, loop, tuple(considered), small_why)
    raise ValueError("no rule matched: the list has no catch-all")


def _loop(rule: Rule, matter: Matter, item_loop: Loop, member: str | None) -> tuple[Loop, str]:
    if not matter.item:
        return Loop.BIG, "item_not_listed"
    if item_loop is Loop.BIG:
        return Loop.BIG, "item_is_big"
    if rule.loop is Loop.BIG:
        return Loop.BIG, "rule_says_big"
    if member is None:
        return Loop.BIG, "no_member_on_duty"
    return Loop.SMALL, "small_loop"
