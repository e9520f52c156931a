"""Two desktops and a hub over TLS, as two centres would run them, with the line between them spoilt."""

from __future__ import annotations

import contextlib
import json
import statistics
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app import bootstrap
from app.hub.authority import Files, make_authority, now_utc
from app.link.client import HubClient
from app.link.desk_gate import DeskGate
from app.link.enrolment import enrolment
from app.link.invitation import Invitation, fingerprint
from app.ports.gate import Enrolled, Signed, Trouble
from app.ports.link import LinkProblem, LinkTrouble
from app.services import follow_up, intake
from app.services.sync import RoundDone, Sync
from tests.contract.served import DISTRICT, PASSWORD, TOWN, ServedHub, program
from tests.faults.line import Line
from tests.support.postgres import fresh_database

PATIENCE = 30.0
OFFICERS = {"district": ("o-district", "*"), "mimou": ("o-mimou", TOWN)}


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    served = ServedHub(tmp_path_factory.mktemp("hub"), fresh_database(migrated=False), tls=True)
    served.begin()
    for user, scope in OFFICERS.values():
        served.person(user, "supervisor" if scope == "*" else "town_officer", scope)
    yield served
    served.stop()


@dataclass
class Town:
    """A desktop enrolled through a line of its own, and the officer who sits at it."""

    desk: object
    line: Line
    gate: DeskGate

    def client(self, **more) -> HubClient:
        with self.desk.store.reading() as read:
            told = enrolment(read)
        return HubClient(told.url, told.ca_pem, told.device, told.secret, **more)

    def report(self, title: str) -> str:
        return intake.report(self.desk, intake.Report(title, "patrol", place=TOWN)).incident.id

    def has(self, identity: str) -> bool:
        with self.desk.store.reading() as read:
            return read.key_of(identity) is not None

    def sync(self) -> RoundDone:
        with contextlib.closing(self.client()) as client:
            return Sync(self.desk.store, client, self.desk.clock).round()


@pytest.fixture
def desks(hub, tmp_path):
    """A desktop of the district and one of a town, both signed in and in step."""
    opened = {}
    port = int(hub.url.rsplit(":", 1)[1])
    for name, (user, scope) in OFFICERS.items():
        line = Line(("127.0.0.1", port))
        settings = bootstrap.Settings(tmp_path / f"{name}.db", plain=True)
        store = bootstrap.open_local(settings, bootstrap.WallClock())
        gate = DeskGate(store, bootstrap.WallClock(), resumed=True, name=name)
        told = program("enrol", "--scope", scope, "--name", name, "--json", data=hub.data)
        code = json.loads(told.stdout)["code"]
        pem = (hub.data / "authority" / "ca.pem").read_text()
        invited = Invitation(f"https://127.0.0.1:{line.port}", code, fingerprint(pem))
        enrolled = gate.enrol(str(invited))
        assert isinstance(enrolled, Enrolled), enrolled
        assert isinstance(signed := gate.sign_in(user, PASSWORD), Signed), signed
        store.close()
        desk = bootstrap.open_desk(settings)
        assert desk.actor == user
        opened[name] = Town(desk, line, gate)
        assert opened[name].sync().quiet
    yield opened["district"], opened["mimou"]
    for town in opened.values():
        town.desk.store.close()
        town.line.close()


@contextlib.contextmanager
def linked(town: Town, period: float = 3600.0):
    """The desktop's link, running; ``touched`` is notified by every page."""
    link = bootstrap.open_link(town.desk, lambda: town.desk.actor, period)
    news = threading.Condition()

    def tell(_told: object) -> None:
        with news:
            news.notify_all()

    link.on_changed(tell)
    link.subscribe(tell)
    link.start()

    def until(fits, patience: float = PATIENCE) -> None:
        with news:
            assert news.wait_for(fits, patience), link.status()

    try:
        yield link, until
    finally:
        link.stop()


def test_a_report_is_on_the_other_desktop_at_once(desks, record_property):
    district, mimou = desks
    with linked(mimou) as (near, near_until), linked(district) as (far, far_until):
        near_until(lambda: near.status().online)
        far_until(lambda: far.status().online)
        mimou.report("暖机")
        took = []
        for n in range(20):
            began = time.perf_counter()
            identity = mimou.report(f"路面塌陷 {n}")
            far_until(lambda identity=identity: district.has(identity))
            took.append((time.perf_counter() - began) * 1000)
        near_until(lambda: near.status().waiting == 0)
    median = statistics.median(took)
    record_property("report_to_row_p50_ms", round(median, 1))
    # The promise is measured by the bench, on a quiet machine; a period's wait would be 100 times this.
    assert median < 2_000, took


def test_work_with_no_line_goes_up_when_it_is_back(desks):
    district, mimou = desks
    mimou.line.set(up=False)
    with linked(mimou) as (link, until):
        until(lambda: link.status().trouble == "no_line")
        identities = [mimou.report(f"断网期间 {n}") for n in range(5)]
        until(lambda: link.status().waiting >= 5)
        assert not link.status().online
        mimou.line.heal()
        link.sync_now()
        until(lambda: link.status().online and link.status().waiting == 0)
    assert district.sync().quiet
    assert all(map(district.has, identities))


def test_a_stop_does_not_wait_for_a_dead_line(desks):
    _, mimou = desks
    mimou.line.set(replies=False)
    link = bootstrap.open_link(mimou.desk, period=3600.0)
    link.start()
    asked = threading.Thread(target=link.round_now, args=(5.0,))
    asked.start()
    began = time.monotonic()
    link.stop()
    assert time.monotonic() - began < 2.5
    asked.join(PATIENCE)
    assert not asked.is_alive()


def test_another_authority_is_not_trusted(desks, tmp_path):
    _, mimou = desks
    files = Files(tmp_path / "other")
    make_authority(files, "Other", now_utc())
    with mimou.desk.store.reading() as read:
        told = enrolment(read)
    other = replace(told, ca_pem=Path(files.ca).read_text())
    with contextlib.closing(other.client()) as client, pytest.raises(LinkProblem) as problem:
        client.hello()
    assert problem.value.code is LinkTrouble.NOT_TRUSTED


def test_a_token_that_has_run_out_is_renewed(desks):
    _, mimou = desks
    with contextlib.closing(mimou.client()) as client:
        client._token, client._token_until = "of yesterday", time.monotonic() + 900
        assert {head.scope for head in client.hello().scopes} == {DISTRICT, TOWN}


@pytest.mark.parametrize("fault", ["cut", "flip_down", "flip_up"])
def test_whatever_is_done_to_the_line_nothing_but_a_problem_comes_of_it(desks, fault):
    district, mimou = desks
    identity = mimou.report(f"线路 {fault}")
    for where in (0, 5, 40, 200, 700, 1_500, 4_000):
        mimou.line.set(**{fault: [where, where * 7 + 1, where * 3]})
        mimou.line.hang_up()
        with contextlib.suppress(LinkProblem):
            mimou.sync()
    mimou.line.heal()
    mimou.line.hang_up()
    assert mimou.sync().quiet
    assert district.sync().quiet
    assert district.has(identity)


def test_both_work_on_one_matter_and_come_to_the_same(desks):
    district, mimou = desks
    identity = mimou.report("两边同办")
    mimou.sync()
    district.sync()
    for town in desks:
        with town.desk.store.reading() as read:
            key = read.key_of(identity)
        assert follow_up.note(town.desk, key, f"记 {town.desk.actor}").refusal is None
    for town in (*desks, *desks):
        assert town.sync().troubles == ()
    found = []
    for town in desks:
        with town.desk.store.reading() as read:
            found.append(read.incident(identity))
    assert found[0] == found[1]
    assert found[0].notes == 2


def test_sign_in_works_with_no_line_for_who_is_known_here(desks):
    _, mimou = desks
    mimou.line.set(up=False)
    told = mimou.gate.sign_in("o-mimou", PASSWORD)
    assert isinstance(told, Signed)
    assert not told.online
    wrong = mimou.gate.sign_in("o-mimou", "something else")
    assert isinstance(wrong, Trouble)
    assert wrong.code == "no_line"  # nobody here is known by that password, and the hub cannot be asked
