"""What the window has beside its desk: the line to a hub, and the gate of who may sit here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.ports.gate import Gate
    from app.ports.link_status import LinkWatch


@dataclass(frozen=True, slots=True)
class Outside:
    """Both None at a desk that stands alone for good; bootstrap hands them in."""

    watch: LinkWatch | None = None
    gate: Gate | None = None
