"""A hub, desktops of the district and of towns, a line for each; and what must be true of them."""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.faults import checks, template
from tests.faults.line import Line
from tests.faults.processes import Desktop, Died, Hub, run
from tests.support.postgres import fresh_database

if TYPE_CHECKING:
    from pathlib import Path

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

    def __str__(self) -> str:
        device, incarnation, n = self.name
        return f"{self.desk} {device[:8]}/{incarnation[-12:]}/{n} {self.kind} {self.body[:120]}"


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
    homes: dict[str, str] = field(default_factory=dict)
    users: set[str] = field(default_factory=set)
    backup: tuple[str, ...] = ()
    hub: Hub = None  # type: ignore[assignment]  # until it has begun

    def begin(self) -> None:
        """A hub with its people, every desktop enrolled and holding its scopes."""
        kept = template.of(self.names)
        for part in ("hub", *self.names):
            shutil.copytree(kept.folder / part, self.folder / part, dirs_exist_ok=True)
        self.users = set(kept.ports)
        self.hub = Hub(self.folder / "hub", fresh_database(template=kept.database), kept.port, self.workers)
        self.hub.start()
        for name in self.names:
            self.homes[name] = name
            self.lines[name] = Line(("127.0.0.1", kept.port), kept.ports[name])
            self.desks[name] = Desktop(name, self.folder / name)
            self.desks[name].begin()
        for desk in self.desks.values():
            desk.await_ready()

    def add_user(self, name: str) -> None:
        """The officer of this place, where there is none yet."""
        if name in self.users:
            return
        self.users.add(name)
        role = "supervisor" if name == "district" else "town_officer"
        self.hub.command(
            "users", "add", f"o-{name}", "--role", role, "--scope", scope_of(name), "--password", PASSWORD
        )

    def add_desktop(self, name: str, *, home: str = "", start: bool = True) -> Desktop:
        """A new desktop, at the desk of ``home``'s officer where that is another."""
        self.homes[name] = home or name
        line = self.lines[name] = Line(("127.0.0.1", self.hub.port))
        desk = self.desks[name] = Desktop(name, self.folder / name)
        self.enrol(name)
        if start:
            desk.start()
        assert line.url
        return desk

    def enrol(self, name: str) -> None:
        """Enrol the desktop, which is not running, and sign its officer in."""
        desk = self.desks[name]
        where = ("--store", str(desk.store), "--plain")
        run("link", "enrol", self.invitation(name), "--name", name, *where, folder=desk.folder)
        run("link", "sign-in", f"o-{self.homes[name]}", *where, folder=desk.folder, stdin=PASSWORD + "\n")

    def invitation(self, name: str) -> str:
        """A code for the desktop of this name, at the address of its own line."""
        told = self.hub.command("enrol", "--scope", scope_of(self.homes[name]), "--name", name)
        code = re.search(r"#(\S+)", told)
        assert code, told
        return f"{self.lines[name].url}/#{code[1]}"

    def clone(self, name: str, twin: str) -> Desktop:
        """The desktop's disk copied, as an image of a machine is; both run on, over one line."""
        desk = self.desks[name]
        desk.kill()
        shutil.copytree(desk.folder, self.folder / twin)
        self.homes[twin] = self.homes[name]
        self.lines[twin] = self.lines[name]
        made = self.desks[twin] = Desktop(twin, self.folder / twin)
        for one in (desk, made):
            one.begin()
        for one in (desk, made):
            one.await_ready()
        return made

    def back_up(self) -> None:
        """The hub's backup, made while it serves."""
        self.hub.command("backup", str(self.folder / "hub.gcbackup"))
        self.backup = tuple(self.desks)

    def restore(self) -> None:
        """The hub set back to its backup; desktops that it does not know any more are enrolled again."""
        self.hub.kill()
        self.hub.command("restore", "--yes", str(self.folder / "hub.gcbackup"))
        self.hub.start()
        for name in self.desks.keys() - self.backup:
            if self.lines[name] is self.lines[self.homes[name]]:
                continue  # a clone goes by its original's name
            self.lines[name].heal()
            self.desks[name].kill()
            self.enrol(name)
            self.desks[name].start()

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
        if self.hub.odd or not self.hub.alive:
            self.hub.kill()
            self.hub.start()
        for line in self.lines.values():
            line.let_go()
        begun = [desk for desk in self.desks.values() if desk.odd or not desk.alive]
        for desk in self.desks.values():
            desk.thaw()
        for desk in begun:
            desk.kill()
            desk.begin()
        for desk in begun:
            desk.await_ready()

    def wait_for_quiet(self, within: float = QUIET) -> None:
        """Ask until nothing waits anywhere and every cursor stands at its scope's head, the same for all."""
        deadline = time.monotonic() + within
        while True:
            answers = {name: desk.ask("quiet") for name, desk in self.desks.items()}
            if all(answer["quiet"] for answer in answers.values()) and _stand_alike(answers):
                return
            assert time.monotonic() < deadline, f"not quiet within {within} s: {_restless(answers)}"
            for desk in self.desks.values():
                desk.ask("sync", within=20)  # answers when a round is done

    def check(self) -> None:
        """What must be true of every world that has come to rest (``checks``)."""
        checks.check(self)

    def hub_rows(self) -> list[dict[str, Any]]:
        """The hub's ledger, by scope and place."""
        return checks.hub_rows(self)


def _stand_alike(answers: dict[str, dict[str, Any]]) -> bool:
    """Whether no one has moved a scope on after another had asked for it."""
    heads: dict[str, set[int]] = {}
    for answer in answers.values():
        for scope, cursor in answer["cursors"].items():
            heads.setdefault(scope, set()).add(cursor)
    return all(len(found) == 1 for found in heads.values())


def _restless(answers: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    told = ("quiet", "waiting", "behind", "trouble", "cursors")
    return {name: {k: a.get(k) for k in told} for name, a in answers.items()}


def scope_of(name: str) -> str:
    return "*" if name == "district" else TOWNS[name]
