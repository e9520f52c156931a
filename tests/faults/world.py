"""A hub, desktops of the district and of towns, a line for each; and what must be true of them."""

from __future__ import annotations

import atexit
import contextlib
import re
import shutil
import socket
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from tests.faults.line import Line
from tests.faults.processes import Desktop, Died, Hub, run
from tests.support.postgres import fresh_database

DISTRICT = "510113"
TOWNS = {
    "mimou": "510113102", "dawan": "510113002", "datong": "510113003", "chengxiang": "510113104",
    "yaodu": "510113106", "qingquan": "510113108", "fuhong": "510113111",
}  # fmt: skip
PASSWORD = "a long enough pass phrase 7"
QUIET = 90.0
"""s within which everything must have come together once the line is whole again."""

Name = tuple[str, str, int]


@dataclass
class Made:
    """An op whose making the desktop has acknowledged, as it was answered."""

    desk: str
    name: Name
    kind: str
    entity: str
    at: int
    made: int
    body: str


@dataclass(frozen=True)
class Kept:
    """What a world begins with: its files, its database's name, and the ports that its files name."""

    folder: Path
    database: str
    port: int
    ports: dict[str, int]


_KEPT: dict[tuple[str, ...], Kept] = {}


@dataclass
class World:
    """Everything that runs in one test."""

    folder: Path
    names: tuple[str, ...] = ("district", "mimou", "dawan")
    workers: int = 1
    desks: dict[str, Desktop] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    hub: Hub = None  # type: ignore[assignment]  # until it has begun

    def begin(self) -> None:
        """A hub with its people, every desktop enrolled and holding its scopes."""
        kept = _KEPT.get(self.names)
        if kept is None:
            kept = _KEPT[self.names] = self._prepare()
        shutil.copytree(kept.folder, self.folder, dirs_exist_ok=True)
        self.hub = Hub(self.folder / "hub", fresh_database(template=kept.database), kept.port, self.workers)
        self.hub.start()
        for name in self.names:
            self.lines[name] = Line(("127.0.0.1", kept.port), kept.ports[name])
            self.desks[name] = Desktop(name, self.folder / name)
            self.desks[name].begin()
        for desk in self.desks.values():
            desk.await_ready()

    def _prepare(self) -> Kept:
        """The same, made from nothing, once for all tests that begin alike."""
        folder = Path(tempfile.mkdtemp(prefix="grid-command-world-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        world = World(folder, self.names)
        world.hub = Hub(folder / "hub", fresh_database(), free_port())
        world.hub.command("init")
        for name in self.names:
            world.add_user(name)
        world.hub.start()
        for name in self.names:
            world.add_desktop(name, start=False)
            where = ("--store", str(world.desks[name].store), "--plain")
            run("link", "sync", *where, folder=world.desks[name].folder)
        world.hub.stop()
        ports = {name: line.port for name, line in world.lines.items()}
        for line in world.lines.values():
            line.close()
        return Kept(folder, str(make_url(world.hub.database).database), world.hub.port, ports)

    def add_user(self, name: str) -> None:
        role = "supervisor" if name == "district" else "town_officer"
        self.hub.command(
            "users", "add", f"o-{name}", "--role", role, "--scope", scope_of(name), "--password", PASSWORD
        )

    def add_desktop(self, name: str, *, start: bool = True) -> Desktop:
        line = self.lines[name] = Line(("127.0.0.1", self.hub.port))
        desk = self.desks[name] = Desktop(name, self.folder / name)
        self.enrol(name)
        if start:
            desk.start()
        assert line.url
        return desk

    def enrol(self, name: str) -> None:
        told = self.hub.command("enrol", "--scope", scope_of(name), "--name", name)
        code = re.search(r"#(\S+)", told)
        assert code, told
        where = ("--store", str(self.desks[name].store), "--plain")
        url = f"{self.lines[name].url}/#{code[1]}"
        run("link", "enrol", url, "--name", name, *where, folder=self.desks[name].folder)
        run("link", "sign-in", f"o-{name}", *where, folder=self.desks[name].folder, stdin=PASSWORD + "\n")

    def end(self) -> None:
        for desk in self.desks.values():
            desk.kill()
        for line in self.lines.values():
            line.close()
        if self.hub is not None:
            self.hub.kill()

    def do(self, name: str, act: str, **what: Any) -> dict[str, Any] | None:
        """One act at a desk; None where it died of it. What it acknowledges is remembered."""
        try:
            answer = self.desks[name].ask(act, **what)
        except Died:
            self.desks[name].kill()
            return None
        for op in answer.get("ops", ()):
            made = Made(
                name, (op["device"], op["incarnation"], op["n"]), op["kind"], op["entity"], op["at"],
                op["made"], op["body"],
            )  # fmt: skip
            self.made.append(made)
            if made.kind == "report" and op["outcome"] == "applied":
                self.incidents.append(made.entity)
        return answer

    # --- the end of every test ---

    def heal(self) -> None:
        """Everything that can be whole is whole again."""
        for line in self.lines.values():
            line.heal()
            line.let_go()
        if self.hub.doomed or not self.hub.alive:
            self.hub.kill()
            self.hub.start()
        for desk in self.desks.values():
            if desk.doomed or not desk.alive:
                desk.restart()

    def wait_for_quiet(self, within: float = QUIET) -> None:
        """Ask until nothing waits anywhere and every cursor stands at its scope's head."""
        deadline = time.monotonic() + within
        while True:
            answers = {name: desk.ask("quiet") for name, desk in self.desks.items()}
            if all(answer["quiet"] for answer in answers.values()):
                return
            assert time.monotonic() < deadline, f"not quiet within {within} s: {answers}"
            for desk in self.desks.values():
                desk.ask("sync", within=20)  # answers when a round is done

    def check(self) -> None:
        """The union of what was acknowledged is the hub's ledger, each once; all replicas are equal."""
        self.check_ledger()
        self.check_replicas()
        for desk in self.desks.values():
            state = desk.ask("state")
            assert state["waiting"] == 0, (desk.name, state)

    def hub_rows(self) -> list[dict[str, Any]]:
        with psycopg.connect(self.hub.database.replace("+psycopg", "")) as connection:
            rows = connection.execute(
                "SELECT o.scope, o.seq, g.device, g.incarnation, o.n, o.kind, o.entity, o.at, o.made, "
                "o.body, o.outcome, o.refusal FROM op o JOIN origin g ON g.id = o.origin "
                "ORDER BY o.scope, o.seq"
            )
            names = [column.name for column in rows.description or ()]
            return [dict(zip(names, row, strict=True)) for row in rows]

    def check_ledger(self) -> None:
        rows = self.hub_rows()
        names: dict[Name, int] = {}
        content: dict[tuple[Any, ...], int] = {}
        for row in rows:
            name = (row["device"], row["incarnation"], row["n"])
            names[name] = names.get(name, 0) + 1
            said = (row["kind"], row["entity"], row["at"], row["made"], row["body"])
            if not row["device"].startswith("hub:"):
                content[said] = content.get(said, 0) + 1
        twice = [name for name, n in names.items() if n > 1]
        assert not twice, f"more than once at the hub: {twice}"
        lost = [m for m in self.made if (m.kind, m.entity, m.at, m.made, m.body) not in content]
        assert not lost, f"{len(lost)} acknowledged ops are not at the hub, the first: {lost[0]}"
        doubled = [said for said, n in content.items() if n > 1]
        assert not doubled, f"under two names: {doubled[:3]}"
        for scope in {row["scope"] for row in rows}:
            seqs = [row["seq"] for row in rows if row["scope"] == scope]
            assert seqs == list(range(1, len(seqs) + 1)), f"{scope} is not dense"

    def check_replicas(self) -> None:
        """Every scope's rows alike on every desktop that holds it, and at the hub."""
        found: dict[str, dict[str, Any]] = {}
        for name, desk in self.desks.items():
            for scope, digest in desk.ask("digest")["scopes"].items():
                found.setdefault(scope, {})[name] = digest
        for scope, digests in found.items():
            whole = {name: d for name, d in digests.items() if d["whole"]}
            heads = {name: d["head"] for name, d in digests.items()}
            assert len(set(heads.values())) == 1, (scope, heads)
            for part in ("incidents", "assignments", "order"):
                values = {name: d[part] for name, d in whole.items()}
                assert len({str(v) for v in values.values()}) <= 1, (scope, part, values)
            records = {name: d["records"] for name, d in digests.items()}
            assert len(set(map(str, records.values()))) == 1, (scope, records)


def scope_of(name: str) -> str:
    return "*" if name == "district" else TOWNS[name]


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
