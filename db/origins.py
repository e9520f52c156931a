"""The origins that a store knows: the lives of its own, and those of other desktops and the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.op import GENESIS, Origin
from db import statements as sql

if TYPE_CHECKING:
    from collections.abc import Iterable


class Origins:
    """Their small numbers, within one write transaction."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._ids: dict[Origin, int] = {}
        self._last: dict[int, int] = {}
        self.own: set[int] = set()
        for number, device, incarnation, own, last_n in raw.execute(
            "SELECT id, device, incarnation, own, last_n FROM origin"
        ):
            self._ids[Origin(device, incarnation)] = number
            self._last[number] = last_n
            if own:
                self.own.add(number)
        self.current: int = raw.execute(
            "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'own_origin'"
        ).fetchone()[0]

    def of(self, origin: Origin) -> int:
        """The origin's number; one that is new here is taken in."""
        number = self._ids.get(origin)
        if number is None:
            number = self._add(origin, own=False)
        return number

    def of_all(self, origins: Iterable[Origin]) -> list[int]:
        """The same of very many: those of one author mostly stand together."""
        numbers: list[int] = []
        before, number = None, 0
        for origin in origins:
            if origin is not before:
                before, number = origin, self.of(origin)
            numbers.append(number)
        return numbers

    def named(self, number: int) -> Origin:
        """The origin with this number."""
        return next(origin for origin, known in self._ids.items() if known == number)

    def last_n(self, number: int) -> int:
        """The last number that an own origin has given."""
        return self._last[number]

    def begin(self, incarnation: str) -> int:
        """Begin a new life of this store."""
        number = self._add(Origin(self.named(self.current).device, incarnation), own=True)
        self._raw.execute(sql.PUT_META, ("own_origin", str(number)))
        self.own.add(number)
        self.current = number
        return number

    def _add(self, origin: Origin, *, own: bool) -> int:
        number = max(self._ids.values(), default=0) + 1
        self._raw.execute(
            sql.INSERT_ORIGIN, (number, origin.device, origin.incarnation, 0, 0, GENESIS, int(own))
        )
        self._ids[origin] = number
        self._last[number] = 0
        return number

    def set_last(self, number: int, last_n: int) -> None:
        """The origin's last number is another one now."""
        self._last[number] = last_n
