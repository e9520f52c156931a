"""The load on a hub: many clients on kept connections, from an own process, too cheap to be the brake.

Each client has one request under way: it sends the next when the answer is there (a closed loop).
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True)
class Load:
    """What to send to ``host:port`` (plain HTTP, this machine), for so many seconds after a warm-up.

    ``bodies`` are JSON texts taken in turn, each under a key of its own; with none, ``path`` is asked (GET).
    ``tokens`` go round the clients.
    """

    host: str
    port: int
    path: str
    tokens: tuple[str, ...]
    clients: int
    seconds: float
    warm: float = 1.0
    bodies: tuple[bytes, ...] = ()
    seed: int = 510113


@dataclass(frozen=True, slots=True)
class Loaded:
    """Times in ms of each answer, how many of each status, and the generator's share of one core."""

    seconds: float
    times: tuple[float, ...]
    statuses: dict[int, int] = field(default_factory=dict)
    lost: int = 0
    share: float = 0.0

    @property
    def good(self) -> int:
        """Answers with a status below 300."""
        return sum(n for status, n in self.statuses.items() if status < 300)

    @property
    def rate(self) -> float:
        """Good answers in a second."""
        return self.good / self.seconds if self.seconds else 0.0


class _Client(asyncio.Protocol):
    """One connection with one request under way."""

    def __init__(self, run: _Run, name: int) -> None:
        self._run, self._name, self._count = run, name, 0
        self._raw = bytearray()
        self._need = -1
        self._sent = 0.0
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._raw += data
        if self._need < 0:
            end = self._raw.find(HEAD_END)
            if end < 0:
                return
            at = bytes(self._raw[:end]).lower().find(LENGTH)
            length = 0
            if at >= 0:
                stop = self._raw.find(b"\r\n", at)
                length = int(self._raw[at + len(LENGTH) : stop])
            self._need = end + len(HEAD_END) + length
        if len(self._raw) >= self._need:
            status = int(self._raw[9:12])
            del self._raw[: self._need]
            self._need = -1
            self._run.told(status, self._sent)
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._run.gone()

    def _send(self) -> None:
        if self._run.over():
            self._transport.close()
            return
        self._count += 1
        self._sent = time.perf_counter()
        self._transport.write(self._run.request(self._name, self._count))


class _Run:
    """All clients of one measurement."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._chance = random.Random(load.seed)  # noqa: S311 - a story, not a secret
        self._nonce = f"{time.time_ns():x}"
        self._times: list[float] = []
        self._statuses: dict[int, int] = {}
        self._left, self._lost = load.clients, 0
        self._begin = self._end = 0.0
        self._done = asyncio.Event()
        self._tokens = [
            b"authorization: Bearer " + token.encode() + b"\r\n" if token else b"" for token in load.tokens
        ] or [b""]

    async def run(self) -> Loaded:
        loop = asyncio.get_running_loop()
        self._begin = time.perf_counter() + self._load.warm
        self._end = self._begin + self._load.seconds
        used = _processor()
        for i in range(self._load.clients):
            await loop.create_connection(lambda i=i: _Client(self, i), self._load.host, self._load.port)  # type: ignore[misc]
        await self._done.wait()
        spent = time.perf_counter() - self._begin + self._load.warm
        return Loaded(
            self._load.seconds, tuple(self._times), self._statuses, self._lost, (_processor() - used) / spent
        )

    def over(self) -> bool:
        return time.perf_counter() >= self._end

    def told(self, status: int, sent: float) -> None:
        now = time.perf_counter()
        if self._begin <= now < self._end:
            self._times.append((now - sent) * 1000)
            self._statuses[status] = self._statuses.get(status, 0) + 1

    def gone(self) -> None:
        if not self.over():
            self._lost += 1
        self._left -= 1
        if self._left == 0:
            self._done.set()

    def request(self, client: int, count: int) -> bytes:
        load = self._load
        token = self._tokens[client % len(self._tokens)]
        if not load.bodies:
            return b"GET %s HTTP/1.1\r\nhost: hub\r\n%s\r\n" % (load.path.encode(), token)
        body = self._chance.choice(load.bodies)
        key = f"{self._nonce}-{client}-{count}".encode()
        return (
            b"POST %s HTTP/1.1\r\nhost: hub\r\n%sidempotency-key: %s\r\n"
            b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
            % (load.path.encode(), token, key, len(body), body)
        )


def _processor() -> float:
    times = os.times()
    return times.user + times.system


def _main(load: Load, answer: Any) -> None:
    """In the child."""
    runner: Callable[..., Loaded] = asyncio.run
    try:
        import uvloop

        runner = uvloop.run
    except ImportError:  # on Windows the standard loop does
        pass
    answer.send(runner(_Run(load).run()))
    answer.close()


def loaded(load: Load) -> Loaded:
    """Put the load on from a process of its own; OSError where the hub does not take a connection."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    child = spawn.Process(target=_main, args=(load, theirs), daemon=True)
    child.start()
    theirs.close()
    try:
        told: Loaded = ours.recv()
    except EOFError as error:
        raise ConnectionError("the load could not be put on") from error
    finally:
        child.join()
        ours.close()
    return told


def report_bodies(
    phrases: Sequence[dict[str, str]], points: Sequence[tuple[float, float]], count: int, seed: int
) -> tuple[bytes, ...]:
    """Bodies for ``POST /v1/reports`` from the demonstration's phrases, at these points (WGS-84 degrees)."""
    chance = random.Random(seed)  # noqa: S311 - a story, not a secret
    made = []
    for _ in range(count):
        phrase, (lon, lat) = chance.choice(phrases), chance.choice(points)
        named = {"road": "青江东路", "no": str(chance.randrange(1, 200)), "village": "大弯社区"}
        made.append(
            orjson.dumps(
                {
                    "title": phrase["title"].format_map(named),
                    "detail": phrase["detail"].format_map(named),
                    "item": phrase["item_id"],
                    "source": chance.choice(("resident", "patrol", "grid")),
                    "lon": round(lon, 6),
                    "lat": round(lat, 6),
                }
            )
        )
    return tuple(made)
