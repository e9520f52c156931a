"""The incident, and the one table that says which op leads from which state to which (DESIGN §4).

Screens make their buttons and the manual its pages from ``TABLE``; ``app.domain.fold`` carries it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, NamedTuple

from app.domain.assignment import AssignmentState
from app.domain.errors import Refusal
from app.domain.op import HUB_OPS, INCIDENT_OPS, OpKind

if TYPE_CHECKING:
    from app.domain.assignment import Assignment


class State(StrEnum):
    """Where an incident stands."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    WORKING = "working"
    HANDLED = "handled"
    CLOSED = "closed"
    DECLINED = "declined"
    SUSPENDED = "suspended"
    MERGED = "merged"
    CANCELLED = "cancelled"


OPEN_STATES = (
    State.REPORTED, State.ACCEPTED, State.ASSIGNED, State.WORKING, State.HANDLED, State.SUSPENDED,
)  # fmt: skip


IN_HAND = (State.ACCEPTED, State.ASSIGNED, State.WORKING)


class Loop(StrEnum):
    """小循环: settled in the grid at once. 大循环: unified dispatch by a duty officer."""

    SMALL = "small"
    BIG = "big"


class Next(Enum):
    """Where the table leads when the state alone does not say it."""

    SAME = "same"  # the state stays
    BY_WORK = "by_work"  # accepted, assigned or working, as the assignments that are left say
    BEFORE = "before"  # the state it was in before it was merged


class ConflictKind(StrEnum):
    """What two people did without knowing of each other (DESIGN §5)."""

    DOUBLE_DISPATCH = "double_dispatch"
    UNIT_DOUBLE_BOOKED = "unit_double_booked"
    CLOSE_PROPOSED = "close_proposed"
    CLOSE_DIFFERS = "close_differs"
    EDITED_TWICE = "edited_twice"


@dataclass(frozen=True, slots=True)
class Conflict:
    """An open conflict. ``name`` is what a ``resolve`` op calls it; ``at`` and ``actor`` are the later op's.

    ``told`` by kind: the handlers (``double_dispatch``); handler, other incident, its number and its scope
    (``unit_double_booked``); the ending's kind and words (``close_proposed``), both endings'
    (``close_differs``: kind, words, kind, words); field, earlier and later value (``edited_twice``).
    """

    name: str
    kind: ConflictKind
    at: int
    actor: str
    told: tuple[str, ...] = ()


MOVING = "moving"
"""The concern of an incident's first mark between leaving one scope and coming into the next (``origin``)."""


class Mark(NamedTuple):
    """The last version at which an origin (``Origin.short``) touched a concern of an incident."""

    concern: str
    origin: str
    version: int


@dataclass(frozen=True, slots=True)
class Incident:
    """One matter in the queues, as the ops so far leave it. Instants are ms since 1970 UTC.

    ``place`` is the smallest known place, ``town`` its town (the district's id where it is not known),
    ``scope`` the one its ops are ordered in. ``person`` points to the caller, whose name and number are
    kept apart. ``ref`` is the source's own number (``boston311:101001242404``), unique where present.

    ``marks`` say which origin last did what at which version, so that ops made without knowing of each other
    are found alike everywhere; ``undone`` is what an ending would have to give back (``app.domain.endings``).
    """

    id: str
    scope: str
    number: str
    state: State
    title: str
    detail: str
    source: str
    place: str
    town: str
    severity: int
    loop: Loop
    reported_at: int
    item: str = ""
    item_rev: int = 0
    category: str = ""
    lon: float | None = None
    lat: float | None = None
    moved: bool = False
    person: str = ""
    ref: str = ""
    accept_due: int | None = None
    respond_due: int | None = None
    resolve_due: int | None = None
    due_note: str = ""
    accepted_at: int | None = None
    assigned_at: int | None = None
    responded_at: int | None = None
    handled_at: int | None = None
    closed_at: int | None = None
    suspended_at: int | None = None
    suspended_ms: int = 0
    before_merge: str = ""
    merged_into: str = ""
    verified: bool = False
    escalated: int = 0
    supervised: int = 0
    rework: int = 0
    returned: int = 0
    rating: int | None = None
    result: str = ""
    notes: int = 0
    evidence: int = 0
    conflicts: tuple[Conflict, ...] = ()
    marks: tuple[Mark, ...] = ()
    undone: tuple[str, ...] = ()
    version: int = 0
    changed_at: int = 0
    assignments: tuple[Assignment, ...] = ()

    @property
    def open(self) -> bool:
        """Whether someone still owes it something."""
        return self.state in OPEN_STATES

    @property
    def resolved_at(self) -> int | None:
        """The instant that stops the resolve clock: handled, or closed at the desk."""
        return self.handled_at if self.handled_at is not None else self.closed_at

    @property
    def on_time(self) -> bool | None:
        """Whether it was resolved within its limit; None while unresolved or without a limit."""
        if self.resolve_due is None or self.resolved_at is None:
            return None
        return self.resolved_at <= self.resolve_due

    @property
    def next_due(self) -> tuple[str, int] | None:
        """The clock that runs out first (``accept``, ``respond`` or ``resolve``) and its instant.

        None where no clock runs: handled, suspended, ended, or without a limit.
        """
        running: list[tuple[int, str]] = []
        if self.state is State.REPORTED and self.accept_due is not None:
            running.append((self.accept_due, "accept"))
        if self.state in IN_HAND and self.responded_at is None and self.respond_due is not None:
            running.append((self.respond_due, "respond"))
        if (self.state is State.REPORTED or self.state in IN_HAND) and self.resolve_due is not None:
            running.append((self.resolve_due, "resolve"))
        if not running:
            return None
        at, clock = min(running)
        return clock, at

    @property
    def lead(self) -> Assignment | None:
        """The lead that closes the matter: the one still at work, else the last that finished, else the last.

        One that returned its work order keeps its mark, but never comes before the heir that finished it.
        """
        leads = [a for a in self.assignments if a.lead]
        at_work = [a for a in leads if a.active]
        finished = [a for a in leads if a.state is AssignmentState.DONE]
        ranked = at_work or finished or leads
        return ranked[-1] if ranked else None


Cell = State | Next | Refusal

# One row an op, one column a state. A name is the state that follows; ``=`` stays, ``~`` as the assignments
# say (handled, once the lead is done), ``<`` as before the merge; ``.`` refuses for the state's usual reason,
# ``!code`` for another one.
_TABLE = """
op          reported  accepted      assigned              working               handled           suspended         closed  declined merged   cancelled
accept      accepted  !already_accepted !already_accepted !already_accepted     !already_accepted !already_accepted .       .        .        .
decline     declined  declined      !has_open_assignments !has_open_assignments .                 .                 .       .        .        .
classify    =         =             =                     =                     =                 =                 .       .        .        .
relocate    =         =             =                     =                     =                 =                 .       .        .        .
assign      .         assigned      ~                     ~                     .                 .                 .       .        .        .
acknowledge .         .             working               working               .                 .                 .       .        .        .
return      .         .             ~                     ~                     .                 .                 .       .        .        .
report_in   .         .             working               working               .                 .                 .       .        .        .
recall      .         .             ~                     ~                     .                 .                 .       .        .        .
note        =         =             =                     =                     =                 =                 =       =        =        =
attach      =         =             =                     =                     =                 =                 =       =        =        =
handle      .         .             ~                     ~                     .                 .                 .       .        .        .
verify      .         !not_handled  !not_handled          !not_handled          ~                 .                 .       .        .        .
close       .         closed        !not_handled          !not_handled          closed            .                 .       .        .        .
rate        !not_closed !not_closed !not_closed           !not_closed           !not_closed       !not_closed       =       .        .        .
reopen      !not_closed !not_closed !not_closed           !not_closed           !not_closed       !not_closed       accepted reported .       .
suspend     .         suspended     suspended             suspended             .                 .                 .       .        .        .
resume      !not_suspended !not_suspended !not_suspended  !not_suspended        !not_suspended    ~                 .       .        .        .
escalate    =         =             =                     =                     .                 =                 .       .        .        .
supervise   =         =             =                     =                     =                 =                 .       .        .        .
whistle     .         assigned      ~                     ~                     .                 .                 .       .        .        .
merge       merged    merged        !has_open_assignments !has_open_assignments .                 .                 .       .        .        .
unmerge     !not_merged !not_merged !not_merged           !not_merged           !not_merged       !not_merged       .       .        <        .
cancel      cancelled cancelled     cancelled             cancelled             .                 cancelled         .       .        .        .
resolve     =         =             =                     =                     =                 =                 =       =        =        =
show        =         =             =                     =                     =                 =                 .       .        .        .
flag        =         =             =                     =                     =                 =                 =       =        =        =
move_out    =         =             =                     =                     =                 =                 =       =        =        =
move_in     =         =             =                     =                     =                 =                 =       =        =        =
"""  # noqa: E501

_USUAL: dict[State, Refusal] = {
    State.REPORTED: Refusal.NOT_ACCEPTED,
    State.ACCEPTED: Refusal.NOT_ASSIGNED,
    State.HANDLED: Refusal.ALREADY_HANDLED,
    State.SUSPENDED: Refusal.IS_SUSPENDED,
    State.CLOSED: Refusal.IS_CLOSED,
    State.DECLINED: Refusal.IS_DECLINED,
    State.MERGED: Refusal.IS_MERGED,
    State.CANCELLED: Refusal.IS_CANCELLED,
}
_MARKS = {"=": Next.SAME, "~": Next.BY_WORK, "<": Next.BEFORE}


def _cell(state: State, text: str) -> Cell:
    if text == ".":
        return _USUAL[state]
    if text.startswith("!"):
        return Refusal(text[1:])
    return _MARKS.get(text) or State(text)


def _read_table() -> dict[OpKind, dict[State, Cell]]:
    head, *rows = (line.split() for line in _TABLE.strip().splitlines())
    states = [State(name) for name in head[1:]]
    table = {
        OpKind(kind): {s: _cell(s, text) for s, text in zip(states, cells, strict=True)}
        for kind, *cells in rows
    }
    # A report makes an incident; on one that exists it is always refused.
    table[OpKind.REPORT] = dict.fromkeys(State, Refusal.ALREADY_REPORTED)
    return table


TABLE = _read_table()


def allowed(state: State, kind: OpKind) -> Refusal | None:
    """Why the table refuses the op in this state; None where it lets it pass."""
    cell = TABLE[kind][state]
    return cell if isinstance(cell, Refusal) else None


def legal_ops(state: State) -> tuple[OpKind, ...]:
    """The ops that the table lets a person do in this state, in the table's order."""
    return tuple(k for k in INCIDENT_OPS if k not in HUB_OPS and allowed(state, k) is None)
