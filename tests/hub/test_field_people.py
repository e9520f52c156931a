"""Simulated people against a real hub; a phone that sends under the same key until it is answered."""

from __future__ import annotations

import argparse
import asyncio
import random

import httpx2
import pytest

from app.bootstrap import resources_folder, settings_from, words_of
from app.domain.rights import Role
from app.tools import field, field_phone
from app.tools.wording import Wording
from tests.support.field_hub import PASSWORD, field_hub


@pytest.fixture
def wording():
    return Wording(words_of(settings_from(lang="zh")), resources_folder())


def _args(url, user, minutes, **more):
    parser = argparse.ArgumentParser()
    field.add_arguments(parser)
    told = {"--actors": "9", "--pace": "60", "--seed": "7", **more}
    words = [word for pair in told.items() for word in pair]
    return parser.parse_args(["--url", url, "--user", user, "--minutes", str(minutes), *words])


def test_people_report_and_finish_work_at_a_real_hub(monkeypatch, wording, capsys):
    monkeypatch.setenv("GRID_FIELD_PASSWORD", PASSWORD)
    with field_hub() as served:
        served.person("field", Role.SUPERVISOR)
        assert field.run(_args(served.url, "field", 0.15), resources_folder(), wording) == 0
        done = dict(served.rows("SELECT kind, count(*) FROM op WHERE actor = 'field' GROUP BY kind"))
        assert done["report"] > 3
        assert done["acknowledge"] > 0
        assert served.rows("SELECT count(*) FROM op WHERE outcome = 'refused'") == [(0,)]
        assert served.hub.store.verify() is None
    assert str(done["report"]) in capsys.readouterr().out


def test_who_is_not_let_in_is_told(monkeypatch, wording, capsys):
    monkeypatch.setenv("GRID_FIELD_PASSWORD", "wrong")
    with field_hub() as served:
        served.person("field", Role.SUPERVISOR)
        assert field.run(_args(served.url, "field", 1), resources_folder(), wording) == 1
    assert "field" in capsys.readouterr().err


def test_a_lost_line_a_busy_hub_and_an_old_token_cost_only_time(monkeypatch):
    monkeypatch.setattr(field_phone, "FIRST_WAIT", 0.001)
    keys, tokens = [], iter(("old", "new"))
    left = ["line", "busy", "old", "done"]

    def hub(request):
        if request.url.path == "/v1/session":
            return httpx2.Response(200, json={"token": next(tokens)})
        keys.append(request.headers["idempotency-key"])
        match left.pop(0):
            case "line":
                raise httpx2.ReadError("cut")
            case "busy":
                return httpx2.Response(429, headers={"retry-after": "0"})
            case "old":
                assert request.headers["authorization"] == "Bearer old"
                return httpx2.Response(401)
        assert request.headers["authorization"] == "Bearer new"
        return httpx2.Response(201, json={"id": "x"})

    async def send():
        line = field_phone.Line("http://hub", "", "u", "p", random.Random(1))
        await line.close()
        line._client = httpx2.AsyncClient(base_url="http://hub", transport=httpx2.MockTransport(hub))
        await line.sign_in()
        answer = await line.send("/v1/reports", {"title": "井盖"}, "one-key")
        await line.close()
        return answer, line.heard.waited

    assert asyncio.run(send()) == ((201, {"id": "x"}), 2)
    assert keys == ["one-key"] * 4
