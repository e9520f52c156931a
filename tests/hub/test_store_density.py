"""Many writers on one scope: the order has no gap, and no reader ever skips a row."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from app.domain.op import GENESIS, OpKind, leaf_hash, link_hash
from db.hub.rows import op_of
from tests.support.hub_store import OTHER, TOWN, Device, anyone, fresh, hub
from tests.support.postgres import fresh_database

WRITERS, PAGES = 8, 12


def write(device):
    for _ in range(PAGES):
        device.push(device.report(), device.report(), device.report())


def follow(store, done):
    """Read rows as they come, until all writers are done and nothing more comes; each seq in its turn."""
    (head,) = store.heads((TOWN,))
    seqs, chain = [], GENESIS
    while True:
        over = done.is_set()
        page = store.pull(TOWN, head.epoch, len(seqs), 17, whole=True)
        for o in page.ops:
            chain = link_hash(chain, leaf_hash(o.seq, op_of(TOWN, o), o.body, o.outcome, o.refusal))
            seqs.append(o.seq)
        assert page.chain == chain
        if over and not page.ops:
            return seqs


def test_eight_writers_and_readers_that_never_skip_a_row(store):
    done = threading.Event()
    devices = [Device(store) for _ in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS + 3) as pool:
        readers = [pool.submit(follow, store, done) for _ in range(3)]
        writers = [pool.submit(write, device) for device in devices]
        for writer in writers:
            writer.result()
        done.set()
        told = [reader.result() for reader in readers]
    assert told == [list(range(1, WRITERS * PAGES * 3 + 1))] * 3
    assert store.verify(refold=True) is None


def test_one_page_sent_by_many_at_once_is_taken_once(store):
    device = Device(store)
    page = device.page(*device.life())
    with ThreadPoolExecutor(4) as pool:
        pushed = list(pool.map(lambda _: store.push(page, anyone), range(8)))
    assert {(p.acked, p.forked) for p in pushed} == {(8, ())}
    assert store.heads((TOWN,))[0].head == 8


def test_one_incident_opened_by_many_at_once_in_two_scopes_is_opened_once(store):
    entities = [fresh() for _ in range(5)]
    devices = [Device(store, scope) for scope in (TOWN, OTHER) for _ in range(3)]
    barrier = threading.Barrier(len(devices))

    def report(device):
        barrier.wait(timeout=30)
        for e in entities:
            device.push(device.report(e, ref=f"r{e}"))

    with ThreadPoolExecutor(len(devices)) as pool:
        list(pool.map(report, devices))
    with store.transaction() as raw:
        assert raw.execute("SELECT count(*) FROM incident").fetchone() == (5,)
        taken = raw.execute("SELECT count(*) FROM op WHERE refusal = ''").fetchone()
    assert taken == (5,)
    assert store.verify(refold=True) is None


def test_moves_both_ways_at_once_do_not_wait_for_each_other_for_ever(store):
    def shuttle(device, there):
        for _ in range(8):
            e = fresh()
            device.push(
                device.report(e), device.op(OpKind.RELOCATE, e, {"place": there, "town": there}, base=1)
            )

    with ThreadPoolExecutor(4) as pool:
        runs = [
            pool.submit(shuttle, Device(store, here), there)
            for here, there in ((TOWN, OTHER), (OTHER, TOWN), (TOWN, OTHER), (OTHER, TOWN))
        ]
        for run in runs:
            run.result()
    with store.transaction() as raw:
        assert raw.execute("SELECT count(*) FROM incident").fetchone() == (32,)
    assert store.verify(refold=True) is None


def test_workers_that_start_at_once_make_the_schema_once():
    url = fresh_database(migrated=False)
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(hub, [url] * 4))
    lives = set()
    for opened in stores:
        lives |= {head.epoch for head in opened.heads((TOWN,))}
        opened.close()
    assert len(lives) == 1
