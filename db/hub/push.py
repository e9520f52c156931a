"""What a device hands up: a page of one origin's ops in one scope, ordered and decided (DESIGN §5)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.domain.errors import Refusal
from app.domain.op import HUB_DEVICE, HUB_OPS, Op, OpKind, Origin
from app.ports.link import LinkProblem, LinkTrouble, Pushed
from db.hub.copying import run
from db.hub.held_records import RECORD_OPS
from db.hub.rows import body_of
from db.hub.seats import last_n

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from app.ports.link import PushPage, SentOp
    from db.hub.database import Raw
    from db.hub.ordering import Ordering

    Permit = Callable[[str, str, str], Refusal | None]

_CONTROL = re.compile("[\x00-\x1f]")
_UNHASHABLE = re.compile("[\x00\x1f]")
_RELOCATE, _REPORT = OpKind.RELOCATE.value, OpKind.REPORT.value
_HUB_OPS = frozenset(kind.value for kind in HUB_OPS)
SERIOUS = frozenset({Refusal.NOT_PERMITTED, Refusal.UNKNOWN_ACTOR, Refusal.HUB_ONLY})

FIELD_REF = "field:"
"""How the references begin that the hub gives the reports it takes in itself: a sender's own names."""

Note = tuple[str, str, str, str, str]
"""A line of the audit: device, actor, what, code, detail."""


@dataclass(slots=True)
class Read:
    """An op of a page with its body read; None where that is no JSON object."""

    sent: SentOp
    body: dict[str, Any] | None


@dataclass(slots=True)
class PageWork:
    """A page read once, however often its transaction is begun anew."""

    page: PushPage
    read: tuple[Read, ...]
    scopes: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, page: PushPage) -> PageWork:
        """The page, checked for what no ledger can hold: ``LinkProblem(BAD_PAGE)``."""
        if page.origin.device.startswith(HUB_DEVICE):
            raise LinkProblem(LinkTrouble.FORBIDDEN, "an origin of the hub's own")
        if not page.ops:
            raise LinkProblem(LinkTrouble.BAD_PAGE, "an empty page")
        before = 0
        for op in page.ops:
            if op.n <= before or op.prev >= op.n:
                raise LinkProblem(LinkTrouble.BAD_PAGE, f"number {op.n} after {before}, {op.prev}")
            before = op.n
            check_texts(op.kind, op.entity, op.actor, op.refusal, op.body)
        for person in page.persons:
            check_texts(person.id, person.incident, "", "", "")
        work = cls(page, tuple(Read(op, body_of(op.body)) for op in page.ops), {page.scope})
        work.scopes |= towns((r.sent.kind, r.body) for r in work.read)
        return work


def check_texts(kind: str, entity: str, actor: str, refusal: str, body: str) -> None:
    """``LinkProblem(BAD_PAGE)`` where a text holds what would make the hash of two ops alike."""
    if _CONTROL.search(f"{kind}{entity}{actor}{refusal}") or _UNHASHABLE.search(body):
        raise LinkProblem(LinkTrouble.BAD_PAGE, f"control characters in {kind}")


def why_no_body(kind: str, body: dict[str, Any] | None) -> Refusal | None:
    """Why no device may say this: it cannot be read, or it takes a name by which the hub knows its own."""
    if body is None:
        return Refusal.MALFORMED
    ref = body.get("ref")
    if kind == _REPORT and isinstance(ref, str) and ref.startswith(FIELD_REF):
        return Refusal.HUB_ONLY
    return None


def towns(ops: Iterable[tuple[str, dict[str, Any] | None]]) -> set[str]:
    """The towns that reports and relocations name: their scopes may be needed."""
    named = [body.get("town") for kind, body in ops if kind in {_REPORT, _RELOCATE} and body is not None]
    return {town for town in named if isinstance(town, str) and town.isprintable()}


def origin_row(raw: Raw, origin: Origin) -> int:
    """The origin's id, its row locked: one origin's pages come in one at a time, in whatever scopes."""
    asked = (origin.device, origin.incarnation)
    select = "SELECT id FROM origin WHERE device = %s AND incarnation = %s FOR NO KEY UPDATE"
    row = run(raw, select, asked).fetchone()
    if row is None:
        raw.execute("INSERT INTO origin (device, incarnation) VALUES (%s, %s) ON CONFLICT DO NOTHING", asked)
        row = run(raw, select, asked).fetchone()
    assert row is not None
    return int(row[0])


class Rights:
    """Who may do what in one page: each (actor, kind) is asked once."""

    def __init__(self, permit: Permit, scope: str) -> None:
        self._permit = permit
        self._scope = scope
        self._known: dict[tuple[str, str], Refusal | None] = {}

    def why_not(self, actor: str, kind: str) -> Refusal | None:
        """Why the actor may not do it; None where it may."""
        name = (actor, kind)
        if name not in self._known:
            of_the_hub = Refusal.HUB_ONLY if kind in _HUB_OPS else None
            self._known[name] = of_the_hub or self._permit(actor, kind, self._scope)
        return self._known[name]


class PagePush:
    """One attempt to take a page. ``notes`` are for the audit."""

    def __init__(self, raw: Raw, work: PageWork, ordering: Ordering, origin: int, now: int) -> None:
        self._raw = raw
        self._page = work.page
        self._read = work.read
        self._ordering = ordering
        self._origin = origin
        self._now = now
        self.notes: list[Note] = []

    def take(self, permit: Permit) -> Pushed:
        """Take what is new. ``LinkProblem``: FORBIDDEN, EPOCH or GAP."""
        page = self._page
        seat = self._ordering.seats.get(page.scope)
        if seat is None:
            raise LinkProblem(LinkTrouble.FORBIDDEN, f"no scope {page.scope}")
        if seat.epoch != page.epoch:
            raise LinkProblem(LinkTrouble.EPOCH, seat.epoch)
        last = last_n(self._raw, page.scope, self._origin)
        known = self._known(last)
        foreign = self._elsewhere()
        new = [r for r in self._read if r.sent.n not in known]
        self._foresee(new)
        rights = Rights(permit, page.scope)
        acked, previous = page.ops[0].prev, last
        for i, read in enumerate(self._read):
            op = read.sent
            told = known.get(op.n)
            if op.n in foreign or (told is not None and told != _content(op)):
                return self._forked(i, acked)
            if op.n > last:
                if op.prev > previous:
                    raise LinkProblem(LinkTrouble.GAP, f"{op.n} after {op.prev}, known to {previous}")
                if op.prev < previous:
                    return self._forked(i, acked)
                previous = op.n
            if told is None:
                # Below the last one, yet not known: lost by a restore, after which others gave later ones.
                self._take(read, rights)
            acked = op.n
        self._keep_persons()
        return Pushed(acked, seat.head)

    def _take(self, read: Read, rights: Rights) -> None:
        sent, page = read.sent, self._page
        refusal = sent.refusal
        if not refusal:
            why = rights.why_not(sent.actor, sent.kind) or why_no_body(sent.kind, read.body)
            refusal = why or ""
            if why in SERIOUS:
                self._note(sent, "op", refusal)
        op = Op(
            page.origin, sent.n, page.scope, sent.kind, sent.entity, sent.at, sent.made, sent.actor,
            sent.base, read.body or {},
        )  # fmt: skip
        self._ordering.take(self._origin, op, sent.body, refusal)

    def _foresee(self, new: Sequence[Read]) -> None:
        """Load what the page touches by one statement each."""
        records = [r.body for r in new if r.sent.kind in RECORD_OPS and r.body is not None]
        if records:
            self._ordering.records.foresee(records)
        refs = [r.body.get("ref") for r in new if r.sent.kind == _REPORT and r.body is not None]
        self._ordering.incidents.foresee(
            (r.sent.entity for r in new if r.sent.kind not in RECORD_OPS),
            (ref for ref in refs if isinstance(ref, str) and ref.isprintable()),
        )

    def _known(self, last: int) -> dict[int, tuple[Any, ...]]:
        """What the hub has under those of the page's numbers that it knows in this scope."""
        told = [op.n for op in self._page.ops if op.n <= last]
        if not told:
            return {}
        rows = run(
            self._raw,
            "SELECT n, kind, entity, at, made, actor, base, body FROM op "
            "WHERE origin = %s AND scope = %s AND n = ANY(%s)",
            (self._origin, self._page.scope, told),
        )
        return {n: tuple(content) for n, *content in rows}

    def _elsewhere(self) -> frozenset[int]:
        """Those of the numbers that the origin has used in another scope: a clone of its disk did."""
        ops = self._page.ops
        rows = run(
            self._raw,
            "SELECT n FROM op WHERE origin = %s AND n BETWEEN %s AND %s AND scope <> %s",
            (self._origin, ops[0].n, ops[-1].n, self._page.scope),
        )
        return frozenset(n for (n,) in rows)

    def _forked(self, first: int, acked: int) -> Pushed:
        """From here on the page is another life's: keep it apart, and tell its author to make it again."""
        page = self._page
        apart = [read.sent for read in self._read[first:]]
        with self._raw.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO fork (scope, origin, n, digest, kind, entity, at, made, actor, base, body, "
                "refusal, received_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                [
                    (
                        page.scope, self._origin, o.n, _digest(o), *_content(o)[:6], o.body, o.refusal,
                        self._now,
                    )
                    for o in apart
                ],
            )  # fmt: skip
        self._note(apart[0], "fork", "forked")
        self._keep_persons()
        return Pushed(acked, self._ordering.seats[page.scope].head, tuple(o.n for o in apart))

    def _keep_persons(self) -> None:
        """Callers of the incidents that the page is about; of others a device has nothing to tell."""
        about = {op.entity for op in self._page.ops}
        for person in self._page.persons:
            if person.incident in about:
                self._ordering.keep_caller(self._page.scope, person)

    def _note(self, op: SentOp, what: str, code: str) -> None:
        detail = f"{self._page.scope} {op.n} {op.kind} {op.entity}"
        self.notes.append((self._page.origin.device, op.actor, what, code, detail))


def _content(op: SentOp) -> tuple[Any, ...]:
    """What an op says, without the hub's part: alike where a number is sent twice."""
    return op.kind, op.entity, op.at, op.made, op.actor, op.base, op.body


def _digest(op: SentOp) -> bytes:
    return hashlib.sha256("\x1f".join(map(str, _content(op))).encode("utf-8", "surrogatepass")).digest()


def write_notes(raw: Raw, notes: Sequence[Note], now: int) -> None:
    """Into the audit, in the transaction that they are about."""
    if notes:
        with raw.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO audit (at, device, actor, what, code, detail) VALUES (%s, %s, %s, %s, %s, %s)",
                [(now, *note) for note in notes],
            )
