"""What the user has chosen in the panel: a candidate and a work order, kept while rows change; Qt-free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.dispatch.actions import Action, actions
from ui.dispatch.rows import acting

if TYPE_CHECKING:
    from app.services.dossier import Dossier
    from app.services.words import Words


class Choice:
    """Kept by identity, not by place, so that a new order of rows never changes who is meant."""

    def __init__(self) -> None:
        self.unit = self.order = ""

    def forget(self) -> None:
        """Another incident, or the work is done: the first of each again."""
        self.unit = self.order = ""

    def candidate(self, dossier: Dossier) -> int:
        """The chosen candidate's place from 0; the first where the chosen one is gone."""
        return next((i for i, c in enumerate(dossier.candidates) if c.unit == self.unit), 0)

    def choose(self, dossier: Dossier, n: int) -> bool:
        """Choose the n-th candidate, from 0; whether there is one."""
        if not 0 <= n < len(dossier.candidates):
            return False
        self.unit = dossier.candidates[n].unit
        return True

    def acting(self, dossier: Dossier) -> str:
        """The work order that ops act on; empty where none is at work."""
        found = acting(dossier, self.order)
        return found.id if found else ""

    def actions(self, dossier: Dossier, words: Words) -> tuple[Action, ...]:
        """What can be done, the next step first."""
        return actions(dossier, self.candidate(dossier), self.order, words)
