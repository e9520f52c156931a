"""Demonstration data: eight days of a district's work up to now, made by the program's own use cases.

The same seed, lists and instant give the same store. Nothing here is a record of a real person or matter.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.domain.assignment import AssignmentState
from app.domain.candidates import candidates
from app.domain.incident import Loop, State
from app.domain.op import OpKind
from app.domain.place import Level
from app.domain.sla import DAY, HOUR, MINUTE, UTC_OFFSET
from app.ports.ledger import Draft
from app.services.intake import Report, report_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from app.domain.geo import Point
    from app.domain.incident import Incident
    from app.ports.ledger import Tx
    from app.services.desk import Desk
    from app.services.lists import Lists

DAYS = 8
PER_DAY = 236
# Share of a day's arrivals in each hour, from midnight: quiet nights, a morning and an afternoon peak.
HOURLY = (2, 1, 1, 1, 1, 2, 4, 7, 11, 14, 15, 13, 9, 9, 12, 12, 11, 10, 9, 8, 7, 5, 4, 3)
SOURCES = (("hotline", 38), ("resident", 22), ("patrol", 18), ("grid", 10), ("sensor", 7), ("video", 5))
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"


@dataclass(frozen=True, slots=True)
class Phrase:
    """How a matter of an item is told; ``{road}``, ``{no}`` and ``{village}`` are filled in."""

    item: str
    title: str
    detail: str


class Demonstration:
    """Makes the store's content; ``now`` is the instant up to which the story has come."""

    def __init__(self, desk: Desk, resources: Path, now: int, seed: int = 510113) -> None:
        self._desk = desk
        self._now = now
        self._chance = random.Random(seed)  # noqa: S311 - a story, not a secret
        with desk.store.reading() as read:
            self._lists = desk.lists.now(read)
        folder = resources / "demo"
        self._phrases = phrases(resources)
        self._roads: dict[str, list[str]] = {}
        for r in _rows(folder / "roads.csv"):
            self._roads.setdefault(r["town"], []).append(r["name"])
        self._grids = [p for p in self._lists.places.values() if p.level is Level.GRID]
        self._weights = [_busy(self._lists, p.id) for p in self._grids]
        self._load: dict[str, int] = {}

    def make(self) -> int:
        """Tell the whole story in one transaction; the number of incidents made."""
        times = sorted(self._arrivals())
        with self._desk.store.write(self._desk.actor) as tx:
            for at in times:
                self._one(tx, at)
        return len(times)

    def _arrivals(self) -> list[int]:
        today = (self._now + UTC_OFFSET) // DAY * DAY - UTC_OFFSET
        found = []
        for day in range(DAYS):
            start = today - day * DAY
            for hour in self._chance.choices(range(24), HOURLY, k=PER_DAY):
                at = start + hour * HOUR + self._chance.randrange(HOUR)
                if at < self._now - MINUTE:
                    found.append(at)
        return found

    def _one(self, tx: Tx, at: int) -> None:
        chance, lists = self._chance, self._lists
        phrase = chance.choice(self._phrases)
        grid = chance.choices(self._grids, self._weights)[0]
        position = _point_in(lists, grid.id, chance)
        village = lists.at_level(grid.id, Level.VILLAGE)
        road = chance.choice(self._roads.get(lists.town_of(grid.id)) or [lists.place_name(village)])
        named = {"road": road, "no": str(chance.randrange(1, 200)), "village": lists.place_name(village)}
        source = chance.choices([s for s, _ in SOURCES], [w for _, w in SOURCES])[0]
        called = source in {"hotline", "resident"}
        new = Report(
            title=filled(phrase.title, named),
            detail=filled(phrase.detail, named),
            source=source,
            item=phrase.item,
            place=grid.id,
            lon=round(position[0], 6),
            lat=round(position[1], 6),
            caller=chance.choice(FAMILY) + "某某" if called else "",
            phone=f"1380000{chance.randrange(10000):04d}" if called else "",
            at=at,
        )
        desk = replace(self._desk, clock=_Fixed(at))
        receipt = report_in(desk, tx, new)
        if receipt.incident is not None:
            _Course(self, tx, receipt.incident).run()

    def pick(self, incident: Incident) -> str:
        """Who gets it: mostly the best candidate."""
        position = (
            (incident.lon, incident.lat) if incident.lon is not None and incident.lat is not None else None
        )
        item = self._lists.items.get(incident.item)
        found = candidates(self._lists.units.values(), item, incident.town, position, self._load)
        return found[0 if self._chance.random() < 0.8 else 1].unit

    @property
    def chance(self) -> random.Random:
        """The story's dice."""
        return self._chance

    @property
    def now(self) -> int:
        """Where the story stops."""
        return self._now

    def fresh(self) -> str:
        """A new identity."""
        return self._desk.ids.fresh()


class _Course:
    """What becomes of one incident, step by step, until the story's end cuts it off."""

    def __init__(self, story: Demonstration, tx: Tx, incident: Incident) -> None:
        self._story, self._tx, self._incident = story, tx, incident
        self._at = incident.reported_at

    def run(self) -> None:
        chance, incident = self._story.chance, self._incident
        pace = chance.lognormvariate(0, 0.9)
        fresh = self._story.now - self._at < 75 * MINUTE
        if incident.state is State.REPORTED:
            if fresh and chance.random() < 0.45:
                return  # still in the queue: the shift is busy
            if chance.random() < 0.03:
                self._step(4, OpKind.DECLINE, {"reason": "经核实不属本区管辖，已告知来电人"})
                return
            if not self._step(1 + pace, OpKind.ACCEPT, {}):
                return
            if fresh and chance.random() < 0.3:
                return  # accepted, not dispatched yet
            if not self._assign(1 + 1.5 * pace, lead=True):
                return
            if incident.loop is Loop.BIG and chance.random() < 0.3:
                self._assign(2, lead=False)
        self._work(pace)

    def _work(self, pace: float) -> None:
        for a in self._active():
            if not self._step(1 + 2 * pace, OpKind.ACKNOWLEDGE, {"assignment": a}):
                return
        for a in self._active():
            if not self._step(6 + 6 * pace, OpKind.REPORT_IN, {"assignment": a}):
                return
        left = max(6.0, self._whole_course() - (self._at - self._incident.reported_at) / MINUTE)
        leads_last = sorted(self._active(), key=lambda a: a == self._lead())
        for a in leads_last:
            done = {"assignment": a, "result": "已处置完毕，现场恢复"}
            if not self._step(left / len(leads_last), OpKind.HANDLE, done):
                return
        if self._step(20 + 15 * pace, OpKind.VERIFY, {"passed": True, "how": "photo"}) and self._step(
            2, OpKind.CLOSE, {"result": "处置完毕，已回访"}
        ):
            self._rate()

    def _whole_course(self) -> float:
        """Minutes from report to handled: hours mostly, within the limit but for one in twenty-five."""
        chance, due = self._story.chance, self._incident.resolve_due
        limit = (due - self._incident.reported_at) / MINUTE if due else 1440.0
        if chance.random() < 0.04:
            return limit * chance.uniform(1.02, 1.5)
        return min(chance.lognormvariate(5.3, 1.1), limit * chance.uniform(0.5, 0.97))

    def _rate(self) -> None:
        if self._story.chance.random() < 0.4:
            score = self._story.chance.choices((5, 4, 3, 2), (60, 28, 8, 4))[0]
            self._step(60, OpKind.RATE, {"score": score, "text": ""})

    def _assign(self, minutes: float, *, lead: bool) -> bool:
        handler = self._story.pick(self._incident)
        if any(a.handler == handler and a.active for a in self._incident.assignments):
            return True
        body = {"assignment": self._story.fresh(), "handler": handler, "lead": lead}
        return self._step(minutes, OpKind.ASSIGN, body)

    def _active(self) -> list[str]:
        return [a.id for a in self._incident.assignments if a.active]

    def _lead(self) -> str:
        lead = self._incident.lead
        return lead.id if lead and lead.state is not AssignmentState.DONE else ""

    def _step(self, minutes: float, kind: OpKind, body: Mapping[str, Any]) -> bool:
        """Let the minutes pass and do it; False where the story ends before."""
        self._at += round(minutes * MINUTE)
        if self._at >= self._story.now:
            return False
        incident = self._incident
        receipt = self._tx.append(Draft(kind, incident.id, incident.scope, self._at, body))
        self._incident = receipt.incident or incident
        return receipt.refusal is None


class _Fixed:
    def __init__(self, at: int) -> None:
        self._at = at

    def now(self) -> int:
        return self._at


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def phrases(resources: Path) -> list[Phrase]:
    """Every phrase that is shipped."""
    return [Phrase(r["item_id"], r["title"], r["detail"]) for r in _rows(resources / "demo" / "phrases.csv")]


def filled(text: str, named: Mapping[str, str]) -> str:
    """The text with its names in their places."""
    for name, value in named.items():
        text = text.replace("{" + name + "}", value)
    return text


def _busy(lists: Lists, grid: str) -> float:
    """Towns with a built-up centre report more."""
    share = {"510113002": 4.0, "510113003": 2.2, "510113104": 2.0, "510113102": 1.6, "510113108": 1.3}
    return share.get(lists.town_of(grid), 1.0)


def _point_in(lists: Lists, grid: str, chance: random.Random) -> Point:
    """A point inside the grid: by throwing darts at its box, its seat where none hits."""
    place = lists.places[grid]
    ring: Sequence[Point] = place.polygons[0][0]
    lons, lats = [p[0] for p in ring], [p[1] for p in ring]
    for _ in range(12):
        point = (chance.uniform(min(lons), max(lons)), chance.uniform(min(lats), max(lats)))
        if lists.locator.locate(*point) == grid:
            return point
    return place.seat
