"""Indicators: sums kept step by step equal the sums counted anew, and quantiles keep their word."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.incident import Incident, State
from app.domain.kpi import RESPONSE_EDGES, change, contribution, percentile, response_bin
from app.domain.op import OpKind
from app.domain.sla import HOUR, MINUTE
from tests.support.matters import AT, do, in_state, op

TOWN, OTHER = "510113103", "510113104"
TIMES = st.none() | st.integers(AT - HOUR, AT + 500 * HOUR)
INCIDENTS = st.builds(
    replace,
    st.sampled_from([in_state(state) for state in State]),
    state=st.sampled_from(State),
    town=st.sampled_from([TOWN, OTHER]),
    responded_at=TIMES,
    handled_at=TIMES,
    closed_at=TIMES,
    resolve_due=TIMES,
    rework=st.integers(0, 2),
    rating=st.none() | st.integers(1, 5),
)


def kept(sums: dict) -> dict:
    return {key: value for key, value in sums.items() if value}


@settings(deadline=None)
@given(st.lists(st.none() | INCIDENTS, min_size=1, max_size=12))
def test_changes_add_up_to_the_last_state(states):
    total: Counter = Counter()
    before = None
    for after in states:
        total.update(change(before, after))
        before = after
    assert kept(total) == kept(contribution(states[-1]))


@settings(deadline=None)
@given(st.none() | INCIDENTS, st.none() | INCIDENTS)
def test_a_change_back_undoes_it_and_no_zero_is_told(a, b):
    there, back = change(a, b), change(b, a)
    assert back == {key: -value for key, value in there.items()}
    assert 0 not in there.values()
    assert change(a, a) == {}


@settings(deadline=None)
@given(INCIDENTS)
def test_each_incident_counts_once_in_its_state_and_town(incident):
    sums = contribution(incident)
    assert [key for key in sums if key[0].startswith("state:")] == [
        (f"state:{incident.state}", incident.town, 0)
    ]
    assert {town for _, town, _ in sums} == {incident.town}
    assert all(value in (0, 1) or measure == "rating" for (measure, _, _), value in sums.items())
    in_state_alone = incident.state in (State.MERGED, State.CANCELLED)
    assert (len(sums) == 1) is in_state_alone
    closed = [key for key in sums if key[0] == "closed"]
    assert bool(closed) == (incident.state is State.CLOSED and incident.closed_at is not None)


def closed_incident(**changes) -> Incident:
    return replace(in_state(State.CLOSED), **changes)


def measures(incident: Incident) -> dict[str, int]:
    return {measure: value for (measure, _, _), value in contribution(incident).items()}


def test_a_closed_incident_by_hand():
    incident = closed_incident(
        responded_at=AT + 17 * MINUTE, closed_at=AT + 3 * HOUR, resolve_due=AT + 4 * HOUR
    )
    rated = do(incident, op(OpKind.RATE, {"score": 4}))
    hour, later = AT // HOUR, (AT + 3 * HOUR) // HOUR
    assert contribution(rated) == {
        ("state:closed", TOWN, 0): 1,
        ("arrived", TOWN, hour): 1,
        (f"response:{RESPONSE_EDGES.index(17)}", TOWN, (AT + 17 * MINUTE) // HOUR): 1,
        ("closed", TOWN, later): 1,
        ("limited", TOWN, later): 1,
        ("on_time", TOWN, later): 1,
        ("rated", TOWN, later): 1,
        ("rating", TOWN, later): 4,
    }


def test_late_rework_and_without_a_limit():
    late = measures(closed_incident(resolve_due=AT))
    assert (late["limited"], late["on_time"]) == (1, 0)
    assert "limited" not in measures(closed_incident(resolve_due=None))
    assert measures(closed_incident(rework=2))["reworked"] == 1
    assert "reworked" not in measures(closed_incident())


def test_a_reopened_incident_leaves_the_closed_sums():
    before = closed_incident(resolve_due=AT + HOUR)
    after = do(before, op(OpKind.REOPEN))
    step = {measure: value for (measure, _, _), value in change(before, after).items()}
    assert step == {"state:closed": -1, "state:accepted": 1, "closed": -1, "limited": -1, "on_time": -1}


def test_a_relocated_incident_moves_all_its_sums():
    before = closed_incident()
    assert contribution(replace(before, town=OTHER)) == {
        (measure, OTHER, bucket): value for (measure, _, bucket), value in contribution(before).items()
    }


@pytest.mark.parametrize(
    ("minutes", "edge"),
    [(-5, 1), (0, 1), (1, 1), (1.01, 2), (60, 60), (60.5, 65), (65, 65), (180.1, 195), (43_200, 43_200),
     (99_999, 43_200)],
)  # fmt: skip
def test_a_response_falls_under_the_edge_that_holds_it(minutes, edge):
    assert RESPONSE_EDGES[response_bin(round(minutes * MINUTE))] == edge


@settings(deadline=None)
@given(st.integers(0, 43_200 * MINUTE))
def test_bins_are_in_order_and_never_flatter(ms):
    edge = RESPONSE_EDGES[response_bin(ms)]
    assert edge * MINUTE >= ms
    below = RESPONSE_EDGES[response_bin(ms) - 1] if response_bin(ms) else 0
    assert ms == 0 or below * MINUTE < ms
    assert list(RESPONSE_EDGES) == sorted(set(RESPONSE_EDGES))


@settings(deadline=None)
@given(
    st.lists(st.integers(0, len(RESPONSE_EDGES) - 1), min_size=1, max_size=60),
    st.sampled_from([0.5, 0.9, 1.0]),
)
def test_a_percentile_is_the_nearest_rank(bins, share):
    answer = percentile(Counter(bins), share)
    assert answer is not None
    within = sum(RESPONSE_EDGES[b] <= answer for b in bins)
    below = sum(RESPONSE_EDGES[b] < answer for b in bins)
    assert within >= share * len(bins) > below


def test_no_cases_no_percentile():
    assert percentile({}, 0.5) is None
    assert percentile({3: 0}, 0.5) is None
