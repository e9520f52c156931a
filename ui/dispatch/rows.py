"""Work orders and candidates as rows: words, shape and colour of each; Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.assignment import AssignmentState
from app.domain.incident import State, allowed
from app.domain.op import OpKind
from app.services import spell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.assignment import Assignment
    from app.domain.candidates import Candidate
    from app.services.dossier import Dossier
    from app.services.words import Words

FEW_CANDIDATES = 4
FEWER_CANDIDATES = 3
NO_TIME = "—"


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A work order. ``mark``: dot, chevron, tick, alarm or end; ``ended`` rows are greyed.

    ``asked`` and ``arrived`` are clock times or a dash; ``alarm`` tints the row.
    """

    id: str
    lead: bool
    badge: str
    name: str
    asked: str
    arrived: str
    stands: str
    mark: str
    ink: str
    ended: bool
    alarm: bool
    tip: str

    @property
    def spoken(self) -> str:
        """The row in one line, for screen readers."""
        return f"{self.badge} {self.name} {self.stands}"


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A candidate; ``index`` from 1 is its key. ``minutes`` and ``distance`` are empty where unknown."""

    unit: str
    index: int
    name: str
    reasons: str
    shortfalls: str
    minutes: str
    distance: str

    @property
    def spoken(self) -> str:
        """The row in one line, for screen readers."""
        parts = (str(self.index), self.name, self.reasons, self.shortfalls, self.minutes, self.distance)
        return " ".join(part for part in parts if part)


def orders(dossier: Dossier, now: int, words: Words) -> tuple[OrderRow, ...]:
    """Every work order: the lead first, then who is still at it, then the ended ones."""
    ranked = sorted(
        dossier.incident.assignments, key=lambda a: (not a.active, not a.lead, a.whistle, a.offered_at, a.id)
    )
    return tuple(_order(a, dossier, now, words) for a in ranked)


def _order(a: Assignment, dossier: Dossier, now: int, words: Words) -> OrderRow:
    lang = words.lang
    stands, mark, ink, alarm = _stands(a, dossier, now, words)
    asked = words.say("op_done", "assign") + " " + spell.day_time(a.offered_at, lang, now)
    return OrderRow(
        id=a.id,
        lead=a.lead,
        badge=words.say("dispatch", "lead" if a.lead else "co"),
        name=dossier.lists.handler_name(a.handler, lang),
        asked=_short(a.acknowledged_at, now, lang),
        arrived=_short(a.arrived_at, now, lang),
        stands=stands,
        mark=mark,
        ink=ink,
        ended=not a.active,
        alarm=alarm,
        tip="\n".join(part for part in (asked, a.reason) if part),
    )


def _stands(a: Assignment, dossier: Dossier, now: int, words: Words) -> tuple[str, str, str, bool]:
    lang = words.lang
    if not a.active:
        done = a.state is AssignmentState.DONE
        return words.say("assignment", a.state), "tick" if done else "end", "ok" if done else "t3", False
    if a.state is AssignmentState.ARRIVED:
        since = a.arrived_at if a.arrived_at is not None else a.offered_at
        time = spell.duration(max(0, now - since), lang)
        return words.say("dispatch", "there_for", time=time), "tick", "ok", False
    if a.state is AssignmentState.ACKNOWLEDGED:
        since = a.acknowledged_at if a.acknowledged_at is not None else a.offered_at
        time = spell.duration(max(0, now - since), lang)
        return words.say("dispatch", "on_way_for", time=time), "chevron", "acc", False
    due = dossier.incident.respond_due
    if due is not None and now > max(due, a.offered_at) and dossier.incident.suspended_at is None:
        time = spell.duration(now - max(due, a.offered_at), lang)
        return words.say("whistle", "overdue", arg=time), "alarm", "crit", True
    time = spell.duration(max(0, now - a.offered_at), lang)
    return words.say("dispatch", "offered_for", time=time), "dot", "t2", False


def _short(at: int | None, now: int, lang: str) -> str:
    """A clock time, or the day where it was another one."""
    if at is None:
        return NO_TIME
    same = spell.day(at, lang) == spell.day(now, lang) and abs(now - at) < 2 * 86_400_000
    return spell.clock_time(at) if same else spell.day(at, lang)


def orders_note(dossier: Dossier, words: Words) -> str:
    """How many of those that were asked are on scene; empty for a single one."""
    asked = [a for a in dossier.incident.assignments if a.active or a.state is AssignmentState.DONE]
    if len(asked) < 2:
        return ""
    there = sum(a.arrived_at is not None for a in asked)
    return words.say("dispatch", "orders_note", arrived=there, all=len(asked))


def candidate_rows(dossier: Dossier, words: Words) -> tuple[CandidateRow, ...]:
    """The candidates, best first."""
    return tuple(_candidate(c, i, words) for i, c in enumerate(dossier.candidates, 1))


def _candidate(c: Candidate, index: int, words: Words) -> CandidateRow:
    reasons = " · ".join(words.say_coded("reason", code) for code in c.reasons)
    shortfalls = " · ".join(words.say_coded("shortfall", code) for code in c.shortfalls)
    minutes = words.say("ring", "minutes", n=c.minutes) if c.minutes is not None else NO_TIME
    distance = ""
    if c.metres is not None:
        distance = words.say("dispatch", "kilometres", n=f"{c.metres / 1000:.1f}")
    name = c.name if words.lang == "zh" else c.name_en
    return CandidateRow(c.unit, index, name, reasons, shortfalls, minutes, distance)


def candidates_note(candidates: Sequence[Candidate], words: Words) -> tuple[str, bool]:
    """What stands beside the head, and whether it is a warning: that nobody can act is said in words."""
    if not candidates:
        return words.say("dispatch", "none_left"), True
    if all({"no_power", "full"} & set(c.shortfalls) for c in candidates):
        return words.say("dispatch", "none_able"), True
    return words.say("dispatch", "candidates_note"), False


def acting(dossier: Dossier, chosen: str) -> Assignment | None:
    """The assignment that ops act on: the chosen one while it is active, else the lead, else the first."""
    active = [a for a in dossier.incident.assignments if a.active]
    picked = next((a for a in active if a.id == chosen), None)
    return picked or next((a for a in active if a.lead), None) or (active[0] if active else None)


def handling(dossier: Dossier, chosen: str) -> Assignment | None:
    """The assignment to be handled next: the chosen one, else co-handlers before the lead."""
    active = [a for a in dossier.incident.assignments if a.active]
    picked = next((a for a in active if a.id == chosen), None)
    return picked or next((a for a in active if not a.lead), None) or (active[0] if active else None)


def takes_candidates(dossier: Dossier) -> bool:
    """Whether someone can be sent in this state; a reported matter is accepted in the same act."""
    state = dossier.incident.state
    return state is State.REPORTED or allowed(state, OpKind.ASSIGN) is None
