"""What the map shows, as a value: layers, the figure that shades the grids, the place in focus."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self


class Shade(StrEnum):
    """The figure that shades the villages."""

    NONE = "none"
    OPEN = "open"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class MapState:
    """Layers and place of one map; `place` is None for the whole district."""

    incidents: bool = True
    shade: Shade = Shade.OPEN
    place: str | None = None

    def show_incidents(self, on: bool) -> Self:
        return replace(self, incidents=on)

    def press(self, shade: Shade) -> Self:
        """A chip of the pair 负荷 / 超时 was pressed: they exclude each other, the lit one goes out."""
        return replace(self, shade=Shade.NONE if self.shade is shade else shade)

    def focus(self, place: str | None) -> Self:
        return replace(self, place=place)
