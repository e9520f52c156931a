"""Programs, wires and stores of other years at either end: nothing is lost, each says what it cannot do."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlcipher3 import dbapi2

from app.link.desk_gate import DeskGate
from app.ports.gate import Enrolled
from db.engine import open_store
from db.hub.database import engine_of
from db.hub.engine import HubStore
from tests.db.past.make import past_file
from tests.faults.altered import VARIABLE
from tests.faults.processes import Desktop, environment, program, run, wire, without
from tests.faults.test_disasters import reports, settle
from tests.faults.world import PASSWORD
from tests.support.hub_store import Clock, Ids

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.world import World

NEWER = "supervise"
OLD_TOWN = "510113103"
"""Where the matters of past stores lie."""


def rows(store: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(dbapi2.connect(str(store))) as raw:
        return list(raw.execute(statement))


def at_hub(world: World, kind: str) -> list[str]:
    return [row["outcome"] for row in world.hub_rows() if row["kind"] == kind]


def test_an_older_desktop_keeps_what_it_cannot_read_and_a_newer_one_sets_it_right(world: World) -> None:
    mimou, district = world.desks["mimou"], world.desks["district"]
    found = reports(world, "mimou", 2)
    world.wait_for_quiet()
    mimou.restart(**without(NEWER))
    for incident in found:
        world.do("district", NEWER, incident=incident, reason="超时")
        world.do("district", "note", incident=incident, text="催过")
    world.do("mimou", "note", incident=found[0], text="本镇还在办")
    reports(world, "mimou", 1, "照常")
    world.wait_for_quiet()
    assert at_hub(world, NEWER) == ["applied"] * 2
    assert mimou.ask("state")["unread"] == 2
    kept = rows(mimou.store, f"SELECT outcome, refusal FROM op WHERE kind = '{NEWER}' AND hub_seq > 0")
    assert kept == [("applied", "")] * 2
    assert mimou.ask("sync")["snapshots"] == 0

    mimou.restart()
    world.wait_for_quiet()
    assert mimou.ask("state")["unread"] == 0
    assert mimou.ask("sync")["snapshots"] == 0
    world.check()
    told = [desk.ask("incident", incident=found[0])["incident"] for desk in (mimou, district)]
    assert told[0] == told[1]
    assert told[0]["supervised"] == 1


def test_a_program_that_knows_no_more_takes_the_state_once(world: World) -> None:
    mimou = world.desks["mimou"]
    (incident,) = reports(world, "mimou", 1)
    world.wait_for_quiet()
    mimou.restart(**without(NEWER))
    world.do("district", NEWER, incident=incident, reason="超时")
    world.wait_for_quiet()
    assert mimou.ask("state")["unread"] == 1
    mimou.restart(**{VARIABLE: f"without={NEWER};without=whistle"})
    world.wait_for_quiet()
    assert mimou.ask("state")["unread"] == 0
    assert mimou.ask("incident", incident=incident)["incident"]["supervised"] == 1
    world.do("district", NEWER, incident=incident, reason="再次")
    world.wait_for_quiet()
    assert mimou.ask("state")["unread"] == 1
    assert mimou.ask("sync")["snapshots"] == 0
    settle(world)


def test_an_older_hub_refuses_an_unknown_kind_and_takes_what_is_behind_it(world: World) -> None:
    (incident,) = reports(world, "mimou", 1)
    world.wait_for_quiet()
    world.hub.kill()
    world.hub.start(**without(NEWER))
    world.do("mimou", NEWER, incident=incident, reason="超时")
    world.do("mimou", "note", incident=incident, text="后面的照收")
    reports(world, "mimou", 1, "照收")
    world.wait_for_quiet()
    assert at_hub(world, NEWER) == ["refused"]
    assert at_hub(world, "note") == ["applied"]
    assert at_hub(world, "report") == ["applied"] * 2
    assert world.desks["mimou"].ask("state")["refused"] == 1
    world.hub.kill()
    world.hub.start()
    world.do("mimou", NEWER, incident=incident, reason="再次")
    settle(world)
    assert at_hub(world, NEWER) == ["refused", "applied"]


def test_a_desktop_of_another_wire_is_told_and_keeps_its_work(world: World) -> None:
    reports(world, "mimou", 1)
    world.wait_for_quiet()
    mimou = world.desks["mimou"]
    mimou.restart(**wire("2"))
    reports(world, "mimou", 3, "另一版")
    assert mimou.ask("sync")["trouble"] == "too_old"
    state = mimou.ask("state")
    assert (state["trouble"], state["online"], state["waiting"] >= 3) == ("too_old", False, True)
    assert "/v2/" in (world.folder / "hub.log").read_text("utf-8")
    reports(world, "district", 1, "区里照常")
    settle(world)


def test_a_hub_of_another_wire_is_told_and_gets_everything_later(world: World) -> None:
    reports(world, "mimou", 1)
    world.wait_for_quiet()
    world.hub.kill()
    world.hub.start(**wire("2"))
    reports(world, "mimou", 3, "另一版")
    assert world.desks["mimou"].ask("sync")["trouble"] == "too_old"
    assert world.desks["mimou"].ask("state")["waiting"] >= 3
    settle(world)


@pytest.mark.parametrize("command", ["agent", "verify"])
def test_a_newer_store_is_refused_in_words_and_left_as_it_is(world: World, command: str) -> None:
    reports(world, "mimou", 1)
    settle(world)
    desk = world.desks.pop("mimou")
    desk.ask("stop")
    desk.kill()
    with closing(dbapi2.connect(str(desk.store))) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    before = hashlib.sha256(desk.store.read_bytes()).digest()
    args = (command, "--store", str(desk.store), "--plain", "--lang", "en")
    done = subprocess.run(
        program(*args), env=environment(desk.folder), input="", capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1, done
    assert "newer" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert hashlib.sha256(desk.store.read_bytes()).digest() == before


def test_a_past_store_is_upgraded_enrolled_and_its_work_arrives(world: World) -> None:
    hub = HubStore(engine_of(world.hub.database), Ids(), Clock())
    hub.ensure_scopes([OLD_TOWN])
    hub.close()
    world.hub.command("users", "add", "m1", "--role", "supervisor", "--scope", "*", "--password", PASSWORD)
    past = world.desks["past"] = Desktop("past", world.folder / "past")
    past.store.write_bytes(gzip.decompress(past_file("0001", "plain").read_bytes()))
    unsent = rows(past.store, "SELECT n, kind, entity, at, made, body FROM op ORDER BY n")
    assert len(unsent) > 30
    world.homes["past"], world.lines["past"] = "district", world.lines["district"]
    with closing(open_store(past.store, key=None, device="", ids=Ids(), clock=Clock())) as store:
        gate = DeskGate(store, Clock(), resumed=False)
        told = gate.enrol(world.invitation("past"))
        assert isinstance(told, Enrolled), told
    past.start()
    settle(world)
    arrived = [
        (r["n"], r["kind"], r["entity"], r["at"], r["made"], r["body"])
        for r in world.hub_rows() if r["actor"] == "m1"
    ]  # fmt: skip
    assert sorted(arrived) == unsent
    refused = [row["refusal"] for row in world.hub_rows() if row["actor"] == "m1" and row["refusal"]]
    assert len(refused) == 1
    assert rows(past.store, "SELECT version_num FROM alembic_version") != [("0001",)]
    (backup,) = past.folder.glob("store.db.before-0001-*")
    shutil.copyfile(backup, past.folder / "before.db")
    assert len(rows(past.folder / "before.db", "SELECT 1 FROM op")) == len(unsent)
    run("verify", "--refold", "--store", str(past.store), "--plain", folder=past.folder)
    assert json.loads(world.hub.command("status", "--json"))
    world.hub.command("verify")
