"""The hub's intake and lists: reports in a second and their latency, by clients and workers; a list's page.

The hub is the real one, in processes of its own on PostgreSQL that commits durably; the load comes from
another process, plain HTTP on this machine, so that what is measured is the hub and not two ends of TLS.
"""

from __future__ import annotations

import csv
import json
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import httpx2

from app.domain.place import Level
from app.domain.topology import places_of
from app.tools.bench_figures import Figure, share
from app.tools.bench_hub_fill import CATEGORIES, fill
from app.tools.bench_load import Load, loaded, report_bodies
from app.tools.bench_memory import family_of, pss_mb
from app.tools.hub_process import Program, running_hub

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.tools.bench_load import Loaded
    from app.tools.hub_process import RunningHub

INTAKE_PER_S, P99_MS, LIST_MS, WORKER_MB = 1_000, 100, 20, 150
CLIENTS, BUSY_CLIENTS = (1, 4, 16, 64), 16
"""So many at once are measured; from ``BUSY_CLIENTS`` on the promise holds."""

WORKERS = (1, 2)
LISTED_ROWS = 100_000
USER, PASSWORD = "bench", "bench pass phrase 510113"
SIGNALEN = {"signalen_16_clients": "12.9/s, p99 1500 ms; list 1100 ms (measured on such a machine, 2026)"}

_QUERIES = {
    "newest": "",
    "due": "sort=due",
    "severity.down": "sort=severity&descending=true",
    "number": "sort=number",
    "state": "state=working&state=assigned&sort=due",
    "town": "town=510113102&sort=reported",
    "combined": f"state=closed&category={quote(CATEGORIES[3])}&severity=2&source=hotline&sort=number",
    "rare": f"state=reported&category={quote(CATEGORIES[5])}&severity=1&sort=due",
    "text": f"text={quote('井盖')}&sort=reported",
    "text.rare": f"text={quote('九九九号')}&sort=due",
    "far": "offset=20000",
}


@dataclass(frozen=True, slots=True)
class HubBench:
    """How long and how often: ``clients`` at once, ``seconds`` each of ``runs``, ``rows`` to list."""

    command: Sequence[str]
    resources: Path
    clients: Sequence[int]
    seconds: float
    runs: int
    rows: int


def hub_figures(bench: HubBench) -> Iterator[Figure]:
    """All figures of the hub's intake and lists."""
    bodies = _bodies(bench.resources)
    program = Program(bench.command, {})
    with tempfile.TemporaryDirectory(prefix="grid-command-bench-hub-") as name:
        data, people = Path(name) / "hub", [(USER, "supervisor", PASSWORD)]
        for workers in WORKERS:
            with running_hub(program, data, people, "--no-tls", workers=workers) as hub:
                token = _token(hub)
                for clients in bench.clients:
                    yield from _intake(bench, hub, token, bodies, clients, workers)
                yield _memory(hub, workers)
            people = []
        with running_hub(program, data, people, "--no-tls") as hub:
            fill(data, bench.rows)
            yield from _lists(bench, hub, _token(hub))


def _intake(
    bench: HubBench, hub: RunningHub, token: str, bodies: tuple[bytes, ...], clients: int, workers: int
) -> Iterator[Figure]:
    runs = [
        loaded(_load(hub, "/v1/reports", token, clients, bench.seconds, bodies, seed))
        for seed in range(bench.runs)
    ]
    rates = [run.rate for run in runs]
    times = [t for run in runs for t in run.times]
    name, busy = f"w{workers}.c{clients}", clients >= BUSY_CLIENTS
    yield Figure(
        f"hub.intake.{name}", median(rates), "reports/s", INTAKE_PER_S if busy else None, True, None, rates,
        {"clients": clients, "workers": workers, **_said(runs)},
    )  # fmt: skip
    p99 = median([share(run.times, 0.99) for run in runs])
    yield Figure(
        f"hub.latency.{name}", p99, "ms", P99_MS if busy else None, False, None, times,
        {"what": "p99, the median of the runs"},
    )  # fmt: skip


def _said(runs: Sequence[Loaded]) -> dict[str, object]:
    """What answered other than well, and how much of a core the load itself took."""
    bad: dict[int, int] = {}
    for run in runs:
        for status, n in run.statuses.items():
            if status >= 300:
                bad[status] = bad.get(status, 0) + n
    told: dict[str, object] = {"generator": round(max(run.share for run in runs), 3)}
    lost = sum(run.lost for run in runs)
    return told | ({"refused": bad} if bad else {}) | ({"lost": lost} if lost else {}) | SIGNALEN


def _memory(hub: RunningHub, workers: int) -> Figure:
    """The largest worker, right after the load."""
    largest = max((_own_pss(process) for process in family_of(hub.pid)), default=0.0)
    return Figure(
        f"hub.memory.w{workers}", largest, "MB", WORKER_MB, False, None, (), {"whole": pss_mb(hub.pid)}
    )


def _own_pss(process: int) -> float:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) * 1024 / 1e6


def _lists(bench: HubBench, hub: RunningHub, token: str) -> Iterator[Figure]:
    figures = []
    for name, query in _QUERIES.items():
        run = loaded(_load(hub, f"/v1/incidents?limit=50&{query}", token, 1, min(bench.seconds, 2.0)))
        times = run.times or (float("inf"),)
        figures.append(
            Figure(f"hub.list.{name}", median(times), "ms", LIST_MS, False, None, times, {"rows": bench.rows})
        )
    yield from figures
    slowest = max(figures, key=lambda figure: figure.value)
    yield Figure(
        "hub.list.slowest", slowest.value, "ms", LIST_MS, False, None, slowest.times,
        {"case": slowest.name, **SIGNALEN},
    )  # fmt: skip


def _load(
    hub: RunningHub, path: str, token: str, clients: int, seconds: float, bodies: tuple[bytes, ...] = (),
    seed: int = 0,
) -> Load:  # fmt: skip
    address = urlsplit(hub.url)
    host, port = address.hostname or "127.0.0.1", address.port or 80
    return Load(host, port, path, (token,), clients, seconds, 1.0 if bodies else 0.3, bodies, seed)


def _token(hub: RunningHub) -> str:
    person = {"user": USER, "password": PASSWORD}
    answer = httpx2.post(f"{hub.url}/v1/session", json=person, timeout=30, trust_env=False)
    answer.raise_for_status()
    return str(answer.json()["token"])


def _bodies(resources: Path) -> tuple[bytes, ...]:
    document = json.loads((resources / "district" / "places.json").read_text("utf-8"))
    seats = [place.seat for place in places_of(document) if place.level is Level.GRID]
    with (resources / "demo" / "phrases.csv").open(encoding="utf-8", newline="") as file:
        phrases = list(csv.DictReader(file))
    random.Random(510113).shuffle(seats)  # noqa: S311 - a story, not a secret
    return report_bodies(phrases, seats, 2_000, 510113)
