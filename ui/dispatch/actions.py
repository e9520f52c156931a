"""What can be done now: made from the state table, the next step first, each with its key; Qt-free."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from app.domain.assignment import ASSIGNMENT_TABLE, AssignmentState
from app.domain.errors import Refusal
from app.domain.incident import State, allowed
from app.domain.op import OpKind
from ui.dispatch.rows import acting, handling

if TYPE_CHECKING:
    from app.domain.assignment import Assignment
    from app.services.dossier import Dossier
    from app.services.words import Words

VERIFY_FAILED: Final = "verify_failed"
"""The other half of 核查: back to the lead, with a reason."""

KEYS: Final[dict[str, str]] = {
    OpKind.ACCEPT: "A", OpKind.ASSIGN: "G", OpKind.ACKNOWLEDGE: "Y", OpKind.REPORT_IN: "I",
    OpKind.HANDLE: "H", OpKind.VERIFY: "V", VERIFY_FAILED: "Shift+V", OpKind.CLOSE: "C",
    OpKind.DECLINE: "D", OpKind.SUPERVISE: "S", OpKind.ESCALATE: "E", OpKind.SUSPEND: "P",
    OpKind.RESUME: "R", OpKind.REOPEN: "R", OpKind.RETURN: "T", OpKind.RECALL: "X", OpKind.NOTE: "M",
    OpKind.CANCEL: "Z", OpKind.WHISTLE: "U", OpKind.MERGE: "B", OpKind.UNMERGE: "B",
    OpKind.RELOCATE: "Q",
}  # fmt: skip
"""Op → key. Two ops may share one where no state allows both."""

ENTER: Final = frozenset({OpKind.ACCEPT, OpKind.ASSIGN, OpKind.HANDLE, OpKind.RESUME})
"""Enter does these when they are next. It never speaks for a handler (应答), ends a matter or reopens one."""

_ON_ORDERS = frozenset(ASSIGNMENT_TABLE)
_NEED_WORDS = frozenset({
    OpKind.DECLINE, OpKind.SUSPEND, OpKind.RETURN, OpKind.RECALL, OpKind.ESCALATE, OpKind.SUPERVISE,
    OpKind.CANCEL, OpKind.REOPEN, OpKind.NOTE, OpKind.HANDLE, OpKind.MERGE, VERIFY_FAILED,
})  # fmt: skip

_CHOOSES: Final = {OpKind.WHISTLE: "departments", OpKind.RELOCATE: "place"}

_NEXT: Final[dict[State, tuple[str, ...]]] = {
    State.REPORTED: (OpKind.ACCEPT,),
    State.ACCEPTED: (OpKind.ASSIGN, OpKind.WHISTLE),
    State.ASSIGNED: (OpKind.ACKNOWLEDGE, OpKind.HANDLE),
    State.WORKING: (OpKind.HANDLE,),
    State.HANDLED: (OpKind.VERIFY, OpKind.CLOSE),
    State.SUSPENDED: (OpKind.RESUME,),
    State.CLOSED: (OpKind.REOPEN,),
    State.DECLINED: (OpKind.REOPEN,),
    State.MERGED: (OpKind.UNMERGE,),
}
_THEN: Final[tuple[str, ...]] = (
    OpKind.ASSIGN, VERIFY_FAILED, OpKind.REPORT_IN, OpKind.ACKNOWLEDGE, OpKind.HANDLE, OpKind.WHISTLE,
    OpKind.SUPERVISE, OpKind.NOTE, OpKind.DECLINE, OpKind.ESCALATE, OpKind.SUSPEND, OpKind.RECALL,
    OpKind.CLOSE, OpKind.RETURN, OpKind.VERIFY, OpKind.RELOCATE, OpKind.MERGE, OpKind.CANCEL,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Action:
    """A thing that can be done. ``needs``: nothing, ``words``, ``departments`` or ``place``, asked for first.

    ``target`` is the assignment it acts on, the unit to be sent or the conflict to settle (with ``choice``);
    ``off`` says why it cannot be done now.
    """

    op: str
    words: str
    key: str
    needs: str = ""
    target: str = ""
    who: str = ""
    off: str = ""
    primary: bool = False
    choice: str = ""

    @property
    def cap(self) -> str:
        """What the key's cap says: Enter where Enter does it as well."""
        return "Enter" if self.primary and self.op == OpKind.ASSIGN else self.key


def actions(dossier: Dossier, candidate: int, order: str, words: Words) -> tuple[Action, ...]:
    """What the table lets pass in this state; the first is what comes next, and the only primary one.

    ``candidate`` counts from 0; ``order`` is the chosen assignment's id, empty where none was chosen.
    """
    made: list[Action] = []
    state = dossier.incident.state
    for op in (*_NEXT.get(state, ()), *_THEN):
        if any(action.op == op for action in made):
            continue
        action = _action(op, dossier, candidate, order, words)
        if action is not None:
            made.append(action)
    first = next((a for a in made if not a.off and a.op in _NEXT.get(state, ())), None)
    if first is None:
        return tuple(made)
    rest = [a for a in made if a is not first]
    return (replace(first, primary=True), *rest)


def _action(op: str, dossier: Dossier, candidate: int, order: str, words: Words) -> Action | None:
    state = dossier.incident.state
    kind = OpKind.VERIFY if op == VERIFY_FAILED else OpKind(op)
    if not dossier.permits(kind):
        return None
    if kind is OpKind.ASSIGN:
        return _assign(dossier, candidate, words)
    if allowed(state, kind) is not None or _pointless(op, dossier):
        return None
    if kind in _ON_ORDERS:
        return _on_order(kind, dossier, order, words)
    needs = "words" if op in _NEED_WORDS else _CHOOSES.get(kind, "")
    said = _said(op, words)
    if kind is OpKind.CLOSE and not dossier.incident.result:
        needs, said = "words", words.say("act", "settle")
    return Action(op, said, KEYS[op], needs)


def _said(op: str, words: Words) -> str:
    own = {OpKind.VERIFY, VERIFY_FAILED, OpKind.ACKNOWLEDGE, OpKind.REPORT_IN}
    return words.say("act", op) if op in own else words.say("op", op)


def _pointless(op: str, dossier: Dossier) -> bool:
    """What the table lets pass but would change nothing, or is refused for another reason than the state."""
    incident = dossier.incident
    if op == OpKind.VERIFY:
        return incident.verified
    if op == OpKind.CLOSE and incident.state is State.HANDLED:
        return not incident.verified
    return False


def _assign(dossier: Dossier, candidate: int, words: Words) -> Action | None:
    state = dossier.incident.state
    # Assigning a reported matter accepts it in the same act (app.services.dispatch.assign).
    if state is not State.REPORTED and allowed(state, OpKind.ASSIGN) is not None:
        return None
    more = "assign_more" if any(a.active for a in dossier.incident.assignments) else "assign"
    said = words.say("act", more, n=candidate + 1)
    if not 0 <= candidate < len(dossier.candidates):
        return Action(OpKind.ASSIGN, words.say("op", "assign"), "G", off=words.say("act", "no_candidate"))
    chosen = dossier.candidates[candidate]
    who = chosen.name if words.lang == "zh" else chosen.name_en
    return Action(OpKind.ASSIGN, said, "G", target=chosen.unit, who=who)


def _on_order(kind: OpKind, dossier: Dossier, chosen: str, words: Words) -> Action | None:
    target = _target(kind, dossier, chosen)
    if target is None:
        return None
    off = ""
    if kind is OpKind.HANDLE and target.lead and _others_open(dossier, target):
        off = words.say("refusal", Refusal.CO_HANDLERS_OPEN)
    needs = "words" if kind in _NEED_WORDS else ""
    who = dossier.lists.handler_name(target.handler, words.lang)
    return Action(kind, _said(kind, words), KEYS[kind], needs, target.id, who, off)


def _target(kind: OpKind, dossier: Dossier, chosen: str) -> Assignment | None:
    """The assignment that the op acts on: the chosen one where its state allows it, else the first fit."""
    table = ASSIGNMENT_TABLE[kind]
    active = [a for a in dossier.incident.assignments if a.active]
    fit = [a for a in active if isinstance(table[a.state], AssignmentState)]
    if kind is OpKind.HANDLE:
        return handling(dossier, chosen)
    if kind is OpKind.RECALL and not any(a.id == chosen for a in active):
        return max(fit, key=lambda a: a.offered_at, default=None)  # undo takes back what was given last
    if kind in {OpKind.ACKNOWLEDGE, OpKind.REPORT_IN} and not any(a.id == chosen for a in active):
        return next((a for a in fit if a.lead), fit[0] if fit else None)
    picked = acting(dossier, chosen)
    return picked if picked in fit else None


def _others_open(dossier: Dossier, lead: Assignment) -> bool:
    return any(a.active and a.id != lead.id for a in dossier.incident.assignments)


def phrases(op: str, words: Words) -> tuple[str, ...]:
    """The usual things to say for an op, in the order of their digits."""
    group = f"say_{'verify' if op == VERIFY_FAILED else op}"
    return tuple(words.say(group, code) for code in words.codes(group))


def asked(action: Action, dossier: Dossier, words: Words) -> tuple[str, str]:
    """What the form asks, and what it warns of: a recall says what it can no longer take back."""
    op = "verify" if action.op == VERIFY_FAILED else action.op
    warning = ""
    if action.op == OpKind.RECALL:
        order = next((a for a in dossier.incident.assignments if a.id == action.target), None)
        warning = words.say("recall", order.state) if order is not None and order.active else ""
    return words.say("ask", op), warning
