"""Acts of people in the field on an incident: the desktop's own use cases, within the hub's transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from app.domain.errors import MalformedOp, Refusal
from app.domain.op import HUB_OPS, INCIDENT_OPS, OpKind
from app.domain.rights import Role
from app.hub.field_body import ActBody
from app.hub.field_jobs import Answer, Job, reaches, refused
from app.hub.permit import permitted
from app.ports.accounts import Account
from app.ports.rows import Person
from app.services import desk as desks
from app.services import dispatch, follow_up, persons, triage
from app.services.desk import Done
from db.hub.incidents import acts_of
from db.hub.ordering import ScopeNotHeld

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from app.domain.incident import Incident
    from app.services.desk import Desk
    from app.services.lists import Lists
    from db.hub.askers import Asking
    from db.hub.database import Raw
    from db.hub.desk import DeskTx

_KINDS = {k.value: k for k in INCIDENT_OPS if k not in HUB_OPS and k is not OpKind.REPORT}
_BY_HANDLER = frozenset({OpKind.ACKNOWLEDGE, OpKind.REPORT_IN, OpKind.HANDLE, OpKind.RETURN})
SENT = frozenset({Role.GRID_MEMBER, Role.DEPARTMENT_OFFICER})
"""Who is sent: they see and do their own work orders, and their unit's."""

_GIVES = frozenset({OpKind.ASSIGN, OpKind.WHISTLE, OpKind.RESOLVE})
KEY = 0
"""Use cases name an incident by its key; a request has but one (``db.hub.desk.DeskReader``)."""


class Within:
    """``app.ports.ledger.Store`` as far as an act needs it: its one transaction is the batch's."""

    def __init__(self, tx: DeskTx) -> None:
        self._tx = tx

    @contextmanager
    def write(self, actor: str) -> Iterator[DeskTx]:
        """The batch's transaction, which already acts for this actor."""
        del actor
        yield self._tx


def act(raw: Raw, tx: DeskTx, desk: Desk, job: Job, who: Asking, say: Callable[[Refusal], str]) -> Answer:
    """Do it, or why not. ``ScopeNotHeld`` where the incident has moved meanwhile: the batch begins anew."""
    body = job.body
    assert isinstance(body, ActBody)
    tx.serve(who.actor, "", body.incident)
    incident = tx.read.incident(body.incident)
    if incident is None or not reaches(who, incident.scope):
        return refused(404, Refusal.UNKNOWN_INCIDENT, say(Refusal.UNKNOWN_INCIDENT), who)
    lists = desk.lists.now()
    why = _why_not(lists, incident, body, who)
    if why is not None:
        return refused(403 if why is Refusal.NOT_PERMITTED else 409, why, say(why), who)
    if not tx.holds(incident.scope):
        raise ScopeNotHeld(incident.scope)
    tx.serve(who.actor, incident.scope, incident.id)
    name, kind = job.name_of(who), _KINDS[body.kind]
    if name and _is_done(raw, incident, kind, name, who):
        return Answer(200, _told(incident), who)
    try:
        done = _done(desk, kind, body.body | ({"ref": name} if name else {}))
    except MalformedOp:
        return refused(409, Refusal.MALFORMED, say(Refusal.MALFORMED), who)
    if isinstance(done, Person):
        caller = {"name": done.name, "phone": done.phone}
        return Answer(200, _told(incident) | {"caller": caller}, who)
    if done.refusal is not None:
        return refused(409, done.refusal, say(done.refusal), who)
    tx.gave_to_units = tx.gave_to_units or kind in _GIVES
    return Answer(200, _told(done.incident or incident), who)


def own_handlers(lists: Lists, user: str) -> tuple[str, ...]:
    """Under which names a member is given work: their own, and their unit's."""
    member = lists.members.get(user)
    return (user, member.unit) if member is not None and member.unit else (user,)


def _why_not(lists: Lists, incident: Incident, body: ActBody, who: Asking) -> Refusal | None:
    if body.kind not in _KINDS:
        return Refusal.UNKNOWN_OP
    if who.role is None:
        return Refusal.NOT_PERMITTED
    account = Account(who.user, "", who.role, who.scopes)
    why = permitted(account, who.scopes, body.kind, incident.scope, lists.district.id)
    if why is not None or who.role not in SENT or body.kind not in _BY_HANDLER:
        return why
    mine = own_handlers(lists, who.user)
    wanted = body.body.get("assignment")
    theirs = next((a.handler for a in incident.assignments if wanted in (a.id, *a.also)), None)
    return None if theirs is None or theirs in mine else Refusal.NOT_PERMITTED


def _is_done(raw: Raw, incident: Incident, kind: OpKind, name: str, who: Asking) -> bool:
    """Whether the sender has done this before under the same name and did not hear so."""
    import json

    return any(
        told == kind and not refusal and json.loads(text).get("ref") == name
        for told, text, refusal in acts_of(raw, incident.scope, incident.id, who.actor)
    )


def _done(desk: Desk, kind: OpKind, body: Mapping[str, Any]) -> Done | Person:
    if kind is OpKind.SHOW:
        shown = persons.show(desk, KEY)
        return shown if isinstance(shown, Person) else Done(_nothing(desk), shown)
    use_case = _USE_CASES.get(kind)
    return desks.act(desk, KEY, kind, body) if use_case is None else use_case(desk, body)


def _nothing(desk: Desk) -> Any:
    with desk.store.write(desk.actor) as tx:
        return tx.changed()


def _assign(desk: Desk, body: Mapping[str, Any]) -> Done:
    return dispatch.assign(desk, KEY, _text(body, "handler"), lead=body.get("lead") is True)


def _whistle(desk: Desk, body: Mapping[str, Any]) -> Done:
    handlers, lists = body.get("handlers"), desk.lists.now()
    if not isinstance(handlers, list) or not handlers or not all(isinstance(h, str) for h in handlers):
        raise MalformedOp("whistle: handlers")
    if any(h not in lists.units and h not in lists.members for h in handlers):
        return Done(_nothing(desk), Refusal.UNKNOWN_RECORD)
    return dispatch.whistle(desk, KEY, handlers, _text(body, "reason"))


def _classify(desk: Desk, body: Mapping[str, Any]) -> Done:
    severity = body.get("severity")
    if severity is not None and severity not in (1, 2, 3, 4):
        raise MalformedOp("classify: severity")
    return triage.classify(desk, KEY, _text(body, "item"), severity)


def _relocate(desk: Desk, body: Mapping[str, Any]) -> Done:
    lon, lat = body.get("lon"), body.get("lat")
    if not isinstance(lon, int | float) or not isinstance(lat, int | float):
        raise MalformedOp("relocate: lon, lat")
    if abs(lon) > 180 or abs(lat) > 90:
        raise MalformedOp("relocate: lon, lat")
    return triage.relocate(desk, KEY, float(lon), float(lat))


def _reopen(desk: Desk, body: Mapping[str, Any]) -> Done:
    return follow_up.reopen(desk, KEY, _text(body, "reason"))


def _resume(desk: Desk, body: Mapping[str, Any]) -> Done:
    del body
    return follow_up.resume(desk, KEY)


_USE_CASES: dict[OpKind, Callable[[Desk, Mapping[str, Any]], Done]] = {
    OpKind.ASSIGN: _assign, OpKind.WHISTLE: _whistle, OpKind.CLASSIFY: _classify,
    OpKind.RELOCATE: _relocate, OpKind.REOPEN: _reopen, OpKind.RESUME: _resume,
}  # fmt: skip
"""Ops whose body is made from the lists in force; what the sender says of it is not taken on trust."""


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedOp(name)
    return value


def _told(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id, "number": incident.number, "scope": incident.scope,
        "state": incident.state.value, "version": incident.version,
    }  # fmt: skip
