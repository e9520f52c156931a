"""Sync: what goes up, comes down and comes whole in a second, and how long a report takes to another desktop.

Everything is real: a hub process on PostgreSQL that commits durably, TLS, encrypted stores. The ops are whole
lives of incidents (eight ops each), all in one town's scope.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcipher3 import dbapi2

from app.domain.op import OpKind
from app.link.enrolment import enrolment
from app.link.thread import Link
from app.ports.ledger import Draft
from app.ports.link import PULL_OPS, PUSH_OPS
from app.services.intake import Report, report
from app.services.sync import Sync
from app.tools.bench_figures import Figure, Reference, middle, share
from app.tools.bench_memory import pss_mb
from app.tools.bench_store import PASSPHRASE
from app.tools.hub_process import Program, running_hub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.link.client import HubClient
    from app.services.desk import Desk
    from app.tools.hub_process import RunningHub

PUSH_PER_S, PULL_PER_S, SNAPSHOT_S, PROMISED_ROWS = 10_000, 25_000, 1.0, 100_000
P50_MS, P99_MS, WORKER_MB = 150, 500, 150
TOWN, GRID, UNIT = "510113102", "51011310200101", "d-zf"
LIFE = 8
USER, PASSWORD = "bench", "bench pass phrase 510113"
TRIPS, REPORTS = 40, 120
WITHIN = 20.0
"""s after which a row that has not come is missing."""


def sync_figures(command: Sequence[str], open_at: Callable[[Path], Desk], rows: int) -> Iterator[Figure]:
    """All figures of the link, ``rows`` ops long."""
    with tempfile.TemporaryDirectory(prefix="grid-command-bench-sync-") as name:
        folder = Path(name)
        program = Program(command, {"GRID_PASSPHRASE": PASSPHRASE})
        users = [(USER, "supervisor", PASSWORD)]
        with running_hub(program, folder / "hub", users) as hub:
            yield from _Measured(folder, hub, open_at, rows).figures()


class _Measured:
    def __init__(self, folder: Path, hub: RunningHub, open_at: Callable[[Path], Desk], rows: int) -> None:
        self._folder, self._hub, self._open_at, self._rows = folder, hub, open_at, rows

    def figures(self) -> Iterator[Figure]:
        # All are enrolled before there is anything: an enrolment fetches what there is.
        with self._desk("first") as first, self._desk("replay") as second, self._desk("whole") as third:
            for desk in (first, second, third):
                self._sync(desk).round()
            lives = self._live(first)
            yield self._push(first, lives)
            yield Figure("sync.hub.memory", pss_mb(self._hub.pid) or 0.0, "MB", WORKER_MB)
            yield self._pull(second, lives)
            yield self._snapshot(third, lives)
            self._sync(third).round()
            yield self._trip(first)
            yield from self._to_another(first, third)
        yield self._desktop_memory()

    @contextmanager
    def _desk(self, name: str) -> Iterator[Desk]:
        store = self._folder / f"{name}.db"
        self._hub.enrol(("--store", str(store)), "*", name, USER, PASSWORD)
        desk = replace(self._open_at(store), actor=USER)
        try:
            yield desk
        finally:
            desk.store.close()

    def _client(self, desk: Desk) -> HubClient:
        with desk.store.reading() as read:
            found = enrolment(read)
        assert found is not None
        return found.client()

    def _sync(self, desk: Desk) -> Sync:
        return Sync(_linked(desk), self._client(desk), desk.clock)

    def _live(self, desk: Desk) -> int:
        """Whole lives of incidents, written off line; how many ops."""
        lives = self._rows // LIFE
        now = desk.clock.now()
        with desk.store.bulk():
            for start in range(0, lives, 500):
                with desk.store.write(desk.actor) as tx:
                    for i in range(start, min(start + 500, lives)):
                        tx.append_many(list(_life(desk, now - 3_600_000, i)))
        return lives * LIFE

    def _push(self, desk: Desk, ops: int) -> Figure:
        store, hub = _linked(desk), self._client(desk)
        epoch = next(m.epoch for m in store.marks() if m.scope == TOWN)
        began = time.perf_counter()
        pages = 0
        while (page := store.outbox(TOWN)) is not None:
            pushed = hub.push(replace(page, epoch=epoch))
            store.acknowledge(TOWN, pushed.acked)
            pages += 1
        took = time.perf_counter() - began
        bare = self._bare_inserts(ops, PUSH_OPS)
        return Figure(
            "sync.push", ops / took, "ops/s", PUSH_PER_S, True, bare, (), {"ops": ops, "pages": pages}
        )

    def _bare_inserts(self, ops: int, at_once: int, key: bytes = b"") -> Reference:
        """The same number of rows of that size, durably, into a bare table on the same disk; with a key an
        encrypted one.
        """
        kind = "bare encrypted" if key else "bare"
        with closing(dbapi2.connect(str(self._folder / f"{kind}.db"))) as bare:
            if key:
                bare.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            bare.execute("PRAGMA journal_mode = WAL")
            bare.execute("PRAGMA synchronous = FULL")
            bare.execute("CREATE TABLE op (seq INTEGER PRIMARY KEY, head TEXT, body TEXT)")
            began = time.perf_counter()
            for start in range(0, ops, at_once):
                with bare:
                    rows = [(start + i, "x" * 120, "y" * 160) for i in range(min(at_once, ops - start))]
                    bare.executemany("INSERT INTO op VALUES (?, ?, ?)", rows)
            rate = ops / (time.perf_counter() - began)
        return Reference(f"{kind} inserts, {at_once} a commit", rate, "ops/s")

    def _read_through(self, hub: HubClient) -> Reference:
        """The same snapshot fetched, checked and unpacked, its bodies laid into a file: no store."""
        began = time.perf_counter()
        snapshot = hub.snapshot(TOWN)
        with (self._folder / "bodies").open("w", encoding="utf-8") as file:
            file.writelines(held.body for held in snapshot.incidents())
            file.writelines(held.body for held in snapshot.records())
            file.writelines(op.body for op in snapshot.ops())
            file.writelines(person.id for person in snapshot.persons())
            file.flush()
            os.fsync(file.fileno())
        return Reference("fetched, and its bodies into a file", time.perf_counter() - began, "s")

    def _pull(self, desk: Desk, ops: int) -> Figure:
        """Page by page from the first row, as a desktop that was away catches up."""
        store, hub = _linked(desk), self._client(desk)
        store.follow(hub.hello().scopes, desk.clock.now())
        mark = next(m for m in store.marks() if m.scope == TOWN)
        began = time.perf_counter()
        while mark.cursor < mark.head:
            store.apply_page(hub.pull(TOWN, mark.epoch, mark.cursor, store.own_origin(), PULL_OPS))
            mark = next(m for m in store.marks() if m.scope == TOWN)
        took = time.perf_counter() - began
        bare = self._bare_inserts(ops, PULL_OPS, os.urandom(32))
        return Figure("sync.pull", ops / took, "ops/s", PULL_PER_S, True, bare, (), {"ops": ops})

    def _snapshot(self, desk: Desk, ops: int) -> Figure:
        store, hub = _linked(desk), self._client(desk)
        store.follow(hub.hello().scopes, desk.clock.now())
        began = time.perf_counter()
        store.apply_snapshot(hub.snapshot(TOWN))
        took = time.perf_counter() - began
        promise = SNAPSHOT_S * ops / PROMISED_ROWS
        more = {"ops": ops, "incidents": ops // LIFE}
        return Figure("sync.snapshot", took, "s", promise, False, self._read_through(hub), (), more)

    def _trip(self, desk: Desk) -> Figure:
        """One op written, at the hub, and back in the hub's order."""
        sync = self._sync(desk)
        sync.round()
        times = []
        for _ in range(TRIPS):
            began = time.perf_counter()
            report(desk, Report("往返", "patrol", place=GRID))
            done = sync.touch({})
            assert done.pushed, done
            times.append((time.perf_counter() - began) * 1000)
        return middle("sync.trip", times)

    def _to_another(self, near: Desk, far: Desk) -> Iterator[Figure]:
        """From the key at one desktop to the row in the other's store, each with its link running."""
        seen = threading.Condition()
        times: list[float] = []
        with self._linked_up(near), self._linked_up(far):
            _linked(far).on_commit(lambda: _notify(seen))
            for n in range(REPORTS):
                began = time.perf_counter()
                identity = _need_id(report(near, Report(f"转达 {n}", "patrol", place=GRID)))
                with seen:
                    came = seen.wait_for(lambda identity=identity: _has(far, identity), WITHIN)  # type: ignore[misc]
                assert came, "the row has not come"
                times.append((time.perf_counter() - began) * 1000)
        yield Figure("sync.report.p50", share(times, 0.5), "ms", P50_MS, False, None, times)
        yield Figure("sync.report.p99", share(times, 0.99), "ms", P99_MS, False, None, times)

    @contextmanager
    def _linked_up(self, desk: Desk) -> Iterator[None]:
        link = Link(_linked(desk), self._client(desk), desk.clock)
        _linked(desk).on_commit(link.committed)
        link.start()
        try:
            link.round_now(WITHIN)
            yield
        finally:
            link.stop()

    def _desktop_memory(self) -> Figure:
        """A desktop without a window over the same scope, in step with the hub."""
        words = ("agent", "--store", str(self._folder / "whole.db"))
        with self._hub.program.beside(self._folder / "agent.log", *words) as agent:
            assert agent.stdin is not None
            assert agent.stdout is not None
            agent.stdout.readline()
            agent.stdin.write('{"do": "sync"}\n')
            agent.stdin.flush()
            agent.stdout.readline()
            return Figure("sync.desktop.memory", pss_mb(agent.pid) or 0.0, "MB")


def _linked(desk: Desk) -> Any:
    """The store with its side of the link."""
    return desk.store


def _notify(seen: threading.Condition) -> None:
    with seen:
        seen.notify_all()


def _has(desk: Desk, identity: str) -> bool:
    with desk.store.reading() as read:
        return read.key_of(identity) is not None


def _need_id(done: Any) -> str:
    assert done.incident is not None, done
    return str(done.incident.id)


def _life(desk: Desk, at: int, i: int) -> Iterator[Draft]:
    """The eight ops of a small matter."""
    entity, order = desk.ids.fresh(), desk.ids.fresh()
    first = {
        "number": f"弥1120-{i}", "title": f"井盖破损 {i}",
        "detail": "路面井盖破损，车辆经过有响声，请尽快处置。",
        "source": "patrol", "place": GRID, "town": TOWN, "severity": 3, "loop": "big",
        "lon": 104.21, "lat": 30.89,
        "due": {"accept": at + 900_000, "respond": at + 3_600_000, "resolve": at + 86_400_000},
    }  # fmt: skip
    done = {"assignment": order, "result": "已处置完毕，现场恢复"}
    steps: tuple[tuple[OpKind, dict[str, Any]], ...] = (
        (OpKind.REPORT, first),
        (OpKind.ACCEPT, {}),
        (OpKind.ASSIGN, {"assignment": order, "handler": UNIT, "lead": True}),
        (OpKind.ACKNOWLEDGE, {"assignment": order}),
        (OpKind.REPORT_IN, {"assignment": order}),
        (OpKind.HANDLE, done),
        (OpKind.VERIFY, {"passed": True, "how": "photo"}),
        (OpKind.CLOSE, {"result": "处置完毕，已回访"}),
    )
    for minute, (kind, body) in enumerate(steps):
        yield Draft(kind, entity, TOWN, at + minute * 60_000, body)
