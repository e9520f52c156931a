"""A hub as it is run: ``main.py hub init`` and ``serve`` over its own database, and what enrols at it."""

from __future__ import annotations

import json
import re
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2

from app.domain.op import Origin
from app.link import wire
from app.link.keys import new_pair, public_part
from app.ports.link import PushPage, SentOp
from tests.contract.program import ROOT, environment, program
from tests.support.matters import MATTER

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DISTRICT", "OTHER", "PASSWORD", "ROOT", "TOWN", "Device", "ServedHub", "is_trouble", "program"]
DISTRICT, TOWN, OTHER = "510113", "510113102", "510113002"
PASSWORD = "twelve-letters"
PATIENCE = 30.0


@dataclass
class ServedHub:
    """``hub serve`` as a process; its log is read line by line."""

    data: Path
    database: str
    workers: int = 1
    tls: bool = False
    url: str = ""
    log: list[dict[str, Any]] = field(default_factory=list)
    process: Any = None

    def begin(self) -> None:
        """Set it up and serve."""
        done = program("init", "--database", self.database, data=self.data)
        assert done.returncode == 0, done.stderr
        self.serve()

    def begin_like(self, folder: Path, database: str) -> None:
        """Serve a copy of one that was set up before."""
        shutil.copytree(folder, self.data, dirs_exist_ok=True)
        kept = self.data / "hub.json"
        kept.write_text(json.dumps(json.loads(kept.read_text("utf-8")) | {"database": database}), "utf-8")
        self.serve()

    def serve(self) -> None:
        """Serve, and wait until it is ready."""
        told = self.data / "ready"
        told.unlink(missing_ok=True)
        args = [
            sys.executable, str(ROOT / "main.py"), "hub", "serve", "--data", str(self.data), "--port", "0",
            "--host", "127.0.0.1", "--workers", str(self.workers), "--ready-file", str(told),
        ]  # fmt: skip
        self.process = subprocess.Popen(
            [*args, *([] if self.tls else ["--no-tls"])],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(self.data),
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        line = self.process.stdout.readline()
        assert line.startswith("hub ready "), self.log
        self.url = line.split()[2]
        assert told.read_text("utf-8").strip() == self.url

    def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit code, and how long it took, s."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        took = time.monotonic() - began
        self._reader.join(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()
        return code, took

    def lines(self, **wanted: object) -> list[dict[str, Any]]:
        """The log's lines that say all of this."""
        return [line for line in list(self.log) if all(line.get(k) == v for k, v in wanted.items())]

    def wait_for_line(self, **wanted: object) -> dict[str, Any]:
        """The first such line, waited for."""
        until = time.monotonic() + PATIENCE
        while not (found := self.lines(**wanted)):
            assert time.monotonic() < until, (wanted, self.log[-5:])
            threading.Event().wait(0.02)
        return found[0]

    def client(self) -> httpx2.Client:
        """A client with one connection of its own."""
        ca = self.data / "authority" / "ca.pem"
        verify = ssl.create_default_context(cafile=str(ca)) if self.tls else False
        return httpx2.Client(base_url=self.url, verify=verify, trust_env=False, timeout=PATIENCE)

    def device(self, name: str, scope: str = "*") -> Device:
        """Enrol a device by a code of the command line's."""
        done = program("enrol", "--scope", scope, "--name", name, "--json", data=self.data)
        assert done.returncode == 0, done.stderr
        code = json.loads(done.stdout)["code"]
        device = Device(self, f"device-{name}")
        with self.client() as http:
            told = http.post("/v1/enrol", json={
                "code": code, "device": device.id, "name": name, "key": public_part(new_pair()),
            })  # fmt: skip
            assert told.status_code == 200, told.text
            device.secret = told.json()["secret"]
            device.renew(http)
        return device

    def person(self, user: str, role: str, scope: str = "*") -> None:
        """An account."""
        done = program("users", "add", user, "--role", role, "--scope", scope, "--password", PASSWORD,
                       data=self.data)  # fmt: skip
        assert done.returncode == 0, done.stderr

    def _read_log(self) -> None:
        for line in self.process.stderr:
            try:
                self.log.append(json.loads(line))
            except ValueError:
                self.log.append({"event": "not json", "text": line})


@dataclass
class Device:
    """An enrolled device and its token."""

    hub: ServedHub
    id: str
    secret: str = ""
    token: str = ""
    n: dict[str, int] = field(default_factory=dict)
    last: int = 0

    def renew(self, http: httpx2.Client) -> None:
        """A fresh token."""
        told = http.post("/v1/token", json={"device": self.id, "secret": self.secret})
        assert told.status_code == 200, told.text
        self.token = told.json()["token"]

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def epoch(self, http: httpx2.Client, scope: str) -> str:
        """The scope's epoch at the hub."""
        hello = wire.hello_of(http.get("/v1/hello", headers=self.headers).content)
        return next(s.epoch for s in hello.scopes if s.scope == scope)

    def report(self, epoch: str, scope: str, actor: str, count: int = 1) -> bytes:
        """The body of a push of so many fresh reports."""
        ops = []
        for _ in range(count):
            self.last += 1
            body = {
                **MATTER,
                "number": f"弥1124-{self.last:02d}", "title": f"路灯不亮 {self.last}", "source": "patrol",
                "town": scope, "place": scope,
            }  # fmt: skip
            text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            at = 1_795_480_000_000 + self.last
            ops.append(SentOp(self.last, self.n.get(scope, 0), "report", f"{self.id}-{self.last}", at, at,
                              actor, 0, text))  # fmt: skip
            self.n[scope] = self.last
        return wire.push_bytes(PushPage(scope, epoch, Origin(self.id, "1" * 32), tuple(ops)))


def is_trouble(answer: httpx2.Response) -> bool:
    """Whether an answer has the one shape of trouble and tells nothing of the inside."""
    told = answer.json()
    leaks = re.search(r"Traceback|File \"|psycopg|sqlalchemy|/app/|/db/", answer.text)
    return set(told) == {"code", "detail"} and not leaks
