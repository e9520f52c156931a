"""The program as processes: a hub, and desktops without a window, as two centres would run them."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.faults.altered import VARIABLE

ROOT = Path(__file__).resolve().parents[2]
KILLED = Path(__file__).with_name("killed.py")
PERIOD = "0.5"
"""s between two rounds of a desktop under test, so that a missed poke costs little of the test's time."""

SILENCE = 2.5
"""s without a sign of life after which a desktop under test gives up a call."""

PATIENCE = 30.0
"""s: how long an answer may take before the test says that the program hangs."""


class Died(Exception):
    """The process has ended before it answered."""


def environment(folder: Path, **more: str) -> dict[str, str]:
    """A desktop's or hub's surroundings: its own folders, nothing of this user's."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("GRID_", "XDG_"))}
    own = {
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_STATE_HOME": str(folder / "state"),
        "PYTHONUNBUFFERED": "1",
        "GRID_LINK_PERIOD": PERIOD,
    }
    made = {**inherited, **own, **more}
    made[VARIABLE] = f"silence={SILENCE};{made.get(VARIABLE, '')}"
    return made


def without(kind: str) -> dict[str, str]:
    """What makes a program an older one, in whose time there was no such kind of op."""
    return {VARIABLE: f"without={kind}"}


def wire(version: str) -> dict[str, str]:
    """What makes a program one of another wire."""
    return {VARIABLE: f"wire={version}"}


def program(*args: str, kill: str = "never") -> list[str]:
    """The command line; ``kill`` names the step at which it dies (``killed.py``)."""
    return [sys.executable, str(KILLED), kill, str(ROOT / "main.py"), *args]


def run(*args: str, folder: Path, stdin: str = "", check: bool = True, **more: str) -> str:
    """Run a command to its end and return what it said."""
    done = subprocess.run(
        program(*args), env=environment(folder, **more), input=stdin, capture_output=True, text=True,
        timeout=120, check=False, cwd=folder,
    )  # fmt: skip
    if check and done.returncode:
        raise AssertionError(f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


class Process:
    """A running program whose standard output is read line by line."""

    def __init__(self, args: list[str], env: dict[str, str], log: Path) -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            args, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
            start_new_session=True, cwd=log.parent,
        )  # fmt: skip
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def line(self, patience: float = PATIENCE) -> str:
        """The next line; ``Died`` where there is none any more, AssertionError where it takes too long."""
        try:
            found = self._lines.get(timeout=patience)
        except queue.Empty:
            raise AssertionError(f"no word within {patience} s; see {self._log.name}") from None
        if found is None:
            self._lines.put(None)
            raise Died(self._log.name)
        return found

    def say(self, words: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(words + "\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError) as error:
            raise Died(self._log.name) from error

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, number: int) -> None:
        if self.alive:
            os.killpg(self._process.pid, number)

    def end(self, number: int = signal.SIGKILL, patience: float = PATIENCE) -> int:
        """Signal the whole group and wait for its end; the exit code."""
        self.send(number)
        code = self._process.wait(patience)
        self._log.close()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        return code


class Desktop:
    """One desktop without a window: ``main.py agent`` over its store, spoken to in lines of JSON."""

    def __init__(self, name: str, folder: Path, **environ: str) -> None:
        self.name = name
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.store = folder / "store.db"
        self.environ = environ
        self._process: Process | None = None
        self._frozen_at: float | None = None
        self.odd = False

    def start(self, kill: str = "never", **environ: str) -> None:
        self.begin(kill, **environ)
        self.await_ready()

    def begin(self, kill: str = "never", **environ: str) -> None:
        """Start without waiting. ``odd``: it will die, or is not as the others are."""
        self.odd = kill != "never" or bool(environ)
        args = program("agent", "--store", str(self.store), "--plain", kill=kill)
        env = environment(self.folder, **{**self.environ, **environ})
        # Beside the folder, whose disk may be full or closed to writing.
        self._process = Process(args, env, self.folder.with_name(f"{self.name}.log"))

    def await_ready(self) -> None:
        assert self._process is not None
        ready = json.loads(self._process.line())
        assert ready.get("ready"), ready

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    def ask(self, do: str, **what: Any) -> dict[str, Any]:
        """One command, one answer; ``Died`` where the process has gone."""
        assert self._process is not None
        self.thaw()
        self._process.say(json.dumps({"do": do, **what}, ensure_ascii=False))
        answer: dict[str, Any] = json.loads(self._process.line())
        return answer

    def send(self, number: int) -> None:
        assert self._process is not None
        self._process.send(number)

    def freeze(self) -> None:
        """As a machine that is put to sleep: nothing of it runs, its connections stay as they are."""
        if self.alive and self._frozen_at is None:
            self.send(signal.SIGSTOP)
            self._frozen_at = time.monotonic()

    def thaw(self) -> None:
        """It goes on, later than any answer that it waited for may take."""
        if self._frozen_at is not None:
            slept = time.monotonic() - self._frozen_at
            time.sleep(max(0.0, SILENCE * 1.1 - slept))
            self._frozen_at = None
            self.send(signal.SIGCONT)

    def kill(self) -> None:
        self._frozen_at = None
        if self._process is not None:
            self._process.end()
            self._process = None

    def restart(self, kill: str = "never", **environ: str) -> None:
        self.kill()
        self.start(kill, **environ)


class Hub:
    """``main.py hub serve`` on one port, over a database of its own."""

    def __init__(self, folder: Path, database: str, port: int, workers: int = 1) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.database = database
        self.port = port
        self.workers = workers
        self._process: Process | None = None

    def command(self, *args: str, check: bool = True) -> str:
        """``main.py hub …``."""
        first, *rest = args
        where = ("--data", str(self.folder / "hub"), "--database", self.database)
        return run("hub", first, *where, *rest, folder=self.folder, check=check)

    def start(self, kill: str = "never", **environ: str) -> None:
        self.odd = kill != "never" or bool(environ)
        args = program(
            "hub", "serve", "--data", str(self.folder / "hub"), "--database", self.database, "--no-tls",
            "--host", "127.0.0.1", "--port", str(self.port), "--workers", str(self.workers), kill=kill,
        )  # fmt: skip
        self._process = Process(args, environment(self.folder, **environ), self.folder.with_name("hub.log"))
        while "ready" not in self._process.line():
            pass

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    def kill(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None

    def kill_worker(self) -> None:
        """One of several workers dies; the hub is to begin another."""
        assert self._process is not None
        parent = self._process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        served = [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        for pid in served[:1]:
            os.kill(pid, signal.SIGKILL)

    def stop(self) -> int:
        assert self._process is not None
        code = self._process.end(signal.SIGTERM)
        self._process = None
        return code

    def send(self, number: int) -> None:
        assert self._process is not None
        self._process.send(number)
