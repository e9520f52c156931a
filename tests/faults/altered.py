"""Programs of another making: ``GRID_FAULTS_ALTERED`` says how the one that runs differs from this one.

``without=KIND``: an older program, in whose time there was no such kind of op. ``wire=N``: another version of
what crosses the line. ``silence=S``: a desktop gives up a call after so many seconds without a sign of life,
so that a test need not wait for the minutes of the real one. Several are parted by semicolons.
"""

from __future__ import annotations

import os

VARIABLE = "GRID_FAULTS_ALTERED"


def alter() -> None:
    """Make this process the other program; before anything of it is loaded."""
    for told in filter(None, os.environ.get(VARIABLE, "").split(";")):
        name, _, value = told.partition("=")
        {"without": _without, "wire": _wire, "silence": _silence}[name](value)


def _without(kind: str) -> None:
    from app.domain.incident import TABLE
    from app.domain.op import OpKind

    gone = OpKind(kind)
    del TABLE[gone]
    OpKind._member_names_.remove(gone.name)
    del OpKind._value2member_map_[gone.value]


def _wire(version: str) -> None:
    from app.link import wire

    wire.VERSION = version


def _silence(seconds: str) -> None:
    from app.link.client import HubClient

    defaults = HubClient.__init__.__kwdefaults__
    assert defaults is not None
    defaults["silence"] = float(seconds)
