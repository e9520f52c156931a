"""Words: both languages say everything the domain can answer, with the same placeholders."""

from __future__ import annotations

import csv
import re
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.assignment import AssignmentState
from app.domain.catalogue import HandlerLevel
from app.domain.errors import Refusal
from app.domain.fold_matter import SEVERITIES
from app.domain.force import UnitKind
from app.domain.incident import ConflictKind, Loop, State
from app.domain.marks import EDITED
from app.domain.op import OpKind, Outcome
from app.domain.place import Level
from app.domain.rights import Role
from app.ports.bundle import BundleTrouble
from app.ports.link import LinkTrouble
from app.ports.rows import PointMark, Queue, Sort
from app.services.spell import clock_time, day, day_time, duration
from app.services.words import LANGUAGES, MissingWord, Words

RESOURCES = Path(__file__).parents[2] / "resources"
ZH, EN = (Words(lang, RESOURCES, strict=True) for lang in LANGUAGES)

ENUMS = {
    "state": State,
    "queue": Queue,
    "sort": Sort,
    "op": OpKind,
    "op_done": OpKind,
    "outcome": Outcome,
    "refusal": Refusal,
    "assignment": AssignmentState,
    "conflict": ConflictKind,
    "conflict_name": ConflictKind,
    "role": Role,
    "link": LinkTrouble,
    "bundle": BundleTrouble,
    "loop": Loop,
    "unit_kind": UnitKind,
    "level": HandlerLevel,
    "place_level": Level,
    "mark": PointMark,
    "severity": [str(s) for s in SEVERITIES],
    "clock": ["accept", "respond", "resolve"],
    "small_why": ["small_loop", "item_not_listed", "item_is_big", "rule_says_big", "no_member_on_duty"],
    "reason": ["by_rule", "has_power", "free", "has_room", "load", "skill"],
    "shortfall": ["no_power", "full", "lacks_skill", "other_town"],
    "due_note": ["calendar_year_unknown"],
    "rule_missed": [
        "towns", "villages", "categories", "items", "sources", "severity_max", "minutes", "workdays",
    ],
}  # fmt: skip


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def pattern(words: Words, group: str, code: str) -> str:
    return words._groups[group][code]


@pytest.mark.parametrize("words", [ZH, EN], ids=LANGUAGES)
@pytest.mark.parametrize("group", ENUMS)
def test_every_code_of_the_domain_has_a_word_and_no_word_is_left_over(words, group):
    assert set(words.codes(group)) == {str(code) for code in ENUMS[group]}


def test_both_languages_have_the_same_groups_and_codes():
    assert ZH.groups == EN.groups
    for group in ZH.groups:
        assert ZH.codes(group) == EN.codes(group), group


def test_both_languages_have_the_same_placeholders():
    for group in ZH.groups:
        for code in ZH.codes(group):
            assert placeholders(pattern(ZH, group, code)) == placeholders(pattern(EN, group, code)), code


def test_no_word_is_empty_or_in_the_other_language():
    for group in ZH.groups:
        for code in ZH.codes(group):
            zh, en = pattern(ZH, group, code), pattern(EN, group, code)
            assert zh.strip() == zh != ""
            assert en.strip() == en != ""
            assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", en), en
            assert re.search(r"[\u4e00-\u9fff]", zh) or zh == "12345", zh


def test_a_refusal_or_a_broken_line_says_what_is_wrong_and_ends_as_a_sentence():
    for group, codes in (("refusal", Refusal), ("link", LinkTrouble)):
        for code in codes:
            assert ZH.say(group, code).endswith("。")
            assert EN.say(group, code).endswith(".")


@pytest.mark.parametrize("group", ["state", "queue", "op", "assignment", "loop", "severity", "clock", "role"])
def test_short_words_are_unlike_each_other(group):
    for words in (ZH, EN):
        said = [words.say(group, code) for code in words.codes(group)]
        assert len(set(said)) == len(said)


def test_every_field_that_two_can_edit_has_a_word():
    for words in (ZH, EN):
        assert set(EDITED) <= set(words.codes("field"))


def shipped(name: str, column: str) -> set[str]:
    with (RESOURCES / "catalogue" / name).open(encoding="utf-8-sig", newline="") as lines:
        return {row[column] for row in csv.DictReader(lines)}


@pytest.mark.parametrize("words", [ZH, EN], ids=LANGUAGES)
def test_every_source_and_every_evidence_of_the_shipped_lists_has_a_word(words):
    assert shipped("sources.csv", "id") <= set(words.codes("source"))
    evidence = {code for row in shipped("items.csv", "evidence") for code in row.split(";") if code}
    assert evidence <= set(words.codes("evidence"))


def test_words_of_the_design():
    assert [ZH.say("state", s) for s in State] == [
        "待受理", "待派单", "已派单", "处置中", "待核查", "已结案", "不予受理", "挂账", "已并案", "作废",
    ]  # fmt: skip
    assert [ZH.say("severity", s) for s in SEVERITIES] == ["特急", "紧急", "较急", "一般"]
    assert ZH.say("op", OpKind.WHISTLE) == "吹哨"
    assert ZH.say("op", OpKind.REPORT_IN) == "报到"


def test_a_code_with_its_argument():
    assert ZH.say_coded("reason", "load:2/4") == "负荷 2/4"
    assert EN.say_coded("shortfall", "lacks_skill:取证、潜水") == "not skilled: 取证、潜水"
    assert ZH.say_coded("shortfall", "full") == "已满负荷"
    assert "2028" in ZH.say_coded("due_note", "calendar_year_unknown:2028")


def test_a_missing_word_raises_here_and_is_said_as_its_code_on_a_screen():
    calm = Words("zh", RESOURCES)
    for group, code in (("state", "asleep"), ("mood", "asleep")):
        with pytest.raises(MissingWord):
            ZH.say(group, code)
        assert calm.say(group, code) == "asleep"
    with pytest.raises(MissingWord):
        ZH.say("reason", "load")
    assert calm.say("reason", "load") == "负荷 {arg}"


def test_an_unknown_language_is_said_in_chinese():
    assert Words("fr", RESOURCES).say("state", State.CLOSED) == "已结案"


MIN, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("ms", "zh", "en"),
    [
        (0, "0 分", "0 min"),
        (59_999, "0 分", "0 min"),
        (41 * MIN, "41 分", "41 min"),
        (HOUR - 1, "59 分", "59 min"),
        (HOUR, "1:00", "1:00"),
        (2 * HOUR + 19 * MIN, "2:19", "2:19"),
        (DAY - 1, "23:59", "23:59"),
        (DAY, "1 天", "1 d"),
        (2 * DAY + 4 * HOUR + 59 * MIN, "2 天 4 时", "2 d 4 h"),
        (-41 * MIN, "41 分", "41 min"),
    ],
)
def test_durations(ms, zh, en):
    assert duration(ms, "zh") == zh
    assert duration(ms, "en") == en


@settings(deadline=None)
@given(st.integers(0, 400 * DAY))
def test_a_duration_reads_back_to_its_last_unit(ms):
    text = duration(ms, "zh")
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    if ":" in text:
        assert numbers[0] * HOUR + numbers[1] * MIN == ms - ms % MIN
    elif text.endswith("分"):
        assert numbers[0] * MIN == ms - ms % MIN
    else:
        hours = numbers[1] if len(numbers) == 2 else 0
        assert numbers[0] * DAY + hours * HOUR == ms - ms % HOUR


AT = 1_795_154_732_000  # 2026-11-20 14:05:32 at the district


def test_times_are_the_districts():
    assert clock_time(AT) == "14:05"
    assert clock_time(AT, seconds=True) == "14:05:32"
    assert day(AT, "zh") == "11月20日"
    assert day(AT, "en") == "20 Nov"
    assert day(AT, "zh", weekday=True) == "11月20日 周五"
    assert day(AT, "en", weekday=True) == "Fri 20 Nov"
    assert clock_time(AT + 10 * HOUR) == "00:05"


def test_a_day_and_time_says_no_more_than_is_needed():
    assert day_time(AT, "zh") == "11月20日 14:05"
    assert day_time(AT, "zh", now=AT + 9 * HOUR) == "14:05"
    assert day_time(AT, "zh", now=AT + 10 * HOUR) == "11月20日 14:05"
    assert day_time(AT, "en", now=AT + 10 * HOUR) == "20 Nov 14:05"
    assert day_time(AT, "zh", now=AT + 60 * DAY) == "2026年11月20日 14:05"
    assert day_time(AT, "en", now=AT + 60 * DAY) == "20 Nov 2026 14:05"
