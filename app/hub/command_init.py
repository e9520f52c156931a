"""``hub init``: authority, schema, scopes, lists and the first administrator; again is harmless."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from app.domain.rights import Role
from app.hub import authority
from app.hub.accounts import NoSuchAccount
from app.hub.opened import database_of, troubles
from app.hub.settings import HubSettings, NotInitialised, load, save
from app.hub.voice import Said
from app.link.invitation import ALPHABET, fingerprint
from app.ports.accounts import EVERYWHERE, Account
from db.hub.ordering import HUB

if TYPE_CHECKING:
    import argparse

    from app.hub.opened import OpenHub, Wiring
    from app.hub.voice import Voice

BY = "hub init"


def init(args: argparse.Namespace, wiring: Wiring, voice: Voice) -> int:
    """Set a hub up in its data folder."""
    data = args.data
    data.mkdir(0o700, parents=True, exist_ok=True)
    try:
        before = load(data)
    except NotInitialised:
        before = HubSettings()
    hosts = tuple(dict.fromkeys([*args.host, *before.hosts]))
    settings = HubSettings(hosts, args.port, args.database or before.database)
    files = authority.Files(data / "authority")
    try:
        authority.make_authority(files, "Grid Command 网格指挥台", authority.now_utc())
        authority.renew(files, hosts, authority.now_utc())
    except (UnicodeError, ValueError) as error:
        raise Said(f"--host 无法用作名称：{hosts}", f"--host cannot be a name: {hosts}") from error
    with troubles(), database_of(data, settings, args.database) as (address, _own):
        hub = wiring.open_hub(address)
        try:
            _fill(hub, wiring, args.admin, voice)
        finally:
            hub.engine.dispose()
    save(data, settings)
    print_ = fingerprint(files.ca.read_text("ascii"))
    voice.say(f"上级平台已建立：{data}", f"The hub is set up: {data}")
    voice.say(f"证书指纹：{print_}", f"The authority's fingerprint: {print_}")
    return 0


def _fill(hub: OpenHub, wiring: Wiring, admin: str, voice: Voice) -> None:
    now = wiring.clock.now()
    hub.store.ensure_scopes([place.id for place in wiring.places()])
    district = wiring.places()[0].id
    with hub.store.reading() as read:
        empty = not read.records("place")
    if empty:
        with hub.store.write(HUB, district) as tx:
            tx.append_many(wiring.shipped(now))
    if any(account.role is Role.ADMINISTRATOR for account in hub.accounts.every()):
        return
    password = fresh_password()
    try:
        account = Account(admin, "管理员", Role.ADMINISTRATOR, frozenset({EVERYWHERE}))
        hub.accounts.create(account, password, BY)
    except (NoSuchAccount, ValueError) as error:
        raise Said(
            f"无法建立管理员 {admin}：{error}", f"Cannot add the administrator {admin}: {error}"
        ) from error
    voice.say(
        f"管理员 {admin} 的密码（只显示一次）：{password}", f"Password of {admin} (shown once): {password}"
    )


def fresh_password() -> str:
    """Sixteen letters and digits that are not taken for one another: 80 bits."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(16)).lower()
    return "-".join(drawn[i : i + 4] for i in range(0, 16, 4))
