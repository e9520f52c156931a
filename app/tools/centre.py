"""``main.py centre``: hub, desktop and simulated people in the field together, on demonstration data.

Every part is the real one in a process of its own, and they speak HTTP over TLS: what is seen here is what a
centre would see. All of it lies in one folder, which goes when the window is closed.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from app.tools.arguments import whole_number

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from app.tools.wording import Wording

OFFICER = "duty"
PEOPLE = ((OFFICER, "duty_officer"), ("field", "supervisor"))
PATIENCE = 60.0
"""s within which a part must have come up or gone down."""


class CentreFailed(Exception):
    """A part did not come up; its own last words."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``centre``."""
    parser.add_argument(
        "--actors", type=whole_number, default=12, help="在场模拟人员数 simulated people (12)"
    )
    parser.add_argument(
        "--no-window",
        type=whole_number,
        metavar="SECONDS",
        default=0,
        help="不开窗口，运行若干秒后报告 no window, so long, then a report",
    )
    parser.add_argument("--theme", choices=("dark", "light"), help="主题 theme")


def run(args: argparse.Namespace, program: Sequence[str], wording: Wording) -> int:
    """Bring everything up, wait for the window's end, take everything down; the exit code."""
    with tempfile.TemporaryDirectory(prefix="grid-command-centre-") as folder:
        centre = _Centre(Path(folder), program, wording)
        try:
            with centre.hub():
                centre.enrol()
                with centre.people(args.actors):
                    return centre.window(args.theme) if not args.no_window else centre.watch(args.no_window)
        except CentreFailed as failed:
            print(wording("centre", "failed", why=failed), file=sys.stderr)
            return 1


class _Centre:
    def __init__(self, folder: Path, program: Sequence[str], wording: Wording) -> None:
        self._folder, self._program, self._say = folder, program, wording
        self._hub = folder / "hub"
        self._store = ("--store", str(folder / "desktop.db"), "--plain")
        self._password = secrets.token_urlsafe(12)
        with contextlib.closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = str(probe.getsockname()[1])
        self._url = f"https://127.0.0.1:{self._port}"

    def _tell(self, code: str, **what: object) -> None:
        print(self._say("centre", code, **what), flush=True)

    def _done(self, *words: str, stdin: str = "") -> str:
        """Run a command to its end and return what it said."""
        done = subprocess.run(
            (*self._program, *words), input=stdin, capture_output=True, text=True, timeout=PATIENCE * 3,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise CentreFailed(f"{' '.join(words[:2])}: {(done.stderr or done.stdout).strip()[-600:]}")
        return done.stdout

    @contextlib.contextmanager
    def hub(self) -> Iterator[None]:
        """The hub, made and listening."""
        self._tell("hub")
        where = ("--data", str(self._hub))
        self._done("hub", "init", *where)
        for name, role in PEOPLE:
            password = ("--password", self._password)
            self._done("hub", "users", "add", name, "--role", role, "--scope", "*", *password, *where)
        log = (self._folder / "hub.log").open("wb")
        serve = ("hub", "serve", "--host", "127.0.0.1", "--port", self._port, *where)
        with log, subprocess.Popen(
            (*self._program, *serve), stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        ) as process:  # fmt: skip
            try:
                self._wait_for_ready(process)
                yield
            finally:
                _ended(process)

    def _wait_for_ready(self, process: subprocess.Popen[str]) -> None:
        ready = threading.Event()

        def listen() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                if "ready" in line:
                    ready.set()

        threading.Thread(target=listen, daemon=True).start()
        if not ready.wait(PATIENCE):
            raise CentreFailed((self._folder / "hub.log").read_text("utf-8", "replace")[-600:])

    def enrol(self) -> None:
        """The desktop becomes a device of the hub, takes the lists, and brings eight days of its own."""
        self._tell("enrol")
        where = ("--data", str(self._hub))
        told = self._done("hub", "enrol", "--scope", "*", "--name", "district", *where)
        code = re.search(r"#([^\s]+)", told)
        if code is None:
            raise CentreFailed(told[-600:])
        self._done("link", "enrol", f"{self._url}/#{code[1]}", *self._store)
        self._done("link", "sign-in", OFFICER, *self._store, stdin=f"{self._password}\n")
        self._done("link", "sync", *self._store)
        self._tell("story")
        self._done("demo", *self._store)
        self._done("link", "sync", *self._store)

    @contextlib.contextmanager
    def people(self, actors: int) -> Iterator[None]:
        """Residents, patrols and grid members who speak to the hub as their phones would."""
        if not actors:
            yield
            return
        self._tell("people", n=actors)
        log = (self._folder / "field.log").open("wb")
        words = (
            "field", "--url", self._url, "--ca", str(self._hub / "ca.pem"), "--actors", str(actors),
            "--user", "field", "--password-env", "GRID_FIELD_PASSWORD",
        )  # fmt: skip
        env = {**os.environ, "GRID_FIELD_PASSWORD": self._password}
        with log, subprocess.Popen(
            (*self._program, *words), stdout=log, stderr=log, env=env, start_new_session=True
        ) as process:  # fmt: skip
            try:
                yield
            finally:
                _ended(process)

    def window(self, theme: str | None) -> int:
        """The desktop until it is closed."""
        self._tell("window", user=OFFICER, password=self._password)
        dressed = ("--theme", theme) if theme else ()
        return subprocess.run((*self._program, "desktop", *self._store, *dressed), check=False).returncode

    def watch(self, seconds: int) -> int:
        """Without a window: let the people work for a while, and tell what has come to this desktop."""
        threading.Event().wait(seconds)
        self._done("link", "sync", *self._store)
        print(self._done("link", "status", *self._store).strip())
        print(self._done("hub", "status", "--data", str(self._hub)).strip())
        return 0


def _ended(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """Ask it to stop; what does not listen is ended."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
