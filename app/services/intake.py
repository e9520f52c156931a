"""Intake: what residents, patrols, hotline and sensors report becomes an incident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.incident import Loop
from app.domain.op import OpKind, Outcome
from app.domain.place import Level
from app.ports.ledger import Draft
from app.ports.rows import Person
from app.services.desk import Desk, Done, fresh_number
from app.services.route import Routed, route

if TYPE_CHECKING:
    from app.ports.ledger import Receipt, Tx
    from app.services.lists import Lists

UNLISTED_SEVERITY = 4


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a new matter. ``place`` may be empty where a position (WGS-84 degrees) is given."""

    title: str
    source: str
    detail: str = ""
    item: str = ""
    severity: int | None = None
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    caller: str = ""
    phone: str = ""
    ref: str = ""
    at: int | None = None


def report(desk: Desk, new: Report) -> Done:
    """Take in a matter; a small-loop one is accepted and assigned at once, with its reason."""
    with desk.store.write(desk.actor) as tx:
        receipt = report_in(desk, tx, new)
        key = tx.read.key_of(receipt.incident.id) if receipt.incident else None
        return Done(tx.changed(), receipt.refusal, receipt.incident, key)


def report_in(desk: Desk, tx: Tx, new: Report) -> Receipt:
    """The same within a transaction that the caller holds."""
    lists = desk.lists.now(tx.read)
    now = desk.clock.now()
    at = new.at if new.at is not None else now
    place = place_of(lists, new)
    item = lists.items.get(new.item)
    severity = new.severity or (item.severity if item else UNLISTED_SEVERITY)
    routed = route(lists, item, place, new.source, severity, at)
    identity = desk.ids.fresh()
    town = lists.town_of(place)
    body = _body(desk, tx, new, place, town, at) | {
        "severity": severity,
        "loop": routed.decision.loop.value,
        **routed_body(routed),
    }
    if item:
        body |= {"item": item.id, "item_rev": item.rev, "category": item.category}
    if new.caller or new.phone:
        body["person"] = desk.ids.fresh()
        tx.keep_person(Person(body["person"], identity, new.caller, new.phone))
    scope = _scope(desk, lists, town)
    receipt = tx.append(Draft(OpKind.REPORT, identity, scope, at, body))
    if receipt.outcome is Outcome.REFUSED or routed.decision.loop is not Loop.SMALL or not routed.handler:
        return receipt
    if scope != town:
        return receipt  # the town that it goes to accepts it
    tx.append(Draft(OpKind.ACCEPT, identity, town, at, {"auto": True}))
    return tx.append(
        Draft(
            OpKind.ASSIGN, identity, town, at,
            {"assignment": desk.ids.fresh(), "handler": routed.handler, "lead": True, "auto": True},
        )
    )  # fmt: skip


def _scope(desk: Desk, lists: Lists, town: str) -> str:
    """The town's scope. A town's desk that is told of another town's matter takes it in its own scope, the
    only one it writes in; the hub moves it to where it belongs.
    """
    own = desk.centre.place
    return town if own == lists.district.id else own


def routed_body(routed: Routed) -> dict[str, Any]:
    """The decision and its deadlines as an op keeps them."""
    body: dict[str, Any] = {"decision": routed.decision.as_body() | {"to": routed.handler}}
    if due := routed.due.as_body():
        body["due"] = due
    if routed.due.note:
        body["due_note"] = routed.due.note
    return body


def place_of(lists: Lists, new: Report) -> str:
    """The smallest known place: as given, else by position, else the district."""
    if new.place in lists.places:
        here = lists.places[new.place]
        if here.level is Level.GRID or new.lon is None:
            return here.id
    if new.lon is not None and new.lat is not None:
        found = lists.locator.locate(new.lon, new.lat)
        if found:
            return found
    return new.place if new.place in lists.places else lists.district.id


def _body(desk: Desk, tx: Tx, new: Report, place: str, town: str, at: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "number": fresh_number(tx, desk.centre, at),
        "title": new.title,
        "detail": new.detail,
        "source": new.source,
        "place": place,
        "town": town,
    }
    if new.lon is not None and new.lat is not None:
        body |= {"lon": new.lon, "lat": new.lat}
    if new.ref:
        body["ref"] = new.ref
    return body
