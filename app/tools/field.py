"""``main.py field``: simulated residents, patrols and grid members who speak to a hub as their phones would.

They report what the demonstration's phrases say, take up work orders, arrive, and handle them. The same seed
makes the same people; what they say is no record of a real matter.
"""

from __future__ import annotations

import asyncio
import csv
import json
import os
import random
import signal
import sys
import uuid
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.assignment import AssignmentState
from app.domain.geo import Locator
from app.domain.op import OpKind
from app.domain.place import Level
from app.domain.topology import places_of
from app.tools.arguments import whole_number
from app.tools.field_phone import Line, NotLetIn

if TYPE_CHECKING:
    import argparse
    from collections.abc import Coroutine, Sequence

    from app.domain.place import Place
    from app.tools.wording import Wording

REPORT_EVERY, LOOK_EVERY = 45.0, 9.0
"""s, on average, between two reports of a reporting actor, and two looks at the work orders."""

NEXT = {
    AssignmentState.OFFERED: OpKind.ACKNOWLEDGE,
    AssignmentState.ACKNOWLEDGED: OpKind.REPORT_IN,
    AssignmentState.ARRIVED: OpKind.HANDLE,
}
RESULTS = (
    "已清理完毕，现场恢复",
    "已修复，试用正常",
    "已劝离并登记",
    "已消除隐患，拍照留存",
    "已联系责任单位当场整改",
    "已上门走访，居民表示满意",
)
SOURCES = {"resident": ("resident", "hotline"), "patrol": ("patrol", "video"), "member": ("grid",)}
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``field``."""
    parser.add_argument("--url", required=True, help="上级平台地址 the hub's address")
    parser.add_argument("--ca", type=Path, help="平台的证书机构（PEM）the hub's authority")
    parser.add_argument("--user", required=True, help="账号 the account they act for")
    parser.add_argument("--password-env", default="GRID_FIELD_PASSWORD", help="密码所在的环境变量")
    parser.add_argument("--actors", type=whole_number, default=12, help="人数 how many (12)")
    parser.add_argument("--minutes", type=float, default=0.0, help="时长，0 为直到停止 0: until stopped")
    parser.add_argument("--seed", type=int, default=510113, help="随机种子 seed")
    parser.add_argument("--pace", type=float, default=1.0, help="快慢倍数 how much faster than life (1)")


def run(args: argparse.Namespace, resources: Path, wording: Wording) -> int:
    """Let them work; 0 when the time is up or a stop was asked for, 1 where the hub does not let them in."""
    password = os.environ.get(args.password_env, "")
    try:
        return asyncio.run(_work(args, password, resources, wording))
    except NotLetIn as answer:
        print(wording("field", "not_let_in", user=args.user, why=answer), file=sys.stderr)
        return 1


async def _work(args: argparse.Namespace, password: str, resources: Path, wording: Wording) -> int:
    chance = random.Random(args.seed)  # noqa: S311 - a story, not a secret
    ca = args.ca.read_text("utf-8") if args.ca else ""
    line = Line(args.url, ca, args.user, password, chance)
    stop = asyncio.Event()
    _on_stop(stop)
    district = District(resources)
    people = [Actor(n, args.actors, line, district, args.seed, args.pace) for n in range(args.actors)]
    ended = asyncio.create_task(stop.wait())
    tasks: list[asyncio.Task[None]] = []
    try:
        await _unless(ended, line.sign_in())
        tasks += [asyncio.create_task(person.live()) for person in people if not ended.done()]
        print(wording("field", "begun", n=len(people), url=args.url), flush=True)
        limit = args.minutes * 60 or None
        await asyncio.wait([*tasks, ended], timeout=limit, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*tasks, ended):
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        await line.close()
    heard = line.heard
    print(
        wording(
            "field", "done", reported=heard.reported, known=heard.known, acts=heard.acts,
            refused=heard.refused, waited=heard.waited,
        ),
        flush=True,
    )  # fmt: skip
    broken = [r for r in results if isinstance(r, Exception)]
    if broken:
        raise broken[0]
    return 0


async def _unless(ended: asyncio.Task[Any], first: Coroutine[Any, Any, None]) -> None:
    """Wait for the first step, or for the word to stop: a hub may be long in coming."""
    step = asyncio.create_task(first)
    await asyncio.wait((step, ended), return_when=asyncio.FIRST_COMPLETED)
    if step.done():
        step.result()
    step.cancel()


def _on_stop(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    if os.name == "posix":
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)


class District:
    """Where people are and what they say, from the shipped files."""

    def __init__(self, resources: Path) -> None:
        places = list(places_of(json.loads((resources / "district" / "places.json").read_text("utf-8"))))
        self._by_id = {p.id: p for p in places}
        self._grids = [p for p in places if p.level is Level.GRID]
        self._locator = Locator((p.id, p.polygons) for p in self._grids)
        self._phrases = _rows(resources / "demo" / "phrases.csv")
        self._roads: dict[str, list[str]] = {}
        for row in _rows(resources / "demo" / "roads.csv"):
            self._roads.setdefault(row["town"], []).append(row["name"])

    def matter(self, chance: random.Random, source: str) -> dict[str, Any]:
        """A body for ``POST /v1/reports``."""
        grid, phrase = chance.choice(self._grids), chance.choice(self._phrases)
        lon, lat = self._point_in(grid, chance)
        village = self._by_id[grid.parent or ""]
        roads = self._roads.get(village.parent or "") or [village.name]
        named = {
            "road": chance.choice(roads),
            "no": str(chance.randrange(1, 200)),
            "village": village.name,
        }
        body: dict[str, Any] = {
            "title": phrase["title"].format_map(named),
            "detail": phrase["detail"].format_map(named),
            "item": phrase["item_id"],
            "source": source,
            "place": grid.id,
            "lon": round(lon, 6),
            "lat": round(lat, 6),
        }
        if source in {"resident", "hotline"}:
            body["caller"] = chance.choice(FAMILY) + "某某"
            body["phone"] = f"1390000{chance.randrange(10_000):04d}"
        return body

    def _point_in(self, grid: Place, chance: random.Random) -> tuple[float, float]:
        lons, lats = zip(*grid.polygons[0][0], strict=True)
        for _ in range(12):
            point = chance.uniform(min(lons), max(lons)), chance.uniform(min(lats), max(lats))
            if self._locator.locate(*point) == grid.id:
                return point
        return grid.seat


class Actor:
    """One simulated person: every third is a member who works, every third patrols, the others live here."""

    def __init__(self, number: int, of: int, line: Line, district: District, seed: int, pace: float) -> None:
        self._number, self._of, self._line, self._district = number, of, line, district
        self._kind = ("member", "resident", "patrol")[number % 3]
        self._workers = (of + 2) // 3
        self._chance = random.Random(seed * 1_000 + number)  # noqa: S311 - a story, not a secret
        self._pace = max(pace, 0.01)

    async def live(self) -> None:
        """Until cancelled."""
        await self._pause(REPORT_EVERY / 3 if self._kind != "member" else LOOK_EVERY / 3)
        while True:
            if self._kind == "member":
                await self._look_and_work()
                await self._pause(LOOK_EVERY)
            else:
                await self._report()
                await self._pause(REPORT_EVERY)

    async def _pause(self, mean: float) -> None:
        await asyncio.sleep(min(self._chance.expovariate(self._pace / mean), 8 * mean / self._pace))

    async def _report(self) -> None:
        source = self._chance.choice(SOURCES[self._kind])
        status, told = await self._line.send(
            "/v1/reports", self._district.matter(self._chance, source), _key()
        )
        heard = self._line.heard
        heard.reported += status == 201
        heard.known += status == 200
        if status >= 400:
            self._refused(told)

    async def _look_and_work(self) -> None:
        """One step on one of the work orders that fall to this member."""
        found = await self._line.ask("/v1/assignments", limit=200)
        mine = [o for o in (found or {}).get("rows", ()) if self._is_mine(o["assignment"])]
        if not mine:
            return
        order = self._chance.choice(mine)
        kind = NEXT[AssignmentState(order["state"])]
        body = {"assignment": order["assignment"]}
        if kind is OpKind.HANDLE:
            body["result"] = self._chance.choice(RESULTS)
        act = {"incident": order["incident"], "kind": kind.value, "body": body}
        status, told = await self._line.send("/v1/acts", act, _key())
        self._line.heard.acts += status == 200
        if status >= 400:
            self._refused(told)

    def _is_mine(self, assignment: str) -> bool:
        return zlib.crc32(assignment.encode()) % self._workers == self._number // 3

    def _refused(self, told: dict[str, Any]) -> None:
        heard = self._line.heard
        heard.refused += 1
        code = str(told.get("code", ""))
        heard.why[code] = heard.why.get(code, 0) + 1


def _key() -> str:
    return uuid.uuid4().hex


def _rows(path: Path) -> Sequence[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
