"""Who can be sent: units and the members in them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UnitKind(StrEnum):
    """Which force a unit belongs to."""

    DEPARTMENT = "department"
    ENFORCEMENT = "enforcement"
    FULLTIME = "fulltime"
    SERVICE = "service"
    SOCIAL = "social"
    VOLUNTEER = "volunteer"
    RESERVE = "reserve"


@dataclass(frozen=True, slots=True)
class Unit:
    """力量. ``sign`` is the one character drawn on the map; ``capacity`` counts concurrent assignments."""

    id: str
    kind: UnitKind
    name: str
    name_en: str
    sign: str
    place: str
    lon: float
    lat: float
    powers: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    capacity: int = 4
    phone: str = ""
    rev: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """网格员 or officer. ``grid`` is empty for people of a centre."""

    id: str
    name: str
    unit: str
    village: str
    grid: str
    on_duty: bool
    phone: str = ""
    post: str = ""
    rev: int = 0
