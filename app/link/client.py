"""The hub over HTTP (``app.ports.link.Upstream``): every failure comes as a ``LinkProblem``."""

from __future__ import annotations

import contextlib
import itertools
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx2
import orjson
import zstandard

from app.link import wire
from app.link.digest import HEADER, digest_of, fits
from app.link.lines import Lines
from app.link.server_events import pokes_of
from app.link.snapshot_stream import StreamedSnapshot
from app.link.trouble import problem_of, told_as_problem, trust
from app.ports.gate import Signed
from app.ports.link import PULL_OPS, LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.domain.op import Origin
    from app.ports.link import Hello, OrderedOp, Poke, PullPage, Pushed, PushPage, Snapshot
    from app.ports.rows import Person

COMPRESSED_FROM = 1024
"""Bodies above so many octets go compressed."""

CONNECT, READ, WRITE = 5.0, 30.0, 20.0
"""Seconds without a sign of life, after which a call is given up."""

LONGEST_CALL, LONGEST_SNAPSHOT = 120.0, 1800.0
"""Seconds after which a call that crawls is given up: the next asks for less."""

POKE_SILENCE = 40.0
"""The hub pings every 15 s; a line that is silent for longer is dead."""

REQUEST = "x-asked"
"""Names each request; a hub says it again in its answer."""

LARGEST_ANSWER = 256 * 1024 * 1024
RENEWED_BEFORE = 60.0
"""A token is renewed so many seconds before it ends."""


class HubClient:
    """The hub at ``url``, as the device ``device`` with its ``secret``.

    ``ca_pem`` is the only authority that is trusted; empty for the machine's own. A call is given up after
    ``silence`` s without a sign of life. Safe from any thread.
    """

    def __init__(self, url: str, ca_pem: str, device: str, secret: str, *, silence: float = READ) -> None:
        self._device = device
        self._secret = secret
        self._silence = silence
        self._lines = Lines()
        self._token = ""
        self._token_until = 0.0
        self._turn = threading.Lock()
        self._life = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self._http = httpx2.Client(
            base_url=url.rstrip("/"),
            verify=trust(url, ca_pem),
            trust_env=False,
            timeout=httpx2.Timeout(CONNECT, read=silence, write=WRITE),
            limits=httpx2.Limits(max_connections=4, max_keepalive_connections=2, keepalive_expiry=60.0),
            headers={"accept-encoding": wire.ZSTD, "user-agent": f"grid-command/{wire.VERSION}"},
        )

    def hello(self) -> Hello:
        """Scopes with their heads and epochs."""
        raw = self._ask("GET", "hello")
        with told_as_problem("hello"):
            return wire.hello_of(raw)

    def push(self, page: PushPage) -> Pushed:
        """Hand up a page; harmless when repeated."""
        raw = self._ask("POST", "push", body=wire.push_bytes(page))
        with told_as_problem("push"):
            return wire.pushed_of(raw)

    def pull(self, scope: str, epoch: str, after: int, own: Origin, limit: int = PULL_OPS) -> PullPage:
        """The rows after a place; ``BAD_PAGE`` where the answer is to another question."""
        raw = self._ask("GET", "pull", {
            "scope": scope, "epoch": epoch, "after": after, "limit": limit,
            "device": own.device, "incarnation": own.incarnation,
        })  # fmt: skip
        with told_as_problem("pull"):
            page = wire.pull_page(raw)
        if (page.scope, page.epoch, page.after) != (scope, epoch, after):
            raise LinkProblem(LinkTrouble.BAD_PAGE, f"pull: {page.scope} {page.epoch} {page.after}")
        return page

    def snapshot(self, scope: str) -> Snapshot:
        """The scope's state now; the pieces come while it is read."""
        held = StreamedSnapshot(self._pieces("snapshot", {"scope": scope}))
        if held.head.scope != scope:
            raise LinkProblem(LinkTrouble.BAD_PAGE, f"snapshot: {held.head.scope}")
        return held

    def chain_at(self, scope: str, seqs: Sequence[int]) -> dict[int, bytes]:
        """The hub's chain after each of these rows; rows that it does not have are left out."""
        raw = self._ask("GET", "chain", {"scope": scope, "seqs": ",".join(map(str, seqs))})
        with told_as_problem("chain"):
            told = {int(seq): bytes.fromhex(chain) for seq, chain in orjson.loads(raw).items()}
        asked = set(seqs)
        return {seq: chain for seq, chain in told.items() if seq in asked}

    def hand_in(self, scope: str, ops: Sequence[OrderedOp], persons: Sequence[Person]) -> int:
        """Give back what the hub has lost; how many ops it did not know."""
        raw = self._ask("POST", "hand_in", body=wire.hand_in_bytes(scope, ops, persons))
        with told_as_problem("hand_in"):
            return int(orjson.loads(raw)["taken"])

    def pokes(self) -> Iterator[Poke]:
        """Server-sent news, until the line breaks. The first is empty: from here on none is missed."""
        return pokes_of(self._pieces("pokes", {}, silence=POKE_SILENCE, longest=None))

    def sign_in(self, user: str, password: str) -> Signed:
        """Sign a person in at this device; ``SIGN_IN`` or ``LOCKED_OUT`` (with its wait) where not."""
        raw = self._ask("POST", "sign_in", body=orjson.dumps({"user": user, "password": password}))
        with told_as_problem("sign_in"):
            told = orjson.loads(raw)
            return Signed(
                str(told["user"]), str(told["name"]), str(told["role"]), tuple(map(str, told["scopes"]))
            )

    def hang_up(self) -> None:
        """End every call that is under way, from any thread; each raises ``NO_LINE``."""
        self._lines.hang_up()

    def close(self) -> None:
        """Let go of the connections."""
        self._lines.hang_up()
        self._http.close()

    def _ask(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: bytes | None = None
    ) -> bytes:
        """The answer's body, whole and as it was sent; with a fresh token where the hub wants one."""
        try:
            return self._call(method, path, params, body, self._bearer())
        except LinkProblem as problem:
            if problem.code is not LinkTrouble.NOT_ENROLLED:
                raise
        self._forget_token()
        return self._call(method, path, params, body, self._bearer())

    def _bearer(self) -> str:
        with self._turn:
            if not self._token or time.monotonic() >= self._token_until:
                asked = orjson.dumps({"device": self._device, "secret": self._secret})
                raw = self._call("POST", "token", None, asked, "")
                with told_as_problem("token"):
                    told = orjson.loads(raw)
                    self._token = str(told["token"])
                    lasts = float(told["expires_in"])
                self._token_until = time.monotonic() + max(lasts - RENEWED_BEFORE, lasts / 2)
            return self._token

    def _forget_token(self) -> None:
        with self._turn:
            self._token = ""

    def _call(
        self, method: str, path: str, params: Mapping[str, Any] | None, body: bytes | None, bearer: str
    ) -> bytes:
        with self._open(method, path, params, body, bearer) as answer:
            told = answer.headers.get(REQUEST)
            if told is not None and told != answer.request.headers[REQUEST]:
                # A request that arrived twice is answered twice: this answer is to the one before.
                raise LinkProblem(LinkTrouble.NO_LINE, f"{path}: an answer to another request")
            raw = _whole(answer, time.monotonic() + LONGEST_CALL)
            if not fits(raw, answer.headers.get(HEADER)):
                raise LinkProblem(LinkTrouble.BAD_PAGE, f"{path}: digest")
            plain = _plain(raw, answer.headers.get("content-encoding", ""))
            if not answer.is_success:
                raise problem_of(answer.status_code, plain, answer.headers.get("retry-after"))
            return plain

    def _pieces(
        self,
        path: str,
        params: Mapping[str, Any],
        silence: float | None = None,
        longest: float | None = LONGEST_SNAPSHOT,
    ) -> Iterator[bytes]:
        """The answer's octets as they come, still compressed."""
        until = None if longest is None else time.monotonic() + longest
        with self._open("GET", path, params, None, self._bearer(), silence) as answer:
            if not answer.is_success:
                plain = _plain(
                    _whole(answer, time.monotonic() + READ), answer.headers.get("content-encoding", "")
                )
                problem = problem_of(answer.status_code, plain, answer.headers.get("retry-after"))
                if problem.code is LinkTrouble.NOT_ENROLLED:
                    self._forget_token()
                raise problem
            yield b""
            for piece in answer.iter_raw():
                yield piece
                if until is not None and time.monotonic() > until:
                    raise LinkProblem(LinkTrouble.TOO_SLOW, path)

    @contextlib.contextmanager
    def _open(
        self, method: str, path: str, params: Mapping[str, Any] | None, body: bytes | None, bearer: str,
        silence: float | None = None,
    ) -> Iterator[httpx2.Response]:  # fmt: skip
        if self._lines.hung_up:
            raise LinkProblem(LinkTrouble.NO_LINE, "hung up")
        headers = {REQUEST: f"{self._life}-{next(self._numbers)}"}
        if bearer:
            headers["authorization"] = f"Bearer {bearer}"
        if body is not None:
            headers["content-type"] = "application/json"
            if len(body) > COMPRESSED_FROM:
                body = zstandard.ZstdCompressor(level=3, write_checksum=True).compress(body)
                headers["content-encoding"] = wire.ZSTD
            headers[HEADER] = digest_of(body)
        with (
            told_as_problem(path),
            self._http.stream(
                method, f"/v{wire.VERSION}/{path}", params=params, content=body, headers=headers,
                timeout=httpx2.Timeout(CONNECT, read=silence or self._silence, write=WRITE),
                extensions={"trace": self._lines.watch},
            ) as answer,
        ):  # fmt: skip
            yield answer


def _whole(answer: httpx2.Response, until: float) -> bytes:
    pieces: list[bytes] = []
    size = 0
    for piece in answer.iter_raw():
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST_ANSWER:
            raise LinkProblem(LinkTrouble.BAD_PAGE, "an answer without end")
        if time.monotonic() > until:
            raise LinkProblem(LinkTrouble.TOO_SLOW, "the answer crawls")
    return b"".join(pieces)


def _plain(raw: bytes, encoding: str) -> bytes:
    """The body as it was before it was compressed; ``BAD_PAGE`` where it is not whole."""
    if encoding.strip().lower() != wire.ZSTD:
        return raw
    unpacker = zstandard.ZstdDecompressor().decompressobj()
    try:
        plain = unpacker.decompress(raw)
    except zstandard.ZstdError as error:
        raise LinkProblem(LinkTrouble.BAD_PAGE, str(error)) from error
    if not unpacker.eof or len(plain) > LARGEST_ANSWER:
        raise LinkProblem(LinkTrouble.BAD_PAGE, "cut short")
    return plain
