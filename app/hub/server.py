"""The hub's processes behind one port: one worker in this very process, or several that it looks after."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import socket
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from app.hub.journal import open_journal
from app.hub.worker import GRACE, serve, work

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.hub.parts import HubParts
    from app.hub.worker import Serving

BACKLOG = 1024
LOOK = 3600.0
"""s between two looks at the certificate."""

AGAIN = 1.0
"""s before a worker that died is replaced."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whom to tell: ``announce`` is called with the port when every worker serves."""

    announce: Callable[[int], None]


def bind(host: str, port: int) -> socket.socket:
    """The listening socket that all workers share; OSError where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


def run_one(
    serving: Serving, sock: socket.socket, make_parts: Callable[[Serving], HubParts], place: Place
) -> int:
    """Serve in this process; the exit code."""
    port = int(sock.getsockname()[1])
    serve(serving, sock, make_parts, lambda: place.announce(port))
    return 0


def run_many(
    serving: Serving,
    sock: socket.socket,
    make_parts: Callable[[Serving], HubParts],
    place: Place,
    renewed: Callable[[], bool],
) -> int:
    """Serve by ``serving.workers`` processes; the exit code.

    ``renewed`` is asked every hour whether the certificate is a new one: workers then begin anew in turn.
    """
    open_journal()
    folder = Path(serving.data) / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return _Pool(serving, sock, make_parts, place).run(renewed)


class _Stop(Exception):
    """The signal to stop, raised where the pool waits."""


class _Pool:
    def __init__(
        self, serving: Serving, sock: socket.socket, make_parts: Callable[[Serving], HubParts], place: Place
    ) -> None:
        self._serving, self._sock, self._make_parts, self._place = serving, sock, make_parts, place
        self._spawn = multiprocessing.get_context("spawn")
        self._workers: list[Any] = []
        self._log = structlog.get_logger("hub")
        self._stopping = False

    def run(self, renewed: Callable[[], bool]) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
        try:
            started = [self._begin() for _ in range(self._serving.workers)]
            if not all(self._is_ready(ready) for ready in started):
                return 1
            self._place.announce(int(self._sock.getsockname()[1]))
            self._look_after(renewed)
        except _Stop:
            pass
        finally:
            self._stopping = True
            self._end(self._workers)
        return 0

    def _told_to_stop(self, *_args: object) -> None:
        if not self._stopping:
            self._stopping = True
            raise _Stop

    def _begin(self) -> Any:
        mine, theirs = self._spawn.Pipe(duplex=False)
        worker = self._spawn.Process(
            target=work, args=(self._serving, self._sock, self._make_parts, theirs), name="hub-worker"
        )
        worker.start()
        theirs.close()
        self._workers.append(worker)
        return mine

    def _is_ready(self, ready: Any) -> bool:
        try:
            return bool(ready.recv())
        except EOFError:
            return False
        finally:
            ready.close()

    def _look_after(self, renewed: Callable[[], bool]) -> None:
        due = time.monotonic() + LOOK
        while True:
            wait([w.sentinel for w in self._workers], max(0.0, due - time.monotonic()))
            for worker in [w for w in self._workers if not w.is_alive()]:
                self._log.error("worker died", pid=worker.pid, code=worker.exitcode)
                self._forget(worker)
                time.sleep(AGAIN)
                self._is_ready(self._begin())
            if time.monotonic() >= due:
                due += LOOK
                if renewed():
                    self._begin_anew()

    def _begin_anew(self) -> None:
        for worker in list(self._workers):
            self._is_ready(self._begin())
            self._end([worker])
            self._forget(worker)

    def _forget(self, worker: Any) -> None:
        self._workers.remove(worker)
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]

    def _end(self, workers: list[Any]) -> None:
        for worker in workers:
            worker.terminate()
        until = time.monotonic() + GRACE + 1
        for worker in workers:
            worker.join(max(0.0, until - time.monotonic()))
            if worker.is_alive():
                self._log.error("worker did not stop", pid=worker.pid)
                worker.kill()
                worker.join()


def announced(url: str, ready_file: Path | None) -> None:
    """The ready signal: a line on standard output, and a file that holds the address."""
    if ready_file is not None:
        fresh = ready_file.with_name(ready_file.name + ".new")
        fresh.write_text(url + "\n", "utf-8")
        fresh.replace(ready_file)
    sys.stdout.write(f"hub ready {url}\n")
    sys.stdout.flush()
