"""The file: encrypted, opened by its key alone, left alone when newer, backed up before a change."""

from __future__ import annotations

from contextlib import closing

import pytest

from app.ports.problems import NewerStore, StoreProblem, StoreTrouble
from app.ports.rows import Queue, QueueQuery
from db import upgrade
from db.connect import open_file, writing_engine
from db.tables import metadata
from tests.db.conftest import KEY, report

A = "a" * 32
SECRET = "青白江秘密文字"


def test_an_encrypted_file_shows_nothing(opened, tmp_path):
    store = opened("e.db", KEY)
    with store.write("m1") as tx:
        tx.append(report(A, title=SECRET, detail="plain latin words"))
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.back_up(tmp_path / "copy.db")
    held += (tmp_path / "copy.db").read_bytes()
    for text in (SECRET.encode(), b"plain latin", b"SQLite format", b"CREATE TABLE", A.encode()):
        assert text not in held
    again = opened("copy.db", KEY)
    with again.reading() as read:
        assert read.incident(A).title == SECRET


@pytest.mark.parametrize(
    ("made_with", "opened_with", "code"),
    [
        (KEY, bytes(32), StoreTrouble.WRONG_KEY),
        (KEY, None, StoreTrouble.NOT_A_STORE),
        (None, KEY, StoreTrouble.WRONG_KEY),
    ],
)
def test_a_wrong_key_is_told(opened, made_with, opened_with, code):
    opened("s.db", made_with).close()
    with pytest.raises(StoreProblem) as told:
        opened("s.db", opened_with)
    assert told.value.code is code


def test_what_is_no_store_is_told_and_left_alone(opened, tmp_path):
    (tmp_path / "text.db").write_bytes(b"not a database at all, but long enough to be looked at" * 40)
    with closing(open_file(tmp_path / "other.db", None, 100)) as raw:
        raw.execute("CREATE TABLE theirs (x)")
    for name in ("text.db", "other.db"):
        with pytest.raises(StoreProblem) as told:
            opened(name)
        assert told.value.code is StoreTrouble.NOT_A_STORE
    with pytest.raises(StoreProblem) as told:
        opened("no/such/folder.db")
    assert told.value.code is StoreTrouble.CANNOT_OPEN


def test_a_newer_store_is_refused_and_left_alone(opened, tmp_path):
    opened().close()
    with closing(open_file(tmp_path / "store.db", None, 100)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    before = (tmp_path / "store.db").read_bytes()
    with pytest.raises(NewerStore) as told:
        opened()
    assert (told.value.code, told.value.revision) == (StoreTrouble.NEWER_STORE, "9999")
    assert (tmp_path / "store.db").read_bytes() == before


@pytest.mark.parametrize("key", [None, KEY])
def test_an_older_store_is_backed_up_before_it_is_changed(opened, tmp_path, monkeypatch, key):
    store = opened("s.db", key)
    with store.write("m1") as tx:
        tx.append(report(A, title=SECRET))
    store.close()
    with closing(open_file(tmp_path / "s.db", key, 100)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0000'")
    monkeypatch.setattr(upgrade, "OLDER", ("0000",))
    seen = []
    monkeypatch.setattr(
        upgrade, "_run_migrations", lambda _engine: seen.extend(path.name for path in tmp_path.iterdir())
    )
    opened("s.db", key)
    backups = [name for name in seen if name.startswith("s.db.before-0000-")]
    assert len(backups) == 1
    with closing(open_file(tmp_path / backups[0], key, 100)) as raw:
        assert raw.execute("SELECT title FROM incident").fetchall() == [(SECRET,)]
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("0000",)


def test_tables_and_migrations_agree(opened, tmp_path):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    opened().close()
    engine = writing_engine(tmp_path / "store.db", None)
    with engine.connect() as connection:
        options = {"include_name": upgrade.ours, "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        made = {row[0]: row[1] for row in connection.exec_driver_sql("SELECT name, sql FROM sqlite_schema")}
    engine.dispose()
    bare = writing_engine(tmp_path / "bare.db", None)
    with bare.begin() as connection:
        metadata.create_all(connection)
        wanted = {row[0]: row[1] for row in connection.exec_driver_sql("SELECT name, sql FROM sqlite_schema")}
    bare.dispose()
    partial = [name for name, text in wanted.items() if text and " WHERE " in text]
    assert len(partial) > 8
    assert {name: made[name] for name in partial} == {name: wanted[name] for name in partial}


def test_a_start_with_nothing_to_do_needs_no_alembic(opened, monkeypatch):
    opened().close()

    def never(_engine):
        raise AssertionError

    monkeypatch.setattr(upgrade, "_run_migrations", never)
    opened()


def test_a_locked_store_is_told(opened, tmp_path, monkeypatch):
    store = opened()
    monkeypatch.setattr("db.connect.BUSY_MS", 1)
    other = opened()
    with closing(open_file(tmp_path / "store.db", None, 100)) as raw:
        raw.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreProblem) as told, other.write("m1"):
            pass
        raw.execute("ROLLBACK")
    assert told.value.code is StoreTrouble.LOCKED
    with store.write("m1") as tx:
        tx.append(report(A))


def test_a_full_disk_is_told_and_loses_nothing(opened):
    store = opened()
    with store.write("m1") as tx:
        tx.append(report(A))
        tx.read._run("PRAGMA max_page_count = 90").fetchone()
    with pytest.raises(StoreProblem) as told, store.write("m1") as tx:
        tx.append_many(report(f"{i:032x}", detail="满" * 900) for i in range(300))
    assert told.value.code is StoreTrouble.DISK_FULL
    assert store.head() == 1
    assert store.verify(refold=True) is None


def test_a_damaged_file_is_told(opened, tmp_path):
    store = opened()
    with store.write("m1") as tx:
        tx.append_many(report(f"{i:032x}") for i in range(200))
        (root,) = tx.read._run("SELECT rootpage FROM sqlite_schema WHERE name = 'incident'").fetchone()
    store.close()
    held = bytearray((tmp_path / "store.db").read_bytes())
    held[(root - 1) * 4096 : (root - 1) * 4096 + 60] = b"\xff" * 60
    (tmp_path / "store.db").write_bytes(held)
    damaged = opened()
    assert damaged.quick_check() != []
    with pytest.raises(StoreProblem) as told, damaged.reading() as read:
        list(read.export(QueueQuery(Queue.ALL, 0)))
    assert told.value.code is StoreTrouble.CORRUPTED


def test_a_bug_stays_a_bug(store):
    with pytest.raises(Exception, match="no such table") as raised, store.reading() as read:
        read._run("SELECT * FROM no_table")
    assert not isinstance(raised.value, StoreProblem)
