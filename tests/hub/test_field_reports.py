"""Reports over real HTTP: taken in once, durably, where they lie, by who may; and what is wrong is said."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.ids import is_number
from app.domain.rights import Role
from tests.support.field_hub import IN_OTHER, IN_TOWN, OTHER, OUTSIDE, field_hub


@pytest.fixture(scope="module")
def served():
    with field_hub() as hub:
        yield hub


@pytest.fixture(scope="module")
def patrol(served):
    return served.person("patrol", Role.SUPERVISOR)


def _body(**more):
    return {"title": "井盖破损", "lon": IN_OTHER[0], "lat": IN_OTHER[1], **more}


def test_a_report_is_an_op_of_the_hub_in_the_scope_where_it_lies(served, patrol):
    answer = patrol.post("/v1/reports", json=_body(item="容-0101", caller="王某某", phone="13900001234"))
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert told["scope"] == OTHER
    assert is_number(told["number"])
    assert told["number"].startswith("弥")
    assert "-H" in told["number"]
    (kinds,) = served.rows(
        "SELECT array_agg(op.kind ORDER BY seq) FROM op JOIN origin o ON o.id = op.origin "
        "WHERE entity = %s AND scope = %s AND device = %s AND actor = 'patrol'",
        told["id"], OTHER, f"hub:{OTHER}",
    )  # fmt: skip
    assert kinds[0][0] == "report"
    assert served.rows("SELECT name, phone FROM person WHERE incident = %s", told["id"]) == [
        ("王某某", "13900001234")
    ]


def test_a_repeated_report_is_the_same_incident(served, patrol):
    key = {"idempotency-key": "lost-reply-1"}
    first = patrol.post("/v1/reports", json=_body(), headers=key)
    again = patrol.post("/v1/reports", json=_body(), headers=key)
    by_ref = patrol.post("/v1/reports", json=_body(ref="lost-reply-1"))
    assert (first.status_code, again.status_code, by_ref.status_code) == (201, 200, 200)
    assert first.json() == again.json() == by_ref.json()


def test_another_persons_key_is_another_incident(served, patrol):
    other = served.person("second", Role.DUTY_OFFICER)
    key = {"idempotency-key": "same-word"}
    mine, theirs = (c.post("/v1/reports", json=_body(), headers=key) for c in (patrol, other))
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["id"] != theirs.json()["id"]


def test_many_at_once_are_all_there_each_once_with_a_number_of_its_own(served, patrol):
    def send(n):
        lon, lat = (IN_OTHER, IN_TOWN)[n % 2]
        body = {"title": f"同时上报 {n}", "lon": lon, "lat": lat}
        # Every report is sent twice, as by a phone that has not heard the answer.
        return [patrol.post("/v1/reports", json=body, headers={"idempotency-key": f"many-{n}"}) for _ in "12"]

    with ThreadPoolExecutor(16) as pool:
        answers = [a for pair in pool.map(send, range(60)) for a in pair]
    assert {a.status_code for a in answers} == {200, 201}
    ids, numbers = ({a.json()[name] for a in answers} for name in ("id", "number"))
    assert len(ids) == len(numbers) == 60
    (held,) = served.rows("SELECT count(*) FROM incident WHERE title LIKE '同时上报%%'")
    assert held[0] == 60
    assert served.hub.store.verify() is None


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"lon": OUTSIDE[0], "lat": OUTSIDE[1]}, 422, "outside_district"),
        ({"lon": None, "lat": None, "place": "999"}, 422, "unknown_record"),
        ({"lat": None}, 422, "bad_page"),
        ({"lat": 91.0}, 422, "bad_page"),
        ({"title": "   "}, 422, "bad_page"),
        ({"title": "长" * 121}, 422, "bad_page"),
        ({"title": "a\u0000b"}, 422, "bad_page"),
        ({"severity": "2"}, 422, "bad_page"),
        ({"secret": "x"}, 422, "bad_page"),
        ({"at": 1_000}, 422, "malformed"),
        ({"detail": "长" * 9_000}, 413, "too_large"),
    ],
)
def test_what_cannot_be_taken_in_is_said(patrol, more, status, code):
    answer = patrol.post("/v1/reports", json=_body() | more)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"title":"\\ud800"}', b"\xff\xfe", b'{"a":' * 3_000])
def test_what_is_no_json_is_a_clear_4xx(patrol, raw):
    answer = patrol.post("/v1/reports", content=raw, headers={"content-type": "application/json"})
    assert answer.status_code in {413, 422}
    assert answer.json()["code"] in {"bad_page", "too_large"}


def test_without_a_token_or_right_nothing_is_taken_in(served, patrol):
    before = served.rows("SELECT count(*) FROM op")
    auditor = served.person("auditor", Role.AUDITOR)
    elsewhere = served.person("elsewhere", Role.TOWN_OFFICER, "510113108")
    for client, status in ((served.signed("not-a-token"), 401), (auditor, 403), (elsewhere, 403)):
        assert client.post("/v1/reports", json=_body()).status_code == status
    assert served.rows("SELECT count(*) FROM op") == before


def test_a_disabled_person_is_refused_at_once(served):
    member = served.person("leaver", Role.GRID_MEMBER, OTHER)
    assert member.post("/v1/reports", json=_body()).status_code == 201
    served.hub.accounts.change("leaver", "setup", disabled=True)
    assert member.post("/v1/reports", json=_body()).status_code == 401


def test_the_document_describes_the_bodies(patrol):
    paths = patrol.get("/openapi.json").json()["paths"]
    body = paths["/v1/reports"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "title" in json.dumps(body)
    assert "429" in paths["/v1/acts"]["post"]["responses"]
