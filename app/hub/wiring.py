"""One worker's parts, and one command's: every concrete part of the hub is named here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.hub.accounts import HubAccounts
from app.hub.centres import centres
from app.hub.devices import HubDevices
from app.hub.opened import OpenHub, Wiring
from app.hub.refusals import Refusals
from app.link.passwords import Passwords
from db.hub.engine import open_hub

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from app.hub.parts import HubParts
    from app.hub.worker import Serving
    from app.ports.clock import Clock, Ids
    from app.ports.ledger import Draft
    from app.services.words import Words


def opened_hub(address: str, ids: Ids, clock: Clock) -> OpenHub:
    """The parts for a command over one database."""
    store = open_hub(address, ids, clock)
    refusals = Refusals(store.engine, clock)
    accounts = HubAccounts(store.engine, clock, Passwords(), refusals)
    return OpenHub(store.engine, store, accounts, HubDevices(store.engine, clock, refusals), refusals)


def wired(
    data: Path,
    resources: Path,
    lang: str,
    version: str,
    ids: Ids,
    clock: Clock,
    make_parts: Callable[[Serving], HubParts],
    shipped: Callable[[int], Sequence[Draft]],
) -> Wiring:
    """What the commands stand on."""
    return Wiring(
        data, lang, version, clock, lambda address: opened_hub(address, ids, clock), make_parts, shipped,
        lambda: centres(resources),
    )  # fmt: skip


def hub_parts(
    serving: Serving, ids: Ids, clock: Clock, district: str, version: str, words: Words
) -> HubParts:
    """The parts of one worker."""
    from app.hub.accounts_api import Doors, accounts_router
    from app.hub.bundles import HubBundles
    from app.hub.bundles_api import bundles_router
    from app.hub.desk import PermittedDesk
    from app.hub.field import field_router
    from app.hub.field_desk import FieldDesk
    from app.hub.field_ids import DrawnIds
    from app.hub.hub_key import hub_pair
    from app.hub.parts import HubParts
    from app.hub.permit import Permits
    from app.hub.pokes import PostgresPokes
    from app.link.keys import public_part
    from db.hub.desk_store import DeskStore
    from db.hub.ordering import POKES

    hub = opened_hub(serving.database, ids, clock)
    permits = Permits(hub.accounts, hub.refusals, district)
    pair = hub_pair(hub.engine)
    key = public_part(pair)
    doors = Doors(hub.accounts, hub.devices, hub.refusals, key, district)
    field = FieldDesk(DeskStore(hub.engine, ids, clock), clock, DrawnIds(), words, district)
    bundles = HubBundles(hub.store, hub.devices, permits, hub.refusals, pair, clock)
    return HubParts(
        desk=PermittedDesk(hub.store, permits, clock, version),
        principals=hub.devices,
        pokes=PostgresPokes(serving.database, POKES),
        authority=serving.authority,
        version=version,
        routers=(accounts_router(doors), field_router(field), bundles_router(bundles, hub.refusals)),
        metrics_from=serving.metrics_from,
        hourly=hub.devices.purge,
    )
