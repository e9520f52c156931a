"""Rows of other systems: every kind of bad row gives its reason, and good ones their record."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.domain.incident import State
from app.domain.place import Level
from app.domain.sla import HOUR
from app.services.take_in import SourceRecord
from app.tools.incidentfile import IncidentFile, RawRow
from app.tools.mapping import find, load
from app.tools.rowcheck import Rejected, RowCheck
from tests.support.desks import NOW, RESOURCES, desk

if TYPE_CHECKING:
    from app.tools.mapping import Mapping

LISTS = desk().lists.now()
SAMPLE = load(find("sample", RESOURCES))
BOSTON = load(find("boston311", RESOURCES))
GOOD = {
    "编号": "A-1", "上报时间": "2026-11-20 14:05", "时限": "2026-11-21 14:05", "办结时间": "2026-11-20 16:00",
    "状态": "已结案", "类别": "市容环卫", "标题": "垃圾没人收", "内容": "门口\n两天了", "来源": "12345",
    "村社区": "怡湖社区", "经度": "104.27", "纬度": "30.90", "联系人": "王某", "联系电话": "13900001111",
}  # fmt: skip
CITY = {
    "CASE_ENQUIRY_ID": "101", "OPEN_DT": "01/05/2015 12:40:41 PM", "TARGET_DT": "01/06/2015 12:40:41 PM",
    "CLOSED_DT": "01/05/2015 12:40:32 PM", "CASE_STATUS": "Closed", "CLOSURE_REASON": "Case Noted",
    "CASE_TITLE": "Pothole", "TYPE": "Pothole Repair", "QUEUE": "Q", "neighborhood": "Back Bay",
    "REASON": "Highway Maintenance", "Source": "Constituent Call", "LATITUDE": "42.35", "LONGITUDE": "-71.08",
}  # fmt: skip


def check(
    row: dict[str, str], mapping: Mapping = SAMPLE, *, onto: bool = False, **changes: str
) -> SourceRecord | Rejected:
    row = row | changes
    raw = RawRow(2, 2, 0, list(row.values()), "", b"")
    return RowCheck(mapping, list(row), LISTS, NOW, onto=onto).record(raw)


def test_a_good_row() -> None:
    made = check(GOOD)
    assert isinstance(made, SourceRecord)
    assert made.ref == "sample:A-1"
    assert (made.state, made.source, made.category) == (State.CLOSED, "hotline", "市容环卫")
    assert made.closed_at is not None
    assert made.closed_at - made.reported_at == 115 * 60_000
    assert LISTS.places[made.place].level is Level.GRID
    assert (made.caller, made.phone, made.detail) == ("王某", "13900001111", "门口\n两天了")
    assert not made.moved


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"编号": " "}, "no_ref", "ref"),
        ({"上报时间": ""}, "no_time", "opened"),
        ({"上报时间": "2026-02-30 10:00"}, "impossible_time", "opened"),
        ({"上报时间": "2026-11-25 10:00"}, "impossible_time", "opened"),
        ({"上报时间": "1970-01-01 00:00"}, "impossible_time", "opened"),
        ({"时限": "soon"}, "impossible_time", "target"),
        ({"办结时间": "2026-13-01 00:00"}, "impossible_time", "closed"),
        ({"办结时间": "2126-01-01 00:00"}, "impossible_time", "closed"),
        ({"办结时间": "2026-11-20 14:04"}, "closed_before_open", "closed"),
        ({"办结时间": ""}, "no_closed_time", "closed"),
        ({"经度": "0", "纬度": "0"}, "zero_position", "lon"),
        ({"经度": "104.27", "纬度": "0.0"}, "zero_position", "lon"),
        ({"经度": "30.90", "纬度": "104.27"}, "swapped", "lon"),
        ({"经度": "116.4", "纬度": "39.9"}, "outside", "lon"),
        ({"经度": "104.15", "纬度": "30.66"}, "outside", "lon"),
        ({"经度": "204.27", "纬度": "30.9"}, "bad_position", "lon"),
        ({"经度": "nan", "纬度": "30.9"}, "bad_position", "lon"),
        ({"经度": "东经104", "纬度": "30.9"}, "bad_position", "lon"),
        ({"经度": ""}, "no_position", "lon"),
        ({"经度": "", "纬度": "", "村社区": ""}, "no_position", "lon"),
        ({"村社区": "不存在社区"}, "unknown_place", "place"),
        ({"状态": "飞走了"}, "unknown_status", "status"),
        ({"状态": ""}, "unknown_status", "status"),
        ({"类别": "外星事务"}, "unknown_category", "category"),
        ({"来源": "漂流瓶"}, "unknown_source", "source"),
        ({"标题": " "}, "missing_title", "title"),
        ({"标题": "长" * 201}, "too_long", "title"),
        ({"内容": "长" * 10_001}, "too_long", "detail"),
        ({"标题": "=HYPERLINK(1)"}, "formula", "title"),
        ({"标题": "  +1"}, "formula", "title"),
        ({"内容": "\t=1"}, "formula", "detail"),
        ({"内容": "@SUM(1)"}, "formula", "detail"),
        ({"联系人": "-1"}, "formula", "caller"),
        ({"联系电话": "<script>"}, "bad_phone", "phone"),
    ],
)
def test_a_bad_row_gives_its_reason(changes: dict[str, str], code: str, field: str) -> None:
    assert check(GOOD, **changes) == Rejected(code, field)


def test_what_the_limits_just_allow() -> None:
    made = check(
        GOOD, 标题="长" * 200, 内容="长" * 10_000, 联系人="王\x1b[31m某", 联系电话="+86 028-8361 0000 转 12"
    )
    assert isinstance(made, SourceRecord)
    assert made.caller == "王 [31m某"


def test_without_position_the_village_is_known() -> None:
    made = check(GOOD, 经度="", 纬度="")
    assert isinstance(made, SourceRecord)
    assert (LISTS.places[made.place].name, made.lon) == ("怡湖社区", None)


def test_foreign_rows_are_refused_unless_they_are_moved_which_each_says() -> None:
    assert check(CITY, BOSTON) == Rejected("outside", "lon")
    assert check(CITY, BOSTON, LATITUDE="", LONGITUDE="") == Rejected("outside", "lon")
    moved = check(CITY, BOSTON, onto=True)
    assert isinstance(moved, SourceRecord)
    assert moved.moved
    assert moved.lon is not None
    assert moved.lat is not None
    assert LISTS.locator.locate(moved.lon, moved.lat) == moved.place
    assert check(CITY, BOSTON, onto=True) == moved
    nowhere = check(CITY, BOSTON, onto=True, LATITUDE="", LONGITUDE="")
    assert isinstance(nowhere, SourceRecord)
    assert nowhere.moved


def test_the_city_clock_may_differ_by_an_hour_and_no_more() -> None:
    made = check(CITY, BOSTON, onto=True)
    assert isinstance(made, SourceRecord)
    assert made.closed_at == made.reported_at - 9000
    late = check(CITY, BOSTON, onto=True, CLOSED_DT="01/05/2015 11:40:40 AM")
    assert late == Rejected("closed_before_open", "closed")


def test_a_missing_title_falls_back_to_the_type_and_severity_follows_words() -> None:
    made = check(CITY, BOSTON, onto=True, CASE_TITLE="", TYPE="Carbon Monoxide")
    assert isinstance(made, SourceRecord)
    assert (made.title, made.severity) == ("Carbon Monoxide", 1)


def test_swapped_and_far_positions_of_a_foreign_table() -> None:
    assert check(CITY, BOSTON, onto=True, LATITUDE="-71.08", LONGITUDE="42.35") == Rejected("swapped", "lon")
    assert check(CITY, BOSTON, onto=True, LATITUDE="32.4", LONGITUDE="-86.3") == Rejected("outside", "lon")


def test_a_day_as_target_is_kept_until_it_ends() -> None:
    made = check(GOOD, replace(SAMPLE, target_is_day=True), 时限="2026-11-21 00:00")
    assert isinstance(made, SourceRecord)
    assert made.resolve_due == NOW - 38 * HOUR - 1  # the 22nd begins 38 h before the 23rd, 14:00


def test_a_table_without_numbers_is_keyed_by_its_rows() -> None:
    mapping = load(find("montgomery911", RESOURCES))
    row = {
        "lat": "40.29", "lng": "-75.58", "desc": "REINDEER", "zip": "19525", "title": "EMS: CARDIAC ARREST",
        "timeStamp": "2015-12-10 17:40:00", "twp": "NEW HANOVER", "addr": "REINDEER CT",
    }  # fmt: skip
    made, other = check(row, mapping, onto=True), check(row, mapping, onto=True, zip="1")
    assert isinstance(made, SourceRecord)
    assert isinstance(other, SourceRecord)
    assert made.ref != other.ref
    assert (made.state, made.source, made.severity, made.category) == (State.REPORTED, "joint", 1, "公共卫生")


def test_the_shipped_sample_is_all_good() -> None:
    file = IncidentFile(RESOURCES / "demo/incidents_sample.csv", "utf-8")
    judge = RowCheck(SAMPLE, file.header, LISTS, NOW)
    assert {type(judge.record(row)) for row in file.rows()} == {SourceRecord}
    file.close()


def test_every_closed_city_row_with_a_target_has_the_citys_label() -> None:
    path = RESOURCES.parents[1] / "shared/data/requests311/boston_311_2015_jan-may.csv.gz"
    if not path.exists():
        pytest.skip("the city's table is not here")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as table:
        label = {row["CASE_ENQUIRY_ID"]: row["OnTime_Status"] for row in csv.DictReader(table)}
    file = IncidentFile(path, "utf-8")
    judge = RowCheck(BOSTON, file.header, LISTS, NOW, onto=True)
    told = 0
    for row in file.rows():
        made = judge.record(row)
        assert isinstance(made, SourceRecord)
        if made.closed_at is not None and made.resolve_due is not None:
            told += 1
            assert (made.closed_at <= made.resolve_due) == (label[row.cells[0]] == "ONTIME")
    file.close()
    assert told == 29_863
