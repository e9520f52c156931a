"""A town without a line: its real store, the hub's database, and a stick between their commands."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from types import SimpleNamespace

import pytest

from app.domain.op import OpKind
from app.hub.bundle_said import SAID
from app.hub.command_bundle import bundle
from app.hub.settings import HubSettings, save
from app.hub.voice import Said, Voice
from app.hub.wiring import opened_hub
from app.link.enrolment import LINK
from app.link.keys import public_part
from app.ports.bundle import BundleTrouble
from app.ports.ledger import Draft
from app.services.desk import Centre, Desk
from app.services.lists import ListsInForce
from app.services.words import Words
from app.tools import bundle_export, bundle_import
from db.engine import open_store
from tests.support.bundled import ACTOR, DISTRICT, TOWN, BundledHub
from tests.support.desks import RESOURCES
from tests.support.hub_store import fresh, matter
from tests.support.linked import World

ZH = Words("zh", RESOURCES, strict=True)


class Town:
    """A town's desk on its real store, enrolled; and the hub's commands."""

    def __init__(self, folder, hub: BundledHub) -> None:
        self.hub, self.folder = hub, folder
        made = hub.doors.desktop(TOWN)
        world = World()
        store = open_store(folder / "town.db", key=None, device=made.id, ids=world, clock=world)
        self.desk = Desk(store, world, world, ListsInForce(store), Centre(TOWN, "弥", ""), ACTOR)
        key = public_part(hub.pair)
        link = {"url": "https://hub.example", "device": made.id, "key": made.pair, "hub_key": key}
        with store.write(ACTOR) as tx:
            tx.set_setting(LINK, link)
        self.device = made.id
        heads = hub.store.heads({TOWN: True, DISTRICT: False})
        store.follow([replace(h, head=0) for h in heads], world.now())
        url = hub.store.engine.url.render_as_string(hide_password=False)
        self.url = url
        save(folder, HubSettings(("hub.example",)))

    def report(self, n: int = 1) -> list[str]:
        made = [fresh() for _ in range(n)]
        with self.desk.store.write(ACTOR) as tx:
            for e in made:
                tx.append(Draft(OpKind.REPORT, e, TOWN, self.desk.clock.now(), matter(TOWN)))
                tx.append(Draft(OpKind.ACCEPT, e, TOWN, self.desk.clock.now(), {}))
        return made

    def waiting(self) -> int:
        return self.desk.store.link_state().waiting

    def export(self, name: str = "up.gcb") -> int:
        return bundle_export.run(Namespace(to=self.folder / name), self.desk, ZH, RESOURCES)

    def take(self, name: str = "answer.gcb") -> int:
        return bundle_import.run(Namespace(source=self.folder / name), self.desk, ZH, RESOURCES)

    def at_hub(self, act: str, value: str = "", answer: str = "") -> int:
        clock = self.hub.doors.clock
        wiring = SimpleNamespace(
            clock=clock, open_hub=lambda url: opened_hub(url, World(), clock),
            places=lambda: [SimpleNamespace(id=DISTRICT)],
        )  # fmt: skip
        told = Namespace(
            act=act, value=value, answer=self.folder / answer if answer else None, data=self.folder,
            database=self.url,
        )  # fmt: skip
        return bundle(told, wiring, Voice("zh"))

    def import_at_hub(self, name: str = "up.gcb", answer: str = "answer.gcb") -> int:
        return self.at_hub("import", str(self.folder / name), answer)


@pytest.fixture
def town(tmp_path):
    hub = BundledHub()
    opened = Town(tmp_path, hub)
    yield opened
    opened.desk.store.close()
    hub.close()


def test_a_town_without_a_line_is_in_step_by_stick(town, capsys):
    made = town.report(3)
    assert town.export() == 0
    assert town.waiting() == 6
    assert town.import_at_hub() == 0
    assert town.take() == 0
    assert town.waiting() == 0
    assert [e for e, outcome, _ in town.hub.rows(TOWN) if outcome == "applied"] == [
        e for e in made for _ in range(2)
    ]
    assert town.take() == 0
    assert town.import_at_hub() == 0
    assert len(town.hub.rows(TOWN)) == 6
    assert town.desk.store.verify(refold=True) is None
    said = capsys.readouterr()
    assert "6 条待传操作" in said.out
    assert said.err == ""


def test_work_that_goes_on_between_bundle_and_answer_goes_with_the_next(town):
    town.report(2)
    town.export()
    town.import_at_hub()
    town.report(1)
    assert town.take() == 0
    assert town.waiting() == 2
    town.export()
    town.import_at_hub()
    assert town.take() == 0
    assert town.waiting() == 0
    assert len(town.hub.rows(TOWN)) == 6


def test_more_than_a_page_in_order(town):
    town.report(400)
    town.export()
    town.import_at_hub()
    assert town.take() == 0
    assert town.waiting() == 0
    assert town.desk.store.verify(refold=True) is None


def test_troubles_are_told_in_words_at_the_desk(town, capsys):
    town.report()
    town.export()
    assert town.take("up.gcb") == 1
    (town.folder / "text.gcb").write_text("notes")
    assert town.take("text.gcb") == 1
    assert town.take("nothing.gcb") == 1
    with town.desk.store.write(ACTOR) as tx:
        tx.set_setting(LINK, None)
    assert town.export("b.gcb") == 1
    told = capsys.readouterr().err
    for code in (BundleTrouble.WRONG_WAY, BundleTrouble.NOT_A_BUNDLE, BundleTrouble.NOT_ENROLLED):
        assert ZH.say("bundle", code) in told
    assert not (town.folder / "b.gcb").exists()


def test_a_folder_that_is_not_there_leaves_nothing(town, capsys):
    assert town.export("away/up.gcb") == 1
    assert "up.gcb" in capsys.readouterr().err


def test_troubles_are_told_in_words_at_the_hub(town):
    town.report()
    town.export()
    raw = (town.folder / "up.gcb").read_bytes()
    (town.folder / "cut.gcb").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(Said) as cut:
        town.import_at_hub("cut.gcb")
    assert (cut.value.zh, cut.value.en) == SAID[BundleTrouble.CUT]
    with pytest.raises(Said):
        town.import_at_hub("nothing.gcb")
    with pytest.raises(Said) as unknown:
        town.at_hub("accept", "no such")
    assert (unknown.value.zh, unknown.value.en) == SAID[BundleTrouble.UNKNOWN_BUNDLE]
    with pytest.raises(Said):
        town.at_hub("accept")
    assert not (town.folder / "answer.gcb").exists()


def test_a_revoked_town_hands_its_work_to_a_person(town, capsys):
    town.report(2)
    town.hub.doors.devices.revoke(town.device, "root")
    town.export()
    assert town.import_at_hub() == 1
    assert not (town.folder / "answer.gcb").exists()
    assert town.hub.rows(TOWN) == []
    (held,) = town.hub.bundles.held()
    assert town.at_hub("held") == 0
    assert held.id in capsys.readouterr().out
    assert town.at_hub("accept", held.id) == 0
    assert [outcome for _, outcome, _ in town.hub.rows(TOWN)] == ["applied"] * 4


def test_every_trouble_has_its_words_at_both_ends():
    for lang in ("zh", "en"):
        words = Words(lang, RESOURCES, strict=True)
        assert all(words.say("bundle", code) for code in BundleTrouble)
    assert set(SAID) == set(BundleTrouble)
