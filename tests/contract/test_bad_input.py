"""A port scan's worth of bad input: a clear 4xx or a closed line, and a line in the log; never a 5xx."""

from __future__ import annotations

import json
import re
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import zstandard

from tests.contract.served import TOWN, is_trouble

if TYPE_CHECKING:
    from tests.contract.served import Device, ServedHub

JSON = "content-type: application/json\r\n"


@pytest.fixture(scope="module")
def device(hub: ServedHub) -> Device:
    return hub.device("scanned", TOWN)


def said(hub: ServedHub, raw: bytes, *, end: bool = True) -> bytes:
    """Everything that the hub answers to these octets."""
    parts = urlsplit(hub.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as line:
        line.sendall(raw)
        if end:
            line.shutdown(socket.SHUT_WR)
        got = b""
        while piece := line.recv(65536):
            got += piece
    return got


def head(method: str, path: str, more: str = "") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n{more}\r\n".encode()


GARBAGE = {
    "binary": bytes(range(256)) * 4,
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
    "ssh": b"SSH-2.0-OpenSSH_9.6\r\n",
    "http2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no version": b"GET /nothing\r\n\r\n",
    "odd version": b"GET /health HTTP/9.9\r\nhost: h\r\n\r\n",
    "no method": b" /health HTTP/1.1\r\n\r\n",
    "header without colon": b"GET /health HTTP/1.1\r\nhost\r\n\r\n",
    "two lengths": b"POST /v1/push HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabc",
    "length and chunked": b"POST /v1/push HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\n"
    b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "negative length": b"POST /v1/push HTTP/1.1\r\nhost: h\r\ncontent-length: -1\r\n\r\n",
    "huge length": b"POST /v1/push HTTP/1.1\r\nhost: h\r\ncontent-length: 99999999999999999999999\r\n\r\n",
    "bad chunk": b"POST /v1/token HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    "connect": b"CONNECT example.org:443 HTTP/1.1\r\nhost: example.org\r\n\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n",
    "absolute": b"GET http://example.org/ HTTP/1.1\r\nhost: example.org\r\nconnection: close\r\n\r\n",
    "upgrade": b"GET /v1/pokes HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    b"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n\r\n",
    "h2c": b"GET /health2 HTTP/1.1\r\nhost: h\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\n\r\n",
    "raw utf-8 path": "GET /v1/事件 HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n".encode(),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage(hub: ServedHub, name: str) -> None:
    before = len(hub.lines(event="refused"))
    got = said(hub, GARBAGE[name])
    assert not got or re.match(rb"HTTP/1\.1 4\d\d ", got), got[:200]
    if got:
        assert json.loads(got.split(b"\r\n\r\n", 1)[1])["code"]
        while len(hub.lines(event="refused")) <= before:
            hub.wait_for_line(event="refused")
    with hub.client() as http:
        assert http.get("/health").status_code == 200


PATHS = [
    "/", "/../../etc/passwd",
    "/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd", "/v1/../../../etc/passwd",
    "/v1//push", "/v1/hello/", "/.git/config", "/.env", "/admin", "/wp-login.php", "/docs", "/redoc",
    "/v1/%00", "/v1/%ff%fe", "/%", "/%zz", "/v1/incidents/..%2f..", "/cgi-bin/%0d%0aset-cookie:x=1",
    "/static/..\\..\\main.py", "/" + "a" * 4000, "/v1/" + "%41" * 2000, "/health;jsessionid=1", "/health%20",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=range(len(PATHS)))
def test_paths(hub: ServedHub, path: str) -> None:
    got = said(hub, head("GET", path))
    assert re.match(rb"HTTP/1\.1 4\d\d ", got), got[:200]
    assert b"root:" not in got
    assert b"set-cookie" not in got.lower().split(b"\r\n\r\n")[0]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD", "PROPFIND", "BREW"])
@pytest.mark.parametrize("path", ["/health", "/v1/push", "/v1/hello", "/v1/pokes"])
def test_methods(hub: ServedHub, method: str, path: str) -> None:
    got = said(hub, head(method, path))
    assert re.match(rb"HTTP/1\.1 4\d\d ", got), got[:200]


def test_a_head_without_end_is_cut(hub: ServedHub) -> None:
    for raw in (
        b"GET /health HTTP/1.1\r\nx: " + b"a" * 200_000,
        b"GET /health HTTP/1.1\r\n" + b"x: y\r\n" * 20_000,
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nhost: h\r\n\r\n",
        b"GET /health HTTP/1.1\r\nhost: h\r\ncookie: " + b"a" * 40_000 + b"\r\n\r\n",
    ):
        try:
            got = said(hub, raw, end=False)
        except (ConnectionError, BrokenPipeError):
            got = b""  # the hub hung up while we were still talking
        assert not got or got.startswith(b"HTTP/1.1 431 "), got[:100]
    hub.wait_for_line(event="refused", status=431)


def test_half_a_request_is_not_waited_for(hub: ServedHub) -> None:
    got = said(hub, b"POST /v1/token HTTP/1.1\r\nhost: h\r\ncontent-", end=False)
    assert got.startswith(b"HTTP/1.1 408 ")
    cut = said(
        hub, b"POST /v1/token HTTP/1.1\r\nhost: h\r\n" + JSON.encode() + b"content-length: 50\r\n\r\n{"
    )
    assert not cut or cut.startswith(b"HTTP/1.1 4")


def bodies() -> dict[str, tuple[dict[str, str], bytes, int]]:
    """Headers, body, and the status that is due."""
    zstd = {"content-encoding": "zstd"}
    pack = zstandard.ZstdCompressor(level=3).compress
    bomb = pack(b"[" * (64 * 1024 * 1024))
    twice = pack(bomb)
    return {
        "empty": ({}, b"", 422),
        "not json": ({}, b"{", 422),
        "other type": ({"content-type": "text/plain"}, b"{}", 415),
        "form": ({"content-type": "application/x-www-form-urlencoded"}, b"a=b", 415),
        "gzip": ({"content-encoding": "gzip"}, b"\x1f\x8b\x08\x00", 415),
        "two encodings": ({"content-encoding": "zstd, zstd"}, twice, 415),
        "not zstd": (zstd, b"plain", 422),
        "cut zstd": (zstd, pack(b'{"scope":"x"}' * 100)[:20], 422),
        "bomb": (zstd, bomb, 413),
        "bomb in a bomb": (zstd, twice, 422),
        "too long": ({}, b" " * (3 * 1024 * 1024), 413),
        "deep": ({}, b"[" * 100_000, 422),
        "latin-1": ({}, '{"scope":"é"}'.encode("latin-1"), 422),
        "utf-16": ({}, '{"scope":"x"}'.encode("utf-16"), 422),
        "half a surrogate pair": ({}, b'{"scope":"\\ud800"}', 422),
        "nan": ({}, b'{"scope":NaN}', 422),
        "huge number": ({}, b'{"scope":' + b"9" * 5000 + b"}", 422),
        "list": ({}, b"[]", 422),
        "digest": ({"content-digest": "sha-256=:AAAA:"}, b"{}", 422),
        "other field": ({}, b'{"scope":"a","epoch":"e","device":"d","incarnation":"i","ops":[],"x":1}', 422),
    }  # fmt: skip


@pytest.mark.parametrize("name", bodies())
@pytest.mark.parametrize("path", ["/v1/push", "/v1/hand_in"])
def test_bodies(hub: ServedHub, device: Device, path: str, name: str) -> None:
    headers, body, status = bodies()[name]
    with hub.client() as http:
        told = {**device.headers, "content-type": "application/json", **headers}
        answer = http.post(path, content=body, headers=told)
    assert answer.status_code == status, answer.text
    assert is_trouble(answer)
    assert hub.wait_for_line(id=answer.headers["x-request-id"])["event"] == "refused"


@pytest.mark.parametrize(
    "path",
    ["/v1/enrol", "/v1/token", "/v1/session", "/v1/sign_in"],
)
def test_bodies_at_the_doors(hub: ServedHub, path: str) -> None:
    raws = [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 50_000, b'{"user":"\\u0000","password":"\\ud800"}',
            b'{"code":"AAAA-AAAA","device":"x","name":"\\ud800","key":{"\\ud800":"y"}}',
            b'{"device":"\\u0000","secret":"0123456789abcdef"}']  # fmt: skip
    with hub.client() as http:
        for raw in raws:
            answer = http.post(path, content=raw, headers={"content-type": "application/json"})
            assert 400 <= answer.status_code < 500, (raw[:40], answer.text)
            assert is_trouble(answer)


QUERIES = [
    "/v1/pull", "/v1/pull?scope=", f"/v1/pull?scope={TOWN}&epoch=e&after=-1",
    f"/v1/pull?scope={TOWN}&epoch=e&after=99999999999999999999",
    f"/v1/pull?scope={TOWN}&epoch=e&after=0&limit=0",
    "/v1/pull?scope=%00&epoch=e&after=0", "/v1/pull?scope=%ff&epoch=%fe&after=0",
    "/v1/pull?scope=510113002'--&epoch=e&after=0", f"/v1/chain?scope={TOWN}&seqs=",
    f"/v1/chain?scope={TOWN}&seqs=1;2",
    f"/v1/chain?scope={TOWN}&seqs=" + ",".join(["1"] * 5000), "/v1/snapshot", "/v1/snapshot?scope=nowhere",
    "/v1/snapshot?scope=510113002", "/v1/pull?scope=510113002&epoch=e&after=0",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_queries(hub: ServedHub, device: Device, query: str) -> None:
    with hub.client() as http:
        answer = http.get(query, headers=device.headers)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.status_code == 431 or is_trouble(answer)


@pytest.mark.parametrize("token", ["", "x", "a" * 600, "%00", "Zürich", "' or 1=1 --"])
@pytest.mark.parametrize("scheme", ["Bearer", "Basic", "bearer", ""])
def test_tokens(hub: ServedHub, scheme: str, token: str) -> None:
    before = len(hub.log)
    got = said(hub, head("GET", "/v1/hello", f"authorization: {scheme} {token}\r\n"))
    assert got.startswith(b"HTTP/1.1 401 "), got[:100]
    assert json.loads(got.split(b"\r\n\r\n")[1])["code"] == "not_enrolled"
    assert len(token) < 2 or token not in json.dumps(hub.log[before:], ensure_ascii=False)


FIELD = {
    "/v1/reports": [
        b"", b"{", b"[]", b"null", b'{"title":""}', b'{"title":"   "}', b'{"title":"a\\u0000b"}',
        b'{"title":"\\ud800"}',
        b'{"title":"x","lon":NaN,"lat":1}', b'{"title":"x","lon":1e999,"lat":1}',
        b'{"title":"x","lon":Infinity,"lat":0}',
        b'{"title":"x","at":99999999999999999999}', b'{"title":"x","at":-1}', b'{"title":"x","severity":5}',
        b'{"title":"x","severity":true}', b'{"title":"x","severity":"\xd9\xa3"}',
        b'{"title":"x","phone":"\xd9\xa3"}',
        b'{"title":"x","place":"\\u0000"}', b'{"title":"x","other":1}', b'{"title":' + b"[" * 15_000,
        b'{"title":"' + b"x" * 17_000 + b'"}', b'{"title":"x","' + b"k" * 9_000 + b'":1}',
    ],
    "/v1/acts": [
        b"", b"[]", b'{"incident":"x","kind":"note"}', b'{"incident":"%b","kind":""}' % (b"0" * 32),
        b'{"incident":"%b","kind":"note","body":{"a":9223372036854775808999}}' % (b"0" * 32),
        b'{"incident":"%b","kind":"note","body":{"a":NaN}}' % (b"0" * 32),
        b'{"incident":"%b","kind":"note","body":{"a":1e999}}' % (b"0" * 32),
        b'{"incident":"%b","kind":"note","body":{"a":"\\u0000"}}' % (b"0" * 32),
        b'{"incident":"%b","kind":"note","body":{"a":"\\ud800"}}' % (b"0" * 32),
        b'{"incident":"%b","kind":"note","body":{"a":%b}}' % (b"0" * 32, b"[" * 190 + b"]" * 190),
        b'{"incident":"%b","kind":"note","body":{"a":%b}}' % (b"0" * 32, b"[" * 9_000 + b"]" * 9_000),
        b'{"incident":"%b","kind":"note","kind":"note","body":[]}' % (b"0" * 32),
    ],
}  # fmt: skip


@pytest.mark.parametrize("path", FIELD)
def test_what_people_in_the_field_send(hub: ServedHub, device: Device, path: str) -> None:
    with hub.client() as http:
        for raw in FIELD[path]:
            headers = {**device.headers, "content-type": "application/json"}
            answer = http.post(path, content=raw, headers=headers)
            assert 400 <= answer.status_code < 500, (raw[:60], answer.text)
            assert is_trouble(answer), raw[:60]
            assert len(answer.content) < 2_000
            assert not re.search(r"orjson|pydantic|Rust|Python|recursion", answer.text, re.IGNORECASE), (
                answer.text
            )
            assert hub.wait_for_line(id=answer.headers["x-request-id"])["event"] == "refused"
        for key in ("", "x" * 65, "a b", "\x7f"):
            headers = {**device.headers, "idempotency-key": key}
            answer = http.post(path, json={"title": "x"}, headers=headers)
            assert answer.status_code in {400, 422}, (key, answer.text)


LISTS = [
    "limit=-1", "limit=0", "limit=201", "limit=99999999999999999999", "limit=5%D9%A3", "limit=%EF%BC%95",
    "limit=1e2",
    "offset=-1", "offset=100001", "offset=" + "9" * 30, "text=a%00b", "text=" + "x" * 65, "text=x",
    "sort=body",
    "sort=number;drop", "severity=0", "severity=%D9%A3", "state=none", "town=%00", "descending=2",
    "limit=1&limit=2",
    "town=" + "&town=".join(["a"] * 41),
]  # fmt: skip


@pytest.mark.parametrize("query", LISTS, ids=range(len(LISTS)))
def test_what_a_list_is_asked(hub: ServedHub, device: Device, query: str) -> None:
    with hub.client() as http:
        answer = http.get(f"/v1/incidents?{query}", headers=device.headers)
    assert answer.status_code == 422, answer.text
    assert is_trouble(answer)


def test_what_follows_a_request_on_its_line(hub: ServedHub) -> None:
    """Garbage behind a whole request is no part of it: the first is answered, the line is closed."""
    got = said(
        hub, b"GET /health HTTP/1.1\r\nhost: h\r\n\r\n\x00\xff garbage \r\n\r\nGET /metrics HTTP/1.1\r\n\r\n"
    )
    statuses = re.findall(rb"HTTP/1\.1 (\d\d\d)", got)
    assert set(statuses) <= {b"200", b"400"}
    assert b"hub_requests_total" not in got
    hub.wait_for_line(event="refused", status=400, detail="not HTTP")
