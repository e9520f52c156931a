"""Routes of people and devices: enrolment, tokens, signing in, and what an administrator sees and revokes."""

from dataclasses import dataclass
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from app.domain.rights import Role, within
from app.hub.accounts import HubAccounts
from app.hub.answers import BadRequest
from app.hub.asking import Asker
from app.hub.described import troubles
from app.hub.devices import HubDevices, NoSuchDevice, Principal
from app.hub.refusals import Refusals
from app.link.wire import EnrolBody, SignInBody, TokenBody
from app.ports.accounts import Account
from app.ports.link import LinkProblem, LinkTrouble

DeviceName = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
_OPEN = troubles(403, 408, 413, 422, 429)
_KNOWN = troubles(401, 403, 408, 413, 422, 429)
_SIGNING = troubles(401, 403, 408, 413, 422, 423, 429)


@dataclass(frozen=True, slots=True)
class Doors:
    """What the routes stand on. ``hub_key`` is the hub's public JWK, ``district`` the district's scope."""

    accounts: HubAccounts
    devices: HubDevices
    refusals: Refusals
    hub_key: dict[str, str]
    district: str


class LetIn(BaseModel):
    """What a device is told at its enrolment; the secret once and never again."""

    secret: str
    hub_key: dict[str, str]
    name: str
    scopes: list[str]
    place: str
    sign: str
    letter: str
    district: str


class Token(BaseModel):
    """A bearer token; ``expires_in`` in s."""

    token: str
    expires_in: int


class Person(BaseModel):
    """An account as others may see it."""

    user: str
    name: str
    role: str
    scopes: list[str]
    disabled: bool = False


class SessionToken(Token):
    """A person's token, and whose it is."""

    user: str
    name: str
    role: str
    scopes: list[str]


class ShownDevice(BaseModel):
    """A device; instants in ms since 1970 UTC."""

    device: str
    name: str
    scopes: list[str]
    place: str
    enrolled_at: int
    revoked_at: int | None


def accounts_router(doors: Doors) -> APIRouter:
    """The routes over one worker's doors."""
    router = APIRouter(prefix="/v1")
    _add_doors(router, doors)
    _add_people(router, doors)
    _add_devices(router, doors)
    return router


def _add_doors(router: APIRouter, doors: Doors) -> None:
    @router.post("/enrol", tags=["devices"], responses=_OPEN)
    async def enrol(body: EnrolBody) -> LetIn:
        """Let a device in by a code that opens once, and bind it to its public key."""
        let_in = await to_thread.run_sync(
            doors.devices.enrol, body.code, body.device, body.name, body.key
        )  # fmt: skip
        device = let_in.device
        return LetIn(
            secret=let_in.secret, hub_key=doors.hub_key, name=device.name, scopes=sorted(device.scopes),
            place=device.place, sign=device.sign, letter=device.letter, district=doors.district,
        )  # fmt: skip

    @router.post("/token", tags=["devices"], responses=_KNOWN)
    async def token(body: TokenBody) -> Token:
        """A device's token for 15 minutes, for its secret."""
        told, seconds = await to_thread.run_sync(doors.devices.token, body.device, body.secret)
        return Token(token=told, expires_in=seconds)


def _add_people(router: APIRouter, doors: Doors) -> None:
    @router.post("/sign_in", tags=["people"], responses=_SIGNING)
    async def sign_in(body: SignInBody, who: Asker) -> Person:
        """Sign a person in at a device, which remembers it for days without a line."""
        if not who.device:
            raise LinkProblem(LinkTrouble.FORBIDDEN, "a device signs people in; a person asks for a session")
        account = await to_thread.run_sync(
            doors.accounts.sign_in, body.user, body.password, who.device, who.scopes
        )
        return _shown(account)

    @router.post("/session", tags=["people"], responses=_SIGNING)
    async def session(body: SignInBody) -> SessionToken:
        """A person's token for a shift, without a device."""
        made = await to_thread.run_sync(doors.accounts.session, body.user, body.password)
        person = _shown(made.account).model_dump(exclude={"disabled"})
        return SessionToken(token=made.token, expires_in=made.expires_in, **person)

    @router.post("/session/end", tags=["people"], status_code=204, responses=_KNOWN)
    async def end_session(who: Asker) -> Response:
        """Sign out everywhere: every session of this person ends."""
        if not who.user:
            raise LinkProblem(LinkTrouble.FORBIDDEN, "a device has no session")
        await to_thread.run_sync(doors.accounts.end_sessions, who.user)
        return Response(status_code=204)

    @router.get("/users", tags=["people"], responses=_KNOWN)
    async def users(who: Asker) -> list[Person]:
        """For a device: who has signed in on it and still may. For an administrator: those of its scopes."""
        if who.device:
            return [_shown(a) for a in await to_thread.run_sync(doors.accounts.known_on, who.device)]
        administrator = _need_administrator(who, doors)
        every = await to_thread.run_sync(doors.accounts.every)
        return [_shown(a) for a in every if administers(administrator, a.scopes)]


def _add_devices(router: APIRouter, doors: Doors) -> None:
    @router.get("/devices", tags=["devices"], responses=_KNOWN)
    async def devices(who: Asker) -> list[ShownDevice]:
        """For an administrator: the devices of its scopes."""
        administrator = _need_administrator(who, doors)
        return [
            ShownDevice(
                device=d.id, name=d.name, scopes=sorted(d.scopes), place=d.place, enrolled_at=d.enrolled_at,
                revoked_at=d.revoked_at,
            )
            for d in await to_thread.run_sync(doors.devices.every)
            if administers(administrator, d.scopes)
        ]  # fmt: skip

    @router.post("/devices/{device}/revoke", tags=["devices"], status_code=204,
                 responses=_KNOWN | troubles(404))  # fmt: skip
    async def revoke(device: DeviceName, who: Asker) -> Response:
        """Nothing more for this device from now on; an administrator's act."""
        account = _need_administrator(who, doors)
        found = await to_thread.run_sync(doors.devices.find, device)
        if found is not None and not administers(account, found.scopes):
            raise await to_thread.run_sync(_not_yours, doors, who, device)
        try:
            await to_thread.run_sync(doors.devices.revoke, device, account.id)
        except NoSuchDevice:
            raise BadRequest(404, "no such device, or revoked already") from None
        return Response(status_code=204)


def administers(administrator: Account, scopes: frozenset[str]) -> bool:
    """Whether all that an account or device reaches lies within the administrator's own scopes."""
    return all(within(administrator.scopes, scope) for scope in scopes)


def _not_yours(doors: Doors, who: Any, device: str) -> LinkProblem:
    return doors.refusals.refusal(
        "administer", LinkTrouble.FORBIDDEN, f"{device} is another centre's", actor=who.user
    )


def _need_administrator(who: Any, doors: Doors) -> Account:
    account = who.account if isinstance(who, Principal) else None
    if account is None or account.role is not Role.ADMINISTRATOR:
        raise doors.refusals.refusal(
            "administer", LinkTrouble.FORBIDDEN, "an administrator's", device=who.device, actor=who.user
        )
    return account


def _shown(account: Account) -> Person:
    return Person(
        user=account.id, name=account.name, role=account.role.value, scopes=sorted(account.scopes),
        disabled=account.disabled,
    )  # fmt: skip
