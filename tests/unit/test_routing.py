"""Routing: the first match decides, and the decision keeps every rule that was looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.incident import Loop
from app.domain.routing import Matter, Rule, When, decide, missed

MATTER = Matter("t1", "v1", "g1", "I-1", "water", "hotline", 2, 14 * 60, True)


def rule(name: str, loop: Loop | None = None, handler: str = "town", **when) -> Rule:
    return Rule(name, name, name, When(**when), handler, loop, "", "")


CATCH_ALL = rule("R-999", handler="unit:centre")

FITS = {
    "towns": frozenset({"t1", "t2"}), "villages": frozenset({"v1"}), "categories": frozenset({"water"}),
    "items": frozenset({"I-1"}), "sources": frozenset({"hotline"}), "severity_max": 2,
    "minutes": (14 * 60, 15 * 60), "workdays": True,
}  # fmt: skip
FITS_NOT = {
    "towns": frozenset({"t2"}), "villages": frozenset({"v2"}), "categories": frozenset({"road"}),
    "items": frozenset({"I-2"}), "sources": frozenset({"patrol"}), "severity_max": 1,
    "minutes": (15 * 60, 16 * 60), "workdays": False,
}  # fmt: skip


@pytest.mark.parametrize("name", list(FITS))
def test_each_condition_holds_or_is_named(name):
    assert missed(When(**{name: FITS[name]}), MATTER) == ""
    assert missed(When(**{name: FITS_NOT[name]}), MATTER) == name
    assert missed(When(**{**FITS, name: FITS_NOT[name]}), MATTER) == name


def test_the_first_condition_that_is_missed_is_named():
    assert missed(When(**FITS_NOT), MATTER) == "towns"
    assert missed(When(), MATTER) == ""


@pytest.mark.parametrize(
    ("span", "minute", "within"),
    [
        ((540, 1020), 539, False), ((540, 1020), 540, True), ((540, 1020), 1019, True),
        ((540, 1020), 1020, False), ((1320, 360), 1319, False), ((1320, 360), 1320, True),
        ((1320, 360), 0, True), ((1320, 360), 359, True),
        ((1320, 360), 360, False), ((1320, 360), 720, False), ((0, 1440), 1439, True),
    ],
)  # fmt: skip
def test_hours_also_over_midnight(span, minute, within):
    assert (missed(When(minutes=span), replace(MATTER, minute=minute)) == "") is within


@settings(deadline=None)
@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 1439))
def test_a_span_and_its_rest_share_the_day(first, last, minute):
    matter = replace(MATTER, minute=minute)
    inside = missed(When(minutes=(first, last)), matter) == ""
    outside = missed(When(minutes=(last, first)), matter) == ""
    assert inside is not outside or first == last


def test_a_rule_for_workdays_waits_until_the_day_is_known():
    unknown = replace(MATTER, workday=None)
    assert missed(When(workdays=True), unknown) == missed(When(workdays=False), unknown) == "workdays"
    assert missed(When(), unknown) == ""


def test_the_first_match_decides_and_all_before_it_are_kept():
    rules = [rule("R-1", towns=frozenset({"t9"})), rule("R-2", severity_max=1), rule("R-3"), CATCH_ALL]
    decision = decide(rules, MATTER, Loop.BIG, None)
    assert (decision.rule, decision.handler) == ("R-3", "town")
    assert [(c.rule, c.matched, c.missed) for c in decision.considered] == [
        ("R-1", False, "towns"), ("R-2", False, "severity_max"), ("R-3", True, ""),
    ]  # fmt: skip


RULES = st.lists(
    st.builds(
        lambda n, loop, name, fits: rule(f"R-{n}", loop, **{name: (FITS if fits else FITS_NOT)[name]}),
        st.integers(0, 99), st.sampled_from([None, *Loop]), st.sampled_from(sorted(FITS)), st.booleans(),
    ),
    max_size=8,
)  # fmt: skip


@settings(deadline=None)
@given(RULES, st.sampled_from(Loop), st.none() | st.just("m7"), st.sampled_from(["", "I-1"]))
def test_a_decision_explains_itself(rules, item_loop, member, item):
    matter = replace(MATTER, item=item)
    rules = [*rules, CATCH_ALL]
    decision = decide(rules, matter, item_loop, member)
    seen = decision.considered
    assert [c.rule for c in seen] == [r.id for r in rules[: len(seen)]]
    assert [c.matched for c in seen] == [False] * (len(seen) - 1) + [True]
    assert all(c.matched is not bool(c.missed) for c in seen)
    chosen = rules[len(seen) - 1]
    assert decision.rule == chosen.id
    small = bool(item) and item_loop is Loop.SMALL and chosen.loop is not Loop.BIG and member is not None
    assert (decision.loop is Loop.SMALL) is small is (decision.small_why == "small_loop")
    assert decision.handler == ("member:m7" if small else chosen.handler)


@pytest.mark.parametrize(
    ("item", "item_loop", "rule_loop", "member", "why"),
    [
        ("I-1", Loop.SMALL, None, "m7", "small_loop"),
        ("I-1", Loop.SMALL, Loop.SMALL, "m7", "small_loop"),
        ("", Loop.SMALL, None, "m7", "item_not_listed"),
        ("I-1", Loop.BIG, Loop.SMALL, "m7", "item_is_big"),
        ("I-1", Loop.SMALL, Loop.BIG, "m7", "rule_says_big"),
        ("I-1", Loop.SMALL, None, None, "no_member_on_duty"),
    ],
)
def test_why_the_small_loop_or_why_not(item, item_loop, rule_loop, member, why):
    assert decide([rule("R-1", rule_loop)], replace(MATTER, item=item), item_loop, member).small_why == why


def test_a_list_without_a_catch_all_is_an_error():
    with pytest.raises(ValueError, match="catch-all"):
        decide([rule("R-1", severity_max=1)], MATTER, Loop.BIG, None)
    with pytest.raises(ValueError, match="catch-all"):
        decide([], MATTER, Loop.BIG, None)


def test_a_decision_as_the_op_keeps_it():
    rules = [rule("R-1", sources=frozenset({"sensor"})), CATCH_ALL]
    assert decide(rules, MATTER, Loop.SMALL, "m7").as_body() == {
        "rule": "R-999", "handler": "member:m7", "loop": "small", "small_why": "small_loop",
        "considered": [["R-1", False, "sources"], ["R-999", True, ""]],
    }  # fmt: skip
