"""One served hub for all tests that only ask; those that stop or flood one have their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.served import ServedHub
from tests.support.postgres import fresh_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    """Two workers behind one port, plain HTTP."""
    served = ServedHub(tmp_path_factory.mktemp("hub"), fresh_database(migrated=False), workers=2)
    served.begin()
    yield served
    code, took = served.stop()
    assert code == 0
    assert took <= 5.0
    assert not served.lines(event="fault"), served.lines(event="fault")


@pytest.fixture
def own_hub(tmp_path: Path) -> Iterator[ServedHub]:
    """One worker with TLS, for a test that stops or floods it."""
    served = ServedHub(tmp_path, fresh_database(migrated=False), tls=True)
    served.begin()
    yield served
    if served.process.poll() is None:
        served.stop()
