"""The client and a hub of canned bytes: whatever comes back, it is the answer or a ``LinkProblem``."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import threading
from dataclasses import dataclass, field

import orjson
import pytest
import zstandard

from app.domain.op import Origin
from app.link import wire
from app.link.client import HubClient
from app.link.digest import digest_of
from app.link.server_events import pokes_of
from app.ports.link import Hello, LinkProblem, LinkTrouble, Poke, PullPage, PushPage, ScopeHead, SentOp

HELLO = Hello(1_000, "1", (ScopeHead("510113", "e1", 7, True),))
PAGE = PullPage("510113", "e1", 3, (), (), 0, 3, bytes(32))


def answer(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    told = {"content-type": "application/json", "content-length": str(len(body)), **headers}
    if status == "200 OK":
        told["Content-Digest"] = digest_of(body)
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    return "\r\n".join(lines).encode() + body


TOKEN = answer(orjson.dumps({"token": "t1", "expires_in": 900}))


@dataclass
class Canned:
    """A server that says these bytes, one after another, to whatever it is asked by path."""

    answers: dict[str, list[bytes]] = field(default_factory=dict)
    asked: list[bytes] = field(default_factory=list)

    def __enter__(self):
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._server.accept()
                with contextlib.suppress(OSError), line:
                    self._answer(line)

    def _answer(self, line: socket.socket) -> None:
        # One answer a connection, as a hub says it that is about to stop: nothing is left to the next.
        request = line.recv(65_536)
        wanted = re.search(rb"(?i)content-length: (\d+)", request)
        while wanted and len(request.partition(b"\r\n\r\n")[2]) < int(wanted[1]):
            request += line.recv(65_536)
        self.asked.append(request)
        path = request.split(b" ", 2)[1].split(b"?")[0].decode()
        said = self.answers[path]
        line.sendall(
            (said.pop(0) if len(said) > 1 else said[0]).replace(b"\r\n", b"\r\nconnection: close\r\n", 1)
        )


def client_of(hub: Canned, silence: float = 2.0) -> HubClient:
    return HubClient(hub.url, "", "d1", "secret", silence=silence)


@contextlib.contextmanager
def hub_and_client(silence: float = 2.0, **paths: bytes | list[bytes]):
    answers = {f"/v1/{path}": said if isinstance(said, list) else [said] for path, said in paths.items()}
    with Canned({"/v1/token": [TOKEN], **answers}) as hub:
        client = client_of(hub, silence)
        try:
            yield hub, client
        finally:
            client.close()


def test_the_token_is_fetched_once_and_sent():
    with hub_and_client(hello=answer(wire.hello_bytes(HELLO))) as (hub, client):
        assert client.hello() == client.hello() == HELLO
    assert [request.split(b" ", 2)[1] for request in hub.asked] == [b"/v1/token", b"/v1/hello", b"/v1/hello"]
    assert b"authorization: Bearer t1" in hub.asked[1]


def test_a_token_that_has_run_out_is_fetched_anew():
    turned_away = answer(b'{"code":"not_enrolled","detail":""}', "401 Unauthorized")
    with hub_and_client(hello=[turned_away, answer(wire.hello_bytes(HELLO))]) as (hub, client):
        assert client.hello() == HELLO
    assert len(hub.asked) == 4


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        ("403 Forbidden", b'{"code":"revoked","detail":"x"}', LinkTrouble.REVOKED),
        ("409 Conflict", b'{"code":"gap","detail":""}', LinkTrouble.GAP),
        ("502 Bad Gateway", b"<html>", LinkTrouble.HUB_FAULT),
        ("404 Not Found", b"<html>", LinkTrouble.TOO_OLD),
        ("413 Too Large", b'{"code":"too_large","detail":""}', LinkTrouble.TOO_LARGE),
        ("500 Oops", b'{"code":"of a later release"}', LinkTrouble.HUB_FAULT),
        ("200 OK", b"[]", LinkTrouble.BAD_PAGE),
        ("200 OK", b'{"now": null}', LinkTrouble.BAD_PAGE),
    ],
)
def test_every_answer_that_is_none_has_its_trouble(status, body, code):
    with hub_and_client(hello=answer(body, status)) as (_, client), pytest.raises(LinkProblem) as told:
        client.hello()
    assert told.value.code is code


def test_a_busy_hub_says_for_how_long():
    busy = answer(b'{"code":"busy","detail":""}', "429 Too Many", **{"retry-after": "7"})
    with hub_and_client(hello=busy) as (_, client), pytest.raises(LinkProblem) as told:
        client.hello()
    assert (told.value.code, told.value.wait) == (LinkTrouble.BUSY, 7.0)


def test_a_page_of_another_place_is_not_taken():
    with hub_and_client(pull=answer(wire.pull_bytes(PAGE))) as (_, client):
        assert client.pull("510113", "e1", 3, Origin("d1", "i1")) == PAGE
        with pytest.raises(LinkProblem) as told:
            client.pull("510113", "e1", 4, Origin("d1", "i1"))
    assert told.value.code is LinkTrouble.BAD_PAGE


def test_an_answer_to_another_request_is_not_taken():
    stale = answer(b'{"acked":9,"head":9,"forked":[]}', **{"x-asked": "somebody-else"})
    page = PushPage("510113", "e1", Origin("d1", "i1"), (SentOp(1, 0, "note", "e", 1, 2, "m", 0, "{}"),))
    with hub_and_client(push=stale) as (_, client), pytest.raises(LinkProblem) as told:
        client.push(page)
    assert told.value.code is LinkTrouble.NO_LINE


def test_a_large_body_goes_up_compressed_with_its_digest():
    pushed = answer(b'{"acked":1,"head":1,"forked":[]}')
    sent = SentOp(1, 0, "note", "e", 1, 2, "m", 0, '{"text":"' + "x" * 5_000 + '"}')
    page = PushPage("510113", "e1", Origin("d1", "i1"), (sent,))
    with hub_and_client(push=pushed) as (hub, client):
        assert client.push(page).acked == 1
    head, _, body = hub.asked[1].partition(b"\r\n\r\n")
    assert b"content-encoding: zstd" in head.lower()
    assert digest_of(body).encode() in head
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(body)
    assert wire.push_page(wire.PushBody.model_validate_json(plain)) == page


def test_whatever_bit_is_turned_it_is_the_answer_or_a_problem():
    whole = answer(wire.hello_bytes(HELLO))
    with hub_and_client(0.2, hello=whole) as (hub, client):
        for at in random.Random(7).sample(range(len(whole) * 8), 300):
            bent = bytearray(whole)
            bent[at // 8] ^= 1 << at % 8
            hub.answers["/v1/hello"] = [bytes(bent)]
            with contextlib.suppress(LinkProblem):
                assert client.hello() == HELLO, (at, bytes(bent))


def test_wherever_it_is_cut_it_is_a_problem():
    whole = answer(wire.hello_bytes(HELLO))
    with hub_and_client(hello=whole) as (hub, client):
        for end in range(0, len(whole), 7):
            hub.answers["/v1/hello"] = [whole[:end] or b"\r\n"]
            with pytest.raises(LinkProblem):
                client.hello()


def test_nobody_there_is_no_line():
    with Canned() as hub:
        url = hub.url
    client = HubClient(url, "", "d1", "secret")
    with contextlib.closing(client), pytest.raises(LinkProblem) as told:
        client.hello()
    assert told.value.code is LinkTrouble.NO_LINE


def test_a_call_on_a_dead_line_can_be_hung_up():
    with hub_and_client(hello=b"\r\n") as (hub, client):
        asked = threading.Event()
        hub._answer = lambda line: (line.recv(65_536), asked.set(), line.recv(1))
        told: list[LinkProblem] = []

        def ask() -> None:
            with pytest.raises(LinkProblem) as problem:
                client.hello()
            told.append(problem.value)

        thread = threading.Thread(target=ask)
        thread.start()
        assert asked.wait(5)
        client.hang_up()
        thread.join(1.0)
        assert not thread.is_alive()
    assert told[0].code is LinkTrouble.NO_LINE


@pytest.mark.parametrize("piece", [1, 3, 1_000])
def test_pokes_are_read_however_they_come(piece):
    raw = b': ping\n\nretry: 2000\n\nevent: poke\ndata: {"scope":"a","head":3}\n\nevent: other\ndata: x\n\n'
    raw += b'event: poke\r\ndata: {"scope":"b",\r\ndata: "head":4}\r\n\r\n: ping\n\n'
    pieces = [b"", *(raw[at : at + piece] for at in range(0, len(raw), piece))]
    assert list(pokes_of(pieces)) == [Poke("", 0), Poke("a", 3), Poke("b", 4)]


@pytest.mark.parametrize("raw", [b"event: poke\ndata: {\n\n", b"x" * 70_000])
def test_what_is_no_stream_of_pokes_is_told(raw):
    with pytest.raises(LinkProblem) as told:
        list(pokes_of([raw]))
    assert told.value.code is LinkTrouble.BAD_PAGE
