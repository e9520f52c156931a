"""A hub's database opened for one of its commands: what the command does, it does through these parts."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import ArgumentError, OperationalError

from app.hub.embedded import EmbeddedPostgres
from app.hub.settings import NotInitialised, load
from app.hub.voice import Said
from app.ports.problems import NewerStore, StoreProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Engine

    from app.domain.place import Place
    from app.hub.accounts import HubAccounts
    from app.hub.devices import HubDevices
    from app.hub.parts import HubParts
    from app.hub.refusals import Refusals
    from app.hub.settings import HubSettings
    from app.hub.worker import Serving
    from app.ports.clock import Clock
    from app.ports.ledger import Draft
    from db.hub.engine import HubStore


@dataclass(frozen=True, slots=True)
class OpenHub:
    """The parts over one database."""

    engine: Engine
    store: HubStore
    accounts: HubAccounts
    devices: HubDevices
    refusals: Refusals


@dataclass(frozen=True, slots=True)
class Wiring:
    """What ``app.bootstrap`` hands the commands.

    ``open_hub`` takes the database's address, ``make_parts`` crosses to a worker process, ``shipped`` gives
    the lists to begin with (ms since 1970 UTC), ``places`` the district (first) and its towns.
    """

    data: Path
    lang: str
    version: str
    clock: Clock
    open_hub: Callable[[str], OpenHub]
    make_parts: Callable[[Serving], HubParts]
    shipped: Callable[[int], Sequence[Draft]]
    places: Callable[[], Sequence[Place]]


@contextmanager
def database_of(
    data: Path, settings: HubSettings, told: str | None
) -> Iterator[tuple[str, EmbeddedPostgres | None]]:
    """The database's address: as told, as remembered, or the embedded one, kept up while the block runs."""
    address = told or settings.database
    if address:
        yield address, None
        return
    own = EmbeddedPostgres(data)
    try:
        yield own.url, own
    finally:
        own.close()


def settings_of(data: Path) -> HubSettings:
    """The hub's settings; ``Said`` where there is no hub in the folder."""
    try:
        return load(data)
    except NotInitialised:
        raise Said(
            f"{data} 中没有上级平台。先执行：main.py hub init --data {data}",
            f"There is no hub in {data}. First: main.py hub init --data {data}",
        ) from None


@contextmanager
def opened(wiring: Wiring, data: Path, told: str | None) -> Iterator[OpenHub]:
    """The hub of a data folder, while the block runs; ``Said`` where it cannot be opened."""
    with troubles(), database_of(data, settings_of(data), told) as (address, _own):
        hub = wiring.open_hub(address)
        try:
            yield hub
        finally:
            hub.engine.dispose()


@contextmanager
def troubles() -> Iterator[None]:
    """The database's troubles, told in words."""
    try:
        yield
    except NewerStore as problem:
        raise Said(
            f"数据库由更新的版本写成（{problem.revision}），未作改动。",
            f"A later release has written this database ({problem.revision}); it was left as it is.",
        ) from problem
    except ArgumentError as error:
        raise Said("数据库地址无法识别。", "The database's address cannot be understood.") from error
    except StoreProblem as problem:
        told = problem.detail.partition("\n")[0]
        raise Said(f"数据库无法使用：{told}", f"The database cannot be used: {told}") from problem
    except OperationalError as error:
        first = str(error.orig).strip().splitlines()[0] if error.orig else ""
        raise Said(f"数据库没有应答：{first}", f"The database does not answer: {first}") from error


def as_json(value: Mapping[str, Any]) -> str:
    """A line of JSON for other programs."""
    import json

    return json.dumps(value, ensure_ascii=False)
