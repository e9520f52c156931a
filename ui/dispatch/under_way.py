"""What the panel is doing, so that nothing is sent twice and no key is lost; Qt-free."""

from __future__ import annotations


class UnderWay:
    """``busy`` is what was pressed, until its incident has been read anew; ``pending`` is done after it."""

    def __init__(self) -> None:
        self.busy = self.pending = ""
        self._unanswered = False

    def begin(self, trigger: str) -> None:
        """An act goes to the store."""
        self.busy, self._unanswered = trigger, True

    def answered(self, *, refused: bool = False) -> None:
        """The store has answered; after a refusal what was pressed meanwhile is forgotten."""
        self._unanswered = False
        if refused:
            self.pending = ""

    def read(self) -> None:
        """The incident has been read anew; the act is over if the store has answered it."""
        if not self._unanswered:
            self.busy = ""

    def stop(self) -> None:
        """The act came to nothing."""
        self.busy, self._unanswered = "", False

    def forget(self) -> None:
        """Another incident."""
        self.stop()
        self.pending = ""

    def keep(self, trigger: str) -> None:
        """Do this afterwards, unless it is what is being done."""
        if trigger != self.busy:
            self.pending = trigger

    def take_pending(self) -> str:
        """What was kept, once."""
        pending, self.pending = self.pending, ""
        return pending
