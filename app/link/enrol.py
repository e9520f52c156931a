"""Make this desktop a device of a hub: see the authority, trust it by its fingerprint, hand in the code."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import httpx2
import orjson

from app.link.invitation import is_trusted, read_invitation
from app.link.keys import public_part
from app.link.trouble import problem_of, told_as_problem, trust
from app.ports.link import LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.link.invitation import Invitation

    OpenHttp = Callable[[str, ssl.SSLContext | bool], httpx2.Client]
    Progress = Callable[[str], None]

LONGEST_PEM = 64 * 1024
TIMEOUT_S = 15.0


def open_http(url: str, verify: ssl.SSLContext | bool) -> httpx2.Client:
    """A client of the hub at the address; no proxy of the machine's stands between."""
    return httpx2.Client(base_url=url, verify=verify, trust_env=False, timeout=TIMEOUT_S)


def enrol(
    text: str,
    device: str,
    name: str,
    pair: Mapping[str, str],
    progress: Progress = lambda _step: None,
    http: OpenHttp = open_http,
) -> dict[str, Any]:
    """What the store's setting ``link`` is to hold. ``text`` is the invitation (``app.link.invitation``).

    Keep ``pair`` (``app.link.keys.new_pair``) in the store before: a device that comes again, its answer
    having been lost, is known by it. ``progress`` hears ``reach``, ``trust``, ``enrol``.
    ``LinkProblem``: NO_LINE and the like, NOT_TRUSTED, BAD_CODE, REVOKED, FORBIDDEN.
    """
    invitation = read_invitation(text)
    progress("reach")
    authority = _authority(invitation, http)
    progress("trust")
    verify = trust(invitation.url, authority)
    progress("enrol")
    body = {"code": invitation.code, "device": device, "name": name, "key": public_part(pair)}
    with http(invitation.url, verify) as client, told_as_problem("enrol"):
        told = _answer(client.post("/v1/enrol", json=body))
        return {
            "url": invitation.url,
            "ca_pem": authority,
            "device": device,
            "key": dict(pair),
            "secret": str(told["secret"]),
            "hub_key": public_part(told["hub_key"]),
            "name": str(told["name"]),
            "scopes": [str(scope) for scope in told["scopes"]],
            "place": str(told["place"]),
            "sign": str(told["sign"]),
            "letter": str(told["letter"]),
            "district": str(told["district"]),
        }


def _authority(invitation: Invitation, http: OpenHttp) -> str:
    """The authority's certificate, shown to have the invitation's fingerprint; empty where it names none.

    Nothing is sent on this first line, and nothing that comes over it is believed but by its fingerprint.
    """
    if not invitation.fingerprint:
        return ""
    unproven: ssl.SSLContext | bool = False
    if invitation.url.startswith("https:"):
        unproven = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        unproven.check_hostname = False
        unproven.verify_mode = ssl.CERT_NONE
    with http(invitation.url, unproven) as client, told_as_problem("authority"):
        answer = client.get("/v1/authority")
        if not answer.is_success:
            raise problem_of(answer.status_code, answer.content, None)
        pem = answer.text[:LONGEST_PEM]
    if not is_trusted(pem, invitation.fingerprint):
        raise LinkProblem(LinkTrouble.NOT_TRUSTED, "fingerprint")
    return pem


def _answer(answer: httpx2.Response) -> dict[str, Any]:
    if not answer.is_success:
        raise problem_of(answer.status_code, answer.content, answer.headers.get("retry-after"))
    told = orjson.loads(answer.content)
    if not isinstance(told, dict):
        raise TypeError("no object")
    return told
