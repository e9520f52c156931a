"""Who asks: the bearer's token looked up in the hub's own records, for every route that needs it."""

from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.hub.answers import BadRequest
from app.hub.parts import HubParts, Principal
from app.ports.link import LinkProblem, LinkTrouble

LONGEST_TOKEN = 512
LISTS = frozenset({"state", "town", "category", "severity", "source"})
"""Parameters that may be said more than once."""

_bearer = HTTPBearer(auto_error=False, description="a device's token (/v1/token) or a person's (/v1/session)")


def parts_of(request: Request) -> HubParts:
    """The parts that this application was made of."""
    parts: HubParts = request.app.state.parts
    return parts


async def asker(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Principal:
    """The principal; ``LinkProblem`` NOT_ENROLLED where there is no token, or what the records say."""
    if given is None or not 0 < len(given.credentials) <= LONGEST_TOKEN or not given.credentials.isascii():
        raise LinkProblem(LinkTrouble.NOT_ENROLLED, "no bearer token")
    who = await to_thread.run_sync(parts_of(request).principals.principal_of, given.credentials)
    request.scope["who"] = who
    return who


Asker = Annotated[Principal, Depends(asker)]


async def said_once(request: Request) -> None:
    """``BadRequest`` where a parameter is said twice: two readers could each go by another one."""
    seen: set[str] = set()
    for name, _value in request.query_params.multi_items():
        if name in seen and name not in LISTS:
            raise BadRequest(422, "query: a parameter is said twice")
        seen.add(name)
