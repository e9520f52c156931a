"""A hub in a process of its own, made for the occasion: for benches and for the demonstration centre."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

PATIENCE = 90.0
"""s within which a part must have come up or gone down."""


class PartFailed(Exception):
    """A part of the program did not come up; its own last words."""


@dataclass(frozen=True, slots=True)
class Program:
    """The program itself, as others start it. ``environ`` is added to this process's own."""

    command: Sequence[str]
    environ: Mapping[str, str]

    def done(self, *words: str, stdin: str = "") -> str:
        """Run a command to its end and return what it said; ``PartFailed`` where it came to nothing."""
        done = subprocess.run(
            (*self.command, *words), input=stdin, capture_output=True, text=True, timeout=PATIENCE * 3,
            check=False, env={**os.environ, **self.environ},
        )  # fmt: skip
        if done.returncode:
            raise PartFailed(f"{' '.join(words[:2])}: {(done.stderr or done.stdout).strip()[-600:]}")
        return done.stdout

    @contextmanager
    def beside(self, log: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
        """A command that goes on until the block ends; what it says besides goes to ``log``."""
        with log.open("wb") as file, subprocess.Popen(
            (*self.command, *words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file, text=True,
            start_new_session=True, env={**os.environ, **self.environ},
        ) as process:  # fmt: skip
            try:
                yield process
            finally:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()


@dataclass(frozen=True, slots=True)
class RunningHub:
    """A hub that serves at ``url``; its files lie in ``data``."""

    program: Program
    data: Path
    url: str
    pid: int

    def invitation(self, scope: str, name: str) -> str:
        """What a new desktop of the scope enrols with."""
        told = self.program.done("hub", "enrol", "--data", str(self.data), "--scope", scope, "--name", name)
        found = re.search(r"https?://\S+#\S+", told)
        if found is None:
            raise PartFailed(told[-600:])
        return found[0]

    def enrol(self, store: Sequence[str], scope: str, name: str, user: str, password: str) -> None:
        """Make the store (``--store FILE …``) a device of the hub, and sign the user in."""
        self.program.done("link", "enrol", self.invitation(scope, name), *store)
        self.program.done("link", "sign-in", user, *store, stdin=f"{password}\n")


@contextmanager
def running_hub(
    program: Program, data: Path, users: Sequence[tuple[str, str, str]], *options: str, workers: int = 1
) -> Iterator[RunningHub]:
    """A hub in ``data``, made where there is none, with ``users`` (name, role, password) everywhere.

    ``options`` go to ``hub serve``.
    """
    where = ("--data", str(data))
    program.done("hub", "init", *where, "--host", "127.0.0.1")
    for name, role, password in users:
        program.done(
            "hub", "users", "add", name, "--role", role, "--scope", "*", "--password", password, *where
        )
    serve = (
        "hub",
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--workers",
        str(workers),
        *options,
        *where,
    )
    log = data.with_name(f"{data.name}.log")
    with program.beside(log, *serve) as process:
        yield RunningHub(program, data, _ready(process, log), process.pid)


def _ready(process: subprocess.Popen[str], log: Path) -> str:
    """The address, once the hub has said that it listens there."""
    found: list[str] = []
    heard = threading.Event()

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if told := re.search(r"ready\s+(https?://\S+)", line):
                found.append(told[1])
                heard.set()
        heard.set()

    threading.Thread(target=listen, daemon=True).start()
    if not heard.wait(PATIENCE) or not found:
        raise PartFailed(log.read_text("utf-8", "replace")[-600:])
    return found[0]
