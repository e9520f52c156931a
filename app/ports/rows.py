"""The rows that questions return: frozen, made off the GUI thread, safe to hand across threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.incident import Conflict


class Queue(StrEnum):
    """The desktop's queues."""

    WAITING = "waiting"  # 待受理: reported
    TO_ASSIGN = "to_assign"  # 待派单: accepted
    WORKING = "working"  # 处置中: assigned, working
    TO_VERIFY = "to_verify"  # 待核查: handled
    OVERDUE = "overdue"  # 超时: open, and the running clock has passed
    SUSPENDED = "suspended"  # 挂账
    CLOSED = "closed"  # 已结案
    ALL = "all"  # 全部


class Sort(StrEnum):
    """What a queue may be sorted by."""

    DUE = "due"
    REPORTED = "reported"
    SEVERITY = "severity"
    PLACE = "place"  # by town, then by place
    SOURCE = "source"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """A window of a queue: rows ``offset`` to ``offset + limit``. Empty filters ask for nothing.

    ``text`` is searched in title, detail and number; two Chinese characters are enough.
    ``now`` decides what is overdue.
    """

    queue: Queue
    now: int
    sort: Sort = Sort.DUE
    descending: bool = False
    offset: int = 0
    limit: int = 60
    towns: tuple[str, ...] = ()
    severities: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    loop: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of a queue. ``due_clock`` is accept, respond or resolve, with its instant ``due_at``.

    ``lead`` is the lead handler's id with its assignment's state; ``active`` and ``arrived`` count
    assignments.
    """

    key: int
    id: str
    number: str
    title: str
    severity: int
    state: str
    loop: str
    place: str
    town: str
    source: str
    category: str
    reported_at: int
    closed_at: int | None
    due_clock: str
    due_at: int | None
    limit_from: int
    on_time: bool | None
    lead: str
    lead_state: str
    active: int
    arrived: int
    conflicts: int
    supervised: int
    rework: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The rows from ``offset`` on."""

    offset: int
    rows: tuple[QueueRow, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many incidents each queue holds."""

    of: Mapping[Queue, int]


class PointMark(StrEnum):
    """How an incident is marked on the map."""

    NORMAL = "normal"
    OVERDUE = "overdue"
    WAITING = "waiting"


class LivePoint(NamedTuple):
    """An open incident on the map; degrees WGS-84. A tuple: tens of thousands are made at a time."""

    key: int
    lon: float
    lat: float
    severity: int
    mark: PointMark


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One op of an incident with its outcome."""

    seq: int
    kind: str
    at: int
    made: int
    actor: str
    body: Mapping[str, Any]
    outcome: str
    refusal: str


class SumRow(NamedTuple):
    """A kept sum (``app.domain.kpi``). A tuple: a page of figures is made from tens of thousands."""

    measure: str
    town: str
    bucket: int
    n: int


@dataclass(frozen=True, slots=True)
class OpenAge:
    """Open incidents of a town by age: up to 1 h, 4 h, 24 h, longer; and how many of all are overdue."""

    town: str
    ages: tuple[int, int, int, int]
    overdue: int


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record of the district's or a town's lists. ``rev`` is when its put was made, in ms."""

    kind: str
    id: str
    rev: int
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LedgerState:
    """``waiting`` counts own ops that no hub has acknowledged."""

    head: int
    waiting: int
    device: str
    incarnation: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What a stretch of the ledger touched, and who asked for it (a view's token; empty: from outside)."""

    head: int
    incidents: frozenset[int] = frozenset()
    records: frozenset[str] = frozenset()
    everything: bool = False
    asked_by: str = ""


@dataclass(frozen=True, slots=True)
class ImportMark:
    """How far an import has come; written in the transaction that holds its rows.

    ``job`` names file and mapping; ``line`` is the last line taken, ``offset`` the byte after it.
    """

    job: str
    line: int
    offset: int
    taken: int
    known: int
    rejected: int
    done: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A caller, kept apart from the ledger so that it can be masked and removed."""

    id: str
    incident: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """An open conflict with the incident it is about."""

    key: int
    number: str
    title: str
    severity: int
    place: str
    conflict: Conflict


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """An own op that the hub refused. ``n`` is its number in its origin, ``seq`` its place in this ledger.

    ``key`` is None, ``number`` and ``title`` are empty where the op is not on an incident that is here.
    ``seen``: its author has been told (``Tx.see_refused``).
    """

    seq: int
    n: int
    kind: str
    at: int
    actor: str
    body: Mapping[str, Any]
    refusal: str
    key: int | None
    number: str
    title: str
    seen: bool


@dataclass(frozen=True, slots=True)
class UnsentRow:
    """An own op that no hub has acknowledged; ``seq`` is its place in this ledger.

    ``key`` is None, ``number`` and ``title`` are empty where the op is not on an incident that is here.
    """

    seq: int
    kind: str
    at: int
    actor: str
    body: Mapping[str, Any]
    key: int | None
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class MovedRow:
    """An incident that was here and is in another scope now, which this store does not hold."""

    id: str
    number: str
    to: str
    at: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong first: an ``altered``, ``dropped`` or ``moved`` row, or a wrong ``projection``.

    ``n`` is the op's own number in its origin (0 where no op is named), ``where`` says the rest.
    """

    what: str
    where: str
    n: int = 0
