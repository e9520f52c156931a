"""Every answer that is not a 2xx, in one shape: ``{"code", "detail"}`` with the right status."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import orjson
import psycopg
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from app.ports.link import LinkProblem, LinkTrouble
from app.ports.problems import StoreProblem, StoreTrouble
from db.hub.faults import trouble_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fastapi import FastAPI
    from starlette.requests import Request

    from app.hub.parts import Limits

STATUS: Mapping[LinkTrouble, int] = {
    LinkTrouble.NOT_ENROLLED: 401, LinkTrouble.SIGN_IN: 401, LinkTrouble.NOT_TRUSTED: 401,
    LinkTrouble.REVOKED: 403, LinkTrouble.FORBIDDEN: 403, LinkTrouble.BAD_CODE: 403,
    LinkTrouble.EPOCH: 409, LinkTrouble.GAP: 409, LinkTrouble.TOO_LARGE: 413, LinkTrouble.BAD_PAGE: 422,
    LinkTrouble.LOCKED_OUT: 423, LinkTrouble.TOO_OLD: 426, LinkTrouble.BUSY: 429,
    LinkTrouble.TOO_SLOW: 408,
}  # fmt: skip
"""What is not named is the hub's own fault: 500."""

_DETAILS = 3
LONGEST_DETAIL = 300
"""Characters: a field that a sender made up may have a name of megabytes."""

_PLAIN = {
    404: (LinkTrouble.BAD_PAGE, "no such path"),
    405: (LinkTrouble.BAD_PAGE, "no such method here"),
    408: (LinkTrouble.TOO_SLOW, "the body did not come in time"),
    413: (LinkTrouble.TOO_LARGE, "the body is too long"),
    422: (LinkTrouble.BAD_PAGE, "not a body that can be read"),
}


class BadRequest(LinkProblem):
    """A request that is wrong before its content is looked at: its own 4xx status."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(LinkTrouble.BAD_PAGE, detail)
        self.status = status


def trouble(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer's bytes; ``detail`` must not name what the asker did not send."""
    body = orjson.dumps({"code": code, "detail": detail})
    return Response(body, status, headers, "application/json")


def told(problem: LinkProblem, limits: Limits) -> Response:
    """The answer to a problem of the world."""
    status = problem.status if isinstance(problem, BadRequest) else STATUS.get(problem.code, 500)
    headers = {}
    if status in {423, 429}:
        headers["retry-after"] = str(max(1, math.ceil(problem.wait or limits.retry_after)))
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return trouble(status, problem.code.value, problem.detail, headers)


def first_faults(errors: Iterable[Any]) -> str:
    """Where a body does not fit its shape, and why; never what it held."""
    lines = [
        f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e, _ in zip(errors, range(_DETAILS), strict=False)
    ]
    return "; ".join(lines)[:LONGEST_DETAIL]


def add_answers(app: FastAPI, limits: Limits) -> None:
    """Teach the application its one shape of trouble."""

    def world(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, LinkProblem)
        request.scope["trouble"] = problem.code.value, problem.detail
        return told(problem, limits)

    def shape(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        detail = first_faults(error.errors())
        request.scope["trouble"] = LinkTrouble.BAD_PAGE.value, detail
        return trouble(422, LinkTrouble.BAD_PAGE, detail)

    def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        # The framework says 400 to a body that is no text at all; malformed is malformed.
        status = 422 if error.status_code == 400 else error.status_code
        code, words = _PLAIN.get(status, (LinkTrouble.BAD_PAGE, ""))
        request.scope["trouble"] = code.value, words
        return trouble(status, code, words, error.headers)

    def away(request: Request, error: Exception) -> Response:
        code = error.code if isinstance(error, StoreProblem) else trouble_of(error)
        if code is None:
            raise error
        request.scope["trouble"] = LinkTrouble.STORE.value, f"{code.value} {type(error).__name__}"
        wait = {"retry-after": str(limits.retry_after)}
        if code is StoreTrouble.LOCKED:
            return trouble(429, LinkTrouble.BUSY, "others are being served", wait)
        return trouble(503, LinkTrouble.STORE, "the database does not answer", wait)

    def fault(request: Request, _error: Exception) -> Response:
        return trouble(500, LinkTrouble.HUB_FAULT, str(request.scope.get("id", "")))

    def gone(_request: Request, _error: Exception) -> Response:
        return trouble(400, LinkTrouble.BAD_PAGE, "the body was cut")

    app.add_exception_handler(LinkProblem, world)
    app.add_exception_handler(RequestValidationError, shape)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(ClientDisconnect, gone)
    for kind in (StoreProblem, DBAPIError, PoolTimeout, psycopg.Error):
        app.add_exception_handler(kind, away)
    app.add_exception_handler(Exception, fault)
