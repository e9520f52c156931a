"""Made matters for the measuring store: two years of a district's work, the same for the same seed.

One in 25 is still open, newer ones more often: at a million that is 40,000, a month's arrivals. Closed
matters older than a fortnight have the ops that an import brings (report, accept, close); open ones and
those of the last fortnight were worked on step by step. Nothing here is a record of a real person or matter.
"""

from __future__ import annotations

import csv
import random
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from app.domain.incident import State
from app.domain.op import OpKind
from app.domain.place import Level
from app.domain.sla import DAY, HOUR, MINUTE, UTC_OFFSET
from app.ports.ledger import Draft
from app.services.take_in import SourceRecord, drafts_of
from app.tools.demo import FAMILY, HOURLY, SOURCES

if TYPE_CHECKING:
    from pathlib import Path

    from app.domain.geo import Point
    from app.domain.place import Place
    from app.ports.ledger import Tx
    from app.services.desk import Desk
    from app.services.lists import Lists

PER_DAY = 1_370
LONGEST_DAYS, SHORTEST_DAYS = 730, 8
OPEN_SHARE = 0.04
WORKED_DAYS = 14
SPOTS = 30
"""Positions thrown beforehand in each second-level grid; a matter lies within two metres of one."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    item: str
    title: str
    detail: str


class Calendar:
    """When the i-th of so many matters comes in: evenly by day, by the hours of a working day within it."""

    def __init__(self, rows: int, until: int) -> None:
        self.days = min(LONGEST_DAYS, max(SHORTEST_DAYS, rows / PER_DAY))
        self._rows = rows
        self._midnight = (until + UTC_OFFSET) // DAY * DAY - UTC_OFFSET
        self._sums = [0, *accumulate(HOURLY)]
        whole, rest = divmod(until - self._midnight, HOUR)
        self._today = (self._sums[whole] + HOURLY[whole] * rest / HOUR) / self._sums[-1]

    def at(self, index: int) -> int:
        """The instant; grows with the index."""
        left = (1 - (index + 0.5) / self._rows) * self.days  # days of arrivals until the end
        back = self._today - left
        day = int(back // 1)
        share = (back - day) * self._sums[-1]
        hour = min(23, bisect_right(self._sums, share) - 1)
        within = (share - self._sums[hour]) / HOURLY[hour]
        return self._midnight + day * DAY + hour * HOUR + int(within * HOUR)


class Matters:
    """Makes the matters of one store; ``until`` is the instant up to which the story has come."""

    def __init__(self, desk: Desk, resources: Path, rows: int, until: int) -> None:
        with desk.store.reading() as read:
            self._lists = desk.lists.now(read)
        self._desk, self._until = desk, until
        self._calendar = Calendar(rows, until)
        with (resources / "demo" / "phrases.csv").open(encoding="utf-8", newline="") as file:
            self._phrases = [_Phrase(r["item_id"], r["title"], r["detail"]) for r in csv.DictReader(file)]
        self._roads: dict[str, list[str]] = {}
        with (resources / "demo" / "roads.csv").open(encoding="utf-8", newline="") as file:
            for r in csv.DictReader(file):
                self._roads.setdefault(r["town"], []).append(r["name"])
        self._grids = [p for p in self._lists.places.values() if p.level is Level.GRID]
        chance = random.Random(510113)  # noqa: S311 - a story, not a secret
        self._weights = list(accumulate(chance.lognormvariate(0, 0.8) for _ in self._grids))
        self._spots = [_spots(self._lists, grid, chance) for grid in self._grids]
        units: dict[str, list[str]] = {}
        for unit in self._lists.units.values():
            units.setdefault(self._lists.town_of(unit.place), []).append(unit.id)
        self._units = units
        self._any_unit = sorted(self._lists.units)

    @property
    def days(self) -> float:
        """How many days the matters are spread over."""
        return self._calendar.days

    def drafts(self, tx: Tx, first: int, last: int) -> list[Draft]:
        """The ops of the matters from ``first`` up to, but not with, ``last``."""
        chance = random.Random(first)  # noqa: S311 - a story, not a secret
        made: list[Draft] = []
        for index in range(first, last):
            at = self._calendar.at(index)
            still_open = chance.random() < self._open(at)
            worked = still_open or self._until - at < WORKED_DAYS * DAY
            record = self._record(chance, index, at, closed=not (still_open or worked))
            drafts = drafts_of(self._desk, tx, self._lists, record)
            if worked:
                drafts += self._course(chance, drafts[0], still_open=still_open)
            made += drafts
        return made

    def _open(self, at: int) -> float:
        """How likely a matter of this age is open still: two in a thousand for ever, new ones nearly all."""
        age = (self._until - at) / DAY
        fade = (OPEN_SHARE - 0.002) * self._calendar.days
        return float(0.002 + 0.998 * 2.0 ** (-age / (fade * 0.693)))

    def _record(self, chance: random.Random, index: int, at: int, *, closed: bool) -> SourceRecord:
        phrase = chance.choice(self._phrases)
        g = bisect_right(self._weights, chance.random() * self._weights[-1])
        grid = self._grids[min(g, len(self._grids) - 1)]
        lon, lat = chance.choice(self._spots[min(g, len(self._grids) - 1)])
        lists = self._lists
        village = lists.place_name(lists.at_level(grid.id, Level.VILLAGE))
        road = chance.choice(self._roads.get(lists.town_of(grid.id)) or [village])
        named = {"road": road, "no": str(chance.randrange(1, 200)), "village": village}
        source = chance.choices([s for s, _ in SOURCES], [w for _, w in SOURCES])[0]
        item = lists.items.get(phrase.item)
        whole = (item.resolve.minutes or item.resolve.days * 3 * 1440 or 1440) if item else 1440
        due = at + whole * MINUTE
        called = not closed and source in {"hotline", "resident"}
        return SourceRecord(
            ref=f"bench:{index}", title=_filled(phrase.title, named), detail=_filled(phrase.detail, named),
            source=source, reported_at=at, item=phrase.item, place=grid.id,
            lon=round(lon + chance.uniform(-2e-5, 2e-5), 6), lat=round(lat + chance.uniform(-2e-5, 2e-5), 6),
            resolve_due=due, state=State.CLOSED if closed else State.REPORTED,
            closed_at=at + round((due - at) * chance.lognormvariate(-0.7, 0.7)) if closed else None,
            result="已处置完毕，现场恢复" if closed else "",
            caller=chance.choice(FAMILY) + "某某" if called else "",
            phone=f"1380000{chance.randrange(10_000):04d}" if called else "",
        )  # fmt: skip

    def _course(self, chance: random.Random, report: Draft, *, still_open: bool) -> list[Draft]:
        """Step by step as far as it has come: an open matter stops somewhere, a closed one does not."""
        units = self._units.get(report.scope) or self._any_unit
        name = self._desk.ids.fresh()
        assignment = {"assignment": name}
        steps: tuple[tuple[OpKind, int, dict[str, Any]], ...] = (
            (OpKind.ACCEPT, 6, {}),
            (OpKind.ASSIGN, 10, assignment | {"handler": chance.choice(units), "lead": True}),
            (OpKind.ACKNOWLEDGE, 9, assignment),
            (OpKind.REPORT_IN, 16, assignment),
            (OpKind.HANDLE, 90, assignment | {"result": "已处置完毕，现场恢复"}),
            (OpKind.VERIFY, 20, {"passed": True}),
            (OpKind.CLOSE, 2, {"result": "处置完毕，已回访"}),
        )
        reached = chance.choices(range(6), (12, 14, 22, 20, 26, 6))[0] if still_open else len(steps)
        at, made = report.at, []
        for kind, minutes, body in steps[:reached]:
            at += round(minutes * MINUTE * chance.lognormvariate(-0.2, 0.8))
            if at >= self._until:
                break
            made.append(Draft(kind, report.entity, report.scope, at, body))
        return made


def _filled(text: str, named: dict[str, str]) -> str:
    for name, value in named.items():
        text = text.replace("{" + name + "}", value)
    return text


def _spots(lists: Lists, grid: Place, chance: random.Random) -> list[Point]:
    """Positions inside a grid, by throwing darts at its box; its seat where none hits."""
    ring = grid.polygons[0][0]
    lons, lats = [p[0] for p in ring], [p[1] for p in ring]
    thrown = (
        (chance.uniform(min(lons), max(lons)), chance.uniform(min(lats), max(lats))) for _ in range(SPOTS * 3)
    )
    return [p for p in thrown if lists.locator.locate(*p) == grid.id][:SPOTS] or [grid.seat]
