"""Lists over real HTTP: filtered, sorted both ways, windowed, counted, and within the asker's scopes."""

from __future__ import annotations

import pytest

from app.domain.rights import Role
from tests.support.field_hub import IN_OTHER, IN_TOWN, OTHER, field_hub

TITLES = ("井盖破损有异响", "路灯不亮", "垃圾成堆没人收")
COLUMN = {"reported": "reported_at", "due": "due_at", "severity": "severity", "number": "number"}


@pytest.fixture(scope="module")
def served():
    with field_hub() as hub:
        officer = hub.person("officer", Role.DUTY_OFFICER)
        for n in range(30):
            lon, lat = (IN_OTHER, IN_TOWN)[n % 2]
            body = {
                "title": f"{TITLES[n % 3]}{n}", "lon": lon, "lat": lat, "severity": 1 + n % 4,
                "source": ("hotline", "patrol")[n % 2], "item": "容-0101" if n % 5 == 0 else "",
            }  # fmt: skip
            assert officer.post("/v1/reports", json=body).status_code == 201
        hub.officer = officer
        yield hub


def _listed(client, **asked):
    answer = client.get("/v1/incidents", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("sort", COLUMN)
@pytest.mark.parametrize("descending", [False, True])
def test_windows_of_any_sort_join_to_the_whole(served, sort, descending):
    whole = _listed(served.officer, sort=sort, descending=descending, limit=200)
    assert (whole["total"], whole["more"], len(whole["rows"])) == (30, False, 30)
    parts = [
        row
        for offset in range(0, 30, 7)
        for row in _listed(served.officer, sort=sort, descending=descending, limit=7, offset=offset)["rows"]
    ]
    assert parts == whole["rows"]
    keys = [(row[COLUMN[sort]] is None, row[COLUMN[sort]], row["id"]) for row in whole["rows"]]
    by = [(none, 0 if none else value, name) for none, value, name in keys]
    assert by == sorted(by, reverse=descending)


def test_filters_leave_exactly_what_they_name(served):
    every = _listed(served.officer, limit=200)["rows"]
    for asked, fits in (
        ({"severity": [1, 2]}, lambda r: r["severity"] in (1, 2)),
        ({"source": "patrol"}, lambda r: r["source"] == "patrol"),
        ({"town": OTHER}, lambda r: r["town"] == OTHER),
        ({"state": ["reported"]}, lambda r: r["state"] == "reported"),
        ({"text": "井盖"}, lambda r: "井盖" in r["title"]),
        ({"text": "破损有异响12"}, lambda r: "破损有异响12" in r["title"]),
        ({"text": every[3]["number"]}, lambda r: r["number"] == every[3]["number"]),
        ({"severity": 1, "town": OTHER, "text": "路灯"},
         lambda r: r["severity"] == 1 and r["town"] == OTHER and "路灯" in r["title"]),
    ):  # fmt: skip
        told = _listed(served.officer, limit=200, **asked)
        wanted = [row for row in every if fits(row)]
        assert told["rows"] == wanted
        assert told["total"] == len(wanted) > 0
    assert _listed(served.officer, category="没有这一类")["rows"] == []


def test_rows_are_the_askers_own(served):
    town = served.person("town", Role.TOWN_OFFICER, OTHER)
    told = _listed(town, limit=200)
    assert {row["scope"] for row in told["rows"]} == {OTHER}
    assert told["total"] == 15
    assert _listed(town, town="510113111")["rows"] == []


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 0}, {"limit": 201}, {"offset": -1}, {"offset": 10**9}, {"sort": "title"}, {"state": "lost"},
        {"severity": 5}, {"text": "井"}, {"text": "a\u0000b"}, {"town": "x" * 65}, {"descending": "perhaps"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_a_422(served, asked):
    assert served.officer.get("/v1/incidents", params=asked).status_code == 422


def test_lists_are_walked_in_their_indexes(served):
    """With many rows no sort scans and sorts the table: the planner has an index for each."""
    for column in COLUMN.values():
        plan = served.rows(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'incident' AND indexdef LIKE %s",
            f"%({column}, id)",
        )
        assert plan, column
