"""Each disaster that DESIGN §8 promises to survive, once and by name: nothing acknowledged is lost."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from tests.faults import checks, disasters
from tests.faults.processes import Desktop, run
from tests.faults.world import TOWNS, World
from tests.support.postgres import fresh_database

if TYPE_CHECKING:
    from collections.abc import Callable

TOWN = TOWNS["mimou"]


def reports(world: World, desk: str, how_many: int, word: str = "井盖") -> list[str]:
    """Report so many matters at a desk; their identities."""
    found = []
    for n in range(how_many):
        answer = world.do(desk, "report", title=f"{word} {desk} {n}", source="patrol", place=TOWN)
        assert answer, "the desktop died"
        assert answer["ok"], answer
        found.append(answer["incident"])
    return found


def settle(world: World) -> None:
    world.heal()
    world.wait_for_quiet()
    world.check()


def test_hub_restored_from_an_older_backup(world: World) -> None:
    reports(world, "mimou", 5)
    world.wait_for_quiet()
    backup = world.folder / "hub.gcbackup"
    world.hub.command("backup", str(backup))
    mine = reports(world, "mimou", 5, "路灯")
    reports(world, "district", 5, "护栏")
    world.wait_for_quiet()
    before = len(world.hub_rows())
    world.hub.stop()
    world.hub.command("restore", "--yes", str(backup))
    assert len(world.hub_rows()) < before
    world.hub.start()
    world.do("district", "note", incident=mine[0], text="恢复之后")
    settle(world)


def test_hub_database_erased(world: World) -> None:
    reports(world, "mimou", 4)
    reports(world, "district", 4, "护栏")
    world.wait_for_quiet()
    world.hub.stop()
    world.hub.database = fresh_database()
    world.hub.command("init")
    world.users.clear()
    for name in world.names:
        world.add_user(name)
    world.hub.start()
    reports(world, "mimou", 2, "无号")  # before anybody has told it of the new hub
    for name, desk in world.desks.items():
        desk.kill()
        world.enrol(name)
        desk.start()
    settle(world)


def test_cloned_device(world: World) -> None:
    reports(world, "mimou", 3)
    world.wait_for_quiet()
    world.lines["mimou"].set(up=False)
    reports(world, "mimou", 2, "两边都有")
    world.clone("mimou", "twin")
    reports(world, "mimou", 3, "原机")
    reports(world, "twin", 3, "克隆")
    settle(world)
    assert "fork" in world.hub.command("status", "--json")


def test_device_revoked_in_the_middle(world: World) -> None:
    reports(world, "mimou", 3)
    world.wait_for_quiet()
    world.lines["mimou"].set(up=False)
    reports(world, "mimou", 3, "撤销之前")
    devices = json.loads(world.hub.command("status", "--json"))["devices"]
    device = next(d["id"] for d in devices if d["name"] == "mimou")
    world.hub.command("devices", "revoke", device)
    world.lines["mimou"].heal()
    world.do("mimou", "sync")
    reports(world, "mimou", 2, "撤销之后")
    state = world.desks["mimou"].ask("state")
    assert (state["trouble"], state["waiting"] > 0) == ("revoked", True), state
    reports(world, "district", 2, "区里")
    assert world.desks["mimou"].ask("digest")["scopes"][TOWN]["head"] < 100

    bundle = world.folder / "mimou.gcb"
    world.desks["mimou"].kill()
    where = ("--store", str(world.desks["mimou"].store), "--plain")
    run("bundle", "export", "--to", str(bundle), *where, folder=world.folder)
    world.hub.command("bundle", "import", str(bundle), check=False)
    waiting = json.loads(world.hub.command("status", "--json"))["held_bundles"]
    assert len(waiting) == 1
    world.hub.command("bundle", "accept", waiting[0]["id"])
    world.hub.command("bundle", "accept", waiting[0]["id"], check=False)  # twice is harmless
    del world.desks["mimou"]
    world.wait_for_quiet()
    checks.ledger(world)
    checks.replicas(world)


@pytest.mark.skipif(not disasters.FAKETIME, reason="libfaketime is not installed")
def test_clocks_days_off_and_backwards(world: World) -> None:
    reports(world, "mimou", 2)
    for n, shift in enumerate(("-3d", "+2d", "-6h")):
        world.desks["mimou"].restart(**disasters.clock(shift))
        found = reports(world, "mimou", 2, f"钟 {n}")
        world.do("district", "sync")
        world.do("mimou", "note", incident=found[0], text=f"钟 {n}")
    settle(world)


def test_full_disk(world: World) -> None:
    name = "dawan"
    try:
        with disasters.small_disk(world.folder / name, 48):
            world.add_user(name)
            desk = world.add_desktop(name)
            reports(world, name, 3)
            world.wait_for_quiet()
            ballast = disasters.fill(desk.folder)
            refused = 0
            for n in range(60):
                answer = world.do(name, "report", title=f"满 {n}", source="patrol", place=TOWNS[name])
                assert answer, "the desktop died of a full disk"
                refused += answer.get("trouble") == "disk_full"
            assert refused
            reports(world, "district", 10, "区里还在写")
            ballast.unlink()
            reports(world, name, 3, "又有地方了")
            settle(world)
            desk.kill()
    except PermissionError as error:
        pytest.skip(f"no rights to mount: {error}")
    finally:
        gone = world.desks.pop(name, None)
        if gone is not None:
            gone.kill()


def test_read_only_store(world: World) -> None:
    name = "dawan"
    try:
        with disasters.small_disk(world.folder / name, 48):
            world.add_user(name)
            desk = world.add_desktop(name)
            reports(world, name, 3)
            world.wait_for_quiet()
            desk.kill()
            disasters.remount(desk.folder, "ro")
            desk.start()
            answer = world.do(name, "report", title="只读", source="patrol", place=TOWNS[name])
            assert answer
            assert answer.get("trouble") == "read_only", answer
            desk.kill()
            reports(world, "district", 3, "区里还在写")
            disasters.remount(desk.folder, "rw")
            desk.start()
            reports(world, name, 3, "又能写了")
            settle(world)
            desk.kill()
    except PermissionError as error:
        pytest.skip(f"no rights to mount: {error}")
    finally:
        gone = world.desks.pop(name, None)
        if gone is not None:
            gone.kill()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_corrupted_database_file(world: World, seed: int) -> None:
    reports(world, "mimou", 20)
    world.wait_for_quiet()
    world.lines["mimou"].set(up=False)
    reports(world, "mimou", 20, "未上传")
    desk = world.desks["mimou"]
    desk.ask("stop")
    desk.kill()
    disasters.damage(desk.store, 6, seed)
    damaged = desk.store.with_name("damaged.db")
    desk.store.rename(damaged)
    for rest in desk.folder.glob("store.db-*"):
        rest.unlink()
    world.lines["mimou"].heal()
    world.enrol("mimou")
    where = ("--store", str(desk.store), "--plain")
    told = json.loads(run("link", "salvage", "--from", str(damaged), "--json", *where, folder=desk.folder))
    desk.start()
    world.wait_for_quiet()
    at_hub = {row["entity"] for row in world.hub_rows()}
    unsent = [m for m in world.made if m.desk == "mimou" and "未上传" in m.body]
    found = sum(m.entity in at_hub for m in unsent)
    assert found + told["lost"] >= len(unsent), (found, told)
    assert found >= len(unsent) * 0.5, (found, told)
    world.made = [m for m in world.made if m.entity in at_hub]
    world.check()


def test_snapshot_while_writes_go_on(world: World) -> None:
    reports(world, "mimou", 30)
    world.wait_for_quiet()
    late = world.desks["late"] = Desktop("late", world.folder / "late")
    world.lines["late"] = world.lines["district"]
    told = world.hub.command("enrol", "--scope", "*", "--name", "late")
    code = told[told.index("#") :].split()[0]
    where = ("--store", str(late.store), "--plain")
    run("link", "enrol", f"{world.lines['late'].url}/{code}", *where, folder=late.folder)
    late.start()
    for n in range(30):
        reports(world, "mimou", 1, f"边写 {n}")
        reports(world, "district", 1, f"边拍 {n}")
    settle(world)


@pytest.mark.parametrize("world", [("district", *TOWNS)], indirect=True)
def test_seven_towns_back_at_once(world: World, record_property: Callable[[str, object], None]) -> None:
    for name in TOWNS:
        world.lines[name].set(up=False)
    for name, place in TOWNS.items():
        for n in range(40):
            answer = world.do(name, "report", title=f"离线 {n}", source="patrol", place=place)
            assert answer
            assert answer["ok"], answer
            for act in ("accept", "note", "supervise"):
                world.do(name, act, incident=answer["incident"], text="离线", reason="离线")
    for name in TOWNS:
        world.lines[name].heal()
    took = []
    while True:  # live traffic beside the flood
        began = time.monotonic()
        reports(world, "district", 1, "实时")
        while world.desks["district"].ask("state")["waiting"]:
            world.desks["district"].ask("sync", within=10)
        took.append(time.monotonic() - began)
        if all(world.desks[name].ask("quiet")["quiet"] for name in TOWNS) and len(took) >= 10:
            break
        assert sum(took) < 120
    middle = sorted(took)[len(took) // 2]
    told = f"{len(took)} live round trips beside the flood, median {middle * 1000:.0f} ms"
    record_property("live", f"{told}, longest {max(took) * 1000:.0f} ms")
    assert middle < 2.0
    settle(world)
