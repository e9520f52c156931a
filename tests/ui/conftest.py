"""Every test of the interface: Qt made ready off screen, one application, and silence asserted."""

from tests.support.screen import qapp  # isort: skip  # before anything of Qt
from tests.support.silence import silence

__all__ = ["qapp", "silence"]
