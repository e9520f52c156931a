"""A demonstration's other half: a hub that has ordered all its work, other desks, and a line that broke.

What crosses is the link's own pages, taken by the store as from any hub; the same store and instant give
the same state. Nothing here is a record of a real person or matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.domain.incident import Loop
from app.domain.op import (
    GENESIS,
    HUB_DEVICE,
    HUB_OPS,
    Op,
    OpKind,
    Origin,
    Outcome,
    canonical_body,
    leaf_hash,
    link_hash,
)
from app.domain.place import Level
from app.domain.sla import DAY, HOUR, MINUTE
from app.ports.link import PULL_OPS, OrderedOp, PullPage, ScopeHead, SentOp
from app.ports.link_status import LinkStatus, ScopeStanding
from app.services import dispatch, follow_up, triage
from app.services.conflicts import as_it_is
from app.services.intake import Report, report
from app.tools.demo import filled, phrases

if TYPE_CHECKING:
    from pathlib import Path

    from app.domain.incident import Incident
    from app.ports.linked import LinkedStore
    from app.services.desk import Desk

EPOCH = "0" * 32
ELSEWHERE = Origin("demo-elsewhere", "1" * 32)
OTHER_ACTOR = "m-002"
HUB = "https://hub.qingbaijiang.example:8443"
CUT_FOR, DATA_AGE = 2 * DAY + 3 * HOUR + 13 * MINUTE, 2 * DAY + 3 * HOUR + 14 * MINUTE
RETRY = 42_000
MATTERS = 8


@dataclass
class _Scope:
    """A scope's order as the hub holds it."""

    name: str
    seq: int = 0
    chain: bytes = GENESIS

    def ordered(self, origin: Origin, op: SentOp, outcome: str, refusal: str) -> OrderedOp:
        """Give an op its place."""
        self.seq += 1
        return OrderedOp(
            self.seq, origin, op.n, op.kind, op.entity, op.at, op.made, op.actor, op.base, op.body, outcome,
            refusal,
        )  # fmt: skip

    def page(self, rows: list[OrderedOp]) -> PullPage:
        """A page of rows that were just ordered."""
        after = rows[0].seq - 1
        for row in rows:
            op = Op(
                row.origin, row.n, self.name, row.kind, row.entity, row.at, row.made, row.actor, row.base
            )  # fmt: skip
            self.chain = link_hash(self.chain, leaf_hash(row.seq, op, row.body, row.outcome, row.refusal))
        return PullPage(self.name, EPOCH, after, tuple(rows), (), len(rows), self.seq, self.chain)


@dataclass(frozen=True, slots=True)
class StillLine:
    """A line that stands as it is, for pictures (``app.ports.link_status.LinkWatch``)."""

    now: LinkStatus

    def status(self) -> LinkStatus:
        """Always the same."""
        return self.now

    def sync_now(self) -> None:
        """Nothing: there is no other end."""


class DemoLine:
    """The hub of one demonstration store."""

    def __init__(self, desk: Desk, store: LinkedStore, resources: Path, town: str) -> None:
        self._desk, self._store = desk, store
        self._n = self._steps = 0
        self.twice_dispatched = 0
        """The key of the incident that two desks dispatched."""
        lists = desk.lists.now()
        self._grids = sorted(
            (p for p in lists.places.values() if p.level is Level.GRID and lists.town_of(p.id) == town),
            key=lambda p: p.id,
        )
        big = [p for p in phrases(resources) if p.item in lists.items]
        self._phrases = [p for p in big if lists.items[p.item].loop is Loop.BIG]
        self._units = sorted(u.id for u in lists.units.values() if u.place == town)
        self._units += sorted(u.id for u in lists.units.values() if u.place == lists.district.id)
        self._scopes = {name: _Scope(name) for name in (lists.district.id, *(t.id for t in lists.towns))}

    def make(self) -> None:
        """Order everything, let another desk act on what this one acts on too, and break the line."""
        heads = [ScopeHead(name, EPOCH, 0, whole=True) for name in self._scopes]
        self._store.follow(heads, self._desk.clock.now())
        matters = [self._matter(i) for i in range(MATTERS)]
        for i in (4, 5):
            dispatch.assign(self._desk, self._key(matters[i]), self._units[4])
        for scope in self._scopes.values():
            self._confirm(scope)
        one, two, three, four, five, six, seven, eight = (self._now(m) for m in matters)
        self._refused(seven, "not_permitted")
        self._refused(eight, "moved_away")
        self.twice_dispatched = self._key(one)
        self._dispatched_twice(one)
        self._closed_beside_work(two)
        self._edited_twice(three)
        self._booked_twice(five, six)
        for matter in (four, five, six, one):
            follow_up.note(self._desk, self._key(matter), "已电话联系上报人")

    def mended(self) -> LinkStatus:
        """The line as it would stand today: up, and heard two seconds ago."""
        now = self._desk.clock.now()
        return replace(
            self.status(), online=True, trouble="", retry_at=None, since=now - HOUR, heard_at=now - 2000
        )

    def status(self) -> LinkStatus:
        """The line as it stands: down since the day before yesterday."""
        now, held = self._desk.clock.now(), self._store.link_state()
        oldest = now - CUT_FOR + 25 * MINUTE
        return LinkStatus(
            linked=True, online=False, since=now - CUT_FOR, heard_at=now - DATA_AGE, trouble="no_line",
            retry_at=now + RETRY, waiting=held.waiting, oldest=oldest, conflicts=held.conflicts,
            refused=held.refused, hub=HUB,
            scopes=tuple(ScopeStanding(m.scope, m.cursor, m.head) for m in held.scopes),
        )  # fmt: skip

    def _confirm(self, scope: _Scope, refusal: str = "") -> None:
        """The hub takes all that waits in a scope, or refuses it."""
        while (page := self._store.outbox(scope.name, PULL_OPS)) is not None:
            rows = []
            for op in page.ops:
                why = op.refusal or refusal
                outcome = Outcome.REFUSED if why else Outcome.APPLIED
                rows.append(scope.ordered(page.origin, op, outcome.value, why))
            self._store.acknowledge(scope.name, page.ops[-1].n)
            self._store.apply_page(scope.page(rows))

    def _matter(self, i: int) -> Incident:
        """A matter of the town, reported and accepted before the line broke."""
        phrase, grid = self._phrases[i * 3 % len(self._phrases)], self._grids[i * 5 % len(self._grids)]
        lists = self._desk.lists.now()
        village = lists.place_name(lists.at_level(grid.id, Level.VILLAGE))
        named = {"road": village, "no": str(7 + 11 * i), "village": village}
        at = self._desk.clock.now() - CUT_FOR - (MATTERS - i) * 21 * MINUTE
        desk = replace(self._desk, clock=_Fixed(at))
        made = report(
            desk,
            Report(
                filled(phrase.title, named), "hotline", filled(phrase.detail, named), phrase.item,
                place=grid.id, lon=grid.seat[0], lat=grid.seat[1], caller="刘某某", phone="13800000221",
            ),
        )  # fmt: skip
        assert made.key is not None
        done = triage.accept(desk, made.key)
        assert done.incident is not None
        return done.incident

    def _now(self, incident: Incident) -> Incident:
        with self._desk.store.reading() as read:
            found = read.incident(incident.id)
        assert found is not None
        return found

    def _key(self, incident: Incident) -> int:
        with self._desk.store.reading() as read:
            key = read.key_of(incident.id)
        assert key is not None
        return key

    def _theirs(self, incident: Incident, kind: OpKind, body: dict[str, Any]) -> None:
        """Somebody elsewhere acts on the incident as it stood before we did; the hub has theirs first."""
        self._n += 1
        hub = kind in HUB_OPS
        origin = Origin(f"{HUB_DEVICE}{incident.scope}", "2" * 32) if hub else ELSEWHERE
        at = self._desk.clock.now() - CUT_FOR + 40 * MINUTE
        text = canonical_body(body)
        actor = "hub" if hub else OTHER_ACTOR
        sent = SentOp(self._n, 0, kind, incident.id, at, at, actor, incident.version, text)
        scope = self._scopes[incident.scope]
        self._store.apply_page(scope.page([scope.ordered(origin, sent, Outcome.APPLIED.value, "")]))

    def _refused(self, incident: Incident, refusal: str) -> None:
        follow_up.suspend(self._earlier(), self._key(incident), "等待产权单位施工")
        self._confirm(self._scopes[incident.scope], refusal)

    def _dispatched_twice(self, incident: Incident) -> None:
        dispatch.assign(self._earlier(), self._key(incident), self._units[0])
        body = {"assignment": "d" * 32, "handler": self._units[1], "lead": True}
        self._theirs(incident, OpKind.ASSIGN, body)

    def _closed_beside_work(self, incident: Incident) -> None:
        follow_up.close(self._earlier(), self._key(incident), "电话答复，上报人认可")
        self._theirs(incident, OpKind.ASSIGN, {"assignment": "e" * 32, "handler": self._units[2]})

    def _edited_twice(self, incident: Incident) -> None:
        triage.classify(self._earlier(), self._key(incident), incident.item, 3)
        self._theirs(incident, OpKind.CLASSIFY, as_it_is(incident) | {"severity": 1})

    def _booked_twice(self, incident: Incident, other: Incident) -> None:
        handler = next(a.handler for a in incident.assignments if a.active)
        for one, two in ((incident, other), (other, incident)):
            told = [handler, two.id, two.number, two.scope]
            self._theirs(one, OpKind.FLAG, {"conflict": "unit_double_booked", "told": told})

    def _earlier(self) -> Desk:
        """The desk some while after the line broke."""
        self._steps += 1
        at = self._desk.clock.now() - CUT_FOR + self._steps * 25 * MINUTE
        return replace(self._desk, clock=_Fixed(at))


class _Fixed:
    def __init__(self, at: int) -> None:
        self._at = at

    def now(self) -> int:
        return self._at
