"""The routes of people and devices over HTTP, with the statuses that the link promises."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.domain.rights import Role
from app.hub.accounts_api import Doors as Parts
from app.hub.accounts_api import accounts_router
from app.hub.answers import add_answers
from app.hub.hub_key import hub_pair
from app.hub.parts import Limits
from app.link.keys import new_pair, public_part
from app.ports.accounts import EVERYWHERE
from tests.support.hub_people import DISTRICT, PASSWORD, TOWN_A, open_doors

DEVICE = "ab" * 16


class Wired:
    """As much of a worker's parts as these routes ask for."""

    def __init__(self, devices) -> None:
        self.principals = devices
        self.limits = Limits()


@pytest.fixture
def doors():
    opened = open_doors()
    yield opened
    opened.engine.dispose()


@pytest.fixture
def http(doors):
    api = FastAPI()
    api.state.parts = Wired(doors.devices)
    add_answers(api, Limits())
    key = public_part(hub_pair(doors.engine))
    api.include_router(accounts_router(Parts(doors.accounts, doors.devices, doors.refusals, key, DISTRICT)))
    with TestClient(api) as client:
        yield client


def enrol_body(doors, **changes) -> dict:
    return {
        "code": doors.code(TOWN_A), "device": DEVICE, "name": "一号机", "key": public_part(new_pair()),
    } | changes  # fmt: skip


def bearer(http, doors) -> dict[str, str]:
    told = http.post("/v1/enrol", json=enrol_body(doors)).json()
    token = http.post("/v1/token", json={"device": DEVICE, "secret": told["secret"]}).json()
    return {"authorization": f"Bearer {token['token']}"}


def session(http, user: str) -> dict[str, str]:
    told = http.post("/v1/session", json={"user": user, "password": PASSWORD}).json()
    return {"authorization": f"Bearer {told['token']}"}


def test_a_device_is_told_everything_once(http, doors):
    told = http.post("/v1/enrol", json=enrol_body(doors)).json()
    assert told.pop("secret")
    assert told == {
        "hub_key": public_part(hub_pair(doors.engine)), "name": "一号机", "scopes": [TOWN_A], "place": TOWN_A,
        "sign": "弥", "letter": "", "district": DISTRICT,
    }  # fmt: skip


def test_a_person_signs_in_at_a_device(http, doors):
    doors.person("mimou-1", Role.TOWN_OFFICER, TOWN_A)
    device = bearer(http, doors)
    answer = http.post("/v1/sign_in", json={"user": "mimou-1", "password": PASSWORD}, headers=device)
    person = {
        "user": "mimou-1", "name": "mimou-1 某", "role": "town_officer", "scopes": [TOWN_A],
        "disabled": False,
    }  # fmt: skip
    assert answer.json() == person
    assert http.get("/v1/users", headers=device).json() == [person]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/enrol", {"code": "AAAAA-AAAAA"}, 403, "bad_code"),
        ("/v1/enrol", {"key": {"kty": "EC"}}, 422, "bad_page"),
        ("/v1/enrol", {"name": "a\x00b"}, 422, "bad_page"),
        ("/v1/enrol", {"device": "d" * 100}, 422, "bad_page"),
        ("/v1/enrol", {"more": 1}, 422, "bad_page"),
        ("/v1/token", {"device": DEVICE, "secret": "x" * 40}, 401, "not_enrolled"),
        ("/v1/token", {"device": "a\x00b", "secret": "x" * 40}, 422, "bad_page"),
        ("/v1/session", {"user": "nobody", "password": "x"}, 401, "sign_in"),
        ("/v1/session", {"user": "no\x00body", "password": "\x00"}, 401, "sign_in"),
        ("/v1/session", {"user": 1, "password": "x"}, 422, "bad_page"),
        ("/v1/sign_in", {"user": "nobody", "password": "x"}, 401, "not_enrolled"),
    ],
)
def test_bad_input_is_told_clearly(http, doors, path, body, status, code):
    answer = http.post(path, json=enrol_body(doors, **body) if path == "/v1/enrol" else body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_half_a_surrogate_is_no_password(http):
    raw = rb'{"user":"a","password":"\ud800"}'
    answer = http.post("/v1/session", content=raw, headers={"content-type": "application/json"})
    assert answer.status_code == 422


def test_a_lock_out_says_how_long(http, doors):
    doors.person("mimou-1")
    for _ in range(5):
        http.post("/v1/session", json={"user": "mimou-1", "password": "wrong"})
    answer = http.post("/v1/session", json={"user": "mimou-1", "password": PASSWORD})
    assert (answer.status_code, answer.headers["retry-after"]) == (423, "60")


def test_a_revoked_device_is_told_so_in_every_answer(http, doors):
    doors.person("root", Role.ADMINISTRATOR, EVERYWHERE)
    device, root = bearer(http, doors), session(http, "root")
    assert http.post(f"/v1/devices/{DEVICE}/revoke", headers=root).status_code == 204
    assert http.post(f"/v1/devices/{DEVICE}/revoke", headers=root).status_code == 404
    for answer in (
        http.get("/v1/users", headers=device),
        http.post("/v1/sign_in", json={"user": "root", "password": PASSWORD}, headers=device),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "revoked")


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.ADMINISTRATOR])
def test_only_an_administrator_sees_everyone_and_revokes(http, doors, role):
    doors.person("someone", role, EVERYWHERE)
    someone = session(http, "someone")
    for answer in (
        http.get("/v1/users", headers=someone),
        http.get("/v1/devices", headers=someone),
        http.post(f"/v1/devices/{DEVICE}/revoke", headers=someone),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert doors.audited("administer") == ["forbidden"] * 3


def test_an_administrator_sees_everyone_and_no_secret(http, doors):
    doors.person("root", Role.ADMINISTRATOR, EVERYWHERE)
    bearer(http, doors)
    root = session(http, "root")
    (shown,) = http.get("/v1/devices", headers=root).json()
    assert set(shown) == {"device", "name", "scopes", "place", "enrolled_at", "revoked_at"}
    assert [p["user"] for p in http.get("/v1/users", headers=root).json()] == ["root"]
    assert http.post("/v1/session/end", headers=root).status_code == 204
    assert http.get("/v1/users", headers=root).json()["code"] == "not_enrolled"
