"""An import: counts that add up, once and only once, whatever the file holds and wherever it is cut off."""

from __future__ import annotations

import argparse
import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ports.rows import Queue, QueueQuery
from app.tools import import_incidents
from app.tools.import_incidents import Import, Imported
from app.tools.mapping import find, load
from app.tools.progress import Progress
from tests.support.desks import NOW, RESOURCES, desk, wording, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from app.services.desk import Desk

SAMPLE = load(find("sample", RESOURCES))
DEMO = RESOURCES / "demo"
ALL = QueueQuery(Queue.ALL, NOW)


def bring_in(to: Desk, path: Path, *, batch: int = 7, again: bool = False) -> Imported:
    job = Import(to, path, SAMPLE, onto=False, rejects=path.parent / "rejects.csv", again=again)
    return job.run(wording(), Progress(job.source.size, "", quiet=True), batch)


def here(at: Desk) -> int:
    with at.store.reading() as read:
        return read.queue_count(ALL)


def rejected_lines(path: Path) -> list[int]:
    rejects = path.parent / "rejects.csv"
    if not rejects.exists():
        return []
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        return [int(row["line"]) for row in csv.DictReader(file)]


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.csv"
    path.write_bytes((DEMO / "bad_rows.csv").read_bytes())
    return path


def test_the_shipped_bad_rows_are_all_accounted_for(bad: Path) -> None:
    to = desk()
    done = bring_in(to, bad)
    assert (done.read, done.new, done.known, done.rejected) == (50, 11, 0, 39)
    assert here(to) == 11
    assert sum(done.reasons.values()) == 39
    assert len(set(rejected_lines(bad))) == 39


def test_good_rows_between_bad_ones_are_all_taken(bad: Path) -> None:
    to = desk()
    bring_in(to, bad)
    with to.store.reading() as read:
        refs = read.known_refs([f"sample:GOOD-{n:02d}" for n in range(1, 11)])
    assert len(refs) == 10


def test_a_second_time_nothing_is_new(bad: Path) -> None:
    to = desk()
    first = bring_in(to, bad)
    ops = to.store.head()
    second = bring_in(to, bad)
    third = bring_in(to, bad, again=True)
    assert (second.before, second.new, second.read) == ("finished", first.new, first.read)
    assert (third.new, third.known, third.rejected) == (0, 11, 39)
    assert to.store.head() == ops


class _Cut(Exception):
    """The program ends here."""


def _cut_off_after(to: Desk, commits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store's transactions fail from the so-manieth on, before they commit."""
    real = to.store.write
    left = [commits]

    def write(actor: str) -> AbstractContextManager[Any]:
        if left[0] == 0:
            raise _Cut
        left[0] -= 1
        return real(actor)

    monkeypatch.setattr(to.store, "write", write)


@pytest.mark.parametrize("commits", range(8))
def test_an_import_cut_off_anywhere_comes_out_the_same(
    bad: Path, commits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = desk()
    expected = bring_in(whole, bad)
    lines = rejected_lines(bad)
    to = desk()
    with monkeypatch.context() as patch:
        _cut_off_after(to, commits, patch)
        with pytest.raises(_Cut):
            bring_in(to, bad)
    done = bring_in(to, bad)
    assert (done.read, done.new, done.known, done.rejected) == (50, 11, 0, 39)
    assert done.reasons == expected.reasons
    assert done.before == ("resumed" if commits else "")
    assert rejected_lines(bad) == lines
    assert here(to) == 11
    assert to.store.head() == whole.store.head()


def test_callers_are_kept_apart_from_the_ledger(tmp_path: Path) -> None:
    to = desk()
    path = tmp_path / "sample.csv"
    path.write_bytes((DEMO / "incidents_sample.csv").read_bytes())
    done = bring_in(to, path, batch=100)
    assert (done.read, done.new, done.rejected) == (400, 400, 0)
    assert not (tmp_path / "rejects.csv").exists()
    with to.store.reading() as read:
        found = [i for i in read.export(ALL) if i.person]
        person = read.person(found[0].person)
        told = "".join(str(row.body) for i in found for row in read.timeline(i.id))
    assert person is not None
    assert person.phone.startswith("1390000")
    assert person.phone not in told
    assert person.name not in told


_CELLS = st.one_of(
    st.sampled_from([
        "", "0", "=1+1", "2026-11-20 14:05", "2026-02-30 10:00", "已结案", "待受理", "处置中", "居民",
        "市容环卫", "怡湖社区", "104.27", "30.90", "nan", "12345", "长" * 300, '"so"', "two\nlines", "a,b",
    ]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)  # fmt: skip


def _good(number: int) -> list[str]:
    return [
        f"G{number}", "2026-11-20 14:05", "2026-11-21 14:05", "", "待受理", "市容环卫", f"好的一行 {number}",
        "内容", "12345", "怡湖社区", "104.27", "30.90", "", "",
    ]  # fmt: skip


@st.composite
def _files(draw: st.DrawFn) -> tuple[bytes, int, int]:
    """A file with good rows among rows of anything; how many are good, and how many records it has."""
    bad_rows = draw(st.lists(st.lists(_CELLS, min_size=1, max_size=16).filter(any), max_size=12))
    rows = [_good(n) for n in range(draw(st.integers(0, 6)))]
    good = len(rows)
    for row in bad_rows:
        if "".join(row).strip():
            rows.insert(draw(st.integers(0, len(rows))), row)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(SAMPLE.columns.values())
    writer.writerows(rows)
    return out.getvalue().encode("utf-8"), good, len(rows)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(_files(), st.integers(1, 5))
def test_counts_add_up_for_any_file(tmp_path: Path, file: tuple[bytes, int, int], batch: int) -> None:
    content, good, records = file
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    to = desk()
    done = bring_in(to, path, batch=batch)
    assert done.read == done.new + done.known + done.rejected >= records
    assert done.new >= good
    assert here(to) == done.new
    assert len(rejected_lines(path)) == done.rejected
    assert bring_in(to, path, again=True).new == 0


def test_raw_bytes_never_stop_it(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    head = ",".join(SAMPLE.columns.values()).encode()
    good = ",".join(_good(1)).encode()
    path.write_bytes(head + b"\n" + bytes(range(256)) * 40 + b'\n"""\n' + good + b"\n\xff" + good + b'\n"')
    to = desk()
    done = bring_in(to, path)
    assert done.new == 1
    assert done.read == 1 + done.rejected


def arguments(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    import_incidents.add_arguments(parser)
    return parser.parse_args(given)


def say_run(capsys: pytest.CaptureFixture[str], to: Desk, *given: str) -> Iterator[Any]:
    code = import_incidents.run(arguments(*given), to, words("en"), RESOURCES)
    return iter((code, capsys.readouterr().out))


def test_told_in_words(bad: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = desk()
    rejects = str(tmp_path / "r.csv")
    code, said = say_run(capsys, to, str(bad), "--mapping", "sample", "--rejects", rejects)
    assert code == 0
    assert "read 50 = new 11 + known 0 + rejected 39" in said
    assert "seem to be swapped" in said
    assert rejects in said


@pytest.mark.parametrize(
    ("file", "mapping", "said"),
    [
        ("absent.csv", "sample", "No such file"),
        ("bad.csv", "chicago", "no mapping named chicago"),
        ("bad.csv", "boston311", "no column"),
        ("", "sample", "folder"),
    ],
)
def test_what_cannot_begin_says_why(
    bad: Path, file: str, mapping: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    to = desk()
    code, told = say_run(capsys, to, str(bad.parent / file), "--mapping", mapping)
    assert code == 2
    assert said in told
    assert here(to) == 0


def test_the_rejects_file_is_safe_to_open_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(",".join(SAMPLE.columns.values()) + "\n=cmd()\n", encoding="utf-8")
    bring_in(desk(), path)
    rejects = tmp_path / "rejects.csv"
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["row"] == "'=cmd()"
    assert rejects.stat().st_mode & 0o077 == 0
