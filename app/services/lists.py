"""The lists in force: places, items, powers, units, members and rules, as one frozen snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from app.domain import record
from app.domain.geo import Locator
from app.domain.op import OpKind
from app.domain.place import Level, Place, Tree, from_record
from app.ports.ledger import Draft
from app.services.calendar import work_calendar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from app.domain.catalogue import Item, Power
    from app.domain.force import Member, Unit
    from app.domain.routing import Rule
    from app.domain.sla import WorkCalendar
    from app.ports.ledger import Store
    from app.ports.reader import Reader
    from app.ports.rows import RecordRow


@dataclass(frozen=True)
class Lists:
    """Everything that decisions are made from. ``rules`` are in their order; ``rev`` grows with changes."""

    rev: int
    places: Mapping[str, Place]
    items: Mapping[str, Item]
    powers: Mapping[str, Power]
    units: Mapping[str, Unit]
    members: Mapping[str, Member]
    rules: tuple[Rule, ...]
    days: tuple[RecordRow, ...]

    @cached_property
    def tree(self) -> Tree:
        """The tree of places; ValueError where they are not one."""
        return Tree(self.places.values())

    @cached_property
    def locator(self) -> Locator:
        """Point to second-level grid."""
        return Locator((p.id, p.polygons) for p in self.places.values() if p.level is Level.GRID)

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Working time: the legal calendar with the local days over it."""
        return work_calendar({row.id: bool(row.body.get("work")) for row in self.days})

    @cached_property
    def district(self) -> Place:
        """The root of all places."""
        return self.tree.root

    @cached_property
    def towns(self) -> tuple[Place, ...]:
        """The towns, by their codes."""
        return tuple(sorted((p for p in self.places.values() if p.level is Level.TOWN), key=lambda p: p.id))

    @cached_property
    def _on_duty(self) -> Mapping[str, str]:
        """Place id → member on duty there: the grid's own first, else one of its village."""
        found: dict[str, str] = {}
        for member in self.members.values():
            if member.on_duty and member.village:
                found.setdefault(member.village, member.id)
                if member.grid:
                    found.setdefault(member.grid, member.id)
        return found

    def at_level(self, place: str, level: Level) -> str:
        """The place's ancestor (or itself) at a level; empty where it has none."""
        here = self.places.get(place)
        while here is not None and here.level is not level:
            here = self.places.get(here.parent) if here.parent else None
        return here.id if here else ""

    def town_of(self, place: str) -> str:
        """The place's town; the district itself where the place is above the towns or unknown."""
        return self.at_level(place, Level.TOWN) or self.district.id

    def member_on_duty(self, place: str) -> Member | None:
        """Who is on duty in this grid, or else in its village."""
        village = self.at_level(place, Level.VILLAGE)
        found = self._on_duty.get(place) or self._on_duty.get(village)
        return self.members[found] if found else None

    def place_name(self, place: str, lang: str = "zh") -> str:
        """A place's name; its id where it is unknown."""
        found = self.places.get(place)
        if found is None:
            return place
        return found.name if lang == "zh" else found.name_en

    def handler_name(self, handler: str, lang: str = "zh") -> str:
        """A unit's or member's name; the id where it is unknown."""
        if handler in self.units:
            unit = self.units[handler]
            return unit.name if lang == "zh" else unit.name_en
        return self.members[handler].name if handler in self.members else handler


def load(reader: Reader) -> Lists:
    """The lists as the store holds them now."""

    def living(kind: str, make: Callable[..., Any]) -> dict[str, Any]:
        return {row.id: make(row.body, row.rev) for row in reader.records(kind)}

    rules = living("rule", record.rule)
    return Lists(
        rev=reader.records_rev(),
        places=living("place", lambda body, _rev: from_record(body)),
        items=living("item", record.item),
        powers=living("power", record.power),
        units=living("unit", record.unit),
        members=living("member", record.member),
        rules=tuple(rules[name] for name in sorted(rules)),
        days=tuple(reader.records("day")),
    )


class ListsInForce:
    """Hands out the current snapshot; loads a new one only when a record has changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._now: Lists | None = None

    def now(self, reader: Reader | None = None) -> Lists:
        """The lists in force; with a reader, as that reader's transaction sees them."""
        if reader is not None:
            return self._as_seen(reader)
        with self._store.reading() as own:
            return self._as_seen(own)

    def _as_seen(self, reader: Reader) -> Lists:
        if self._now is None or self._now.rev != reader.records_rev():
            self._now = load(reader)
        return self._now


def put_draft(kind: str, identity: str, scope: str, at: int, body: Mapping[str, Any]) -> Draft:
    """The op that puts a record in force."""
    return Draft(
        OpKind.PUT, f"{kind}:{identity}", scope, at, {"kind": kind, "id": identity, "record": dict(body)}
    )


def retire_draft(kind: str, identity: str, scope: str, at: int) -> Draft:
    """The op that takes a record out of force."""
    return Draft(OpKind.RETIRE, f"{kind}:{identity}", scope, at, {"kind": kind, "id": identity})


def put_all(kind: str, bodies: Iterable[tuple[str, Mapping[str, Any]]], scope: str, at: int) -> list[Draft]:
    """A ``put`` for each (id, body)."""
    return [put_draft(kind, identity, scope, at, body) for identity, body in bodies]
