"""What a decision says: the incident, the outcome, and where two intents clash an open conflict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from app.domain.endings import STATE_OF, ended_with, ending_words
from app.domain.fold_matter import touched
from app.domain.incident import Conflict, ConflictKind, Incident, State
from app.domain.marks import marked
from app.domain.op import Op, Outcome

if TYPE_CHECKING:
    from app.domain.errors import Refusal


class Decided(NamedTuple):
    """The incident after the op (as it was, where refused; None where there is none) and the outcome."""

    incident: Incident | None
    outcome: Outcome
    refusal: Refusal | None = None


def both(incident: Incident, op: Op) -> Decided:
    """The op asked for what is so already; it counts as done."""
    return Decided(marked(incident, touched(incident, op), op), Outcome.APPLIED)


def clash(incident: Incident, op: Op, kind: ConflictKind, *told: str) -> Decided:
    """The incident (one version on already) with an open conflict, in place of one that told as much."""
    field = f"-{told[0]}" if kind is ConflictKind.EDITED_TWICE else ""
    name = f"{kind.value}-{incident.version}{field}"
    if any(c.name == name for c in incident.conflicts):  # one op that is held back and goes on nevertheless
        name += "-2"
    found = Conflict(name, kind, op.at, op.actor, told)
    kept = tuple(c for c in incident.conflicts if not _told_by(c, found))
    return Decided(replace(incident, conflicts=(*kept, found)), Outcome.CONFLICT)


def _told_by(old: Conflict, new: Conflict) -> bool:
    """Whether the new conflict tells all that the old one does: more handlers, or the same words again."""
    if old.kind is not new.kind or old.kind is ConflictKind.EDITED_TWICE:
        return False
    if old.kind is ConflictKind.DOUBLE_DISPATCH:
        return set(old.told) <= set(new.told)
    closed_now = (State.CLOSED.value, *old.told[1:]) if old.told[:1] == (State.HANDLED.value,) else old.told
    return new.told in (old.told, closed_now)


def ended_twice(incident: Incident, op: Op) -> Decided:
    """Ended by two: the same, or in fewer words, is one; else the first stands provisionally."""
    state, words, first = STATE_OF[op.kind], ending_words(op), ended_with(incident)
    alike = state is incident.state or (state is State.HANDLED and incident.state is State.CLOSED)
    if alike and words in ("", first):
        return both(incident, op)
    after = marked(incident, touched(incident, op), op)
    told = (incident.state.value, first, state.value, words)
    return clash(after, op, ConflictKind.CLOSE_DIFFERS, *told)


def proposed(incident: Incident, op: Op) -> Decided:
    words = ending_words(op) or incident.result
    if not words:  # a closing says no more than the handling before it did, which may be a proposal itself
        said = [c.told[1] for c in incident.conflicts if c.kind is ConflictKind.CLOSE_PROPOSED and c.told[1:]]
        words = said[-1] if said else ""
    told = (STATE_OF[op.kind].value, words)
    return clash(marked(incident, touched(incident, op), op), op, ConflictKind.CLOSE_PROPOSED, *told)
