"""Triage: accept, decline, classify, relocate, merge, cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.errors import Refusal
from app.domain.op import OpKind
from app.services.desk import Desk, Done, Step, act, act_planned
from app.services.intake import routed_body
from app.services.route import route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.incident import Incident
    from app.ports.ledger import Tx


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
        level = severity or found.severity
        routed = route(lists, found, incident.place, incident.source, level, incident.reported_at)
        body = {
            "item": found.id,
            "item_rev": found.rev,
            "category": found.category,
            "severity": level,
            "loop": routed.decision.loop.value,
            **routed_body(routed),
        }
        return [(OpKind.CLASSIFY, body)]

    return act_planned(desk, key, plan)


def relocate(desk: Desk, key: int, lon: float, lat: float) -> Done:
    """Put the incident where it is (WGS-84 degrees); a changed place routes anew, and says so."""

    def plan(tx: Tx, incident: Incident) -> Sequence[Step] | Refusal:
        lists = desk.lists.now(tx.read)
        place = lists.locator.locate(lon, lat)
        if place is None:
            return Refusal.OUTSIDE_DISTRICT
        item = lists.items.get(incident.item)
        routed = route(lists, item, place, incident.source, incident.severity, incident.reported_at)
        body = {"place": place, "town": lists.town_of(place), "lon": lon, "lat": lat}
        return [(OpKind.RELOCATE, body | {"decision": routed_body(routed)["decision"]})]

    return act_planned(desk, key, plan)


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
