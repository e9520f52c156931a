"""``main.py bench NAME…``: what DESIGN §8 promises, measured on this machine, each beside a reference."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.tools import bench_scan
from app.tools.bench_figures import Figure, Reference, as_lines, as_table, middle, share
from app.tools.bench_import import import_figures
from app.tools.bench_matters import OPEN_SHARE
from app.tools.bench_memory import pss_mb
from app.tools.bench_start import PSS_MB, start_figures
from app.tools.bench_store import BenchStore, copied, made_store

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from app.services.desk import Desk
    from app.services.words import Words

NAMES = ("start", "queue", "map", "apply", "kpi", "import")
HUB_NAMES = ("sync", "hub", "scale")
"""Measured when named: they start servers, and are no part of the desktop's own figures."""
QUEUE_MS, BATCH_MS, FULL_MS, KPI_MS, FOLLOW_MS = 50, 20, 40, 100, 200
WAIT_MS, LONGEST_MS, CHANGES_PER_S = 16, 100, 50
POINTS, MATTERS = 100_000, 1_000_000
INTAKE_SECONDS, SCALE_SECONDS = 5.0, 4.0
"""s that one measurement of the hub takes, unless ``--seconds`` asks for less."""


class QueueTimes(Protocol):
    """One act on the queue: times in ms from the act to the rows painted."""

    @property
    def name(self) -> str: ...
    @property
    def times(self) -> Sequence[float]: ...
    @property
    def total(self) -> int: ...


class ApplyTimes(Protocol):
    """The window under changes; see ``ui.measure.apply``."""

    @property
    def gaps(self) -> Sequence[float]: ...
    @property
    def waits(self) -> Sequence[float]: ...
    @property
    def worst(self) -> Sequence[tuple[float, str]]: ...
    @property
    def rate(self) -> float: ...
    @property
    def shown(self) -> Mapping[str, Sequence[float]]: ...
    @property
    def missing(self) -> Mapping[str, int]: ...
    @property
    def memory(self) -> float: ...


class Windows(Protocol):
    """What drives the real window; handed in, since tools do not know the desktop."""

    def queue(self, desk: Desk, runs: int) -> Sequence[QueueTimes]: ...
    def map(self, desk: Desk, points: int, runs: int) -> Mapping[str, Sequence[float]]: ...
    def apply(self, desk: Desk, seconds: float, probe: Callable[[], float]) -> ApplyTimes: ...
    def kpi(self, desk: Desk, runs: int) -> Mapping[str, Sequence[float]]: ...


@dataclass(frozen=True, slots=True)
class Bench:
    """Where to measure and with what. ``open_at`` opens a store's file as a desk; ``until`` its instant."""

    program: Sequence[str]
    cache: Path
    resources: Path
    words: Words
    until: int
    open_at: Callable[[Path], Desk]
    windows: Windows


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``bench``."""
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{' '.join(NAMES)}; all without one")
    parser.add_argument("--rows", type=int, default=MATTERS, help="incidents in the store (1000000)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--plain", action="store_true", help="a store that is not encrypted")
    parser.add_argument("--runs", type=int, default=15, help="repetitions of each act (15)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long changes arrive in apply (60)")
    parser.add_argument("--points", type=int, default=POINTS, help=f"live points on the map ({POINTS})")
    parser.add_argument("--clients", type=int, default=0, help="clients of the hub at once (1, 4, 16, 64)")
    parser.add_argument("--file", type=Path, help="a Boston 311 table for import (else one is made)")


def run(args: argparse.Namespace, bench: Bench) -> int:
    """Measure and tell; 0 measured (kept or not), 2 for a name that is none."""
    names = args.names or list(NAMES)
    unknown = [name for name in names if name not in (*NAMES, *HUB_NAMES)]
    if unknown:
        print(f"bench: {' '.join(unknown)}? {' '.join((*NAMES, *HUB_NAMES))}", file=sys.stderr)
        return 2
    told: list[Figure] = []
    for name in names:
        figures = list(_measured(name, args, bench))
        told += figures
        if args.json:
            print(as_lines(figures), flush=True)
    if not args.json:
        print(as_table(told))
    return 0


def _measured(name: str, args: argparse.Namespace, bench: Bench) -> Iterable[Figure]:
    if name == "import":
        return import_figures(
            bench.open_at,
            bench.words,
            bench.resources,
            rows=args.rows,
            file=args.file,
            runs=min(args.runs, 3),
        )
    if name == "map":
        return _map(args, bench)
    if name == "sync":
        from app.tools.bench_sync import PROMISED_ROWS, sync_figures

        rows = PROMISED_ROWS if args.rows == MATTERS else args.rows
        return sync_figures(bench.program, bench.open_at, rows)
    if name == "hub":
        return _hub(args, bench)
    if name == "scale":
        from app.tools.bench_scale import scale_figures

        return scale_figures(min(args.seconds, SCALE_SECONDS))
    store = _store(args, bench)
    if name == "start":
        return start_figures(bench.program, store, bench.until, min(args.runs, 5))
    if name == "queue":
        return _queue(args, bench, store)
    if name == "kpi":
        return _kpi(args, bench, store)
    return _apply(args, bench, store)


def _hub(args: argparse.Namespace, bench: Bench) -> Iterable[Figure]:
    from app.tools.bench_hub import CLIENTS, LISTED_ROWS, HubBench, hub_figures

    clients = (args.clients,) if args.clients else CLIENTS
    rows, runs = min(args.rows, LISTED_ROWS), min(args.runs, 3)
    seconds = min(args.seconds, INTAKE_SECONDS)
    return hub_figures(HubBench(bench.program, bench.resources, clients, seconds, runs, rows))


def _store(args: argparse.Namespace, bench: Bench) -> BenchStore:
    store = made_store(
        bench.cache, args.rows, plain=args.plain, until=bench.until, resources=bench.resources,
        open_at=bench.open_at,
    )  # fmt: skip
    if store.seconds:
        rate = store.rows / store.seconds
        print(
            f"{store.rows:,} incidents made in {store.seconds:.0f} s ({rate:,.0f}/s), {OPEN_SHARE:.0%} open: "
            f"{store.path.parent}",
            file=sys.stderr,
        )
    return store


def _queue(args: argparse.Namespace, bench: Bench, store: BenchStore) -> list[Figure]:
    desk = bench.open_at(store.path)
    try:
        found = bench.windows.queue(desk, args.runs)
    finally:
        desk.store.close()
    scan = bench_scan.sorted_by_scan(store)
    figures = [
        middle(q.name, q.times, QUEUE_MS, scan, first=round(q.times[0], 3), total=q.total) for q in found
    ]
    slowest = max(figures, key=lambda figure: figure.value)
    return [*figures, middle("queue.slowest", slowest.times, QUEUE_MS, scan, case=slowest.name)]


def _map(args: argparse.Namespace, bench: Bench) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="grid-command-bench-") as folder:
        desk = bench.open_at(Path(folder) / "lists.db")
        try:
            times = bench.windows.map(desk, args.points, args.runs)
        finally:
            desk.store.close()
    empty = Reference("an empty batch", share(times["empty"], 0.5), "ms")
    return [
        middle("map.batch", times["batch"], BATCH_MS, empty, points=args.points),
        middle("map.full", times["full"], FULL_MS, empty),
        middle("map.full.pack", times["full_pack"]),
    ]


def _kpi(args: argparse.Namespace, bench: Bench, store: BenchStore) -> list[Figure]:
    desk = bench.open_at(store.path)
    try:
        times = bench.windows.kpi(desk, args.runs)
    finally:
        desk.store.close()
    scan = bench_scan.figures_by_scan(store)
    return [
        middle("kpi.page", times["page"], KPI_MS, scan),
        middle("kpi.ask", times["ask"], KPI_MS, scan),
        middle("kpi.show", times["show"]),
    ]


def _apply(args: argparse.Namespace, bench: Bench, store: BenchStore) -> list[Figure]:
    """In a copy, which is thrown away: the kept store stays as it was made."""
    with tempfile.TemporaryDirectory(prefix="grid-command-bench-", dir=bench.cache) as folder:
        desk = bench.open_at(copied(store, Path(folder)).path)
        try:
            got = bench.windows.apply(desk, args.seconds, lambda: pss_mb(os.getpid()) or 0.0)
        finally:
            desk.store.close()
    idle = Reference("one beat of the event loop", 1.0, "ms")
    # What else runs on the machine holds the window up too: it is told beside the figure.
    load = {"load": round(os.getloadavg()[0], 1)} if hasattr(os, "getloadavg") else {}
    worst = [[round(gap, 1), what] for gap, what in got.worst]
    figures = [
        Figure("apply.rate", got.rate, "changes/s", CHANGES_PER_S * 0.95, True),
        Figure("apply.wait.p99", share(got.waits, 0.99), "ms", WAIT_MS, False, idle, got.waits, load),
        Figure(
            "apply.wait.longest", max(got.waits), "ms", LONGEST_MS, False, idle, got.gaps, {"worst": worst}
        ),
        Figure("apply.gap.p99", share(got.gaps, 0.99), "ms", WAIT_MS, False, idle, got.gaps),
    ]
    for where, times in got.shown.items():
        if times:
            value, missing = share(times, 0.99), got.missing[where]
            figures.append(
                Figure(
                    f"apply.shown.{where}", value, "ms", FOLLOW_MS, False, None, times, {"missing": missing}
                )
            )
    if got.memory:
        figures.append(Figure("apply.memory", got.memory, "MB", PSS_MB))
    return figures
