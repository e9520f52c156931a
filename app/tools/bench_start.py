"""Start: from the process to the first rows painted, and to a map that draws; and the memory then."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from app.tools.bench_figures import Figure, Reference, middle
from app.tools.bench_memory import pss_mb
from app.tools.bench_store import PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.tools.bench_store import BenchStore

USABLE_S, MAP_S, PSS_MB = 2.0, 3.5, 700
BARE = (
    "import PySide6.QtWidgets, PySide6.QtWebEngineWidgets; import time; print(time.monotonic(), flush=True)"
)


def start_figures(program: Sequence[str], store: BenchStore, until: int, runs: int) -> list[Figure]:
    """``program`` is how this program is started again; ``until`` the instant at which its clock begins."""
    command = [*program, "desktop", "--store", str(store.path), "--measure-start", str(until)]
    if store.plain:
        command.append("--plain")
    marks = [_one(command) for _ in range(runs)]
    bare = [_bare() for _ in range(min(runs, 3))]
    reference = Reference("interpreter and Qt alone", sorted(bare)[len(bare) // 2], "s")
    found = [
        middle("start.usable", [m["usable"] for m in marks], USABLE_S, reference, "s"),
        middle("start.map", [m["map"] for m in marks], MAP_S, reference, "s"),
    ]
    memory = [m["memory"] for m in marks if "memory" in m]
    if memory:
        found.append(middle("start.memory", memory, PSS_MB, None, "MB"))
    return found


def _one(command: Sequence[str]) -> dict[str, float]:
    """Seconds from before the process was made to each mark, and its memory at rest."""
    env = {**os.environ, "GRID_PASSPHRASE": PASSPHRASE}
    began = time.monotonic()
    child = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = {}
    with child:
        assert child.stdout is not None
        assert child.stdin is not None
        for line in child.stdout:
            if not line.startswith("{"):
                continue
            mark = json.loads(line)
            found[mark["mark"]] = mark["at"] - began
            if mark["mark"] == "rest":
                memory = pss_mb(child.pid)
                if memory is not None:
                    found["memory"] = memory
                child.stdin.write("\n")
                child.stdin.close()
                break
        child.wait(60)
    if "usable" not in found or "map" not in found:
        raise RuntimeError(f"the window did not come up (exit code {child.returncode})")
    return found


def _bare() -> float:
    began = time.monotonic()
    told = subprocess.run([sys.executable, "-c", BARE], capture_output=True, text=True, check=True)
    return float(told.stdout) - began
