"""The shipped lists (``resources/district``, ``resources/catalogue``) as ops that put them in force."""

from __future__ import annotations

import csv
import json
import tomllib
from typing import TYPE_CHECKING, Any

from app.domain import record
from app.domain.catalogue import HandlerLevel, Item, Power, parse_limit
from app.domain.force import Member, Unit, UnitKind
from app.domain.incident import Loop
from app.domain.place import to_record
from app.domain.routing import Rule, When
from app.domain.topology import places_of
from app.services.lists import put_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from app.ports.ledger import Draft
    from app.services.desk import Desk

Row = dict[str, str]


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _many(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(";") if part)


def item_of(row: Row) -> Item:
    """An item from its line in ``items.csv``."""
    return Item(
        id=row["id"],
        category=row["category"],
        category_en=row["category_en"],
        name=row["name"],
        name_en=row["name_en"],
        loop=Loop(row["loop"]),
        level=HandlerLevel(row["level"]),
        severity=int(row["severity"]),
        accept=parse_limit(row["accept"]),
        respond=parse_limit(row["respond"]),
        resolve=parse_limit(row["resolve"]),
        evidence=_many(row["evidence"]),
        powers=_many(row["powers"]),
        skills=_many(row["skills"]),
        keywords=_many(row["keywords"]),
        person_data=row["person_data"] == "yes",
    )


def power_of(row: Row) -> Power:
    """A power from its line in ``powers.csv``."""
    return Power(
        row["id"], row["kind"], row["name"], row["name_en"], row["department"], row["town_may"] == "yes"
    )


def unit_of(row: Row) -> Unit:
    """A unit from its line in ``units.csv``."""
    return Unit(
        id=row["id"],
        kind=UnitKind(row["kind"]),
        name=row["name"],
        name_en=row["name_en"],
        sign=row["sign"],
        place=row["place"],
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        powers=_many(row["powers"]),
        skills=_many(row["skills"]),
        capacity=int(row["capacity"]),
        phone=row["phone"],
    )


def member_of(row: Row) -> Member:
    """A member from its line in ``members.csv``."""
    return Member(
        id=row["id"],
        name=row["name"],
        unit=row["unit"],
        village=row["village"],
        grid=row["grid"],
        on_duty=row["on_duty"] == "yes",
        phone=row["phone"],
        post=row["post"],
    )


def rule_of(table: Mapping[str, Any]) -> Rule:
    """A routing rule from its table in ``rules.toml``."""
    when, then = table.get("when", {}), table["then"]
    return Rule(
        id=table["id"],
        name=table["name"],
        name_en=table["name_en"],
        when=When(
            towns=frozenset(when.get("towns", ())),
            villages=frozenset(when.get("villages", ())),
            categories=frozenset(when.get("categories", ())),
            items=frozenset(when.get("items", ())),
            sources=frozenset(when.get("sources", ())),
            severity_max=when.get("severity_max"),
            minutes=_minutes(when["hours"]) if "hours" in when else None,
            workdays=when.get("workdays"),
        ),
        handler=then["handler"],
        loop=Loop(then["loop"]) if "loop" in then else None,
        why=table["why"],
        why_en=table["why_en"],
    )


def _minutes(hours: str) -> tuple[int, int]:
    first, last = ((int(h) * 60 + int(m)) for h, m in (t.split(":") for t in hours.split("-")))
    return first, last


def shipped_drafts(resources: Path, at: int) -> list[Draft]:
    """A ``put`` for every shipped place, power, item, unit, member, rule and local day."""
    places = places_of(json.loads((resources / "district/places.json").read_text("utf-8")))
    district = next(p.id for p in places if p.parent is None)
    lists = resources / "catalogue"
    rules = tomllib.loads((lists / "rules.toml").read_text("utf-8"))["rule"]
    drafts = put_all("place", ((p.id, to_record(p)) for p in places), district, at)
    for kind, made in (
        ("power", map(power_of, _rows(lists / "powers.csv"))),
        ("item", map(item_of, _rows(lists / "items.csv"))),
        ("unit", map(unit_of, _rows(lists / "units.csv"))),
        ("member", map(member_of, _rows(lists / "members.csv"))),
        ("rule", map(rule_of, rules)),
    ):
        drafts += put_all(kind, ((r.id, record.to_body(r)) for r in made), district, at)
    days = (
        (row["date"], {"work": row["kind"] == "work", "name": row["name"]})
        for row in _rows(lists / "calendar.csv")
    )
    return drafts + put_all("day", days, district, at)


def put_shipped_lists(desk: Desk, resources: Path) -> None:
    """Put the shipped lists in force in a store that has none yet."""
    with desk.store.reading() as read:
        if read.records("place"):
            return
    drafts = shipped_drafts(resources, desk.clock.now())
    with desk.store.write(desk.actor) as tx:
        tx.append_many(drafts)
