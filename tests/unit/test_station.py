"""A window's station: alone until it is enrolled, and from then on its link runs, once."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field

from app.link.station import Station
from app.ports.gate import Signed, Trouble
from app.ports.link_status import LinkStatus
from tests.support.outside import HandGate

LIU = Signed("u-liu", "刘颖", "town_officer")
TOLD = {"url": "https://hub:8443", "place": "510113102", "sign": "弥", "letter": "B", "name": "弥牟一号"}


@dataclass
class HandLink:
    started: int = 0
    stopped: int = 0
    asked: int = 0

    def start(self):
        self.started += 1

    def stop(self):
        self.stopped += 1

    def status(self):
        return LinkStatus(linked=True, online=True)

    def sync_now(self):
        self.asked += 1


@dataclass
class Kept:
    """A store of settings alone."""

    settings: dict = field(default_factory=dict)

    @contextmanager
    def reading(self):
        yield self

    def setting(self, name):
        return self.settings.get(name)


def stationed(gate, kept=None, link=None):
    made = []

    def open_link(user):
        if not gate.belongs:
            return None
        made.append(user)
        return link

    return Station(kept or Kept(), gate, open_link), made


def test_a_desk_alone_has_no_link_and_says_so():
    station, made = stationed(HandGate(belongs=False))
    station.begin()
    station.sync_now()
    assert station.status() == LinkStatus()
    assert not station.enrolled()
    station.stop()
    assert made == []


def test_an_enrolled_desk_begins_once_and_names_who_sits_there():
    gate, link = HandGate({"liu": ("right", LIU)}), HandLink()
    station, made = stationed(gate, link=link)
    station.begin()
    station.begin()
    assert (link.started, len(made)) == (1, 1)
    assert made[0]() == ""
    assert station.sign_in("liu", "wrong") == Trouble("sign_in")
    assert link.asked == 0
    assert station.sign_in("liu", "right") is LIU
    assert (made[0](), link.asked) == ("u-liu", 1)
    assert station.status().online
    station.sign_out()
    assert station.signed() is None
    station.stop()
    assert link.stopped == 1
    assert station.status() == LinkStatus()


def test_after_the_enrolment_the_link_begins_and_the_centre_is_told():
    gate, link, steps = HandGate(belongs=False), HandLink(), []
    station, _made = stationed(gate, Kept({"link": TOLD}), link)
    station.begin()
    enrolled = station.enrol("https://hub:8443/#CODE.fp", steps.append)
    assert (enrolled.sign, enrolled.letter) == ("弥", "B")
    assert steps[-1] == "fetch"
    assert link.started == 1


def test_an_enrolment_that_fails_begins_nothing():
    gate, link = HandGate(belongs=False, troubles=[Trouble("bad_code")]), HandLink()
    station, _made = stationed(gate, link=link)
    assert station.enrol("https://hub:8443/#OLD.fp", lambda _step: None) == Trouble("bad_code")
    assert link.started == 0
