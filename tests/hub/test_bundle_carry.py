"""Bundles between a desktop without a line and the hub: the same pages, the same checks, both ways."""

from __future__ import annotations

import io
import random

import pytest
from sqlalchemy import text

from app.domain.errors import Refusal
from app.domain.rights import Role
from app.link import wire
from app.link.bundle import ANSWER, UP, Sealer, write_bundle
from app.link.keys import new_pair, public_part
from app.ports.accounts import EVERYWHERE
from app.ports.bundle import BundleProblem, BundleTrouble
from app.ports.link import LinkTrouble
from tests.support.bundled import ACTOR, DISTRICT, OTHER, TOWN, BundledHub


@pytest.fixture
def hub():
    opened = BundledHub()
    yield opened
    opened.close()


def refused(call, *args) -> BundleTrouble:
    with pytest.raises(BundleProblem) as raised:
        call(*args)
    return raised.value.code


def everything(hub) -> list:
    """All that a bundle could have left behind, the audit apart."""
    with hub.store.engine.connect() as db:
        return [
            db.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("op", "fork", "record", "held_bundle", "held_line", "origin", "scope_origin")
        ] + [tuple(r) for r in db.execute(text("SELECT id, head, chain FROM scope ORDER BY id"))]


def test_ops_go_up_and_the_answer_brings_them_back_in_their_place(hub):
    desktop, other = hub.desktop(EVERYWHERE), hub.desktop(EVERYWHERE)
    for n in range(3):
        desktop.replica.write(f"{n}", TOWN)
        other.replica.write(f"o{n}", TOWN)
    desktop.replica.write("d", DISTRICT)
    assert hub.take(other.export("b0")).acks
    taken = hub.take(desktop.export())
    assert (taken.ops, taken.troubles, taken.held) == (4, {}, False)
    came = desktop.take(hub.answer(taken))
    assert (came.acked, came.rows, came.troubles) == (2, 7, ())
    assert desktop.replica.unsent == []
    assert desktop.seen(TOWN) == [f"day:{who}{n}" for who in ("o", "") for n in range(3)]
    assert desktop.replica.scopes[TOWN].mark.head == 6


def test_importing_twice_is_harmless_at_either_end(hub):
    desktop = hub.desktop(EVERYWHERE)
    for n in range(5):
        desktop.replica.write(f"{n}", TOWN)
    raw = desktop.export()
    hub.take(raw)
    before = everything(hub)
    taken = hub.take(raw)
    assert everything(hub) == before
    answer = hub.answer(taken)
    assert desktop.take(answer).rows == 5
    assert desktop.take(answer).rows == 0
    assert desktop.seen(TOWN) == [f"day:{n}" for n in range(5)]


def test_what_the_line_brought_meanwhile_is_passed_over(hub):
    desktop = hub.desktop(EVERYWHERE)
    for n in range(6):
        desktop.replica.write(f"{n}", TOWN)
    answer = hub.answer(hub.take(desktop.export()))
    mark = desktop.replica.scopes[TOWN].mark
    desktop.replica.follow(hub.store.heads((TOWN,)), 0)
    desktop.replica.apply_page(hub.store.pull(TOWN, mark.epoch, 0, 2, whole=True))
    came = desktop.take(answer)
    assert (came.rows, came.troubles) == (4, ())
    assert desktop.replica.scopes[TOWN].mark.cursor == 6


def test_many_pages_of_many_lives_are_walked_without_acknowledging(hub):
    desktop = hub.desktop(EVERYWHERE)
    for n in range(700):
        desktop.replica.write(f"a{n}", TOWN)
    desktop.replica.life += 1
    for n in range(20):
        desktop.replica.write(f"b{n}", TOWN)
    raw = desktop.export()
    assert len(desktop.replica.unsent) == 720
    taken = hub.take(raw)
    assert [upto for upto, _ in taken.acks.values()] == [700, 20]
    came = desktop.take(hub.answer(taken))
    assert (came.rows, desktop.replica.unsent) == (720, [])


def test_rights_are_the_hubs_in_a_bundle_too(hub):
    hub.doors.accounts.change(ACTOR, "root", role=Role.AUDITOR)
    desktop = hub.desktop(EVERYWHERE)
    desktop.replica.write("1", TOWN)
    hub.take(desktop.export())
    assert hub.rows(TOWN) == [("day:1", "refused", Refusal.NOT_PERMITTED)]


def test_a_towns_bundle_changes_and_reads_no_other_town(hub):
    district = hub.desktop(EVERYWHERE)
    for scope in (TOWN, OTHER, DISTRICT):
        district.replica.write(f"in {scope}", scope)
    hub.take(district.export("b0"))
    town = hub.desktop(TOWN)
    assert set(town.replica.scopes) == {TOWN, DISTRICT}
    town.replica.follow(hub.store.heads((OTHER,)), 0)
    town.replica.write("mine", TOWN)
    town.replica.write("not mine", OTHER)
    taken = hub.take(town.export())
    assert [name for name, *_ in hub.rows(OTHER)] == [f"day:in {OTHER}"]
    assert taken.troubles == {OTHER: "forbidden"}
    assert hub.rows(TOWN)[-1][0] == "day:mine"
    assert "forbidden" in hub.doors.audited("push")
    town.take(hub.answer(taken))
    assert town.seen(OTHER) == []
    assert town.seen(TOWN) == [f"day:in {TOWN}", "day:mine"]


def test_every_turned_bit_is_refused_without_side_effect(hub):
    desktop = hub.desktop(EVERYWHERE)
    for n in range(10):
        desktop.replica.write(f"{n}", TOWN)
    raw, chance = desktop.export(), random.Random(3)
    before = everything(hub)
    for place in chance.sample(range(len(raw)), 150):
        bent = bytearray(raw)
        bent[place] ^= 1 << chance.randrange(8)
        refused(hub.take, bytes(bent))
    for length in range(0, len(raw), 211):
        refused(hub.take, raw[:length])
    assert everything(hub) == before
    assert set(hub.doors.audited("bundle")) <= set(BundleTrouble)
    answer = hub.answer(hub.take(raw))
    for place in chance.sample(range(len(answer)), 100):
        bent = bytearray(answer)
        bent[place] ^= 1 << chance.randrange(8)
        refused(desktop.take, bytes(bent))
    assert len(desktop.replica.unsent) == 10
    assert desktop.seen(TOWN) == []


def up(hub, pair, device, pages, told=None, to=None) -> bytes:
    out = io.BytesIO()
    sealer = Sealer(pair, to or public_part(hub.pair))
    write_bundle(
        out,
        sealer,
        UP,
        device,
        ("forged", 1, wire.VERSION),
        pages,
        lambda: {"marks": []} if told is None else told,
    )
    return out.getvalue()


def test_foreign_bundles_are_told_apart(hub):
    desktop, other = hub.desktop(EVERYWHERE), hub.desktop(EVERYWHERE)
    desktop.replica.write("1", TOWN)
    page = wire.push_bytes(desktop.replica.outbox(TOWN))
    mine, key = desktop.link["device"], desktop.link["key"]
    before = everything(hub)
    assert refused(hub.take, up(hub, key, "ff" * 16, [page])) is BundleTrouble.UNKNOWN_DEVICE
    assert refused(hub.take, up(hub, new_pair(), mine, [page])) is BundleTrouble.ALTERED
    assert refused(hub.take, up(hub, key, mine, [page], to=public_part(new_pair()))) is BundleTrouble.FOREIGN
    theirs = up(hub, other.link["key"], other.link["device"], [page])
    assert refused(hub.take, theirs) is BundleTrouble.FOREIGN
    assert refused(hub.take, up(hub, key, mine, [page, b"{}"])) is BundleTrouble.ALTERED
    assert refused(hub.take, up(hub, key, mine, [page], {"marks": [1]})) is BundleTrouble.ALTERED
    assert everything(hub) == before
    answer = hub.answer(hub.take(desktop.export()))
    assert refused(other.take, answer) is BundleTrouble.FOREIGN
    assert refused(hub.take, answer) is BundleTrouble.WRONG_WAY
    assert refused(desktop.take, desktop.export()) is BundleTrouble.WRONG_WAY


def test_an_answer_that_the_hub_did_not_sign_is_refused(hub):
    desktop = hub.desktop(EVERYWHERE)
    desktop.replica.write("1", TOWN)
    out = io.BytesIO()
    (mark,) = [m for m in desktop.replica.marks() if m.scope == TOWN]
    origin = desktop.replica.own_origin()
    told = {"heads": [], "troubles": [], "acks": [[TOWN, origin.device, origin.incarnation, 1, []]]}
    sealer = Sealer(new_pair(), public_part(desktop.link["key"]))
    write_bundle(out, sealer, ANSWER, desktop.link["device"], ("x", 1, wire.VERSION), [], lambda: told)
    assert refused(desktop.take, out.getvalue()) is BundleTrouble.ALTERED
    assert len(desktop.replica.unsent) == 1
    assert mark.cursor == 0


def test_a_bundle_of_another_epoch_is_out_of_date_and_said_so(hub):
    desktop = hub.desktop(EVERYWHERE)
    desktop.replica.write("1", TOWN)
    desktop.replica.write("2", DISTRICT)
    raw = desktop.export()
    with hub.store.engine.begin() as db:
        db.execute(text("UPDATE scope SET epoch = 'after a restore' WHERE id = :town"), {"town": TOWN})
    taken = hub.take(raw)
    assert taken.troubles == {TOWN: LinkTrouble.EPOCH}
    came = desktop.take(hub.answer(taken))
    assert came.troubles == ((TOWN, LinkTrouble.EPOCH),)
    assert [scope for _, scope, op in desktop.replica.own if (_, op.n) in desktop.replica.unsent] == [TOWN]
    assert desktop.seen(DISTRICT) == ["day:2"]


def test_an_answer_that_lacks_what_lies_between_is_out_of_date(hub):
    desktop = hub.desktop(EVERYWHERE)
    desktop.replica.write("1", TOWN)
    taken = hub.take(desktop.export())
    taken.marks = tuple((s, e, 1 if s == TOWN else c) for s, e, c in taken.marks)
    desktop.replica.write("2", TOWN)
    hub.take(desktop.export("b2"))
    came = desktop.take(hub.answer(taken))
    assert came.troubles == ((TOWN, BundleTrouble.OUT_OF_DATE),)
    assert desktop.seen(TOWN) == []


def test_a_cloned_disk_is_told_in_the_answer_and_makes_its_ops_again(hub):
    first = hub.desktop(EVERYWHERE)
    clone = hub.desktop(EVERYWHERE)
    clone.link, clone.replica.device = first.link, first.replica.device
    first.replica.write("first", TOWN)
    clone.replica.write("clone", TOWN)
    hub.take(first.export())
    came = clone.take(hub.answer(hub.take(clone.export("b2"))))
    assert came.forked == 1
    assert clone.replica.own_origin() != first.replica.own_origin()
    assert len(clone.replica.unsent) == 1
    assert hub.take(clone.export("b3")).troubles == {}
    assert [entity for entity, _, _ in hub.rows(TOWN)] == ["day:first", "day:clone"]


def test_a_revoked_devices_bundle_waits_for_a_person(hub):
    desktop = hub.desktop(EVERYWHERE)
    for n in range(3):
        desktop.replica.write(f"{n}", TOWN)
    hub.doors.devices.revoke(desktop.link["device"], "root")
    raw = desktop.export()
    taken = hub.take(raw)
    assert (taken.held, taken.again, taken.acks) == (True, False, {})
    assert hub.take(raw).again
    (held,) = hub.bundles.held()
    assert (held.id, held.device, held.ops, held.accepted_at) == ("b1", desktop.link["device"], 3, None)
    assert hub.rows(TOWN) == []
    for _ in range(2):
        assert hub.bundles.accept("b1", "root").ops == 3
    assert [entity for entity, _, _ in hub.rows(TOWN)] == ["day:0", "day:1", "day:2"]
    (held,) = hub.bundles.held()
    assert held.accepted_by == "root"
    assert refused(hub.bundles.accept, "b9", "root") is BundleTrouble.UNKNOWN_BUNDLE


def test_an_accepted_bundle_is_within_the_rights_of_its_people_now(hub):
    desktop = hub.desktop(EVERYWHERE)
    desktop.replica.write("1", TOWN)
    hub.doors.devices.revoke(desktop.link["device"], "root")
    hub.take(desktop.export())
    hub.doors.accounts.change(ACTOR, "root", disabled=True)
    hub.bundles.accept("b1", "root")
    assert hub.rows(TOWN) == [("day:1", "refused", Refusal.UNKNOWN_ACTOR)]
