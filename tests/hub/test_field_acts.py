"""Acts over real HTTP: by right and by rule, each once; work orders by handler; callers masked until told."""

from __future__ import annotations

import pytest

from app.domain.rights import Role
from tests.support.field_hub import IN_OTHER, IN_TOWN, OTHER, TOWN, field_hub


@pytest.fixture(scope="module")
def served():
    with field_hub() as hub:
        yield hub


@pytest.fixture(scope="module")
def officer(served):
    return served.person("officer", Role.DUTY_OFFICER)


def _reported(client, where=IN_OTHER, **more):
    body = {"title": "有人受困电梯", "lon": where[0], "lat": where[1], **more}
    answer = client.post("/v1/reports", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def _act(client, incident, kind, key="", **body):
    headers = {"idempotency-key": key} if key else {}
    return client.post("/v1/acts", json={"incident": incident, "kind": kind, "body": body}, headers=headers)


def test_a_member_takes_up_its_own_work_order_and_finishes_it(served, officer):
    member = served.person("m-034", Role.GRID_MEMBER, OTHER)
    stranger = served.person("m-035", Role.GRID_MEMBER, OTHER)
    incident = _reported(officer)
    given = _act(officer, incident, "assign", handler="m-034", lead=True)
    assert given.json()["state"] == "assigned", given.text
    (order,) = [o for o in member.get("/v1/assignments").json()["rows"] if o["incident"] == incident]
    assert order["handler"] == "m-034"
    assert all(o["handler"] != "m-034" for o in stranger.get("/v1/assignments").json()["rows"])
    work = {"assignment": order["assignment"]}
    assert _act(stranger, incident, "acknowledge", **work).json()["code"] == "not_permitted"
    for kind, more, state in (
        ("acknowledge", {}, "working"),
        ("report_in", {}, "working"),
        ("handle", {"result": "已处置"}, "handled"),
    ):
        done = _act(member, incident, kind, **work, **more)
        assert (done.status_code, done.json()["state"]) == (200, state), done.text
    actors = served.rows("SELECT DISTINCT actor FROM op WHERE entity = %s AND kind = 'handle'", incident)
    assert actors == [("m-034",)]


def test_a_rule_that_refuses_is_a_409_with_its_code(officer):
    incident = _reported(officer)
    refused = _act(officer, incident, "verify", passed=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_accepted"), refused.text
    assert refused.json()["detail"]
    assert _act(officer, incident, "assign", handler="nobody").json()["code"] == "unknown_record"
    assert _act(officer, incident, "assign", handler=7).json()["code"] == "malformed"
    assert _act(officer, incident, "relocate", lon=104.0, lat=30.0).json()["code"] == "outside_district"
    assert _act(officer, incident, "conjure").json()["code"] == "unknown_op"
    assert _act(officer, incident, "move_out", to=TOWN).json()["code"] == "unknown_op"
    assert _act(officer, incident, "put", id="item").json()["code"] == "unknown_op"


def test_what_is_not_there_or_elsewhere_is_not_told_apart(served, officer):
    incident = _reported(officer)
    town = served.person("in-town", Role.TOWN_OFFICER, TOWN)
    for name in (incident, "f" * 32):
        answer = _act(town, name, "note", text="看看")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_incident")
        assert town.get(f"/v1/incidents/{name}").status_code == 404


def test_a_note_sent_twice_under_one_key_is_written_once(served, officer):
    incident = _reported(officer)
    first = _act(officer, incident, "note", "note-1", text="已电话联系")
    again = _act(officer, incident, "note", "note-1", text="已电话联系")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    rows = served.rows("SELECT count(*) FROM op WHERE entity = %s AND kind = 'note'", incident)
    assert rows == [(1,)]


def test_a_relocated_incident_moves_to_its_new_town_and_is_acted_on_there(served, officer):
    incident = _reported(officer)
    lon, lat = IN_TOWN
    moved = _act(officer, incident, "relocate", lon=lon, lat=lat)
    assert moved.status_code == 200, moved.text
    scope = officer.get(f"/v1/incidents/{incident}").json()["scope"]
    assert scope != OTHER
    assert served.rows("SELECT scope FROM incident WHERE id = %s", incident) == [(scope,)]
    noted = _act(officer, incident, "note", text="在新的镇")
    assert noted.json()["scope"] == scope
    assert served.hub.store.verify() is None


def test_a_caller_is_masked_and_shown_only_by_an_op(served, officer):
    incident = _reported(officer, caller="王小明", phone="13900001234")
    told = officer.get(f"/v1/incidents/{incident}").json()
    assert told["caller"] == {"name": "王**", "phone": "139****1234"}
    assert "王小明" not in officer.get("/v1/incidents").text
    shown = _act(officer, incident, "show")
    assert shown.json()["caller"] == {"name": "王小明", "phone": "13900001234"}
    assert served.rows("SELECT actor FROM op WHERE entity = %s AND kind = 'show'", incident) == [("officer",)]
    member = served.person("m-036", Role.GRID_MEMBER, OTHER)
    assert _act(member, incident, "show").json()["code"] == "not_permitted"
    assert _act(officer, incident, "cancel", reason="误报").status_code == 200
    assert _act(officer, incident, "show").status_code == 409


def test_nul_and_wrong_shapes_are_a_clear_4xx(officer):
    incident = _reported(officer)
    assert _act(officer, incident, "note", text="a\u0000b").status_code == 422
    assert _act(officer, "x", "note", text="a").status_code == 422
    assert officer.post("/v1/acts", json=[1]).status_code == 422
    assert officer.post("/v1/acts", content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
