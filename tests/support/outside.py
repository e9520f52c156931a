"""A line and a gate that do as the test says."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.ports.gate import Enrolled, Progress, Signed, Trouble
from app.ports.link_status import LinkStatus


@dataclass
class HandWatch:
    """``app.ports.link_status.LinkWatch``: says what it was told to say."""

    now: LinkStatus = field(default_factory=LinkStatus)
    asked: int = 0

    def status(self) -> LinkStatus:
        return self.now

    def sync_now(self) -> None:
        self.asked += 1


@dataclass
class HandGate:
    """``app.ports.gate.Gate``: knows some passwords, and one invitation."""

    users: dict[str, tuple[str, Signed]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    belongs: bool = True
    here: Signed | None = None
    invited: list[str] = field(default_factory=list)
    steps: tuple[str, ...] = ("reach", "trust", "enrol", "keep")

    def enrolled(self) -> bool:
        return self.belongs

    def signed(self) -> Signed | None:
        return self.here

    def sign_in(self, user: str, password: str) -> Signed | Trouble:
        if self.troubles:
            return self.troubles.pop(0)
        known = self.users.get(user)
        if known is None or known[0] != password:
            return Trouble("sign_in")
        self.here = known[1]
        return self.here

    def sign_out(self) -> None:
        self.here = None

    def enrol(self, text: str, progress: Progress) -> Enrolled | Trouble:
        self.invited.append(text)
        for step in self.steps:
            progress(step)
        if self.troubles:
            return self.troubles.pop(0)
        self.belongs = True
        return Enrolled("https://hub:8443", "弥牟一号", "510113102", "弥", "")
