"""What the KPI panels say, without Qt: figures, shares, words, scales and where the panels stand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.assess import Strip, TownLine
from app.services.words import Words
from ui.kpi.figures import figures
from ui.kpi.places import NAMES, arrange
from ui.kpi.saying import NONE, percent
from ui.kpi.scales import count_ticks, every, lonely, percent_ticks

HOUR = 3_600_000
NOW = 1_795_154_732_000  # 20 November 2026, 14:05 in China
WORDS = Words("zh", Path(__file__).parents[2] / "resources", strict=True)
TOWN = TownLine("t1", "大弯街道", "Dawan Subdistrict", 31, 2, 0.951, 81, 7, ranked=True)
FEW = TownLine("t2", "福洪镇", "Fuhong Town", 8, 0, 1.0, 7, 4, ranked=False)
STRIP = Strip(
    now=NOW,
    hours=tuple((NOW // HOUR - 23 + i) * HOUR for i in range(24)),
    arrived=(10,) * 24,
    closed=(9,) * 23 + (1,),
    backlog=109,
    net=8,
    ages=(41, 39, 24, 5),
    overdue=3,
    on_time=224 / 233,
    on_time_n=233,
    on_time_days=(0.95, 0.94, None, 0.96, 0.96, 0.97, 0.961),
    late=9,
    p50=6,
    p90=21,
    response_n=241,
    towns=(TOWN, FEW),
)
EMPTY = replace(
    STRIP, arrived=(0,) * 24, closed=(0,) * 24, backlog=0, net=0, ages=(0, 0, 0, 0), on_time=None,
    on_time_n=0, on_time_days=(None,) * 7, late=0, p50=None, p90=None, response_n=0, towns=(),
)  # fmt: skip


def say(strip=STRIP, lang="zh", **changes):
    return figures(replace(strip, **changes), WORDS, lang, lambda _context, text: text)


def test_the_panels_say_their_figures_in_words():
    shown = say()
    assert shown.flow.spoken == "近 24 小时到达 240 件，结案 208 件"
    assert shown.backlog.spoken == "在办 109 件，24 小时净增 8；1 时内 41，1–4 时 39，4–24 时 24，超 24 时 5"
    assert shown.on_time.spoken == "按时率 96.1 %，目标 95 %，n 233，超时结案 9 件"
    assert shown.response.spoken == "响应用时 P50 6 分，P90 21 分，n 241"
    assert shown.towns.spoken == (
        "镇街并列 大弯街道 在办 31，按时 95.1 %，P50 7 分；福洪镇 在办 8，n 7，不排名"
    )


def test_nothing_happened_is_said_and_is_not_nought_per_cent():
    shown = say(EMPTY)
    assert shown.flow.empty == "近 24 小时没有到达"
    assert (shown.on_time.figure, shown.on_time.late) == (NONE, "近 24 小时没有计时结案")
    assert [(p.figure, p.unit, p.share, p.over) for p in shown.response.paces] == [
        (NONE, "", None, False)
    ] * 2
    assert shown.response.n == "近 24 小时没有响应"
    assert (shown.on_time.below, shown.backlog.figure) == (False, "0")
    assert [age.share for age in shown.backlog.ages] == [0.0] * 4
    assert shown.towns.empty


def test_closings_alone_are_a_chart_not_an_empty_one():
    assert say(EMPTY, closed=(1,) + (0,) * 23).flow.empty == ""


@pytest.mark.parametrize(
    ("net", "words"), [(8, "24 小时净增 8"), (-1203, "24 小时净减 1,203"), (0, "24 小时持平")]
)
def test_the_net_of_a_day_has_its_direction_in_words(net, words):
    assert say(net=net).backlog.net[0] == words


@pytest.mark.parametrize(
    ("share", "said", "below"),
    [(0.9499, "94.9", True), (0.95, "95.0", False), (0.9999, "99.9", False), (1.0, "100.0", False)],
)
def test_a_share_never_looks_better_than_it_is(share, said, below):
    shown = say(on_time=share).on_time
    assert (shown.figure, shown.below) == (said, below)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_cut_share_is_within_a_tenth_below(pair):
    part, n = pair
    assert 0 <= part / n * 100 - float(percent(part / n)) + 1e-3 < 0.1 + 2e-3


def test_only_what_is_older_than_a_day_stands_out():
    assert [age.old for age in say().backlog.ages] == [False, False, False, True]
    assert not any(age.old for age in say(ages=(5, 0, 0, 0)).backlog.ages)


def test_response_times_stand_beside_their_targets():
    fifty, ninety = say(p50=14, p90=190).response.paces
    assert (fifty.figure, fifty.unit, fifty.over, fifty.target_words) == ("14", "分", True, "超目标 10")
    assert (ninety.figure, ninety.unit, ninety.target_words) == ("3:10", "", "超目标 30")
    assert fifty.share < ninety.share <= 1
    assert fifty.share / fifty.target_share == pytest.approx(1.4)


def test_a_town_with_few_cases_is_shown_but_not_ranked():
    row, few = say().towns.rows
    assert (row.aside, row.share, row.late, row.below) == ("", 1.0, True, False)
    assert few.aside == "n 7，不排名"
    assert few.share == pytest.approx(8 / 31)


def test_towns_have_their_english_name_without_its_kind():
    assert [row.name for row in say(lang="en").towns.rows] == ["Dawan", "Fuhong"]


def test_days_and_hours_are_named_in_local_time():
    shown = say()
    assert shown.flow.hours[0] == "15"
    assert shown.flow.hours[-1] == "14"
    assert (shown.on_time.day_names[0], shown.on_time.day_names[-1]) == ("11月14日", "11月20日")


@given(st.integers(0, 2_000_000), st.sampled_from([1, 3, 5]))
def test_ticks_hold_the_count_and_waste_less_than_half(top, intervals):
    ticks = count_ticks(top, intervals)
    assert len(ticks) == intervals + 1
    assert ticks[0] == 0
    assert ticks[-1] >= top
    assert len({b - a for a, b in pairwise(ticks)}) == 1
    assert ticks[-1] <= max(2 * (top + intervals), intervals)


@given(st.lists(st.floats(0, 1), max_size=7))
def test_per_cent_ticks_hold_the_shares(values):
    ticks = percent_ticks(values, 5)
    assert ticks[-1] == 100
    assert 2 <= len(ticks) <= 6 or values
    assert ticks[0] <= min(values, default=1) * 100
    assert len({b - a for a, b in pairwise(ticks)}) <= 1


def test_labels_stand_apart():
    assert [every(24, 24 * step, 20) for step in (30, 15, 7, 2)] == [1, 3, 3, 12]


def test_a_day_between_two_unknown_ones_is_marked():
    assert lonely((0.9, None, 0.8, None, 0.7, 0.7, None)) == (0, 2)
    assert lonely((None,) * 7) == ()


@given(st.integers(620, 3840), st.integers(120, 380))
def test_a_strip_is_filled_from_edge_to_edge(width, height):
    places = arrange(width, height)
    assert not places.page
    boxes = list(places.panels.values())
    assert boxes[0].x == 0
    assert boxes[-1].x + boxes[-1].width == width
    assert all(b.x == a.x + a.width + 1 for a, b in pairwise(boxes))
    assert all(box.width >= 140 for box in boxes)
    assert [line.x for line in places.lines] == [box.x - 1 for box in boxes[1:]]


def test_the_strip_as_drawn_and_what_goes_first():
    assert [box.x for box in arrange(1376, 200).panels.values()] == [0, 424, 632, 808, 1016]
    assert tuple(arrange(976, 200).panels) == NAMES
    assert tuple(arrange(900, 200).panels) == NAMES[1:]
    assert tuple(arrange(680, 200).panels) == ("backlog", "on_time", "towns")


@given(st.integers(960, 3840), st.integers(400, 2100))
def test_a_page_has_all_panels_and_none_overlap(width, height):
    places = arrange(width, height)
    assert places.page
    assert set(places.panels) == set(NAMES)
    area = sum(box.width * box.height for box in places.panels.values())
    lines = height + places.lines[1].height + width - 1
    assert area + lines == width * height
