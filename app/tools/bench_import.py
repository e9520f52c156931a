"""Import: rows a second of a table like Boston's into ordinary ops, against bare inserts of its cells."""

from __future__ import annotations

import csv
import random
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from app.tools.bench_figures import Figure, Reference
from app.tools.bench_scan import bare_connection
from app.tools.import_incidents import Import
from app.tools.mapping import find, load
from app.tools.progress import Progress
from app.tools.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.services.desk import Desk
    from app.services.words import Words

ROWS_PER_S = 5_000
MOST_ROWS = 30_000
HEADER = (
    "CASE_ENQUIRY_ID", "OPEN_DT", "TARGET_DT", "CLOSED_DT", "OnTime_Status", "CASE_STATUS", "CLOSURE_REASON",
    "CASE_TITLE", "SUBJECT", "REASON", "TYPE", "QUEUE", "Department", "neighborhood", "LATITUDE", "LONGITUDE",
    "Source",
)  # fmt: skip
KINDS = (
    ("Request for Pothole Repair", "Highway Maintenance"),
    ("Street Light Outages", "Street Lights"),
    ("Missed Trash/Recycling/Yard Waste/Bulk Item", "Sanitation"),
    ("Request for Snow Plowing", "Street Cleaning"),
    ("Parking Enforcement", "Enforcement & Abandoned Vehicles"),
    ("Unsatisfactory Living Conditions", "Housing"),
)
SOURCES = ("Constituent Call", "Citizens Connect App", "City Worker App", "Self Service")


def like_boston(path: Path, rows: int) -> None:
    """Write a table with the city's columns and made rows."""
    chance = random.Random(rows)  # noqa: S311 - a story, not a secret
    first = datetime(2015, 1, 1, tzinfo=UTC)
    stamp = "%m/%d/%Y %I:%M:%S %p"
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        write(HEADER)
        for n in range(rows):
            opened = first + timedelta(minutes=n * 3.0)
            target = opened + timedelta(hours=chance.choice((24, 72, 240)))
            closed = opened + timedelta(hours=chance.expovariate(1 / 60))
            kind, reason = chance.choice(KINDS)
            late = "ONTIME" if closed <= target else "OVERDUE"
            ended = f"Case Closed. Closed date : {closed:%Y-%m-%d} Case Resolved. Inspected and done."
            write(
                (
                    101_000_000_000 + n, opened.strftime(stamp), target.strftime(stamp),
                    closed.strftime(stamp), late, "Closed", ended, kind, "Public Works Department", reason,
                    kind, f"PWDx_District {n % 10}", "PWDx", "Dorchester",
                    f"{chance.uniform(42.25, 42.37):.4f}", f"{chance.uniform(-71.15, -71.02):.4f}",
                    chance.choice(SOURCES),
                )
            )  # fmt: skip


def import_figures(
    open_at: Callable[[Path], Desk], say: Words, resources: Path, *, rows: int, file: Path | None, runs: int
) -> list[Figure]:
    """Each run into a fresh store, positions moved onto the district."""
    with tempfile.TemporaryDirectory(prefix="grid-command-bench-") as name:
        folder = Path(name)
        table = file or folder / "like-boston.csv"
        if file is None:
            like_boston(table, min(rows, MOST_ROWS))
        rates, bare = [], []
        for run in range(runs):
            store = folder / f"{run}.db"
            desk = open_at(store)
            plain = not store.with_name(f"{store.name}.key").exists()
            try:
                rates.append(_rate(desk, say, resources, table, folder / "rejects.csv"))
            finally:
                desk.store.close()
            bare.append(_bare_rate(store, plain=plain, resources=resources, table=table))
    against = Reference("bare inserts of the cells", median(bare), "rows/s")
    return [Figure("import.rate", median(rates), "rows/s", ROWS_PER_S, True, against, tuple(rates))]


def _rate(desk: Desk, say: Words, resources: Path, table: Path, rejects: Path) -> float:
    mapping = load(find("boston311", resources))
    wording = Wording(say, resources)
    job = Import(desk, table, mapping, onto=True, rejects=rejects)
    done = job.run(wording, Progress(job.source.size, "rows", quiet=True))
    return done.here / done.seconds


def _bare_rate(store: Path, *, plain: bool, resources: Path, table: Path) -> float:
    """The same rows' cells, read alike, into one table of the same file."""
    from app.tools.incidentfile import IncidentFile

    mapping = load(find("boston311", resources))
    source = IncidentFile(table, mapping.encoding, mapping.delimiter)
    with closing(bare_connection(store, plain=plain)) as connection:
        columns = ", ".join(f"c{i}" for i in range(len(source.header)))
        marks = ", ".join("?" * len(source.header))
        connection.execute(f"CREATE TABLE bare ({columns})")
        began = time.perf_counter()
        connection.execute("BEGIN")
        rows = [tuple(row.cells) for row in source.rows() if len(row.cells) == len(source.header)]
        connection.executemany(f"INSERT INTO bare VALUES ({marks})", rows)  # noqa: S608 - marks alone
        connection.execute("COMMIT")
        spent = time.perf_counter() - began
    source.close()
    return len(rows) / spent
