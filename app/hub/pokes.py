"""PostgreSQL's announcements (LISTEN), heard on a connection of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import psycopg
from sqlalchemy import make_url

if TYPE_CHECKING:
    from collections.abc import Iterator

BEAT = 0.5
"""s between two looks whether to stop, and whether the line still stands."""

PROBE = 20


class PostgresPokes:
    """``app.hub.parts.PokeSource`` over a database's channel of ``{"scope", "head"}``."""

    def __init__(self, database: str, channel: str) -> None:
        address = make_url(database).set(drivername="postgresql")
        self._address = address.render_as_string(hide_password=False)
        self._channel = channel
        self._stopped = False

    def listen(self) -> Iterator[tuple[str, int] | None]:
        """What is announced, None between; ``psycopg.Error`` where the line broke."""
        with psycopg.connect(
            self._address, autocommit=True, connect_timeout=5, application_name="grid-command pokes",
            keepalives_idle=PROBE, keepalives_interval=5, keepalives_count=3,
        ) as line:  # fmt: skip
            line.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(self._channel)))
            yield None
            while not self._stopped:
                for told in line.notifies(timeout=BEAT):
                    yield _poke(told.payload)
                yield None

    def stop(self) -> None:
        """End a ``listen`` within a beat."""
        self._stopped = True


def _poke(payload: str) -> tuple[str, int] | None:
    try:
        told = orjson.loads(payload)
        return str(told["scope"]), int(told["head"])
    except (ValueError, KeyError, TypeError):
        return None  # another program's word on our channel
