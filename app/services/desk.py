"""The desk: what a use case needs to do its work, handed to it as one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.errors import Refusal
from app.domain.ids import number, number_day
from app.domain.op import OpKind, Outcome
from app.ports.ledger import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.incident import Incident
    from app.domain.rights import Role
    from app.ports.clock import Clock, Ids
    from app.ports.ledger import Store, Tx
    from app.ports.rows import Changed
    from app.services.lists import ListsInForce


@dataclass(frozen=True, slots=True)
class Centre:
    """The node that owns this desktop: the district's (no sign) or one town's.

    ``place`` is its place's id; ``sign`` opens its incident numbers; ``letter`` tells a second desktop.
    """

    place: str
    sign: str = ""
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """One officer's desk. ``actor`` is the member's id in whose name ops are made.

    ``role`` is what the hub has made them; None at a desk that stands alone, where nobody has told.
    """

    store: Store
    clock: Clock
    ids: Ids
    lists: ListsInForce
    centre: Centre
    actor: str
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a command: the first refusal if any, what it touched, and the incident it was about."""

    changed: Changed
    refusal: Refusal | None = None
    incident: Incident | None = None
    key: int | None = None


def fresh_number(tx: Tx, centre: Centre, at: int) -> str:
    """The next incident number of this desktop for the day of ``at``."""
    return number(centre.sign, centre.letter, at, tx.next_count(number_day(centre.sign, centre.letter, at)))


Step = tuple[OpKind, "Mapping[str, Any]"]
Plan = Callable[["Tx", "Incident"], "Sequence[Step] | Refusal"]
"""Given the incident as it stands in this transaction: the ops to make, or why none."""


def act(desk: Desk, key: int, kind: OpKind, body: Mapping[str, Any] | None = None) -> Done:
    """One op on one incident, now."""
    steps: list[Step] = [(kind, body or {})]
    return act_planned(desk, key, lambda _tx, _incident: steps)


def act_planned(desk: Desk, key: int, plan: Plan) -> Done:
    """The planned ops on one incident in one transaction.

    Stops at the first refusal; that op is kept in the ledger with its reason, and the reason is told.
    """
    now = desk.clock.now()
    with desk.store.write(desk.actor) as tx:
        incident = tx.read.incident_by_key(key)
        if incident is None:
            return Done(tx.changed(), Refusal.UNKNOWN_INCIDENT)
        steps = plan(tx, incident)
        if isinstance(steps, Refusal):
            return Done(tx.changed(), steps, incident, key)
        for kind, body in steps:
            receipt = tx.append(Draft(kind, incident.id, incident.scope, now, body))
            incident = receipt.incident or incident
            if receipt.outcome is Outcome.REFUSED:
                return Done(tx.changed(), receipt.refusal, incident, key)
        return Done(tx.changed(), None, incident, key)
