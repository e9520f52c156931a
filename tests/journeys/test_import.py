"""Imports into the real store: the city's data, bad rows, and the process killed in between."""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from app.ports.rows import Queue, QueueQuery
from app.tools import export_incidents
from app.tools.import_incidents import Import, Imported, job_name
from app.tools.mapping import find, load
from app.tools.progress import Progress
from tests.support.desks import NOW, RESOURCES, wording, words
from tests.support.real_desk import real_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.services.desk import Desk

ROOT = RESOURCES.parent
BOSTON = ROOT.parent / "shared/data/requests311/boston_311_2015_jan-may.csv.gz"
BAD = RESOURCES / "demo/bad_rows.csv"
KILLS = 20


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = real_desk(tmp_path / "store.db")
    yield opened
    opened.store.close()


def bring_in(to: Desk, path: Path, mapping: str, rejects: Path, *, onto: bool) -> Imported:
    job = Import(to, path, load(find(mapping, RESOURCES)), onto=onto, rejects=rejects)
    return job.run(wording(), Progress(job.source.size, "", quiet=True))


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """The first 6,000 rows of the city's table."""
    if not BOSTON.exists():
        pytest.skip("the city's table is not here")
    path = tmp_path / "boston.csv"
    with gzip.open(BOSTON, "rb") as table, path.open("wb") as out:
        out.writelines(table.readline() for _ in range(6_001))
    return path


def test_the_citys_on_time_label_comes_out_of_the_export(desk: Desk, city: Path, tmp_path: Path) -> None:
    done = bring_in(desk, city, "boston311", tmp_path / "rejects.csv", onto=True)
    assert (done.read, done.new, done.rejected) == (6_000, 6_000, 0)
    parser = argparse.ArgumentParser()
    export_incidents.add_arguments(parser)
    out = tmp_path / "out.csv"
    args = parser.parse_args(["--to", str(out), "--queue", "closed", "--quiet"])
    assert export_incidents.run(args, desk, words("en"), RESOURCES) == 0
    with city.open(encoding="utf-8", newline="") as file:
        label = {f"boston311:{row['CASE_ENQUIRY_ID']}": row for row in csv.DictReader(file)}
    told: Counter[str] = Counter()
    with out.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            source = label[row["Source number"]]
            assert row["Moved into the district"] == "yes"
            if source["TARGET_DT"]:
                assert row["On time"] == ("yes" if source["OnTime_Status"] == "ONTIME" else "no")
                told[row["On time"]] += 1
    assert told["yes"] > 1_000
    assert told["no"] > 300


def test_bad_rows_in_the_real_store(desk: Desk, tmp_path: Path) -> None:
    done = bring_in(desk, BAD, "sample", tmp_path / "rejects.csv", onto=False)
    assert (done.read, done.new, done.known, done.rejected) == (50, 11, 0, 39)
    with desk.store.reading() as read:
        assert read.queue_count(QueueQuery(Queue.ALL, NOW)) == 11
    assert bring_in(desk, BAD, "sample", tmp_path / "rejects.csv", onto=False).before == "finished"


def spoilt(city: Path, path: Path) -> Path:
    """The city's first 2,000 rows, every ninth of them with an impossible time."""
    lines = city.read_bytes().splitlines(keepends=True)[:2_001]
    for n in range(9, len(lines), 9):
        lines[n] = lines[n].replace(b"/2015 ", b"/2115 ", 1)
    path.write_bytes(b"".join(lines))
    return path


def test_killed_twenty_times_nothing_is_lost_and_nothing_doubled(city: Path, tmp_path: Path) -> None:
    path = spoilt(city, tmp_path / "spoilt.csv")
    store, rejects = tmp_path / "killed.db", tmp_path / "rejects.csv"
    child = [sys.executable, "-m", "tests.support.import_child"]
    command = [*child, str(store), str(path), "boston311", str(rejects), "40"]
    chance = random.Random(2)
    kept = 0
    for _ in range(KILLS):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            told = [run.stdout.readline() for _ in range(chance.randint(1, 3))]
            assert all(line and not line.startswith("done") for line in told), told
            os.kill(run.pid, signal.SIGKILL)
        now = rows_kept(store, path)
        assert now >= kept + 40 * len(told)
        kept = now
    last = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert last.splitlines()[-1] == "done 2000 1778 0 222 resumed"
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        lines = [int(row["line"]) for row in csv.DictReader(file)]
    assert lines == list(range(10, 2_001, 9))
    again = real_desk(store)
    assert again.store.verify(refold=True) is None  # type: ignore[attr-defined]
    again.store.close()


def rows_kept(store: Path, path: Path) -> int:
    """The rows that the store says it has gone through; it opens, and holds just those that are new."""
    desk = real_desk(store)
    with desk.store.reading() as read:
        mark = read.import_mark(job_name(path, load(find("boston311", RESOURCES)), onto=True))
        found = [i.ref for i in read.export(QueueQuery(Queue.ALL, NOW))]
    desk.store.close()
    assert mark is not None
    assert len(found) == len(set(found)) == mark.taken
    return mark.taken + mark.known + mark.rejected
