"""One served hub for all tests that only ask; those that stop or flood one have their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from tests.contract.served import ServedHub, program
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


@pytest.fixture(scope="session")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A hub that was set up once, to be copied: its folder and its database."""
    folder, database = tmp_path_factory.mktemp("set-up"), fresh_database(migrated=False)
    done = program("init", "--database", database, data=folder)
    assert done.returncode == 0, done.stderr
    return folder, database


@pytest.fixture
def own_hub(tmp_path: Path, set_up: tuple[Path, str]) -> Iterator[ServedHub]:
    """One worker with TLS, for a test that stops or floods it."""
    folder, database = set_up
    name = str(make_url(database).database)
    served = ServedHub(tmp_path, fresh_database(template=name), tls=True)
    served.begin_like(folder, served.database)
    yield served
    if served.process.poll() is None:
        served.stop()
