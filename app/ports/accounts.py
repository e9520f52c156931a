"""People and devices as the hub knows them: frozen rows, never a secret in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.rights import Role

EVERYWHERE = "*"
"""The scope of an account or device that reaches the whole district."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person. ``id`` is what is typed to sign in, and the actor of the person's ops."""

    id: str
    name: str
    role: Role
    scopes: frozenset[str]
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """What an enrolment code gives: scopes, the centre's place, the sign and letter of its numbers.

    ``device`` names the one device the code is for; empty: any that is not enrolled yet.
    """

    scopes: frozenset[str]
    place: str
    sign: str
    letter: str
    name: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled desktop. ``key`` is its public key as a JWK; instants in ms since 1970 UTC."""

    id: str
    name: str
    scopes: frozenset[str]
    place: str
    sign: str
    letter: str
    enrolled_at: int
    revoked_at: int | None
    key: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the audit: who was refused or let do what. ``code`` is a refusal's or trouble's."""

    at: int
    device: str
    actor: str
    what: str
    code: str
    detail: str
