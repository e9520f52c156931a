"""Every disaster in a folder of its own; what a process said is shown where the test fails."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.faults.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """A hub and its desktops, all up; ``parametrize("world", [names], indirect=True)`` names others."""
    made = World(tmp_path, getattr(request, "param", ("district", "mimou")))
    try:
        made.begin()
        yield made
    finally:
        made.end()
        for log in tmp_path.rglob("*.log"):
            sys.stdout.write(
                f"--- {log.relative_to(tmp_path)}\n{log.read_text('utf-8', 'replace')[-2000:]}\n"
            )
