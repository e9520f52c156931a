"""Ops whose kind this program does not know: under which vocabulary they were counted, and what became of it.

The hub decides such an op, so its outcome is kept; what it did is missing in the state here. A program that
knows other kinds takes the scope's state anew, once; one that knows no more leaves it as it is.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from app.domain.incident import TABLE
from db import statements as sql

if TYPE_CHECKING:
    from db.scopes import ScopeRow

_UNDER = "unread_under:"
_OUTDATED = (
    "SELECT scope FROM scope LEFT JOIN meta ON name = ? || scope "
    "WHERE unread > 0 AND coalesce(value, '') != ? ORDER BY scope"
)


def vocabulary() -> str:
    """The kinds of op that this program reads, as a digest of their names."""
    return hashlib.sha256("\x1f".join(sorted(TABLE)).encode()).hexdigest()[:16]


def note_unread(raw: Any, scope: ScopeRow, unread: int) -> ScopeRow:
    """So many more ops of the scope could not be read. The vocabulary of the first of them stays noted."""
    if unread and not scope.unread:
        raw.execute(sql.PUT_META, (_UNDER + scope.scope, vocabulary()))
    return scope._replace(unread=scope.unread + unread)


def outdated(raw: Any) -> tuple[str, ...]:
    """The scopes whose unread ops were counted under another vocabulary than this program's."""
    return tuple(scope for (scope,) in raw.execute(_OUTDATED, (_UNDER, vocabulary())).fetchall())
