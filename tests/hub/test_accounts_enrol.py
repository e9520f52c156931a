"""A desktop enrols by the text it was given: the authority is believed by its fingerprint alone."""

from __future__ import annotations

import pytest
from fastapi import FastAPI, Response
from starlette.testclient import TestClient

from app.hub.accounts_api import Doors as Parts
from app.hub.accounts_api import accounts_router
from app.hub.answers import add_answers
from app.hub.authority import Files, make_authority, now_utc
from app.hub.hub_key import hub_pair
from app.hub.parts import Limits
from app.link.enrol import enrol
from app.link.invitation import Invitation, fingerprint
from app.link.keys import new_pair, public_part
from app.ports.link import LinkProblem, LinkTrouble
from tests.support.hub_people import DISTRICT, TOWN_A, open_doors

DEVICE, URL = "ab" * 16, "https://hub.example:8443"


@pytest.fixture
def doors():
    opened = open_doors()
    yield opened
    opened.engine.dispose()


@pytest.fixture
def pem(tmp_path):
    files = Files(tmp_path)
    make_authority(files, "青白江", now_utc())
    return files.ca.read_text()


@pytest.fixture
def http(doors, pem):
    api = FastAPI()
    add_answers(api, Limits())
    key = public_part(hub_pair(doors.engine))
    api.include_router(accounts_router(Parts(doors.accounts, doors.devices, doors.refusals, key, DISTRICT)))

    @api.get("/v1/authority")
    def authority() -> Response:
        return Response(pem, media_type="application/x-pem-file")

    return lambda url, _verify: TestClient(api, base_url=url)


def test_the_settings_hold_all_that_the_link_needs(doors, pem, http):
    pair, steps = new_pair(), []
    text = str(Invitation(URL, doors.code(TOWN_A), fingerprint(pem)))
    kept = enrol(text, DEVICE, "一号机", pair, steps.append, http)
    assert steps == ["reach", "trust", "enrol"]
    assert doors.devices.token(DEVICE, kept.pop("secret"))
    assert kept == {
        "url": URL, "ca_pem": pem, "device": DEVICE, "key": pair,
        "hub_key": public_part(hub_pair(doors.engine)), "name": "一号机", "scopes": [TOWN_A],
        "place": TOWN_A, "sign": "弥", "letter": "", "district": DISTRICT,
    }  # fmt: skip


def test_another_authority_gets_no_code(doors, http):
    code = doors.code(TOWN_A)
    with pytest.raises(LinkProblem) as raised:
        enrol(str(Invitation(URL, code, "0" * 32)), DEVICE, "机", new_pair(), http=http)
    assert raised.value.code is LinkTrouble.NOT_TRUSTED
    assert enrol(f"{URL}/#{code}", DEVICE, "机", new_pair(), http=http)["secret"]


def test_a_spent_code_is_told(doors, http):
    text = f"{URL}/#{doors.code(TOWN_A)}"
    pair = new_pair()
    enrol(text, DEVICE, "机", pair, http=http)
    with pytest.raises(LinkProblem) as raised:
        enrol(text, DEVICE, "机", pair, http=http)
    assert raised.value.code is LinkTrouble.BAD_CODE


def test_a_desktop_that_lost_the_answer_comes_again_with_its_key(doors, http):
    pair = new_pair()
    enrol(f"{URL}/#{doors.code(TOWN_A)}", DEVICE, "机", pair, http=http)
    again = enrol(f"{URL}/#{doors.code(TOWN_A)}", DEVICE, "机", pair, http=http)
    assert doors.devices.token(DEVICE, again["secret"])


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'{"secret": "x"', b"<html>"])
def test_a_bent_answer_is_no_enrolment(answer):
    api = FastAPI()

    @api.post("/v1/enrol")
    def bent() -> Response:
        return Response(answer)

    with pytest.raises(LinkProblem) as raised:
        enrol(
            f"{URL}/#7K3QX-0M9TD",
            DEVICE,
            "机",
            new_pair(),
            http=lambda url, _v: TestClient(api, base_url=url),
        )
    assert raised.value.code is LinkTrouble.BAD_PAGE


def test_no_hub_there():
    with pytest.raises(LinkProblem) as raised:
        enrol("http://127.0.0.1:9/#7K3QX-0M9TD", DEVICE, "机", new_pair())
    assert raised.value.code is LinkTrouble.NO_LINE
