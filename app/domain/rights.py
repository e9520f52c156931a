"""Who may do what, by role: asked at the hub for every op and every row, from its own records (DESIGN §7)."""

from __future__ import annotations

from enum import StrEnum

from app.domain.op import HUB_OPS, OpKind


class Role(StrEnum):
    """What a person is to the centre; each account has one, within its scopes."""

    DUTY_OFFICER = "duty_officer"
    SUPERVISOR = "supervisor"
    TOWN_OFFICER = "town_officer"
    DEPARTMENT_OFFICER = "department_officer"
    GRID_MEMBER = "grid_member"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


_FIELD = frozenset({
    OpKind.REPORT, OpKind.ACKNOWLEDGE, OpKind.RETURN, OpKind.REPORT_IN, OpKind.NOTE, OpKind.ATTACH,
    OpKind.HANDLE,
})  # fmt: skip
_LISTS = frozenset({OpKind.PUT, OpKind.RETIRE})
_DESK = frozenset(OpKind) - _LISTS - frozenset(HUB_OPS)

MAY: dict[Role, frozenset[OpKind]] = {
    Role.DUTY_OFFICER: _DESK,
    Role.SUPERVISOR: _DESK | _LISTS,
    Role.TOWN_OFFICER: _DESK | _LISTS,
    Role.DEPARTMENT_OFFICER: _FIELD | {OpKind.ESCALATE},
    Role.GRID_MEMBER: _FIELD,
    Role.AUDITOR: frozenset(),
    Role.ADMINISTRATOR: _LISTS,
}
"""A town officer puts records in the town's own scope alone: scope is checked beside this."""


def may(role: Role, kind: str) -> bool:
    """Whether the role may do an op of this kind; one of an unknown kind may be handed in.

    An unknown kind is kept and refused for what it is, so that a newer desktop's work is told, not lost.
    """
    try:
        return OpKind(kind) in MAY[role]
    except ValueError:
        return bool(MAY[role])


def within(scopes: frozenset[str], scope: str) -> bool:
    """Whether an account or device of these scopes reaches the scope; ``*`` is the whole district."""
    return "*" in scopes or scope in scopes
