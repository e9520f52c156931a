"""The dossier: all that the dispatch panel shows of one incident, gathered in one question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.candidates import Candidate, candidates
from app.domain.incident import legal_ops
from app.domain.rights import may
from app.domain.sla import DAY
from app.services.persons import why_not

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.incident import Incident
    from app.domain.op import OpKind
    from app.domain.rights import Role
    from app.ports.reader import Reader
    from app.ports.rows import TimelineRow
    from app.services.desk import Desk
    from app.services.lists import Lists

NEARBY_METRES = 150.0
NEARBY_DAYS = 90


@dataclass(frozen=True, slots=True)
class Dossier:
    """One incident with what surrounds it.

    ``decision`` is the routing decision in force (``app.domain.routing.Decision.as_body`` and ``to``), empty
    for a matter that was never routed. ``caller`` and ``phone`` are masked, ``may_show`` says whether this
    officer may be shown them (``app.services.persons``). ``nearby`` counts incidents
    within 150 m in 90 days, and those of them still open. ``legal`` lists the ops the state table allows to
    ``role``, who sits here (None at a desk that stands alone). ``unsent`` are the places of the timeline's
    ops that no hub has acknowledged.
    """

    key: int
    incident: Incident
    lists: Lists
    now: int
    caller: str
    phone: str
    nearby: tuple[int, int] | None
    decision: Mapping[str, Any]
    candidates: tuple[Candidate, ...]
    timeline: tuple[TimelineRow, ...]
    legal: tuple[OpKind, ...]
    may_show: bool = False
    role: Role | None = None
    unsent: frozenset[int] = frozenset()

    def permits(self, kind: str) -> bool:
        """Whether the role of who sits here may do such an op: the hub would refuse it otherwise."""
        return self.role is None or may(self.role, kind)


def dossier(desk: Desk, key: int) -> Dossier | None:
    """All that is shown of one incident; None where there is none with this key."""
    now = desk.clock.now()
    with desk.store.reading() as read:
        incident = read.incident_by_key(key)
        if incident is None:
            return None
        lists = desk.lists.now(read)
        timeline = tuple(read.timeline(incident.id))
        decision = _decision(timeline)
        caller, phone = _caller(read, incident)
        return Dossier(
            key=key,
            incident=incident,
            lists=lists,
            now=now,
            caller=caller,
            phone=phone,
            nearby=_nearby(read, incident, now),
            decision=decision,
            candidates=_candidates(read, incident, lists, str(decision.get("to", ""))),
            timeline=timeline,
            legal=tuple(op for op in legal_ops(incident.state) if desk.role is None or may(desk.role, op)),
            may_show=bool(caller or phone) and why_not(desk, incident) is None,
            role=desk.role,
            unsent=read.unsent_of(key) if read.cursors() else frozenset(),
        )


def _decision(timeline: tuple[TimelineRow, ...]) -> Mapping[str, Any]:
    decided = (
        row.body["decision"] for row in reversed(timeline) if "decision" in row.body and not row.refusal
    )
    return next(decided, {})


def _caller(read: Reader, incident: Incident) -> tuple[str, str]:
    person = read.person(incident.person) if incident.person else None
    return (masked_name(person.name), masked_phone(person.phone)) if person else ("", "")


def _nearby(read: Reader, incident: Incident, now: int) -> tuple[int, int] | None:
    if incident.lon is None or incident.lat is None:
        return None
    return read.nearby(incident.lon, incident.lat, NEARBY_METRES, now - NEARBY_DAYS * DAY)


def _candidates(read: Reader, incident: Incident, lists: Lists, suggested: str) -> tuple[Candidate, ...]:
    busy = {a.handler for a in incident.assignments if a.active}
    free = (unit for unit in lists.units.values() if unit.id not in busy)
    position = (incident.lon, incident.lat) if incident.lon is not None and incident.lat is not None else None
    load = read.handler_loads()
    return candidates(free, lists.items.get(incident.item), incident.town, position, load, suggested)


def masked_name(name: str) -> str:
    """``李**``: the family name alone."""
    return name[:1] + "**" if name else ""


def masked_phone(phone: str) -> str:
    """``138****2207``; a short number keeps its last two digits."""
    if len(phone) >= 11:
        return f"{phone[:3]}****{phone[-4:]}"
    return f"****{phone[-2:]}" if phone else ""
