"""What waits in a batch: a report or an act with its sender's token, and the answer it gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.domain.rights import within
from db.hub.push import FIELD_REF

if TYPE_CHECKING:
    from app.domain.errors import Refusal
    from app.hub.field_body import ActBody, ReportBody
    from db.hub.askers import Asking


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status and its JSON. Status 401: the token is not in force, and who keeps it says why."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)
    who: Asking | None = None


NOBODY = Answer(401)


@dataclass(frozen=True, slots=True)
class Job:
    """A request. ``identity`` is drawn as it comes: the incident's that a report makes."""

    token: str
    body: ReportBody | ActBody
    identity: str = ""

    def name_of(self, who: Asking) -> str:
        """The sender's own name for it, which no other sender can say; empty where none was given."""
        return f"{FIELD_REF}{len(who.actor)}:{who.actor}:{self.body.ref}" if self.body.ref else ""


def reaches(who: Asking, scope: str) -> bool:
    """Whether the asker's scopes hold it."""
    return within(who.scopes, scope)


def refused(status: int, refusal: Refusal, detail: str, who: Asking) -> Answer:
    """A rule of the trade said no."""
    return Answer(status, {"code": refusal.value, "detail": detail}, who)
