"""Triage: accept, decline, classify, relocate, merge, cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.errors import Refusal
from app.domain.op import OpKind
from app.services.desk import Desk, Done, Step, act, act_planned
from app.services.intake import routed_body
from app.services.route import route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.catalogue import Item
    from app.domain.incident import Incident
    from app.ports.ledger import Tx
    from app.services.lists import Lists


def accept(desk: Desk, key: int) -> Done:
    """受理."""
    return act(desk, key, OpKind.ACCEPT)


def decline(desk: Desk, key: int, reason: str) -> Done:
    """不予受理, with the reason that the reporter will be told."""
    return act(desk, key, OpKind.DECLINE, {"reason": reason})


def cancel(desk: Desk, key: int, reason: str) -> Done:
    """作废."""
    return act(desk, key, OpKind.CANCEL, {"reason": reason})


def classify(desk: Desk, key: int, item: str, severity: int | None = None) -> Done:
    """Name the item; limits, loop and routing follow from it, counted from the report."""

    def plan(tx: Tx, incident: Incident) -> Sequence[Step] | Refusal:
        lists = desk.lists.now(tx.read)
        found = lists.items.get(item)
        if found is None:
            return Refusal.UNKNOWN_RECORD
        return [(OpKind.CLASSIFY, classify_body(lists, incident, found, severity or found.severity))]

    return act_planned(desk, key, plan)


def classify_body(lists: Lists, incident: Incident, item: Item, level: int) -> dict[str, Any]:
    """What a ``classify`` op says that names the item with this severity."""
    routed = route(lists, item, incident.place, incident.source, level, incident.reported_at)
    return {
        "item": item.id,
        "item_rev": item.rev,
        "category": item.category,
        "severity": level,
        "loop": routed.decision.loop.value,
        **routed_body(routed),
    }


def relocate(desk: Desk, key: int, lon: float, lat: float) -> Done:
    """Put the incident where it is (WGS-84 degrees); a changed place routes anew, and says so."""

    def plan(tx: Tx, incident: Incident) -> Sequence[Step] | Refusal:
        lists = desk.lists.now(tx.read)
        place = lists.locator.locate(lon, lat)
        if place is None:
            return Refusal.OUTSIDE_DISTRICT
        return [(OpKind.RELOCATE, relocate_body(lists, incident, place, lon, lat))]

    return act_planned(desk, key, plan)


def relocate_body(
    lists: Lists, incident: Incident, place: str, lon: float | None, lat: float | None
) -> dict[str, Any]:
    """What a ``relocate`` op says that puts the incident into the place."""
    item = lists.items.get(incident.item)
    routed = route(lists, item, place, incident.source, incident.severity, incident.reported_at)
    body: dict[str, Any] = {"place": place, "town": lists.town_of(place)}
    if lon is not None and lat is not None:
        body |= {"lon": lon, "lat": lat}
    return body | {"decision": routed_body(routed)["decision"]}


def merge(desk: Desk, key: int, into: int) -> Done:
    """并案: this incident goes on in another one."""

    def plan(tx: Tx, _incident: Incident) -> Sequence[Step] | Refusal:
        target = tx.read.incident_by_key(into)
        if target is None:
            return Refusal.UNKNOWN_INCIDENT
        return [(OpKind.MERGE, {"into": target.id})]

    return act_planned(desk, key, plan)


def unmerge(desk: Desk, key: int) -> Done:
    """The merged incident stands on its own again, as it was."""
    return act(desk, key, OpKind.UNMERGE)
