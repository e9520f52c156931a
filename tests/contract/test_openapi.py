"""What the OpenAPI document promises is what is answered, whatever is asked (schemathesis, one seed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from tests.contract.served import PASSWORD, is_trouble

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


NOT_HERE = [ignored_auth, positive_data_acceptance]
"""The first cannot take our token away again (a test of its own does), the second knows no rule but shape."""

TOO_LONG = {413, 431}
"""What is made up to be wrong may be megabytes long, in its body or its head: it is refused for that, which
the checks do not know."""

QUICK = settings(max_examples=8, derandomize=True, deadline=None, database=None,
                 suppress_health_check=list(HealthCheck))  # fmt: skip


def try_everything(document: Any, headers: dict[str, str], mode: GenerationMode) -> list[str]:
    """What was not answered as the document says, of every operation."""
    wrong: list[str] = []
    for found in document.get_all_operations():
        operation = found.ok()

        @QUICK
        @given(case=operation.as_strategy(generation_mode=mode))
        def tried(case: Any) -> None:
            answer = case.call(headers=headers, timeout=20)
            if answer.status_code not in TOO_LONG:
                case.validate_response(answer, headers=headers, excluded_checks=NOT_HERE)

        try:
            tried()
        except (FailureGroup, Failure) as failure:
            wrong.append(f"{operation.label}: {failure}")
        except Unsatisfiable:
            continue  # nothing about it can be wrong
    return wrong


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("who", ["device", "person"])
def test_every_operation(
    document: Any, who: str, mode: GenerationMode, request: pytest.FixtureRequest
) -> None:
    wrong = try_everything(document, request.getfixturevalue(f"{who}_headers"), mode)
    assert not wrong, "\n\n".join(wrong)


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


WHOLE = {"/v1/reports": {"title": "x"}, "/v1/acts": {"incident": "0" * 32, "kind": "note"},
         "/v1/sign_in": {"user": "x", "password": "y"}}  # fmt: skip
"""Bodies of the routes that look at the body before they look at who asks."""


def test_nothing_is_told_without_a_token(hub: ServedHub) -> None:
    with hub.client() as http:
        document = http.get("/openapi.json").json()
        guarded = [
            (method, path) for path, methods in document["paths"].items() for method, told in methods.items()
            if "security" in told
        ]  # fmt: skip
        assert len(guarded) > 10
        for method, path in [*guarded, ("get", "/v1/pokes")]:
            for token in ({}, {"authorization": "Bearer " + "a" * 43}):
                headers = {**token, "content-type": "application/json"}
                body = WHOLE.get(path, {}) if method == "post" else None
                answer = http.request(
                    method, path.replace("{", "").replace("}", ""), headers=headers, json=body
                )
                assert answer.status_code == 401, (method, path, answer.text)
                assert is_trouble(answer)
