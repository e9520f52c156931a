"""The demonstration data: refers to the lists, reads like residents, and is exactly as bad as it says."""

import csv
import re
from collections import Counter
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest

RESOURCES = Path(__file__).parents[2] / "resources"
DEMO = RESOURCES / "demo"
PLACEHOLDER = re.compile(r"\{(\w*)\}")
SAMPLE_HEAD = "编号,上报时间,时限,办结时间,状态,类别,标题,内容,来源,村社区,经度,纬度,联系人,联系电话"


@cache
def read(path: Path) -> tuple[dict[str, str], ...]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file, strict=True))


def table(name: str) -> tuple[dict[str, str], ...]:
    return read(RESOURCES / "catalogue" / f"{name}.csv")


def demo(name: str) -> tuple[dict[str, str], ...]:
    return read(DEMO / f"{name}.csv")


def towns() -> set[str]:
    path = RESOURCES / "district" / "villages_nbs2023.csv"
    if not path.exists():
        pytest.skip("the list of villages is not in resources/district")
    return {row["town_code"] for row in read(path)}


@pytest.mark.parametrize(("name", "least"), [("phrases", 450), ("roads", 60), ("incidents_sample", 400)])
def test_tables_are_long_enough_and_rectangular(name, least):
    rows = demo(name)
    assert len(rows) >= least
    assert [row for row in rows if None in row or None in row.values()] == []
    assert [row for row in rows if any(cell != cell.strip() for cell in row.values())] == []


def test_every_item_has_three_messages_that_can_be_filled_in():
    count = Counter(row["item_id"] for row in demo("phrases"))
    assert set(count) == {row["id"] for row in table("items")}
    assert min(count.values()) >= 3
    for row in demo("phrases"):
        assert 4 <= len(row["title"]) <= 16, row
        assert 20 <= len(row["detail"]) <= 80, row
        assert not PLACEHOLDER.search(row["title"])
        assert set(PLACEHOLDER.findall(row["detail"])) <= {"road", "no", "village"}, row
        assert row["detail"].count("{") == row["detail"].count("}") == len(PLACEHOLDER.findall(row["detail"]))


def test_no_message_is_written_twice():
    rows = demo("phrases")
    assert len({row["detail"] for row in rows}) == len(rows)


def test_every_town_has_roads():
    count = Counter(row["town"] for row in demo("roads"))
    assert set(count) == towns()
    assert min(count.values()) >= 8
    assert len({row["name"] for row in demo("roads")}) == count.total()


def test_the_sample_is_plausible():
    rows = demo("incidents_sample")
    assert ",".join(rows[0]) == SAMPLE_HEAD
    assert len({row["编号"] for row in rows}) == len(rows) == 400
    state = Counter(row["状态"] for row in rows)
    assert set(state) == {"待受理", "处置中", "已结案", "不予受理"}
    assert 0.82 <= state["已结案"] / 400 <= 0.88
    late = 0
    for row in rows:
        opened = datetime.fromisoformat(row["上报时间"])
        assert date(2026, 11, 11) <= opened.date() <= date(2026, 11, 20)
        assert datetime.fromisoformat(row["时限"]) > opened
        assert bool(row["办结时间"]) == (row["状态"] == "已结案")
        if row["办结时间"]:
            assert datetime.fromisoformat(row["办结时间"]) > opened
            late += row["办结时间"] > row["时限"]
        assert 104.15 < float(row["经度"]) < 104.52
        assert 30.65 < float(row["纬度"]) < 30.95
        assert bool(row["联系人"]) == bool(row["联系电话"])
        assert not PLACEHOLDER.search(row["内容"])
        assert len(row["标题"]) <= 16
    assert 0.06 <= late / 400 <= 0.10
    assert {row["类别"] for row in rows} <= {row["category"] for row in table("items")}
    assert {row["来源"] for row in rows} <= {row["name"] for row in table("sources")}


def test_the_bad_rows_are_as_bad_as_they_say():
    raw = (DEMO / "bad_rows.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert raw.startswith(SAMPLE_HEAD.encode())
    assert b"\x00" in raw
    lines = raw.split(b"\n")
    starts = [re.match(rb"(BAD|GOOD)-\d\d", line) for line in lines]
    count = Counter(match[0] for match in starts if match)
    assert {number: n for number, n in count.items() if n > 1} == {}
    assert sum(key.startswith(b"BAD") for key in count) == 40
    assert sum(key.startswith(b"GOOD") for key in count) == 10
    text = raw.decode("utf-8", errors="replace")
    for sign in ("=HYPERLINK(", "+cmd|", "@SUM(", "2026-02-30", "飞走了", "积水" * 10000):
        assert sign in text
    for line in lines:
        if line.startswith(b"GOOD"):
            (cells,) = csv.reader([line.decode("utf-8")])
            assert len(cells) == SAMPLE_HEAD.count(",") + 1
            assert datetime.fromisoformat(cells[1]) < datetime.fromisoformat(cells[3])


def test_every_defect_is_explained():
    readme = (DEMO / "README.md").read_text(encoding="utf-8")
    assert all(f"| BAD-{n:02d} |" in readme for n in range(1, 41))
