"""``POST /v1/bundle``: handed in by an administrator or a device, refused clearly otherwise."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.domain.rights import Role
from app.hub.answers import add_answers
from app.hub.bundles_api import KIND, bundles_router
from app.hub.parts import Limits
from app.ports.accounts import EVERYWHERE
from app.ports.bundle import BundleTrouble
from tests.support.bundled import TOWN, BundledHub
from tests.support.hub_people import PASSWORD


class Wired:
    def __init__(self, devices) -> None:
        self.principals = devices
        self.limits = Limits()


@pytest.fixture
def hub():
    opened = BundledHub()
    yield opened
    opened.close()


@pytest.fixture
def http(hub):
    api = FastAPI()
    api.state.parts = Wired(hub.doors.devices)
    add_answers(api, Limits())
    api.include_router(bundles_router(hub.bundles, hub.doors.refusals))
    with TestClient(api) as client:
        yield client


def headers(hub, role: Role = Role.ADMINISTRATOR, kind: str = KIND) -> dict[str, str]:
    hub.doors.person(role.value, role, EVERYWHERE)
    token = hub.doors.accounts.session(role.value, PASSWORD).token
    return {"authorization": f"Bearer {token}", "content-type": kind}


def test_a_bundle_is_taken_and_its_answer_told_to_its_device_alone(hub, http):
    desktop = hub.desktop(EVERYWHERE)
    desktop.replica.write("1", TOWN)
    raw, root = desktop.export(), headers(hub)
    told = http.post("/v1/bundle", content=raw, headers=root).json()
    assert told == {
        "bundle": "b1", "device": desktop.link["device"], "ops": 1, "held": False, "forked": 0,
        "troubles": {},
    }  # fmt: skip
    answer = http.post("/v1/bundle?answer=true", content=raw, headers=root)
    assert answer.headers["content-type"] == KIND
    assert desktop.take(answer.content).rows == 1
    assert desktop.replica.unsent == []


def test_another_device_may_hand_it_in(hub, http):
    desktop, other = hub.desktop(EVERYWHERE), hub.doors.desktop(TOWN)
    desktop.replica.write("1", TOWN)
    token, _ = hub.doors.devices.token(other.id, other.enrolled.secret)
    bearer = {"authorization": f"Bearer {token}", "content-type": KIND}
    assert http.post("/v1/bundle", content=desktop.export(), headers=bearer).json()["ops"] == 1


def test_a_revoked_devices_bundle_is_held_and_not_answered(hub, http):
    desktop = hub.desktop(EVERYWHERE)
    desktop.replica.write("1", TOWN)
    hub.doors.devices.revoke(desktop.link["device"], "root")
    told = http.post("/v1/bundle?answer=true", content=desktop.export(), headers=headers(hub))
    assert told.json()["held"] is True


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"gcb":1,"kind":"up","device":"x","to":"y"}\n', b"\x00" * 99])
def test_what_is_no_bundle_is_malformed(hub, http, raw):
    answer = http.post("/v1/bundle", content=raw, headers=headers(hub))
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_page")
    assert answer.json()["detail"] in {f"bundle: {code}" for code in BundleTrouble}


def test_who_may_not_and_what_may_not(hub, http):
    officer = headers(hub, Role.DUTY_OFFICER)
    assert http.post("/v1/bundle", content=b"x", headers=officer).status_code == 403
    assert http.post("/v1/bundle", content=b"x").status_code == 401
    text = headers(hub, kind="text/plain")
    assert http.post("/v1/bundle", content=b"x", headers=text).status_code == 415
    assert hub.doors.audited("bundle") == ["forbidden"]
