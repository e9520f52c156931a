"""Troubles of the line: which end a round, which are asked about again, and the store's own among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from app.ports.link import LinkProblem, LinkTrouble
from app.ports.problems import StoreProblem

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

WHOLE_LINE = frozenset({
    LinkTrouble.NO_LINE, LinkTrouble.TOO_SLOW, LinkTrouble.BUSY, LinkTrouble.NOT_ENROLLED,
    LinkTrouble.REVOKED, LinkTrouble.NOT_TRUSTED, LinkTrouble.TOO_OLD, LinkTrouble.LOCKED_OUT,
})  # fmt: skip
"""Troubles of the line or the device: no other scope would fare better. The rest stay with their scope."""


def twice(ask: Callable[[], T]) -> T:
    """A bent or cut answer is asked for once again."""
    try:
        return ask()
    except LinkProblem as problem:
        if problem.code is not LinkTrouble.BAD_PAGE:
            raise
    return ask()


def with_store(do: Callable[[], T]) -> T:
    """The store's own troubles (a full disk) as the link tells them."""
    try:
        return do()
    except StoreProblem as problem:
        raise LinkProblem(LinkTrouble.STORE, f"{problem.code}: {problem.detail}") from problem
