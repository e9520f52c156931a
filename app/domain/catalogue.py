"""The lists of the trade: items, powers, and the limits that an item sets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.domain.incident import Loop


class HandlerLevel(StrEnum):
    """The tier that handles an item."""

    GRID = "grid"
    VILLAGE = "village"
    TOWN = "town"
    DISTRICT = "district"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit: minutes of clock time, or working minutes, or whole working days."""

    minutes: int = 0
    days: int = 0
    working: bool = False

    @property
    def text(self) -> str:
        """As it stands in the lists: ``10m``, ``4h``, ``2d``, ``4wh``, ``3wd``."""
        if self.days:
            return f"{self.days}wd"
        unit, size = next((u, s) for u, s in (("d", 1440), ("h", 60), ("m", 1)) if self.minutes % s == 0)
        if self.working and unit == "d":
            unit, size = "h", 60
        return f"{self.minutes // size}{'w' if self.working else ''}{unit}"


_LIMIT = re.compile(r"^(\d{1,5})(m|h|d|wm|wh|wd)$")
_MINUTES = {"m": 1, "h": 60, "d": 1440}


def parse_limit(text: str) -> Limit:
    """``10m``, ``4h``, ``2d`` in clock time; ``30wm``, ``4wh``, ``3wd`` in working time. ValueError else."""
    match = _LIMIT.match(text.strip())
    if match is None or int(match[1]) == 0:
        raise ValueError(f"not a time limit: {text!r}")
    amount, unit = int(match[1]), match[2]
    if unit == "wd":
        return Limit(days=amount, working=True)
    return Limit(minutes=amount * _MINUTES[unit[-1]], working=unit.startswith("w"))


@dataclass(frozen=True, slots=True)
class Item:
    """清单事项: what may be reported, who handles it, how soon, by which powers."""

    id: str
    category: str
    category_en: str
    name: str
    name_en: str
    loop: Loop
    level: HandlerLevel
    severity: int
    accept: Limit
    respond: Limit
    resolve: Limit
    evidence: tuple[str, ...] = ()
    powers: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    person_data: bool = False
    rev: int = 0


@dataclass(frozen=True, slots=True)
class Power:
    """权力事项: what a department may lawfully do; ``town_may`` where the towns have taken it over."""

    id: str
    kind: str
    name: str
    name_en: str
    department: str
    town_may: bool = False
    rev: int = 0
