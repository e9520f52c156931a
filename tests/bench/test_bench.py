"""Each measurement, small: whole results, measured and not made up; the promises are not judged here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = Path(__file__).resolve().parents[2] / "main.py"
ROWS = "1200"
EXPECTED = {
    "start": {"start.usable", "start.map"},
    "map": {"map.batch", "map.full", "map.full.pack"},
    "apply": {
        "apply.rate", "apply.wait.p99", "apply.wait.longest", "apply.gap.p99",
        "apply.shown.queue", "apply.shown.map", "apply.shown.panel", "apply.shown.kpi",
    },
    "kpi": {"kpi.page", "kpi.ask", "kpi.show"},
    "import": {"import.rate"},
    "queue": {"queue.slowest", "queue.first.all", "queue.sort.working.due.up", "queue.filter.all.combined",
              "queue.search.all.two"},
}  # fmt: skip
UNPROMISED = {"map.full.pack", "kpi.show"}

pytestmark = pytest.mark.gui


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """One made store for all of them, away from the user's own."""
    return tmp_path_factory.mktemp("cache")


def _bench(cache, *words):
    env = {**os.environ, "XDG_CACHE_HOME": str(cache), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, str(MAIN), "bench", *words, "--rows", ROWS]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_measurement_tells_whole_results(name, cache):
    ran = _bench(cache, name, "--json", "--runs", "1", "--seconds", "5", "--points", "2000")
    assert ran.returncode == 0, ran.stderr
    told = {line["name"]: line for line in map(json.loads, ran.stdout.splitlines())}
    assert EXPECTED[name] <= told.keys()
    for figure in told.values():
        assert {"name", "value", "unit", "promise", "pass", "reference", "n"} <= figure.keys()
        assert figure["value"] > 0
        assert figure["n"] >= 1
        if figure["name"] in UNPROMISED:
            assert figure["promise"] is None
            assert figure["pass"] is None
            continue
        more = figure["name"] in {"apply.rate", "import.rate"}
        kept = figure["value"] >= figure["promise"] if more else figure["value"] <= figure["promise"]
        assert figure["pass"] is kept
        if figure["reference"]:
            assert figure["reference"]["value"] > 0
            ratio = figure["value"] / figure["reference"]["value"]
            assert figure["reference"]["ratio"] == pytest.approx(ratio, rel=0.2, abs=0.01)
    if name == "apply":
        assert all(told[f"apply.shown.{part}"]["missing"] == 0 for part in ("queue", "map", "panel", "kpi"))


def test_without_json_it_is_a_table_and_the_store_is_made_once(cache):
    first = _bench(cache, "kpi", "--runs", "2", "--plain")
    again = _bench(cache, "kpi", "--runs", "2", "--plain")
    assert "kpi.page" in first.stdout
    assert "≤ 100" in first.stdout
    assert "incidents made in" in first.stderr
    assert "incidents made in" not in again.stderr


def test_a_name_that_is_none_is_told():
    ran = _bench(Path(), "speed")
    assert ran.returncode == 2
    assert "speed" in ran.stderr
