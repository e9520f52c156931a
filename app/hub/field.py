"""Routes for people in the field and for other systems: reports, acts, lists, work orders (DESIGN §7)."""

from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.domain.incident import State
from app.hub.answers import BadRequest, trouble
from app.hub.asking import LONGEST_TOKEN, Asker, parts_of
from app.hub.described import answered, taken, troubles
from app.hub.field_acts import SENT, own_handlers
from app.hub.field_batch import Batcher
from app.hub.field_body import ActBody, Malformed, ReportBody, act_of, report_of
from app.hub.field_desk import FieldDesk
from app.hub.field_jobs import Answer, Job
from app.hub.field_shapes import ACTED, INCIDENT, LISTED, ORDERS, TAKEN, detail_of, order_of
from app.ports.link import LinkProblem, LinkTrouble
from app.ports.problems import StoreProblem
from db.hub.incidents import Asked, SortBy, incident_in, incidents_of, listed, person_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.hub.devices import Principal

T = TypeVar("T")

READERS = 4
_bearer = HTTPBearer(auto_error=False, description="a person's token (/v1/session) or a device's (/v1/token)")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=64, pattern="^[!-~]+$")]
Word = Annotated[str, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
Words = Annotated[list[Word], Query(max_length=40)]
_WRITING = troubles(400, 401, 403, 408, 409, 413, 415, 422, 429, 503)
_READING = troubles(401, 403, 413, 422, 429, 503)


def field_router(desk: FieldDesk) -> APIRouter:
    """The routes over one worker's desk."""
    router = APIRouter(prefix="/v1", tags=["field"])
    _add_writing(router, desk)
    _add_lists(router, desk)
    return router


def _add_writing(router: APIRouter, desk: FieldDesk) -> None:
    batcher: Batcher[Job, Answer] = Batcher(desk.do)

    async def done(request: Request, token: str, body: ReportBody | ActBody) -> Response:
        answer = await batcher.submit(Job(token, body, desk.ids.fresh()))
        if answer.who is None:
            # Whoever keeps the tokens says what is wrong with this one, and writes it down.
            await to_thread.run_sync(parts_of(request).principals.principal_of, token)
            raise LinkProblem(LinkTrouble.BUSY, "the token came into force just now", 1)
        request.scope["who"] = answer.who
        if answer.status >= 400:
            request.scope["trouble"] = answer.body["code"], ""
        return Response(orjson.dumps(answer.body), answer.status, media_type="application/json")

    async def taken_in(
        request: Request, bearer: HTTPAuthorizationCredentials | None, key: str | None,
        read: "Callable[[bytes, str | None], ReportBody | ActBody]",
    ) -> Response:  # fmt: skip
        token = _token(bearer)
        try:
            return await done(request, token, read(await _json_body(request), key))
        except Malformed as fault:
            return _malformed(request, fault)
        except StoreProblem:
            return _no_store(request)

    known = answered(TAKEN, "Taken in before, under the same key")
    fresh: dict[int | str, dict[str, Any]] = {201: answered(TAKEN, "Taken in, durably")[200]}

    @router.post("/reports", status_code=201, openapi_extra=taken(ReportBody),
                 responses={**fresh, **known, **_WRITING})  # fmt: skip
    async def report(request: Request, bearer: Bearer, key: Key = None) -> Response:
        """Report a matter. The same ``Idempotency-Key`` (or ``ref``) again is the same incident."""
        return await taken_in(request, bearer, key, report_of)

    @router.post("/acts", openapi_extra=taken(ActBody),
                 responses={**answered(ACTED, "Done, durably"), **troubles(404), **_WRITING})  # fmt: skip
    async def acts(request: Request, bearer: Bearer, key: Key = None) -> Response:
        """One op on one incident, in the person's own name; a rule's refusal is a 409 with its code."""
        return await taken_in(request, bearer, key, act_of)


def _add_lists(router: APIRouter, desk: FieldDesk) -> None:
    readers = CapacityLimiter(READERS)

    async def read(request: Request, ask: "Callable[[Any], T]") -> "T | Response":
        def asked() -> T:
            with desk.store.transaction() as raw:
                return ask(raw)

        try:
            return await to_thread.run_sync(asked, limiter=readers)
        except StoreProblem:
            return _no_store(request)

    @router.get("/incidents", responses={**answered(LISTED, "A window of the list"), **_READING})
    async def incidents(
        request: Request,
        who: Asker,
        state: Annotated[list[State], Query(max_length=10)] = [],  # noqa: B006 - the framework copies it
        town: Words = [],  # noqa: B006
        category: Words = [],  # noqa: B006
        severity: Annotated[list[Annotated[int, Query(ge=1, le=4)]], Query(max_length=4)] = [],  # noqa: B006
        source: Words = [],  # noqa: B006
        text: Annotated[str, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
        sort: SortBy = SortBy.REPORTED,
        descending: bool | None = None,
        offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        """Incidents of the asker's scopes. The latest first, or by another column smallest first.

        ``text`` (two characters or more) is part of a title, or a whole number. ``total`` counts to 1000.
        """
        if len(text.strip()) == 1:
            raise BadRequest(422, "text: two characters or more")
        down = sort is SortBy.REPORTED if descending is None else descending
        asked = Asked(
            who.scopes, [s.value for s in state], town, category, severity, source, text.strip(), sort, down,
            offset, limit,
        )  # fmt: skip
        found = await read(request, lambda raw: listed(raw, asked))
        if isinstance(found, Response):
            return found
        return _json({"rows": found.rows, "total": found.total, "more": found.more})

    @router.get("/incidents/{identity}", responses={**answered(INCIDENT, "The incident"), **troubles(404),
                                                    **_READING})  # fmt: skip
    async def incident(
        request: Request, who: Asker, identity: Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
    ) -> Response:
        """One incident whole, its caller masked; the act ``show`` tells the caller, and is written down."""

        def ask(raw: Any) -> dict[str, Any] | None:
            held = incident_in(raw, identity, who.scopes)
            return None if held is None else detail_of(held, person_of(raw, held) if held.person else None)

        found = await read(request, ask)
        if found is None:
            return trouble(404, "unknown_incident", "no such incident here")
        return found if isinstance(found, Response) else _json(found)

    @router.get("/assignments", responses={**answered(ORDERS, "Work orders under way"), **_READING})
    async def assignments(
        request: Request,
        who: Asker,
        handler: Word | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 100,
    ) -> Response:
        """Work orders under way, the latest first; grid members and departments see their own alone."""

        def ask(raw: Any) -> list[dict[str, Any]]:
            wanted = _handlers(desk, raw, who, handler)
            found = incidents_of(raw, wanted, who.scopes, limit)
            return [order_of(held, assignment) for held, assignment in found]

        told = await read(request, ask)
        return told if isinstance(told, Response) else _json({"rows": told})


def _handlers(desk: FieldDesk, raw: Any, who: Any, asked: str | None) -> tuple[str, ...] | None:
    """Whose work orders: all of the scopes for a desk's roles, one's own for who is sent."""
    account = cast("Principal", who).account
    if account is None or account.role not in SENT:
        return None if asked is None else (asked,)
    lists = desk.lists_of(raw)
    mine = own_handlers(lists, who.user) if lists is not None else (who.user,)
    return mine if asked is None else tuple(h for h in mine if h == asked)


def _token(bearer: HTTPAuthorizationCredentials | None) -> str:
    if bearer is None or not 0 < len(bearer.credentials) <= LONGEST_TOKEN or not bearer.credentials.isascii():
        raise LinkProblem(LinkTrouble.NOT_ENROLLED, "no bearer token")
    return bearer.credentials


async def _json_body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise BadRequest(415, "Content-Type is not application/json")
    return await request.body()


def _malformed(request: Request, fault: Malformed) -> Response:
    code = LinkTrouble.TOO_LARGE if fault.too_large else LinkTrouble.BAD_PAGE
    request.scope["trouble"] = code.value, fault.detail
    return trouble(413 if fault.too_large else 422, code.value, fault.detail)


def _no_store(request: Request) -> Response:
    request.scope["trouble"] = LinkTrouble.STORE.value, ""
    return trouble(503, LinkTrouble.STORE.value, "the database does not answer", {"retry-after": "2"})


def _json(told: Any) -> Response:
    return Response(orjson.dumps(told), media_type="application/json")
