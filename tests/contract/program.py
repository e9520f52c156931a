"""``main.py hub …`` run to its end, again and again, without loading the program anew each time.

One process loads it and forks for every command: what is run has a process, streams and an exit code of its
own, as it has when it is typed.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_NURSE = """
import importlib, json, os, sys, traceback
sys.path.insert(0, sys.argv[1])
import main
import alembic.command, sqlalchemy, psycopg, app.bootstrap.commands
for name in ("init", "enrol", "users", "status", "serve", "backup", "devices"):
    importlib.import_module(f"app.hub.command_{name}")
for name in ("commands", "wiring", "bundles", "hub_key", "authority"):
    importlib.import_module(f"app.hub.{name}")
for line in sys.stdin:
    told = json.loads(line)
    child = os.fork()
    if child == 0:
        os.environ.clear()
        os.environ.update(told["env"])
        for number, name in enumerate(("/dev/null", told["out"], told["err"])):
            opened = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
            os.dup2(opened, number)
        sys.stdin = open(0, encoding="utf-8", closefd=False)
        sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))
        sys.argv = ["main.py", *told["args"]]
        code = 1
        try:
            code = main.main(told["args"])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            import atexit
            atexit._run_exitfuncs()
            sys.stdout.flush(), sys.stderr.flush()
            os._exit(code or 0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
_turn = threading.Lock()


@cache
def _nurse() -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", _NURSE, str(ROOT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=ROOT,
    )  # fmt: skip

    def end() -> None:
        started.stdin.close()
        started.wait(10)

    atexit.register(end)
    return started


def program(*args: str, data: Path) -> subprocess.CompletedProcess[str]:
    """``main.py hub …``, run to its end."""
    asked = ["hub", args[0], "--data", str(data), *args[1:]]
    with tempfile.TemporaryDirectory() as folder, _turn:
        out, err = Path(folder, "out"), Path(folder, "err")
        nurse = _nurse()
        told = {"args": asked, "env": environment(data), "out": str(out), "err": str(err)}
        nurse.stdin.write(json.dumps(told) + "\n")
        nurse.stdin.flush()
        code = int(nurse.stdout.readline())
        return subprocess.CompletedProcess(asked, code, out.read_text("utf-8"), err.read_text("utf-8"))


def environment(data: Path) -> dict[str, str]:
    """The caller's, with folders of the user's below the data."""
    return {**os.environ, "XDG_DATA_HOME": str(data / "home"), "XDG_CACHE_HOME": str(data / "cache")}
