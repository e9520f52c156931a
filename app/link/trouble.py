"""What can go wrong between desktop and hub, as ``LinkProblem``: the line, HTTP, bent answers."""

from __future__ import annotations

import contextlib
import ssl
from typing import TYPE_CHECKING

import httpx2
import orjson

from app.ports.link import LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from collections.abc import Iterator

_BY_STATUS = {
    401: LinkTrouble.NOT_ENROLLED,
    403: LinkTrouble.FORBIDDEN,
    404: LinkTrouble.TOO_OLD,
    409: LinkTrouble.EPOCH,
    413: LinkTrouble.TOO_LARGE,
    422: LinkTrouble.BAD_PAGE,
    423: LinkTrouble.LOCKED_OUT,
    426: LinkTrouble.TOO_OLD,
    429: LinkTrouble.BUSY,
    503: LinkTrouble.BUSY,
}
"""For answers that do not name a trouble themselves: of something that stands between."""

LONGEST_WAIT = 3600.0
NO_SUCH_PATH = 404


def trust(url: str, ca_pem: str) -> ssl.SSLContext | bool:
    """How a hub's certificate is checked: against the enrolment's own authority, and no other."""
    if not url.lower().startswith("https:"):
        return False
    if not ca_pem:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cadata=ca_pem)
    except ssl.SSLError as error:
        raise LinkProblem(LinkTrouble.NOT_TRUSTED, f"authority: {error}") from error
    return context


def problem_of(status: int, body: bytes, retry_after: str | None) -> LinkProblem:
    """The trouble that an answer other than 2xx tells."""
    code = _BY_STATUS.get(status, LinkTrouble.HUB_FAULT)
    detail = f"HTTP {status}"
    with contextlib.suppress(ValueError, TypeError, KeyError):
        told = orjson.loads(body)
        code = LinkTrouble(told["code"])
        detail = f"{detail}: {told.get('detail', '')}"
    if status == NO_SUCH_PATH and code is LinkTrouble.BAD_PAGE:
        code = LinkTrouble.TOO_OLD  # the wire's version begins every path: this hub serves another
    return LinkProblem(code, detail, _seconds(retry_after))


def _seconds(text: str | None) -> float | None:
    try:
        return min(max(float(text or ""), 0.0), LONGEST_WAIT)
    except ValueError:
        return None


@contextlib.contextmanager
def told_as_problem(what: str) -> Iterator[None]:
    """Everything that the line, HTTP and a bent answer can raise, as a ``LinkProblem``."""
    try:
        yield
    except httpx2.ConnectTimeout as error:
        raise LinkProblem(LinkTrouble.NO_LINE, f"{what}: {error}") from error
    except httpx2.TimeoutException as error:
        raise LinkProblem(LinkTrouble.TOO_SLOW, f"{what}: {error}") from error
    except httpx2.DecodingError as error:
        raise LinkProblem(LinkTrouble.BAD_PAGE, f"{what}: {error}") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as error:
        code = LinkTrouble.NOT_TRUSTED if _untrusted(error) else LinkTrouble.NO_LINE
        raise LinkProblem(code, f"{what}: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise LinkProblem(LinkTrouble.BAD_PAGE, f"{what}: {type(error).__name__} {error}") from error


def _untrusted(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
