"""Back-pressure: who comes too often or too many at once hears when to come again."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
import uvicorn
from structlog.testing import capture_logs

from app.hub.api import make_app
from app.hub.parts import HubParts, Limits
from app.hub.protocol import BoundedProtocol
from app.hub.server import bind
from app.hub.slots import Doorkeeper, Slots
from app.link import wire
from app.ports.link import Hello, LinkProblem, LinkTrouble, Pushed, ScopeHead

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.contract.served import ServedHub


@dataclass(frozen=True)
class Someone:
    device: str = "d"
    user: str = ""
    scopes: frozenset[str] = frozenset({"*"})


class HeldDesk:
    """A desk whose pushes wait until they are let go."""

    def __init__(self) -> None:
        self.go, self.inside = threading.Event(), threading.Semaphore(0)

    def hello(self, who: Any) -> Hello:
        del who
        return Hello(0, "1", (ScopeHead("s", "e", 0, whole=True),))

    def push(self, who: Any, page: Any) -> Pushed:
        del who
        self.inside.release()
        assert self.go.wait(20)
        return Pushed(page.ops[-1].n, 1)

    def heads(self) -> dict[str, int]:
        return {"s": 0}

    def ping(self) -> None:
        raise ConnectionError("gone")

    def close(self) -> None:
        self.go.set()


class Nobody:
    def principal_of(self, token: str) -> Someone:
        if token == "fault":
            raise RuntimeError("secret inside")
        return Someone()


class Silence:
    def __init__(self) -> None:
        self._stop = threading.Event()

    def listen(self) -> Iterator[None]:
        while not self._stop.wait(0.05):
            yield None

    def stop(self) -> None:
        self._stop.set()


@contextmanager
def running(desk: HeldDesk, limits: Limits) -> Iterator[str]:
    """The application on real uvicorn in a thread."""
    parts: Any = HubParts(desk, Nobody(), Silence(), "", "0", limits=limits)  # type: ignore[arg-type]
    app = make_app(parts)
    ready = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            ready.set()

        async def shutdown(self, sockets: Any = None) -> None:
            app.closing()
            await super().shutdown(sockets)

    server = Server(uvicorn.Config(app, http=BoundedProtocol, ws="none", log_config=None, access_log=False))
    sock = bind("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        assert ready.wait(20)
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        desk.go.set()
        server.should_exit = True
        thread.join(20)
        sock.close()


BODY = b'{"scope":"s","epoch":"e","device":"d","incarnation":"i","ops":[[1,0,"note","x",1,1,"a",0,"{}",""]]}'


def statuses(url: str, many: int, desk: HeldDesk, held: int) -> Sequence[httpx2.Response]:
    """So many pushes at once; those inside are let go when all others have been answered."""
    headers = {"authorization": "Bearer t", "content-type": "application/json"}

    def push(_number: int) -> httpx2.Response:
        return httpx2.post(f"{url}/v1/push", content=BODY, headers=headers, timeout=30, trust_env=False)

    with ThreadPoolExecutor(many) as pool:
        asked = [pool.submit(push, i) for i in range(many)]
        for _ in range(held):
            assert desk.inside.acquire(timeout=20)
        while sum(a.done() for a in asked) < many - held:
            threading.Event().wait(0.01)
        desk.go.set()
        return [a.result() for a in asked]


def test_more_pushes_than_slots_hear_429_with_retry_after() -> None:
    desk = HeldDesk()
    with running(desk, Limits(pushes=2, queued=3, patience=0.3, retry_after=7)) as url:
        got = statuses(url, 10, desk, held=2)
    assert sorted(a.status_code for a in got) == [200] * 2 + [429] * 8
    for answer in got:
        if answer.status_code == 429:
            assert answer.headers["retry-after"] == "7"
            assert answer.json()["code"] == "busy"
        else:
            assert wire.pushed_of(answer.content) == Pushed(1, 1)


def test_a_fault_is_a_500_with_an_id_and_nothing_else() -> None:
    desk = HeldDesk()
    with capture_logs() as log, running(desk, Limits()) as url:
        answer = httpx2.get(f"{url}/v1/hello", headers={"authorization": "Bearer fault"}, trust_env=False)
        away = httpx2.get(f"{url}/health", trust_env=False)
    assert answer.status_code == 500
    assert answer.json() == {"code": "hub_fault", "detail": answer.headers["x-request-id"]}
    assert (away.status_code, away.json()["code"]) == (503, "store")
    fault = next(line for line in log if line["event"] == "fault")
    assert (fault["id"], fault["exc_info"]) == (answer.headers["x-request-id"], True)
    assert "gone" not in away.text


def test_too_many_streams_hear_when_to_come_again() -> None:
    desk = HeldDesk()
    headers = {"authorization": "Bearer t"}
    with (
        running(desk, Limits(streams=1)) as url,
        httpx2.Client(base_url=url, trust_env=False) as http,
        http.stream("GET", "/v1/pokes", headers=headers) as stream,
    ):
        next(stream.iter_lines())
        refused = http.get("/v1/pokes", headers=headers)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0


def test_tries_at_the_door_are_counted_by_address(own_hub: ServedHub) -> None:
    with own_hub.client() as http:
        asked = {"device": "nobody", "secret": "0123456789abcdef"}
        got = [http.post("/v1/token", json=asked) for _ in range(Limits().door_burst + 30)]
        assert {a.status_code for a in got} == {401, 429}
        busy = next(a for a in got if a.status_code == 429)
        assert int(busy.headers["retry-after"]) >= 1
        assert http.get("/health").status_code == 200
    assert own_hub.wait_for_line(event="refused", status=429)["from"] == "127.0.0.1"


def test_the_bucket_fills_again() -> None:
    now = [0.0]
    door = Doorkeeper(rate=2.0, burst=3, clock=lambda: now[0])
    for _ in range(3):
        door.knock("a")
    with pytest.raises(LinkProblem) as refused:
        door.knock("a")
    assert refused.value.wait == pytest.approx(0.5)
    door.knock("b")
    now[0] = 0.5
    door.knock("a")


def test_a_slot_that_comes_free_goes_to_who_waits() -> None:
    async def story() -> list[str]:
        told: list[str] = []
        slots = Slots(1, 1, 5.0, 2)

        async def one(name: str, hold: asyncio.Event) -> None:
            async with slots.one():
                told.append(name)
                await hold.wait()

        first, second = asyncio.Event(), asyncio.Event()
        running_now = asyncio.create_task(one("first", first))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(one("second", second))
        await asyncio.sleep(0)
        with pytest.raises(LinkProblem) as refused:
            await one("third", second)
        assert refused.value.code is LinkTrouble.BUSY
        first.set()
        second.set()
        await asyncio.gather(running_now, waiting)
        return told

    assert asyncio.run(story()) == ["first", "second"]
