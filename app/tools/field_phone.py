"""A phone as the hub hears it: signs in, sends a thing until it has been answered, once and not twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2

from app.link.trouble import trust

if TYPE_CHECKING:
    import random

PATIENCE = 20.0
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
NOT_NOW = frozenset({408, 425, 429, 500, 502, 503, 504})


class NotLetIn(Exception):
    """The hub does not take this name and password."""


@dataclass(slots=True)
class Heard:
    """What the hub has answered so far, over all phones."""

    reported: int = 0
    known: int = 0
    acts: int = 0
    refused: int = 0
    waited: int = 0
    why: dict[str, int] = field(default_factory=dict)


class Line:
    """The phones' way to the hub, with one person's token that all of them use."""

    def __init__(self, url: str, ca: str, user: str, password: str, chance: random.Random) -> None:
        self._client = httpx2.AsyncClient(
            base_url=url, verify=trust(url, ca), timeout=PATIENCE, trust_env=False,
            limits=httpx2.Limits(max_connections=64, max_keepalive_connections=64),
        )  # fmt: skip
        self._person = {"user": user, "password": password}
        self._chance = chance
        self._token = ""
        self._signing = asyncio.Lock()
        self.heard = Heard()

    async def sign_in(self) -> None:
        """A session; waits for a hub that is not there yet. ``NotLetIn``."""
        stale = self._token
        async with self._signing:
            if self._token != stale:
                return
            answer = await self._until_answered("POST", "/v1/session", self._person, {})
            if answer.status_code != 200:
                raise NotLetIn(str(answer.status_code))
            self._token = str(answer.json()["token"])

    async def ask(self, path: str, **asked: str | int) -> Any:
        """What a list answers; None where it is refused."""
        answer = await self._signed("GET", path, None, {}, asked)
        return answer.json() if answer.status_code == 200 else None

    async def send(self, path: str, body: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        """Send until there is an answer, under one key: a reply that was lost does no harm."""
        answer = await self._signed("POST", path, body, {"idempotency-key": key}, {})
        told: dict[str, Any] = answer.json()
        return answer.status_code, told

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    async def _signed(
        self, method: str, path: str, body: Any, headers: dict[str, str], asked: dict[str, str | int]
    ) -> httpx2.Response:
        while True:
            bearer = {"authorization": f"Bearer {self._token}"}
            answer = await self._until_answered(method, path, body, headers | bearer, asked)
            if answer.status_code != 401:
                return answer
            await self.sign_in()

    async def _until_answered(
        self,
        method: str,
        path: str,
        body: Any,
        headers: dict[str, str],
        asked: dict[str, str | int] | None = None,
    ) -> httpx2.Response:
        wait = FIRST_WAIT
        while True:
            told = 0.0
            try:
                answer = await self._client.request(method, path, json=body, headers=headers, params=asked)
                if answer.status_code not in NOT_NOW:
                    return answer
                after = answer.headers.get("retry-after", "")
                told = float(after) if after.isdigit() else 0.0
            except httpx2.LocalProtocolError:
                raise  # a request that we have made wrongly
            except httpx2.TransportError:
                pass  # the line, or a hub that is being restarted
            self.heard.waited += 1
            await asyncio.sleep(max(wait, told) * self._chance.uniform(0.7, 1.3))
            wait = min(wait * 2, LONGEST_WAIT)
