"""Every store that a release has left behind is opened, brought up to date and read whole."""

from __future__ import annotations

import gzip
import shutil
from collections import Counter

import pytest

from app.domain.incident import State
from app.ports.rows import ImportMark, Person, Queue, QueueQuery
from db import upgrade
from tests.db.past.make import ENTITIES, KEYS, past_file
from tests.support.matters import AT, WAY_TO

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{}"


def upgrade():
    op.add_column("person", sa.Column("street", sa.Text(), server_default="", nullable=False))
"""


def unpacked(tmp_path, revision, kind):
    name = f"{kind}.db"
    (tmp_path / name).write_bytes(gzip.decompress(past_file(revision, kind).read_bytes()))
    return name


def holds_all(store) -> None:
    with store.reading() as read:
        assert {state: read.incident(entity).state for state, entity in ENTITIES.items()} == {
            state: state for state in State
        }
        for queue, states in ((Queue.CLOSED, 1), (Queue.WORKING, 2), (Queue.ALL, len(State))):
            query = QueueQuery(queue, AT)
            assert len(read.queue_page(query).rows) == read.queue_count(query) == states
        assert read.queue_count(QueueQuery(Queue.ALL, AT, text="破损")) == len(State)
        assert read.known_refs(["old:0", "new:0"]) == {"old:0": ENTITIES[State.REPORTED]}
        assert read.person("c1") == Person("c1", ENTITIES[State.REPORTED], "王某", "13800000000")
        assert read.setting("theme") == {"dark": True}
        assert read.import_mark("job") == ImportMark("job", 7, 700, 5, 1, 1)
        assert [(r.id, r.rev, r.body) for r in read.records("place")] == [("p1", AT, {"name": "弥牟镇"})]
        assert read.head() == sum(map(len, WAY_TO.values())) + 4
        sums = Counter()
        for row in read.sums(0, 1 << 40):
            sums[row.measure] += row.n
        assert sums["closed"] == 1
        assert sums["arrived"] == len(State) - 2
    assert store.verify(refold=True) is None
    assert store.quick_check() == []


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("revision", [*upgrade.OLDER, upgrade.REVISION])
def test_a_past_store_is_opened_and_read(opened, tmp_path, revision, kind):
    store = opened(unpacked(tmp_path, revision, kind), KEYS[kind])
    holds_all(store)
    with store.write("m1") as tx:
        assert tx.next_count("261120-") == 2
        assert tx.read.state().device == "d" * 32


@pytest.mark.parametrize("kind", KEYS)
def test_a_past_store_goes_through_a_real_upgrade(opened, tmp_path, monkeypatch, kind):
    name, now = unpacked(tmp_path, upgrade.REVISION, kind), upgrade.REVISION
    shutil.copytree(upgrade.MIGRATIONS, tmp_path / "migrations")
    (tmp_path / "migrations" / "versions" / "next.py").write_text(NEXT.format(now))
    monkeypatch.setattr(upgrade, "MIGRATIONS", tmp_path / "migrations")
    monkeypatch.setattr(upgrade, "OLDER", (*upgrade.OLDER, now))
    monkeypatch.setattr(upgrade, "REVISION", "next")
    store = opened(name, KEYS[kind])
    holds_all(store)
    with store.reading() as read:
        assert read._one("SELECT street FROM person") == ""
    (backup,) = tmp_path.glob(f"{name}.before-{now}-*")
    monkeypatch.undo()
    holds_all(opened(backup.name, KEYS[kind]))
