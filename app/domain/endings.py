"""How an incident ends, and what an ending gives back where someone went on with the matter meanwhile.

``Incident.undone`` begins with the state before the ending. For ``handled`` the rest is what that one would
give back in its turn; else the ids of the assignments that ended with it follow, after the instant of the
suspension where the matter was suspended.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.assignment import Assignment, AssignmentState
from app.domain.fold_matter import work_state
from app.domain.incident import Incident, State
from app.domain.op import Op, OpKind, is_text

if TYPE_CHECKING:
    from collections.abc import Iterator

STATE_OF: dict[str, State] = {
    OpKind.HANDLE: State.HANDLED, OpKind.CLOSE: State.CLOSED, OpKind.CANCEL: State.CANCELLED,
    OpKind.DECLINE: State.DECLINED, OpKind.MERGE: State.MERGED,
}  # fmt: skip

_WORDS_IN: dict[str, str] = {
    OpKind.HANDLE: "result", OpKind.CLOSE: "result", OpKind.CANCEL: "reason", OpKind.DECLINE: "reason",
    OpKind.MERGE: "into",
}  # fmt: skip

ENDED = frozenset(STATE_OF.values())
"""States in which nobody works on the matter any more; ``handled`` waits for its check."""

OVER = ENDED - {State.HANDLED}


def ending_words(op: Op) -> str:
    """An ending's result, reason or main incident; empty where it has none."""
    value = op.body.get(_WORDS_IN[op.kind])
    return str(value) if value and is_text(value) else ""


def ended_with(incident: Incident) -> str:
    """The same, of an incident that has ended."""
    return incident.merged_into or incident.result


def undo_of(before: Incident, after: Incident) -> tuple[str, ...]:
    """What the ending that led from ``before`` to ``after`` would have to give back."""
    if after.state not in ENDED:
        return ()
    if before.state is State.HANDLED:
        return (before.state.value, *before.undone)
    at_work = {a.id for a in before.assignments if a.active}
    ended = [a.id for a in after.assignments if a.id in at_work and not a.active]
    since = [str(before.suspended_at)] if before.state is State.SUSPENDED else []
    return (before.state.value, *since, *ended)


def stages(incident: Incident) -> Iterator[Incident]:
    """The incident as it was before its ending; then, where that was ``handled``, as before that."""
    undone = incident.undone
    while undone:
        was, rest = undone[0], undone[1:]
        if was == State.HANDLED.value:
            yield replace(incident, state=State.HANDLED, closed_at=None, undone=rest)
            undone = rest
            continue
        yield _going_on(incident, was, rest)
        return


def _going_on(incident: Incident, was: str, rest: tuple[str, ...]) -> Incident:
    since = _instant(rest[0]) if was == State.SUSPENDED.value and rest else None
    back = tuple(_given_back(a) if a.id in rest and not a.active else a for a in incident.assignments)
    before = replace(
        incident, assignments=back, suspended_at=since, closed_at=None, handled_at=None, verified=False,
        result="", merged_into="", before_merge="", undone=(),
    )  # fmt: skip
    if since is not None:
        return replace(before, state=State.SUSPENDED)
    return replace(before, state=State.REPORTED if was == State.REPORTED.value else work_state(before))


def _given_back(a: Assignment) -> Assignment:
    state = AssignmentState.OFFERED
    if a.acknowledged_at is not None:
        state = AssignmentState.ACKNOWLEDGED
    if a.arrived_at is not None:
        state = AssignmentState.ARRIVED
    return replace(a, state=state, ended_at=None, reason="")


def _instant(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
