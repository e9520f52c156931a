"""What the field's routes answer: values, and their description in the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.moving import as_body
from app.hub.described import COUNT, TEXT, whole
from app.services.dossier import masked_name, masked_phone

if TYPE_CHECKING:
    from app.domain.incident import Incident
    from app.ports.rows import Person

_INSTANT: dict[str, Any] = {"type": "integer"}
_MAYBE: dict[str, Any] = {"type": ["integer", "null"]}
_FLAG: dict[str, Any] = {"type": "boolean"}

TAKEN = whole(id=TEXT, number=TEXT, scope=TEXT)
ACTED = whole(id=TEXT, number=TEXT, scope=TEXT, state=TEXT, version=COUNT)
LISTED = whole(
    rows={
        "type": "array",
        "items": whole(
            id=TEXT, number=TEXT, scope=TEXT, state=TEXT, title=TEXT, town=TEXT, place=TEXT, category=TEXT,
            severity=COUNT, source=TEXT, loop=TEXT, reported_at=_INSTANT, due_at=_MAYBE, closed_at=_MAYBE,
            conflicts=COUNT,
        ),
    },
    total=COUNT,
    more=_FLAG,
)  # fmt: skip
INCIDENT: dict[str, Any] = {
    "type": "object",
    "properties": {"id": TEXT, "number": TEXT, "scope": TEXT, "state": TEXT, "title": TEXT},
    "required": ["id", "number", "scope", "state"],
}
ORDERS = whole(
    rows={
        "type": "array",
        "items": whole(
            assignment=TEXT, handler=TEXT, state=TEXT, lead=_FLAG, offered_at=_INSTANT, incident=TEXT,
            number=TEXT, title=TEXT, detail=TEXT, place=TEXT, severity=COUNT, due_at=_MAYBE,
        ),
    }
)  # fmt: skip

_INNER = frozenset({"marks", "undone", "person", "ref"})


def detail_of(incident: Incident, caller: Person | None) -> dict[str, Any]:
    """An incident whole, without what only the ledger needs; the caller's name and number masked."""
    told = {name: value for name, value in as_body(incident).items() if name not in _INNER}
    due = incident.next_due
    told |= {"due_at": due[1] if due else None}
    if caller is not None:
        told["caller"] = {"name": masked_name(caller.name), "phone": masked_phone(caller.phone)}
    return told


def order_of(incident: Incident, assignment: str) -> dict[str, Any]:
    """One work order with what its handler needs to know of the incident."""
    order = next(a for a in incident.assignments if a.id == assignment)
    due = incident.next_due
    return {
        "assignment": order.id, "handler": order.handler, "state": order.state.value, "lead": order.lead,
        "offered_at": order.offered_at, "incident": incident.id, "number": incident.number,
        "title": incident.title, "detail": incident.detail, "place": incident.place, "lon": incident.lon,
        "lat": incident.lat, "severity": incident.severity, "due_at": due[1] if due else None,
        "version": incident.version,
    }  # fmt: skip
