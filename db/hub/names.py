"""Names that an index must hold: longer than any that people make are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

LONGEST = 256
"""Characters: three such names of four octets each are what one entry of PostgreSQL's B-tree can hold."""

_NAMES = (
    "number", "ref", "town", "place", "source", "category", "person", "assignment", "handler", "kind", "id",
)  # fmt: skip
_NAMED_LISTS = ("calls", "assignments")


def too_long(body: Mapping[str, Any]) -> bool:
    """Whether an op's body holds a name that no index can."""
    if _has_long(body):
        return True
    for name in _NAMED_LISTS:
        entries = body.get(name)
        if isinstance(entries, list) and any(isinstance(e, dict) and _has_long(e) for e in entries):
            return True
    return False


def _has_long(body: Mapping[str, Any]) -> bool:
    for name in _NAMES:
        value = body.get(name)
        if isinstance(value, str) and len(value) > LONGEST:
            return True
    return False
