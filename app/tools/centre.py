"""``main.py centre``: hub, desktop and simulated people in the field together, on demonstration data.

Every part is the real one in a process of its own, and they speak HTTP over TLS: what is seen here is what a
centre would see. All of it lies in one folder, which goes when the window is closed.
"""

from __future__ import annotations

import contextlib
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from app.tools.arguments import whole_number
from app.tools.hub_process import PartFailed, Program, running_hub

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from app.tools.hub_process import RunningHub
    from app.tools.wording import Wording

OFFICER = "duty"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
PEOPLE = ((OFFICER, "duty_officer"), ("field", "supervisor"))


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


def run(args: argparse.Namespace, command: Sequence[str], wording: Wording) -> int:
    """Bring everything up, wait for the window's end, take everything down; the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # no hub is left behind
    with tempfile.TemporaryDirectory(prefix="grid-command-centre-") as folder:
        password = _password()
        program = Program(command, {"GRID_FIELD_PASSWORD": password})
        users = [(name, role, password) for name, role in PEOPLE]
        print(wording("centre", "hub"), flush=True)
        try:
            with running_hub(program, Path(folder) / "hub", users) as hub:
                centre = _Centre(Path(folder), hub, password, wording)
                centre.enrol()
                with centre.people(args.actors):
                    return centre.window(args.theme) if not args.no_window else centre.watch(args.no_window)
        except PartFailed as failed:
            print(wording("centre", "failed", why=failed), file=sys.stderr)
            return 1


def _password() -> str:
    """One that is easily read off a terminal and typed."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


class _Centre:
    def __init__(self, folder: Path, hub: RunningHub, password: str, wording: Wording) -> None:
        self._folder, self._hub, self._password, self._say = folder, hub, password, wording
        self._program = hub.program
        self._store = ("--store", str(folder / "desktop.db"), "--plain")

    def _tell(self, code: str, **what: object) -> None:
        print(self._say("centre", code, **what), flush=True)

    def enrol(self) -> None:
        """The desktop becomes a device of the hub, takes the lists, and brings eight days of its own."""
        self._tell("enrol")
        self._hub.enrol(self._store, "*", "district", OFFICER, self._password)
        self._program.done("link", "sync", *self._store)
        self._tell("story")
        self._program.done("demo", *self._store)
        self._program.done("link", "sync", *self._store)

    @contextlib.contextmanager
    def people(self, actors: int) -> Iterator[None]:
        """Residents, patrols and grid members who speak to the hub as their phones would."""
        if not actors:
            yield
            return
        self._tell("people", n=actors)
        words = (
            "field", "--url", self._hub.url, "--ca", str(self._hub.data / "authority" / "ca.pem"),
            "--actors", str(actors), "--user", "field", "--password-env", "GRID_FIELD_PASSWORD",
        )  # fmt: skip
        with self._program.beside(self._folder / "field.log", *words):
            yield

    def window(self, theme: str | None) -> int:
        """The desktop until it is closed."""
        self._tell("window", user=OFFICER, password=self._password)
        dressed = ("--theme", theme) if theme else ()
        return subprocess.run(
            (*self._program.command, "desktop", *self._store, *dressed), check=False
        ).returncode

    def watch(self, seconds: int) -> int:
        """Without a window: let the people work for a while, and tell what has come to this desktop."""
        threading.Event().wait(seconds)
        self._program.done("link", "sync", *self._store)
        print(self._program.done("link", "status", *self._store).strip())
        print(self._program.done("hub", "status", "--data", str(self._hub.data)).strip())
        return 0
