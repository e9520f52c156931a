"""The hub's schema and its troubles: made once, never by an older program, and errors told in words."""

from __future__ import annotations

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from app.domain.op import OpKind, Outcome
from app.ports.ledger import Draft
from app.ports.problems import NewerStore, StoreProblem, StoreTrouble
from db.hub.engine import open_hub
from db.hub.ordering import Ordering, ScopeNotHeld
from db.hub.tables import metadata
from tests.support.hub_store import OTHER, TOWN, Clock, Device, Ids, fresh, hub, matter
from tests.support.postgres import fresh_database


def address(store):
    return store.engine.url.render_as_string(hide_password=False)


def test_the_migrations_make_what_the_tables_say(store):
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_an_empty_database_is_made_a_hub():
    opened = hub(fresh_database(migrated=False))
    device = Device(opened)
    assert device.push(*device.life()).head == 8
    opened.close()


def test_a_later_releases_hub_is_left_as_it_is(store):
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerStore):
        open_hub(address(store), Ids(), Clock())


def test_another_programs_tables_are_no_hub():
    url = fresh_database(migrated=False)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE theirs (a int)")
    with pytest.raises(StoreProblem) as problem:
        open_hub(url, Ids(), Clock())
    assert problem.value.code is StoreTrouble.NOT_A_STORE


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("sqlite://", StoreTrouble.NOT_A_STORE),
        ("postgresql+psycopg://x@/x?host=/nonexistent", StoreTrouble.CANNOT_OPEN),
    ],
)
def test_where_there_is_no_database_it_is_told_in_words(url, code):
    with pytest.raises(StoreProblem) as problem:
        open_hub(url, Ids(), Clock())
    assert problem.value.code is code


def cut_lines(store):
    """As an administrator or a broken wire ends every other connection to the database."""
    with psycopg.connect(address(store).replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_line_lost_in_the_middle_of_a_page_leaves_nothing(store, monkeypatch):
    device = Device(store)
    life = device.life()
    flush = Ordering.flush

    def cut(self):
        flush(self)
        cut_lines(store)

    with monkeypatch.context() as patch:
        patch.setattr(Ordering, "flush", cut)
        with pytest.raises(StoreProblem) as problem:
            device.push(*life)
    assert problem.value.code is StoreTrouble.CANNOT_OPEN
    assert store.heads((TOWN,))[0].head == 0
    assert device.push(*life).acked == 8
    assert store.verify(refold=True) is None


def test_after_the_lines_were_cut_the_pool_opens_new_ones(store):
    device = Device(store)
    device.push(device.report())
    cut_lines(store)
    device.push(device.report())
    assert store.heads((TOWN,))[0].head == 2


def test_a_scope_that_someone_holds_too_long_is_told_in_words(store, monkeypatch):
    device = Device(store)
    page = device.report()
    with store.transaction() as holder:
        holder.execute("SELECT 1 FROM scope WHERE id = %s FOR UPDATE", (TOWN,))
        monkeypatch.setattr("db.hub.engine.transaction", hurried(store))
        with pytest.raises(StoreProblem) as problem:
            device.push(page)
    assert problem.value.code is StoreTrouble.LOCKED


def hurried(store):
    from contextlib import contextmanager

    from db.hub.database import transaction

    @contextmanager
    def soon(engine, *, frozen=False):
        with transaction(engine, frozen=frozen) as raw:
            raw.execute("SET LOCAL lock_timeout = '50ms'")
            yield raw

    return soon


def test_the_hubs_own_ops_are_numbered_in_each_scope(store):
    e = fresh()
    for scope in (TOWN, OTHER):
        with store.write("m3", scope) as tx:
            entity = e if scope == TOWN else fresh()
            receipt = tx.append(Draft(OpKind.REPORT, entity, scope, 1, matter(scope, ref=f"r{scope}")))
            assert (receipt.seq, receipt.n, receipt.outcome) == (1, 1, Outcome.APPLIED)
            assert tx.read.incident(entity) == receipt.incident
    with store.write("m3", TOWN) as tx:
        assert tx.append(Draft(OpKind.VERIFY, e, TOWN, 2)).refusal is not None
        assert tx.append(Draft(OpKind.ACCEPT, e, TOWN, 2)).n == 3
        assert tx.next_count("261120-") == 1
        assert tx.next_count("261120-") == 2
        assert tx.read.known_refs([f"r{TOWN}", "x"]) == {f"r{TOWN}": e}
        with pytest.raises(ScopeNotHeld):
            tx.append(Draft(OpKind.NOTE, e, OTHER, 2))
    (head,) = store.heads((TOWN,))
    told = store.pull(TOWN, head.epoch, 0, whole=True).ops
    assert {(o.origin.device, o.actor) for o in told} == {(f"hub:{TOWN}", "m3")}
    assert store.verify(refold=True) is None


def test_what_the_hub_began_and_did_not_end_is_not_there(store):
    class Interrupted(Exception):
        pass

    def begin():
        with store.write("m3", TOWN) as tx:
            tx.append(Draft(OpKind.REPORT, fresh(), TOWN, 1, matter(TOWN)))
            tx.next_count("261120-")
            raise Interrupted

    with pytest.raises(Interrupted):
        begin()
    assert store.heads((TOWN,))[0].head == 0
    with store.write("m3", TOWN) as tx:
        assert tx.next_count("261120-") == 1
