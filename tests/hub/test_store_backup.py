"""A backup is one moment of the hub; a restore is whole or not at all, and desktops give back the rest."""

from __future__ import annotations

import stat

import pytest
import zstandard

from app.domain.op import OpKind
from app.ports.link import LinkProblem, LinkTrouble
from app.ports.problems import StoreProblem, StoreTrouble
from app.ports.rows import Person
from tests.support.hub_store import OTHER, TOWN, Device, anyone, fresh, hub


def epoch(store, scope=TOWN):
    return store.heads((scope,))[0].epoch


def rows(store, scope=TOWN):
    return store.pull(scope, epoch(store, scope), 0, whole=True).ops


def everything(store):
    """All rows but those that a restore begins anew."""
    with store.transaction(frozen=True) as raw:
        tables = raw.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        names = {name for (name,) in tables} - {"meta", "scope", "origin"}
        return {n: sorted(map(repr, raw.execute(f"SELECT * FROM {n}"))) for n in names}


def test_into_an_empty_hub_everything_comes_back(store, device, tmp_path):
    e = fresh()
    device.push(
        *device.life(),
        device.report(e, person="p1", title="tab\t\\N\n"),
        persons=[Person("p1", e, "刘女士", "138")],
    )
    counted = store.backup(tmp_path / "b")
    assert counted["op"] == 9
    other = hub()
    try:
        assert other.restore(tmp_path / "b") == counted
        assert everything(other) == everything(store)
        assert other.chain_at(TOWN, [9]) == store.chain_at(TOWN, [9])
        assert other.verify(refold=True) is None
        assert epoch(other) != epoch(store)
    finally:
        other.close()


def test_nobody_else_reads_the_file_and_no_half_one_is_left(store, tmp_path):
    store.backup(tmp_path / "b")
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["b"]
    with pytest.raises(OSError, match="no"):
        store.backup(tmp_path / "no" / "b")


def test_after_a_restore_every_scope_has_another_epoch_and_goes_on(store, device, tmp_path):
    device.push(device.report())
    store.backup(tmp_path / "b")
    lost = device.report()
    page = device.page(lost)
    store.push(page, anyone)
    before = {scope: epoch(store, scope) for scope in store.scopes()}
    store.restore(tmp_path / "b")
    assert [o.n for o in rows(store)] == [1]
    assert all(epoch(store, scope) != old for scope, old in before.items())
    with pytest.raises(LinkProblem) as problem:
        store.push(page, anyone)
    assert problem.value.code is LinkTrouble.EPOCH
    device.push(lost)
    Device(store).push(Device(store).report())
    assert store.heads((TOWN,))[0].head == 3
    assert store.verify(refold=True) is None


def test_what_the_backup_lacks_is_handed_in_by_whoever_has_it(store, device, tmp_path):
    other = Device(store)
    e = fresh()
    device.push(device.report(e, person="p1"))
    store.backup(tmp_path / "b")
    device.push(device.op(OpKind.ACCEPT, e, base=1))
    other.push(other.op(OpKind.NOTE, e, base=2), other.op(OpKind.VERIFY, e, base=2))
    tail = rows(store)[1:]
    store.restore(tmp_path / "b")
    assert store.hand_in(TOWN, tail[1:], (), anyone) == 2
    assert store.hand_in(TOWN, tail, [Person("p1", e, "刘女士", "138")], anyone) == 1
    assert store.hand_in(TOWN, tail, (), anyone) == 0
    assert [(o.n, o.kind, o.refusal) for o in rows(store)] == [
        (1, "report", ""), (1, "note", ""), (2, "verify", tail[2].refusal), (2, "accept", ""),
    ]  # fmt: skip
    device.push(device.op(OpKind.NOTE, e, base=3))
    other.push(other.op(OpKind.NOTE, e, base=3))
    with store.reading() as read:
        assert read.incident(e).notes == 3
        assert read.person("p1").name == "刘女士"
    assert store.verify(refold=True) is None


def test_its_author_pushes_what_was_lost_though_others_gave_later_ones(store, device, tmp_path):
    e = fresh()
    device.push(device.report(e))
    store.backup(tmp_path / "b")
    lost = [device.op(OpKind.NOTE, e, base=1) for _ in range(3)]
    device.push(*lost)
    tail = rows(store)[1:]
    store.restore(tmp_path / "b")
    assert store.hand_in(TOWN, tail[1:], (), anyone) == 2
    pushed = device.push(*lost, device.op(OpKind.ACCEPT, e, base=4))
    assert (pushed.acked, pushed.forked) == (5, ())
    assert [o.n for o in rows(store)] == [1, 3, 4, 2, 5]
    assert store.verify(refold=True) is None


def test_a_move_that_was_lost_is_made_whole_again_from_either_side(store, device, tmp_path):
    e, there = fresh(), Device(store, OTHER)
    device.push(device.report(e))
    store.backup(tmp_path / "b")
    device.push(device.op(OpKind.RELOCATE, e, {"place": OTHER, "town": OTHER}, base=1))
    there.push(there.op(OpKind.ACCEPT, e, base=3))
    here, moved = rows(store)[1:], rows(store, OTHER)
    for order in ((TOWN, here), (OTHER, moved)), ((OTHER, moved), (TOWN, here)):
        store.restore(tmp_path / "b")
        for scope, ops in order:
            store.hand_in(scope, ops, (), anyone)
        with store.reading() as read:
            found = read.incident(e)
        assert (found.scope, found.state.value) == (OTHER, "accepted")
        assert store.verify(refold=True) is None


def test_ops_of_a_hub_that_this_one_never_was_are_not_taken(store, device):
    other = hub()
    try:
        stranger, e = Device(other), fresh()
        stranger.push(
            stranger.report(e), stranger.op(OpKind.RELOCATE, e, {"place": OTHER, "town": OTHER}, base=1)
        )
        with pytest.raises(LinkProblem) as problem:
            store.hand_in(OTHER, rows(other, OTHER), (), anyone)
    finally:
        other.close()
    assert problem.value.code is LinkTrouble.FORBIDDEN


def broken(path, how):
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        whole = stream.read()
    if how == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    elif how == "noise":
        path.write_bytes(b"no backup at all")
    else:
        changed = {
            "shorter": whole[:-200], "form": b"x" + whole[1:],
            "altered": whole.replace("餐饮".encode(), "餐店".encode()),
        }[how]  # fmt: skip
        path.write_bytes(zstandard.compress(changed))


@pytest.mark.parametrize("how", ["cut", "noise", "shorter", "form", "altered"])
def test_a_file_that_is_not_whole_changes_nothing(store, device, tmp_path, how):
    device.push(*device.life())
    store.backup(tmp_path / "b")
    device.push(device.report())
    before = everything(store), epoch(store)
    broken(tmp_path / "b", how)
    with pytest.raises(StoreProblem) as problem:
        store.restore(tmp_path / "b")
    assert problem.value.code in {StoreTrouble.CORRUPTED, StoreTrouble.NOT_A_STORE}
    assert (everything(store), epoch(store)) == before


def test_a_backup_is_one_moment_while_writes_go_on(store, device, tmp_path):
    with store.transaction(frozen=True) as raw:
        raw.execute("SELECT 1 FROM op")
        device.push(*device.life())
        from db.hub.backup import back_up

        assert back_up(raw, tmp_path / "b")["op"] == 0
