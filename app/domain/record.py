"""Records: places, items, powers, units, members, and rules as plain bodies of ``put`` ops."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from app.domain.catalogue import HandlerLevel, Item, Limit, Power, parse_limit
from app.domain.force import Member, Unit, UnitKind
from app.domain.incident import Loop
from app.domain.routing import Rule, When

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("place", "power", "item", "unit", "member", "rule", "day")
"""Every kind of record; a ``day`` (``app.services.calendar``) has no class of its own."""


_LIMITS = ("accept", "respond", "resolve")


def _plain(value: Any) -> Any:
    if isinstance(value, Limit):
        return value.text
    if isinstance(value, (tuple, frozenset)):
        return sorted(value) if isinstance(value, frozenset) else list(value)
    if isinstance(value, When):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(When) if getattr(value, f.name)}
    return value


def to_body(record: Item | Power | Unit | Member | Rule) -> dict[str, Any]:
    """The record as a JSON body; ``rev`` is the ledger's business and left out."""
    return {f.name: _plain(getattr(record, f.name)) for f in fields(record) if f.name != "rev"}


def item(body: Mapping[str, Any], rev: int = 0) -> Item:
    """An item from its body; KeyError, TypeError or ValueError where it is not one."""
    given = dict(body)
    for name in _LIMITS:
        given[name] = parse_limit(given[name])
    given["loop"], given["level"] = Loop(given["loop"]), HandlerLevel(given["level"])
    for name in ("evidence", "powers", "skills", "keywords"):
        given[name] = tuple(given.get(name, ()))
    return Item(**given, rev=rev)


def power(body: Mapping[str, Any], rev: int = 0) -> Power:
    """A power from its body; errors as ``item``."""
    return Power(**body, rev=rev)


def unit(body: Mapping[str, Any], rev: int = 0) -> Unit:
    """A unit from its body; errors as ``item``."""
    given = dict(body)
    given["kind"] = UnitKind(given["kind"])
    for name in ("powers", "skills"):
        given[name] = tuple(given.get(name, ()))
    return Unit(**given, rev=rev)


def member(body: Mapping[str, Any], rev: int = 0) -> Member:
    """A member from its body; errors as ``item``."""
    return Member(**body, rev=rev)


def rule(body: Mapping[str, Any], rev: int = 0) -> Rule:
    """A routing rule from its body; errors as ``item``."""
    given = dict(body)
    when = dict(given["when"])
    for name in ("towns", "villages", "categories", "items", "sources"):
        when[name] = frozenset(when.get(name, ()))
    if when.get("minutes"):
        first, last = when["minutes"]
        when["minutes"] = (int(first), int(last))
    given["when"] = When(**when)
    given["loop"] = Loop(given["loop"]) if given.get("loop") else None
    return Rule(**given, rev=rev)
