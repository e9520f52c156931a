"""What the top bar says, free of Qt: where we are, how the line stands, what waits, who is on duty."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Line(Enum):
    """The line to the hub. ``ALONE``: no hub is set up, so there is nothing to be cut off from."""

    ONLINE = "online"
    OFFLINE = "offline"
    ALONE = "alone"


@dataclass(frozen=True, slots=True)
class TopBarState:
    """``since`` is when the hub was last heard (on line) or the line went down (off line), else None.

    ``since`` is an aware instant; ``pending`` counts ops waiting to be sent, ``conflicts`` open conflicts,
    ``refused`` ops that the hub sent back and nobody has seen. ``fetched`` is the share (0 to 1) of a long
    fetch that runs.
    """

    centre: str
    line: Line = Line.ALONE
    since: datetime | None = None
    pending: int = 0
    conflicts: int = 0
    user: str = ""
    duty: str = ""
    refused: int = 0
    fetched: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in its two largest whole units, as it is said: 2 天 3 小时, 41 分, 5 秒."""

    days: int
    hours: int
    minutes: int
    seconds: int


def span(start: datetime, end: datetime) -> Span:
    """Return the time from ``start`` to ``end``; none where the clocks disagree and end comes first."""
    total = max(0, int((end - start).total_seconds()))
    return Span(total // 86400, total // 3600 % 24, total // 60 % 60, total % 60)
