"""Exports: what they tell, what they hide, and that no half file is left."""

from __future__ import annotations

import argparse
import csv
import errno
import io
import json
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from app.domain.incident import State
from app.services.take_in import SourceRecord, take_in
from app.tools import export_files, export_incidents
from app.tools.cells import guarded, masked
from app.tools.export_columns import iso
from tests.support.desks import NOW, RESOURCES, desk, words

if TYPE_CHECKING:
    from pathlib import Path

    from app.services.desk import Desk

DAY = 86_400_000
DETAIL = "电话13800001234，证 510113199001011234"
GRID = "51011300200101"


def filled() -> Desk:
    to = desk()
    take_in(
        to,
        [
            SourceRecord(
                ref="t:1", title="=HYPERLINK(1)", source="hotline", reported_at=NOW - 2 * DAY,
                state=State.CLOSED, detail=DETAIL, place=GRID, lon=104.27, lat=30.9,
                resolve_due=NOW - DAY, closed_at=NOW - DAY, result="-已清理", moved=True, caller="王某",
                phone="13912345678",
            ),
            SourceRecord(
                "t:2", "late", "patrol", NOW - DAY, State.CLOSED, resolve_due=NOW - 2, closed_at=NOW - 1
            ),
            SourceRecord("t:3", "open", "patrol", NOW - 1000, severity=1),
        ],
    )  # fmt: skip
    return to


def run(to: Desk, *given: str, lang: str = "en") -> int:
    parser = argparse.ArgumentParser()
    export_incidents.add_arguments(parser)
    return export_incidents.run(parser.parse_args(given), to, words(lang), RESOURCES)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_csv(tmp_path: Path) -> None:
    path = tmp_path / "out" / "x.csv"
    assert run(filled(), "--to", str(path)) == 0
    first, late, still_open = read_csv(path)
    assert first["Title"] == "'=HYPERLINK(1)"
    assert first["Result"] == "'-已清理"
    assert first["Detail"] == "电话138****1234，证 510113********1234"
    assert (first["On time"], late["On time"], still_open["On time"]) == ("yes", "no", "")
    assert (first["Moved into the district"], late["Moved into the district"]) == ("yes", "no")
    assert (first["Longitude"], first["Latitude"], late["Longitude"]) == ("104.27", "30.9", "")
    assert datetime.fromisoformat(first["Closed"]).timestamp() * 1000 == NOW - DAY
    assert first["Closed"].endswith("+08:00")
    assert "王某" not in path.read_text(encoding="utf-8-sig")
    assert "13912345678" not in path.read_text(encoding="utf-8-sig")


def test_queue_town_and_language(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    to = filled()
    assert run(to, "--to", str(path), "--queue", "waiting", lang="zh") == 0
    assert [(row["来源编号"], row["状态"]) for row in read_csv(path)] == [("t:3", "待受理")]
    assert run(to, "--to", str(path), "--town", "510113002") == 0
    assert [row["Source number"] for row in read_csv(path)] == ["t:1"]


def test_geojson(tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    assert run(filled(), "--to", str(path)) == 0
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert [f["geometry"] and f["geometry"]["coordinates"] for f in features] == [[104.27, 30.9], None, None]
    assert features[0]["properties"]["on_time"] == "yes"


def test_workbook(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    assert run(filled(), "--to", str(path)) == 0
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "'=HYPERLINK(1)" in sheet
    assert "<v>104.27</v>" in sheet


def test_a_full_sheet_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_files, "SHEET_ROWS", 2)
    path = tmp_path / "x.xlsx"
    assert run(filled(), "--to", str(path)) == 0
    book = zipfile.ZipFile(path)
    names = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert [book.read(name).decode().count("<row ") for name in sorted(names)] == [3, 2]
    assert 'name="Incidents 2"' in book.read("xl/workbook.xml").decode()


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".geojson"])
def test_a_full_disk_is_told_and_leaves_the_old_file(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"x{suffix}"
    path.write_text("old")
    real = export_files.WRITERS[suffix]

    def full(*given: Any) -> int:
        real(*given)
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(export_files.WRITERS, suffix, full)
    assert run(filled(), "--to", str(path)) == 1
    assert "disk is full" in capsys.readouterr().out
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_no_such_kind_no_such_town_no_such_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = desk()
    (tmp_path / "file").write_text("")
    assert run(to, "--to", str(tmp_path / "x.pdf")) == 2
    assert run(to, "--to", str(tmp_path / "x.csv"), "--town", "1") == 2
    assert run(to, "--to", str(tmp_path / "file" / "x.csv")) == 1
    said = capsys.readouterr().out
    assert ".geojson" in said
    assert "510113002" in said


def test_cells() -> None:
    assert [guarded(t) for t in ("=1", "+1", "-1", "@a", "\ta", "\ra", " =1", "a=1", "", "1-2")] == [
        "'=1", "'+1", "'-1", "'@a", "'\ta", "'\ra", "' =1", "a=1", "", "1-2",
    ]  # fmt: skip
    assert masked("编号 101001242404，138 0000 1234") == "编号 101001242404，138****1234"
    assert iso(1) == "1970-01-01T08:00:00.001+08:00"


def test_a_full_disk_leaves_no_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: object, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    class Full(io.BytesIO):
        write = full

    sink = export_files.Sink(Full())
    assert sink.write(b"abc") == 3
    assert sink.tell() == 3
    assert sink.fault is not None
    monkeypatch.setattr(export_files, "Sink", lambda _file: sink)
    path = tmp_path / "x.xlsx"
    assert run(filled(), "--to", str(path)) == 1
    assert list(tmp_path.iterdir()) == []
