"""Callers' particulars: shown in full only while the matter is open, to a role that handles it, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.errors import Refusal
from app.domain.incident import allowed
from app.domain.op import OpKind, Outcome
from app.domain.rights import may
from app.ports.ledger import Draft

if TYPE_CHECKING:
    from app.domain.incident import Incident
    from app.ports.rows import Person
    from app.services.desk import Desk


def show(desk: Desk, key: int) -> Person | Refusal:
    """The caller in full, with the ``show`` op that says who has seen it; nothing is shown untold.

    Where it may not be shown no op is made: ``NOT_PERMITTED`` for the role, the state's own refusal once the
    matter is closed, ``UNKNOWN_RECORD`` where no caller is known or the particulars were removed.
    """
    with desk.store.write(desk.actor) as tx:
        incident = tx.read.incident_by_key(key)
        if incident is None:
            return Refusal.UNKNOWN_INCIDENT
        refusal = why_not(desk, incident)
        person = tx.read.person(incident.person) if incident.person else None
        if refusal is not None or person is None:
            return refusal or Refusal.UNKNOWN_RECORD
        body = {"person": person.id}
        receipt = tx.append(Draft(OpKind.SHOW, incident.id, incident.scope, desk.clock.now(), body))
        if receipt.outcome is Outcome.REFUSED:
            return receipt.refusal or Refusal.MALFORMED
        return person


def why_not(desk: Desk, incident: Incident) -> Refusal | None:
    """Why the caller may not be shown here now; None where it may."""
    if not incident.person:
        return Refusal.UNKNOWN_RECORD
    if desk.role is not None and not may(desk.role, OpKind.SHOW):
        return Refusal.NOT_PERMITTED
    return allowed(incident.state, OpKind.SHOW)
