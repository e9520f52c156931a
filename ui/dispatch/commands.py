"""From an action to the use case that does it; Qt-free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.errors import Refusal
from app.domain.op import OpKind
from app.ports.rows import Changed
from app.services import conflicts, dispatch, follow_up, triage
from app.services.desk import Desk, Done, act_planned
from ui.dispatch.actions import VERIFY_FAILED, Action

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.domain.incident import Incident
    from app.ports.ledger import Tx
    from app.services.desk import Step


def command(action: Action, key: int, text: str = "", chosen: Sequence[str] = ()) -> Callable[[Desk], Done]:
    """The use case of an action on the incident ``key``; ``text`` and ``chosen`` as its form gave them."""
    target = action.target
    verbs: dict[str, Callable[[Desk], Done]] = {
        OpKind.ACCEPT: lambda desk: triage.accept(desk, key),
        OpKind.DECLINE: lambda desk: triage.decline(desk, key, text),
        OpKind.CANCEL: lambda desk: triage.cancel(desk, key, text),
        OpKind.MERGE: lambda desk: _merge(desk, key, text),
        OpKind.UNMERGE: lambda desk: triage.unmerge(desk, key),
        OpKind.ASSIGN: lambda desk: dispatch.assign(desk, key, target),
        OpKind.WHISTLE: lambda desk: dispatch.whistle(desk, key, chosen, text),
        OpKind.ACKNOWLEDGE: lambda desk: dispatch.acknowledge(desk, key, target),
        OpKind.REPORT_IN: lambda desk: dispatch.report_in(desk, key, target),
        OpKind.RETURN: lambda desk: dispatch.give_back(desk, key, target, text),
        OpKind.RECALL: lambda desk: dispatch.recall(desk, key, target, text),
        OpKind.ESCALATE: lambda desk: dispatch.escalate(desk, key, text),
        OpKind.SUPERVISE: lambda desk: dispatch.supervise(desk, key, text),
        OpKind.HANDLE: lambda desk: follow_up.handle(desk, key, target, text),
        OpKind.VERIFY: lambda desk: follow_up.verify(desk, key, passed=True),
        VERIFY_FAILED: lambda desk: follow_up.verify(desk, key, passed=False, reason=text),
        OpKind.CLOSE: lambda desk: follow_up.close(desk, key, text),
        OpKind.REOPEN: lambda desk: follow_up.reopen(desk, key, text),
        OpKind.SUSPEND: lambda desk: follow_up.suspend(desk, key, text),
        OpKind.RESUME: lambda desk: follow_up.resume(desk, key),
        OpKind.NOTE: lambda desk: follow_up.note(desk, key, text),
        OpKind.RELOCATE: lambda desk: _relocate(desk, key, chosen[0]),
        OpKind.RESOLVE: lambda desk: conflicts.settle(desk, key, target, action.choice, text),
    }
    return verbs[action.op]


def _merge(desk: Desk, key: int, number: str) -> Done:
    """The officer names the main incident by its number, as it is read on the phone."""
    with desk.store.reading() as read:
        into = read.find_number(number.strip())
    if into is None:
        return Done(Changed(0), Refusal.UNKNOWN_INCIDENT, None, key)
    return triage.merge(desk, key, into)


def _relocate(desk: Desk, key: int, place: str) -> Done:
    """To the seat of the place that the officer names; from the map it would be the very spot."""

    def plan(tx: Tx, incident: Incident) -> Sequence[Step] | Refusal:
        lists = desk.lists.now(tx.read)
        found = lists.places.get(place)
        if found is None:
            return Refusal.UNKNOWN_RECORD
        return [(OpKind.RELOCATE, triage.relocate_body(lists, incident, place, *found.seat))]

    return act_planned(desk, key, plan)
