"""Two workers behind one port behave as one, and stop in order."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import httpx2
import psycopg
from sqlalchemy import make_url

from app.link import wire
from app.link.snapshot_stream import StreamedSnapshot
from tests.contract.served import PATIENCE, TOWN, is_trouble

if TYPE_CHECKING:
    from tests.contract.served import ServedHub


def two_workers(hub: ServedHub, stack: ExitStack) -> tuple[httpx2.Client, httpx2.Client]:
    """A connection to each of the workers: one stays with the worker that took it."""
    found: dict[int, httpx2.Client] = {}
    until = time.monotonic() + PATIENCE
    while len(found) < 2:
        assert time.monotonic() < until, "one worker answers everything"
        client = hub.client()
        answer = client.get("/health")
        worker = hub.wait_for_line(id=answer.headers["x-request-id"])["worker"]
        if worker in found:
            client.close()
        else:
            stack.callback(client.close)
            found[worker] = client
    first, second = found.values()
    return first, second


def test_pushed_at_one_is_poked_and_pulled_at_the_other(hub: ServedHub) -> None:
    hub.person("o-mimou", "town_officer", TOWN)
    device = hub.device("two", TOWN)
    with ExitStack() as stack:
        one, other = two_workers(hub, stack)
        epoch = device.epoch(one, TOWN)
        stream = stack.enter_context(other.stream("GET", "/v1/pokes", headers=device.headers))
        assert stream.status_code == 200
        lines = stream.iter_lines()
        first = [next(lines) for _ in range(3)]
        assert first[0].startswith("retry:")

        body = device.report(epoch, TOWN, "o-mimou", 3)
        headers = {**device.headers, "content-type": "application/json"}
        pushed = one.post("/v1/push", content=body, headers=headers)
        assert pushed.status_code == 200, pushed.text
        told = wire.pushed_of(pushed.content)
        assert told.acked == 3

        wanted = f'{{"scope":"{TOWN}","head":{told.head}}}'
        assert any(line == f"data: {wanted}" for line in lines)

        again = one.post("/v1/push", content=body, headers=headers)
        assert wire.pushed_of(again.content) == told

    with ExitStack() as stack:
        _one, other = two_workers(hub, stack)
        asked = {"scope": TOWN, "epoch": epoch, "after": told.head - 3}
        page = wire.pull_page(other.get("/v1/pull", params=asked, headers=device.headers).content)
        assert (page.count, page.head) == (3, told.head)
        assert {op.outcome for op in page.ops} == {"applied"}
        assert {op.origin.device for op in page.ops} == {device.id}
        answer = other.get("/v1/chain", params={"scope": TOWN, "seqs": f"{page.head},99999"},
                           headers=device.headers)  # fmt: skip
        assert answer.json() == {str(page.head): page.chain.hex()}
        raw = other.get("/v1/snapshot", params={"scope": TOWN}, headers=device.headers).content
        snapshot = StreamedSnapshot([raw])
        assert snapshot.head.seq == page.head
        assert snapshot.head.chain == page.chain
        assert {op.entity for op in page.ops} <= {held.id for held in snapshot.incidents()}


def test_metrics_of_two_workers_are_one_sum(hub: ServedHub) -> None:
    def asked() -> float:
        with hub.client() as http:
            text = http.get("/metrics").text
        counted = (t for t in text.splitlines() if t.startswith("hub_requests_total{"))
        return float(next(t for t in counted if '"/v1/authority"' in t).rsplit(" ", 1)[1])

    for _ in range(4):
        with hub.client() as http:
            http.get("/v1/authority")
    before = asked()
    for _ in range(20):
        with hub.client() as http:
            assert http.get("/v1/authority").status_code == 404  # served without TLS
    assert {asked() for _ in range(6)} == {before + 20}
    with hub.client() as http:
        text = http.get("/metrics").text
    assert "hub_workers 2.0" in text
    assert f'hub_scope_head{{scope="{TOWN}"}}' in text


def test_a_stop_ends_streams_and_loses_no_push(own_hub: ServedHub) -> None:
    own_hub.person("o-mimou", "town_officer", TOWN)
    device = own_hub.device("stop", TOWN)
    headers = {**device.headers, "content-type": "application/json"}
    acked: list[int] = []
    with own_hub.client() as http, own_hub.client() as listener:
        epoch = device.epoch(http, TOWN)
        stopping = threading.Event()

        def push_on() -> None:
            while not stopping.is_set():
                try:
                    answer = http.post("/v1/push", content=device.report(epoch, TOWN, "o-mimou", 5),
                                       headers=headers)  # fmt: skip
                except httpx2.HTTPError:
                    return
                assert answer.status_code == 200, answer.text
                acked.append(wire.pushed_of(answer.content).acked)

        with listener.stream("GET", "/v1/pokes", headers=device.headers) as stream:
            lines = stream.iter_lines()
            next(lines)
            pusher = threading.Thread(target=push_on)
            pusher.start()
            while len(acked) < 3:
                threading.Event().wait(0.01)
            code, took = own_hub.stop()
            assert list(lines) is not None  # the stream has ended by itself
        stopping.set()
        pusher.join(10)
    assert code == 0
    assert took <= 5.0
    own_hub.serve()
    with own_hub.client() as http:
        device.renew(http)
        asked = {"scope": TOWN, "epoch": epoch, "after": 0}
        page = wire.pull_page(http.get("/v1/pull", params=asked, headers=device.headers).content)
    assert page.head >= acked[-1]


def test_a_worker_that_dies_is_replaced(hub: ServedHub) -> None:
    import os

    with ExitStack() as stack:
        one, _other = two_workers(hub, stack)
        victim = hub.wait_for_line(id=one.get("/health").headers["x-request-id"])["worker"]
    os.kill(victim, signal.SIGKILL)
    hub.wait_for_line(event="worker died", pid=victim)
    with ExitStack() as stack:
        two_workers(hub, stack)
    with hub.client() as http:
        assert http.get("/health").status_code == 200


def test_a_database_that_goes_away_is_said_and_comes_back(own_hub: ServedHub) -> None:
    """Its connections are cut and new ones refused; then it is there again, and the pokes with it."""
    device = own_hub.device("away", TOWN)
    own_hub.person("o-mimou", "town_officer", TOWN)
    address = make_url(own_hub.database).set(drivername="postgresql")
    name, root = address.database, address.set(database="postgres")
    with (
        psycopg.connect(root.render_as_string(hide_password=False), autocommit=True) as db,
        own_hub.client() as http,
        own_hub.client() as listener,
        listener.stream("GET", "/v1/pokes", headers=device.headers) as stream,
    ):
        epoch = device.epoch(http, TOWN)
        lines = stream.iter_lines()
        next(lines)
        db.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        for path in ("/health", "/v1/hello"):
            answer = http.get(path, headers=device.headers)
            assert (answer.status_code, answer.json()["code"]) == (503, "store"), answer.text
            assert is_trouble(answer)
        own_hub.wait_for_line(event="listening broke")
        db.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        while http.get("/health").status_code != 200:
            threading.Event().wait(0.05)
        pushed = http.post("/v1/push", content=device.report(epoch, TOWN, "o-mimou"),
                           headers={**device.headers, "content-type": "application/json"})  # fmt: skip
        assert pushed.status_code == 200, pushed.text
        told = wire.pushed_of(pushed.content)
        wanted = f'{{"scope":"{TOWN}","head":{told.head}}}'
        assert any(line == f"data: {wanted}" for line in lines)
    assert not own_hub.lines(event="fault")
