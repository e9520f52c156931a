"""A queue question as conditions on the table of incidents and its indexes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.ports.rows import Sort

if TYPE_CHECKING:
    from app.ports.rows import QueueQuery


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as conditions. ``facets`` names every combination that passes, where these are needed."""

    columns: tuple[str, ...]
    index: str
    conditions: tuple[str, ...]
    values: tuple[Any, ...]
    bounds: tuple[str, ...]
    bound_values: tuple[Any, ...]
    pool: int
    rows: int | None
    facets: tuple[int, ...]
    match: str
    way: str

    @property
    def where(self) -> str:
        return " AND ".join(self.conditions) or "1"

    @property
    def is_open(self) -> bool:
        """Whether all that passes is open: its indexes hold the open ones alone."""
        return self.index.startswith("open_by_")

    @property
    def order(self) -> str:
        return ", ".join(f"{column}{self.way}" for column in self.columns)

    def walked(self, *more: str) -> str:
        """The statement's middle: walk the sort's index within its bounds, with further conditions."""
        where = " AND ".join((*self.conditions, *self.bounds, *more)) or "1"
        return f"FROM incident INDEXED BY {self.index} WHERE {where}"

    @property
    def walked_values(self) -> tuple[Any, ...]:
        return (*self.values, *self.bound_values)

    def beyond(self, than: str) -> str:
        """The condition that a row lies beyond another one in the order."""
        return f"({', '.join(self.columns)}) {than} ({', '.join('?' * len(self.columns))})"


def bounds_of(query: QueueQuery) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """A filter on what is sorted by is a stretch of the index: the walk need not come from its end."""
    filtered: dict[Sort, tuple[str, tuple[Any, ...]]] = {
        Sort.PLACE: ("town", query.towns),
        Sort.SEVERITY: ("severity", query.severities),
        Sort.SOURCE: ("source", query.sources),
    }
    column, values = filtered.get(query.sort, ("", ()))
    if not values:
        return (), ()
    return (f"{column} >= ?", f"{column} <= ?"), (min(values), max(values))
