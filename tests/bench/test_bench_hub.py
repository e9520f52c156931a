"""The measurements of the hub, small: whole results from a real hub, not judged against the promises here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.tools import bench_hub, bench_scale
from app.tools.bench_hub import HubBench, hub_figures
from app.tools.bench_load import Load, loaded

ROOT = Path(__file__).resolve().parents[2]


def test_intake_lists_and_memory_are_measured_on_a_real_hub(monkeypatch):
    monkeypatch.setattr(bench_hub, "WORKERS", (1,))
    monkeypatch.setattr(bench_hub, "_QUERIES", {"newest": "", "rare": "state=suspended&severity=1"})
    command = (sys.executable, str(ROOT / "main.py"))
    bench = HubBench(command, ROOT / "resources", (2,), 0.5, 1, 3_000)
    told = {figure.name: figure for figure in hub_figures(bench)}
    intake = told["hub.intake.w1.c2"]
    assert intake.value > 0
    assert "refused" not in intake.more
    assert "lost" not in intake.more
    assert len(told["hub.latency.w1.c2"].times) == pytest.approx(intake.value * 0.5, abs=1)
    assert 20 < told["hub.memory.w1"].value < 1_000
    assert told["hub.list.newest"].more["rows"] == 3_000
    assert told["hub.list.slowest"].value >= told["hub.list.newest"].value


def test_pages_go_into_scopes_of_many_databases(monkeypatch):
    monkeypatch.setattr(bench_scale, "WRITERS", (2,))
    monkeypatch.setattr(bench_scale, "SCOPES", (1, 3))
    monkeypatch.setattr(bench_scale, "SHARDS", (2,))
    monkeypatch.setattr(bench_scale, "BARE", (1,))
    told = {figure.name: figure for figure in bench_scale.scale_figures(1.0)}
    assert told.keys() == {"scale.w2.s1", "scale.w2.s3", "scale.shards2", "scale.statements.w1"}
    assert all(figure.value > 0 for figure in told.values())


def test_a_hub_that_is_not_there_is_told():
    with pytest.raises(ConnectionError):
        loaded(Load("127.0.0.1", 1, "/", ("",), 1, 0.1))
