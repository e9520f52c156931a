"""Candidates for dispatch: who may, who can, who is near; each with reasons and shortfalls as codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.force import Unit, UnitKind
from app.domain.geo import distance_m

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.domain.catalogue import Item

ROAD_FACTOR = 1.35
"""Road length over straight line, as is usual for a small-town street net."""
METRES_PER_MINUTE = 30_000 / 60
"""30 km/h: a service vehicle in town."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """``reasons`` and ``shortfalls`` are codes with an argument (``load:2/4``); ``minutes`` to get there."""

    unit: str
    name: str
    name_en: str
    sign: str
    metres: int | None
    minutes: int | None
    load: int
    capacity: int
    reasons: tuple[str, ...]
    shortfalls: tuple[str, ...]


def candidates(
    units: Iterable[Unit],
    item: Item | None,
    town: str,
    position: tuple[float, float] | None,
    load: Mapping[str, int],
    suggested: str = "",
    limit: int = 8,
) -> tuple[Candidate, ...]:
    """The best ``limit`` units, best first. ``load`` counts active assignments; ``position`` is (lon, lat).

    Order: the rule's own suggestion, then power, own town, free capacity, skill, time to get there.
    """
    ranked = [(_judge(unit, item, town, position, load.get(unit.id, 0), suggested)) for unit in units]
    ranked.sort(key=lambda pair: pair[0])
    return tuple(candidate for _, candidate in ranked[:limit])


_Key = tuple[int, int, int, int, int, int, str]


def _judge(
    unit: Unit,
    item: Item | None,
    town: str,
    position: tuple[float, float] | None,
    load: int,
    suggested: str,
) -> tuple[_Key, Candidate]:
    reasons: list[str] = []
    shortfalls: list[str] = []

    def say(holds: bool, reason: str, shortfall: str) -> int:
        (reasons if holds else shortfalls).append(reason if holds else shortfall)
        return 0 if holds else 1

    wanted = set(item.powers) if item else set()
    lacks_power = say(bool(wanted & set(unit.powers)), "has_power", "no_power") if wanted else 0
    full = say(load < unit.capacity, "free" if load == 0 else "has_room", "full")
    reasons.append(f"load:{load}/{unit.capacity}")
    skills = [s for s in (item.skills if item else ()) if s in unit.skills]
    lacks_skill = 0
    if item and item.skills:
        lacks_skill = say(bool(skills), f"skill:{'、'.join(skills)}", f"lacks_skill:{'、'.join(item.skills)}")
    own = unit.place == town or unit.place.startswith(town)
    district_wide = unit.kind is UnitKind.DEPARTMENT or len(unit.place) <= 6
    elsewhere = 0 if own or district_wide else say(False, "", "other_town")
    metres = minutes = None
    if position is not None:
        metres = round(distance_m(position, (unit.lon, unit.lat)))
        minutes = max(1, round(metres * ROAD_FACTOR / METRES_PER_MINUTE))
    is_suggested = unit.id == suggested
    if is_suggested:
        reasons.insert(0, "by_rule")
    key = (
        0 if is_suggested else 1,
        lacks_power,
        elsewhere,
        full,
        lacks_skill,
        (minutes if minutes is not None else 999) + 4 * load,
        unit.id,
    )
    candidate = Candidate(
        unit.id, unit.name, unit.name_en, unit.sign, metres, minutes, load, unit.capacity,
        tuple(reasons), tuple(shortfalls),
    )  # fmt: skip
    return key, candidate
