"""The line on the desk: writes top bar, band and popover from the status, each second, and moves no focus."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ui.link.band import LINE_KEY, SYNC_KEY, LineBand
from ui.link.popover import LinkPopover
from ui.link.saying import band_words, line_of
from ui.shell.shortcuts import KeyEntry
from ui.shell.topbar_state import Line, TopBarState

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ports.clock import Clock
    from app.ports.link_status import LinkStatus
    from app.services.lists import Lists
    from app.services.unsent import Unsent
    from app.services.words import Words
    from ui.link.follower import LinkFollower
    from ui.shell.frame import Frame


class DeskLine(QObject):
    """``settle_wished``: the officer wants to see conflicts and refused ops."""

    settle_wished = Signal()

    def __init__(
        self, frame: Frame, follower: LinkFollower, clock: Clock, words: Words, lists: Callable[[], Lists]
    ) -> None:
        super().__init__(frame)
        self._frame, self.follower, self._clock = frame, follower, clock
        self._words, self._lists = words, lists
        self._state = TopBarState("")
        self._band: LineBand | None = None
        self.popover: LinkPopover | None = None
        self._unsent: Unsent | None = None
        follower.told.connect(self._on_told)
        bar = frame.topbar
        bar.line_requested.connect(self.open_popover)
        bar.conflicts_requested.connect(self.settle_wished)
        frame.keys.add(KeyEntry("sync", SYNC_KEY, self.tr("立即同步")), follower.sync_now)
        frame.keys.add(KeyEntry("line", LINE_KEY, self.tr("线路详情")), self.open_popover)

    def show_identity(self, centre: str, user: str, duty: str) -> None:
        """Where we are, and who sits here."""
        self._state = replace(self._state, centre=centre, user=user, duty=duty)
        self.write()

    def show_counts(self, conflicts: int, refused: int) -> None:
        """How much waits for a word."""
        self._state = replace(self._state, conflicts=conflicts, refused=refused)
        self.write()

    def show_unsent(self, found: Unsent | None) -> None:
        """So much waits to be sent: what the store says, whose word is newer than the link's."""
        self._unsent = found
        self.write()

    def _status(self) -> LinkStatus:
        status, found = self.follower.status, self._unsent
        if found is None or not status.linked or found.count == status.waiting:
            return status
        oldest = status.oldest or (found.rows[-1].at if found.rows else None)
        return replace(status, waiting=found.count, oldest=oldest if found.count else None)

    def write(self) -> None:
        """Say how it stands now."""
        status, now = self._status(), self._clock.now()
        since = status.heard_at if status.online else status.since
        fetched = status.progress[0] / max(1, status.progress[1]) if status.progress else None
        state = replace(
            self._state,
            line=line_of(status),
            since=None if since is None else datetime.fromtimestamp(since / 1000, UTC),
            pending=status.waiting,
            fetched=fetched if status.online else None,
        )
        if state != self._frame.topbar.state():
            self._frame.topbar.show_state(state)
        self._write_band(status, now)
        if self.popover is not None:
            self.popover.show_status(status, now)

    def open_popover(self) -> None:
        """The line in detail; once it is open, closed again."""
        if self.popover is not None:
            self.popover.close()
            return
        popover = LinkPopover(self._words, self._lists(), self._frame)
        popover.retry.connect(self.follower.sync_now)
        popover.settle.connect(self.settle_wished)
        popover.destroyed.connect(self._forget_popover)
        self.popover = popover
        popover.show_status(self._status(), self._clock.now())
        popover.open_under(self._frame.topbar.line)

    def _forget_popover(self) -> None:
        self.popover = None

    def _on_told(self, _status: LinkStatus) -> None:
        self.write()

    def _write_band(self, status: LinkStatus, now: int) -> None:
        words = band_words(status, now, self._words)
        if words is None:
            if self._band is not None:
                self._frame.set_line_band(None)
                self._band.deleteLater()
                self._band = None
            return
        if self._band is None:
            self._band = LineBand()
            self._band.retry.connect(self.follower.sync_now)
            self._band.more.connect(self.open_popover)
            self._band.show_words(words)
            self._frame.set_line_band(self._band)
        self._band.show_words(words)

    @property
    def band(self) -> LineBand | None:
        """The band that stands under the top bar now."""
        return self._band

    @property
    def trouble(self) -> str:
        """The line's last trouble; empty where there is none."""
        return self.follower.status.trouble

    @property
    def alone(self) -> bool:
        """Whether no hub is set up."""
        return line_of(self.follower.status) is Line.ALONE
