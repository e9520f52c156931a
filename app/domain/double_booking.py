"""Whether a unit was given to two incidents by people who did not know of each other (DESIGN §5).

No scope's order can show it: the hub asks after each dispatch, and says so with ``flag`` ops of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.domain.force import UnitKind
from app.domain.op import HUB_DEVICE, Op

if TYPE_CHECKING:
    from app.domain.op import Origin


class Booking(NamedTuple):
    """An active assignment of the unit on another incident: where in which scope's order it was given, by
    whom.
    """

    scope: str
    seq: int
    origin: Origin


def double_booked(op: Op, other: Booking, unit_kind: str) -> bool:
    """Whether the author of ``op`` (which gives the unit work) had not seen the other booking.

    The op's ``seen`` names the last row of each scope that its author knew; a scope that is missing there
    was not seen at all. A department works in many towns at once: only within one scope is it booked twice.
    ``unit_kind`` is a ``UnitKind``'s value, empty where the unit is not on record.
    """
    if other.origin == op.origin or op.origin.device.startswith(HUB_DEVICE):
        return False
    if other.scope != op.scope and unit_kind == UnitKind.DEPARTMENT:
        return False
    seen = op.body.get("seen")
    last = seen.get(other.scope) if isinstance(seen, dict) else None
    return type(last) is not int or other.seq > last
