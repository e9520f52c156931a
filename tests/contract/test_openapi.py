"""What the OpenAPI document promises is what is answered, whatever is asked (schemathesis, one seed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from tests.contract.served import PASSWORD

if TYPE_CHECKING:
    from tests.contract.served import ServedHub


@pytest.fixture(scope="module")
def document(hub: ServedHub) -> Any:
    return schemathesis.openapi.from_url(f"{hub.url}/openapi.json")


@pytest.fixture(scope="module")
def device_headers(hub: ServedHub) -> dict[str, str]:
    return hub.device("fuzzed").headers


@pytest.fixture(scope="module")
def person_headers(hub: ServedHub) -> dict[str, str]:
    hub.person("fuzz", "auditor")
    with hub.client() as http:
        told = http.post("/v1/session", json={"user": "fuzz", "password": PASSWORD})
    return {"authorization": f"Bearer {told.json()['token']}"}


api = schemathesis.pytest.from_fixture("document")
QUICK = settings(max_examples=12, derandomize=True, deadline=None, database=None,
                 suppress_health_check=list(HealthCheck))  # fmt: skip


@api.parametrize()
@QUICK
def test_as_a_device(case: Any, device_headers: dict[str, str]) -> None:
    case.call_and_validate(headers=device_headers)


@api.parametrize()
@QUICK
def test_as_a_person(case: Any, person_headers: dict[str, str]) -> None:
    case.call_and_validate(headers=person_headers)


def test_every_route_tells_its_troubles(hub: ServedHub) -> None:
    with hub.client() as http:
        document = http.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            statuses = set(told["responses"])
            assert "429" in statuses, (method, path)
            assert not any(s.startswith("5") and s != "503" for s in statuses), (method, path)
            if "security" in told:
                assert {"401", "403"} <= statuses, (method, path)
