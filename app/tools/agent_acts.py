"""What an agent can be told to do on an incident or a record, each by the service a desktop uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.assignment import AssignmentState
from app.domain.errors import Refusal
from app.domain.op import OpKind, Outcome
from app.services import conflicts, dispatch, follow_up, intake, triage
from app.services.desk import Desk, Done, Step, act_planned
from app.services.lists import put_draft, retire_draft

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.domain.incident import Incident
    from app.ports.ledger import Tx

REPORT_FIELDS = ("title", "source", "detail", "item", "place", "caller", "phone", "ref")


def report(desk: Desk, told: Mapping[str, Any]) -> Done:
    """Take in a matter."""
    texts = {name: str(told[name]) for name in REPORT_FIELDS if told.get(name)}
    texts = {"title": "", "source": "patrol"} | texts
    new = intake.Report(
        **texts, severity=told.get("severity"), lon=told.get("lon"), lat=told.get("lat"), at=told.get("at")
    )
    return intake.report(desk, new)


def put(desk: Desk, told: Mapping[str, Any]) -> Done:
    """Put a record in force, or (without a ``record``) take it out."""
    scope = str(told.get("scope") or desk.lists.now().district.id)
    kind, identity, now = str(told["kind"]), str(told["id"]), desk.clock.now()
    record = told.get("record")
    with desk.store.write(desk.actor) as tx:
        draft = (
            retire_draft(kind, identity, scope, now) if record is None
            else put_draft(kind, identity, scope, now, record)
        )  # fmt: skip
        receipt = tx.append(draft)
        return Done(tx.changed(), receipt.refusal if receipt.outcome is Outcome.REFUSED else None)


def _assign(desk: Desk, key: int, told: Mapping[str, Any]) -> Done:
    return dispatch.assign(desk, key, str(told["handler"]), lead=bool(told.get("lead")))


def _whistle(desk: Desk, key: int, told: Mapping[str, Any]) -> Done:
    return dispatch.whistle(desk, key, list(told["handlers"]), _reason(told))


def _classify(desk: Desk, key: int, told: Mapping[str, Any]) -> Done:
    with desk.store.reading() as read:
        incident = read.incident_by_key(key)
    items = desk.lists.now().items
    item = told.get("item") or (incident.item if incident else "") or next(iter(items), "")
    return triage.classify(desk, key, str(item), told.get("severity"))


def _relocate(desk: Desk, key: int, told: Mapping[str, Any]) -> Done:
    if told.get("lon") is not None and told.get("lat") is not None:
        return triage.relocate(desk, key, float(told["lon"]), float(told["lat"]))

    def plan(tx: Tx, incident: Incident) -> Sequence[Step] | Refusal:
        lists = desk.lists.now(tx.read)
        place = str(told["place"])
        if place not in lists.places:
            return Refusal.UNKNOWN_RECORD
        return [(OpKind.RELOCATE, triage.relocate_body(lists, incident, place, None, None))]

    return act_planned(desk, key, plan)


def _resolve(desk: Desk, key: int, told: Mapping[str, Any]) -> Done:
    with desk.store.reading() as read:
        incident = read.incident_by_key(key)
        changed = read.changes_after(read.state().head)
    found = incident.conflicts if incident else ()
    name = told.get("conflict") or (found[0].name if found else "")
    conflict = conflicts.open_conflict(incident, str(name)) if incident else None
    if incident is None or conflict is None:
        return Done(changed, Refusal.NO_CONFLICT, incident, key)
    choice = told.get("choice") or conflicts.choices(incident, conflict)[0]
    return conflicts.settle(desk, key, conflict.name, str(choice), _reason(told))


def _reason(told: Mapping[str, Any]) -> str:
    return str(told.get("reason", ""))


def _on_order(
    do: Callable[[Desk, int, str], Done], wanted: tuple[AssignmentState, ...]
) -> Callable[[Desk, int, Mapping[str, Any]], Done]:
    """The act on the work order that ``assignment`` names, else the handler's, else the first that fits."""

    def done(desk: Desk, key: int, told: Mapping[str, Any]) -> Done:
        with desk.store.reading() as read:
            incident = read.incident_by_key(key)
        orders = [a for a in (incident.assignments if incident else ()) if a.active]
        orders = [a for a in orders if a.handler == told.get("handler")] or orders
        orders = [a for a in orders if a.state in wanted] or orders
        return do(desk, key, str(told.get("assignment") or (orders[0].id if orders else "")))

    return done


_ANY = (AssignmentState.ARRIVED, AssignmentState.ACKNOWLEDGED, AssignmentState.OFFERED)


def _handle(desk: Desk, key: int, told: Mapping[str, Any]) -> Done:
    result = str(told.get("result", ""))
    return _on_order(lambda d, k, name: follow_up.handle(d, k, name, result), _ANY)(desk, key, told)


def _return(desk: Desk, key: int, told: Mapping[str, Any]) -> Done:
    return _on_order(lambda d, k, name: dispatch.give_back(d, k, name, _reason(told)), _ANY)(desk, key, told)


def _recall(desk: Desk, key: int, told: Mapping[str, Any]) -> Done:
    return _on_order(lambda d, k, name: dispatch.recall(d, k, name, _reason(told)), _ANY)(desk, key, told)


_arrive = _on_order(dispatch.report_in, (AssignmentState.ACKNOWLEDGED, AssignmentState.OFFERED))

ACTS: dict[str, Callable[[Desk, int, Mapping[str, Any]], Done]] = {
    "accept": lambda desk, key, _told: triage.accept(desk, key),
    "decline": lambda desk, key, told: triage.decline(desk, key, _reason(told)),
    "cancel": lambda desk, key, told: triage.cancel(desk, key, _reason(told)),
    "classify": _classify,
    "relocate": _relocate,
    "assign": _assign,
    "whistle": _whistle,
    "acknowledge": _on_order(dispatch.acknowledge, (AssignmentState.OFFERED,)),
    "report_in": _arrive,
    "arrive": _arrive,
    "return": _return,
    "recall": _recall,
    "handle": _handle,
    "verify": lambda desk, key, told: follow_up.verify(
        desk, key, passed=bool(told.get("passed", True)), reason=_reason(told)
    ),
    "close": lambda desk, key, told: follow_up.close(desk, key, str(told.get("result", ""))),
    "rate": lambda desk, key, told: follow_up.rate(desk, key, int(told["score"]), str(told.get("text", ""))),
    "reopen": lambda desk, key, told: follow_up.reopen(desk, key, _reason(told)),
    "suspend": lambda desk, key, told: follow_up.suspend(desk, key, _reason(told)),
    "resume": lambda desk, key, _told: follow_up.resume(desk, key),
    "note": lambda desk, key, told: follow_up.note(desk, key, str(told.get("text", ""))),
    "escalate": lambda desk, key, told: dispatch.escalate(desk, key, _reason(told)),
    "supervise": lambda desk, key, told: dispatch.supervise(desk, key, _reason(told)),
    "resolve": _resolve,
}
"""By name: acts on the incident that ``incident`` names by its identity or number."""
