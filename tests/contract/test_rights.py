"""As one town's device and people: what of another town's can be read or changed. Nothing can."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import make_url

from app.domain.op import Origin
from app.link import wire
from app.ports.link import OrderedOp
from app.ports.rows import Person
from tests.contract.served import DISTRICT, OTHER, PASSWORD, TOWN, is_trouble, program
from tests.contract.town_desk import AT, JSON, TownDesk, matter, session, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.served import ServedHub

ELSEWHERE = "510113004"
_ids = (f"{n:032x}" for n in itertools.count(0xA0000))


@pytest.fixture(scope="module")
def stack() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


@pytest.fixture(scope="module")
def desk(hub: ServedHub, stack: ExitStack) -> TownDesk:
    """The one that tries."""
    hub.person("r-here", "town_officer", TOWN)
    return TownDesk(hub.device("r-here-desk", TOWN), stack.enter_context(hub.client()), TOWN, "r-here")


@pytest.fixture(scope="module")
def there(hub: ServedHub, stack: ExitStack) -> TownDesk:
    """The town that it is tried on."""
    hub.person("r-there", "town_officer", OTHER)
    return TownDesk(hub.device("r-there-desk", OTHER), stack.enter_context(hub.client()), OTHER, "r-there")


@pytest.fixture(scope="module")
def phone(hub: ServedHub, stack: ExitStack):
    """An officer of the trying town, with a session."""
    return stack.enter_context(session(hub, "r-phone", "duty_officer", TOWN))


@pytest.fixture
def theirs(there: TownDesk) -> tuple[str, str, str]:
    """A matter of the other town: its id, its caller's id, its source's number."""
    incident, person, ref = next(_ids), next(_ids), f"hotline:{next(_ids)}"
    report = there.op("report", incident, matter(OTHER, person=person, ref=ref, title="别镇的事"))
    told = there.push(report, persons=[Person(person, incident, "刘女士", "13800000000")])
    assert told.status_code == 200, told.text
    assert there.outcome(report) == ("applied", "")
    return incident, person, ref


def rows(hub: ServedHub, statement: str, *values: object) -> list[tuple]:
    address = make_url(hub.database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as db:
        return db.execute(statement, values).fetchall()


def state(hub: ServedHub) -> list[list[tuple]]:
    """All that the hub has of the other town."""
    return [
        rows(hub, f"SELECT * FROM {table} WHERE scope = %s ORDER BY 1, 2, 3", OTHER)
        for table in ("op", "incident", "person", "record", "booking", "scope_origin", "fork")
    ]


def refused(answer, code: str = "forbidden", status: int = 403) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert is_trouble(answer)


def test_nothing_of_another_scope_is_read(hub, desk, there, theirs):
    epoch = there.device.epoch(there.http, OTHER)
    for path, asked in (
        ("pull", {"epoch": epoch, "after": 0}), ("pull", {"epoch": "", "after": 0}),
        ("pull", {"epoch": epoch, "after": 0, "device": there.device.id, "incarnation": there.life}),
        ("snapshot", {}), ("chain", {"seqs": "1,2,3"}),
    ):  # fmt: skip
        answer = desk.get(path, scope=OTHER, **asked)
        assert answer.status_code in {403, 422}
        assert is_trouble(answer)
        assert epoch not in answer.text
    hello = wire.hello_of(desk.get("hello").content)
    assert {s.scope: s.whole for s in hello.scopes} == {TOWN: True, DISTRICT: False}
    refused(desk.get("pull", scope="*", epoch="e", after=0))
    with desk.http.stream("GET", "/v1/pokes", headers=desk.device.headers) as stream:
        lines = stream.iter_lines()
        told = [next(lines) for _ in range(8)]
    assert not any(OTHER in line for line in told)
    assert hub.wait_for_line(event="audit", what="read", code="forbidden")


def test_of_the_district_a_town_sees_records_alone(hub, desk, stack):
    hub.person("r-district", "supervisor", "*")
    centre = TownDesk(
        hub.device("r-district", "*"), stack.enter_context(hub.client()), DISTRICT, "r-district"
    )
    incident, person = next(_ids), next(_ids)
    report = centre.op("report", incident, matter(DISTRICT, person=person, title="区里的事"))
    assert centre.push(report, persons=[Person(person, incident, "王先生", "13900000000")]).status_code == 200
    epoch = desk.device.epoch(desk.http, DISTRICT)
    head = list(centre.rows())[-1].seq
    page = wire.pull_page(desk.get("pull", scope=DISTRICT, epoch=epoch, after=head - 1).content)
    assert [o.withheld for o in page.ops] == [True]
    assert not page.persons
    assert "区里的事".encode() not in desk.get("snapshot", scope=DISTRICT).content
    put = desk.op(
        "put", "day:2026-12-01", {"kind": "day", "id": "2026-12-01", "record": {"work": True}}, DISTRICT
    )
    assert desk.push(put, scope=DISTRICT).status_code == 200
    assert desk.outcome(put, DISTRICT) == ("refused", "not_permitted")


def test_no_row_goes_into_another_scope(hub, desk, there, theirs):
    incident, _, _ = theirs
    epoch, before = there.device.epoch(there.http, OTHER), state(hub)
    for kind, body, more in (
        ("note", {"text": "x"}, {}), ("report", matter(OTHER), {}),
        ("note", {"text": "x"}, {"actor": "r-there"}),
        ("note", {"text": "x"}, {"refusal": "not_accepted"}),
    ):  # fmt: skip
        op = desk.op(kind, incident, body, OTHER, **more)
        refused(desk.push(op, scope=OTHER, epoch=epoch))
        refused(desk.push(op, scope=OTHER, epoch="wrong"))
        desk.unsaid()
    refused(desk.push(desk.op("note", incident, {"text": "x"}), device=there.device.id))
    desk.unsaid()
    assert state(hub) == before


def test_acts_through_the_own_scope_change_nothing_there(hub, desk, theirs):
    incident, person, _ = theirs
    before = state(hub)
    ops = [
        desk.op(kind, incident, body) for kind, body in (
            ("note", {"text": "偷偷的"}), ("attach", {"name": "1.jpg", "sha256": "0" * 64}), ("accept", {}),
            ("cancel", {"reason": "x"}), ("relocate", {"place": TOWN, "town": TOWN}),
            ("show", {"person": person}), ("report", matter(TOWN)), ("nonsense", {}),
            ("move_out", {"to": TOWN}), ("move_in", matter(TOWN, id=incident, scope=TOWN)),
            ("flag", {"conflict": "unit_double_booked", "told": ["u", "i", "n", "s"]}),
        )
    ]  # fmt: skip
    told = desk.push(
        *ops, persons=[Person(person, incident, "冒名", "1"), Person(next(_ids), incident, "冒名", "2")]
    )
    assert told.status_code == 200, told.text
    assert {desk.outcome(op)[0] for op in ops} == {"refused"}
    assert state(hub) == before


def test_a_foreign_caller_is_not_taken_over(hub, desk, phone, theirs):
    incident, person, _ = theirs
    mine, before = next(_ids), state(hub)
    report = desk.op("report", mine, matter(TOWN, person=person))
    assert desk.push(report, persons=[Person(person, incident, "冒名", "1")]).status_code == 200
    answer = phone.post("/v1/acts", json={"incident": mine, "kind": "show"})
    assert "刘女士" not in answer.text
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_record")
    assert "caller" not in phone.get(f"/v1/incidents/{mine}").json()
    # Their own of the same name stays apart, also where the matter moves to where the other one is.
    other = next(_ids)
    ops = [desk.op("report", other, matter(TOWN, person=person))]
    assert desk.push(*ops, persons=[Person(person, other, "自己的", "2")]).status_code == 200
    move = desk.op("relocate", other, {"place": OTHER, "town": OTHER}, base=1)
    assert desk.push(move).status_code == 200
    assert rows(hub, "SELECT name FROM person WHERE scope = %s AND id = %s", OTHER, person) == [("刘女士",)]
    assert before[2] == state(hub)[2]


def test_what_left_the_town_may_still_be_noted(hub, desk, there):
    incident = next(_ids)
    ops = (desk.op("report", incident, matter(TOWN)),
           desk.op("relocate", incident, {"place": OTHER, "town": OTHER}),
           desk.op("note", incident, {"text": "迟到的"}))  # fmt: skip
    assert desk.push(*ops).status_code == 200
    carried = [o for o in there.rows() if o.entity == incident]
    assert [o.kind for o in carried] == ["move_in", "note"]
    late = desk.op("accept", incident)
    assert desk.push(late).status_code == 200
    assert desk.outcome(late) == ("refused", "moved_away")


def test_lists_and_counts_stop_at_the_scope(phone, theirs):
    incident, _, _ = theirs
    for asked in (
        {},
        {"text": "别镇的事"},
        {"town": OTHER},
        {"text": "弥1124-01"},
        {"sort": "number", "offset": 0},
    ):
        found = phone.get("/v1/incidents", params=asked).json()
        assert {row["scope"] for row in found["rows"]} <= {TOWN}
        if asked.get("text") == "别镇的事" or "town" in asked:
            assert (found["rows"], found["total"], found["more"]) == ([], 0, False)
    answer = phone.get(f"/v1/incidents/{incident}")
    absent = phone.get(f"/v1/incidents/{'f' * 32}")
    assert (answer.status_code, answer.json()) == (404, absent.json())
    for kind in ("note", "accept", "show", "assign"):
        body = {"incident": incident, "kind": kind, "body": {"text": "x", "handler": "u"}}
        refused(phone.post("/v1/acts", json=body), "unknown_incident", 404)
    assert phone.get("/v1/assignments", params={"handler": "r-there"}).json() == {"rows": []}
    twice = phone.get("/v1/assignments", params=[("handler", "a"), ("handler", "b")])
    assert twice.status_code == 422


def test_reports_are_placed_within_the_scope(hub, desk, phone):
    before = state(hub)
    for sender, headers in ((phone, {}), (desk.http, desk.device.headers)):
        for where in ({"place": OTHER}, {"lon": 104.353971, "lat": 30.743565}, {}):
            answer = sender.post("/v1/reports", json={"title": "x", **where}, headers=headers)
            refused(answer, "not_permitted")
    assert state(hub) == before


def test_another_senders_name_for_a_report_is_its_own(hub, desk, stack):
    """A device that takes the name a phone will use does not make the phone's report its own."""
    member = stack.enter_context(session(hub, "r-member", "grid_member", TOWN))
    ops = [desk.op("report", next(_ids), matter(TOWN, ref=ref)) for ref in
           ("field:r-member:k1", "field:8:r-member:k1")]  # fmt: skip
    assert desk.push(*ops).status_code == 200
    assert {desk.outcome(op) for op in ops} == {("refused", "hub_only")}
    told = member.post("/v1/reports", json={"title": "x", "place": TOWN}, headers={"idempotency-key": "k1"})
    assert told.status_code == 201, told.text


def ordered(origin: Origin, n: int, kind: str, entity: str, body: dict, actor: str = "hub") -> OrderedOp:
    return OrderedOp(n, origin, n, kind, entity, AT, AT, actor, 0, text(body), "applied", "")


def test_ops_of_the_hubs_own_cannot_be_made_up(hub, desk, there, phone, theirs):
    incident, _, _ = theirs
    life = rows(hub, "SELECT value FROM meta WHERE name = 'hub'")[0][0]
    before = state(hub)
    stolen = matter(
        TOWN, id=incident, scope=TOWN, state="reported", loop="big", severity=1, detail="", reported_at=1
    )
    for scope, origin in (
        (TOWN, Origin(f"hub:{TOWN}", life)), (TOWN, Origin(f"hub:{OTHER}", life)),
        (TOWN, Origin(f"hub:{TOWN}", "2" * 32)), (OTHER, Origin(f"hub:{OTHER}", life)),
        (DISTRICT, Origin(f"hub:{DISTRICT}", life)), (OTHER, Origin(desk.device.id, desk.life)),
        (DISTRICT, Origin(desk.device.id, desk.life)),
    ):  # fmt: skip
        for kind, body in (
            ("move_in", stolen),
            ("note", {"text": "x"}),
            ("put", {"kind": "day", "id": "d", "record": {}}),
        ):
            refused(desk.hand_in(ordered(origin, 2**62, kind, incident, body), scope=scope))
    assert state(hub) == before
    body = wire.hand_in_bytes(TOWN, [ordered(Origin(desk.device.id, "3" * 32), 1, "note", incident, {})], ())
    refused(phone.post("/v1/hand_in", content=body, headers=JSON))
    # One's own may always come back, within the rights of who made it.
    mine = ordered(Origin(desk.device.id, "3" * 32), 1, "report", next(_ids), matter(TOWN), "r-here")
    flag = ordered(Origin(desk.device.id, "3" * 32), 2, "move_out", mine.entity, {"to": OTHER}, "hub")
    foreign = ordered(Origin(desk.device.id, "3" * 32), 3, "note", mine.entity, {"text": "x"}, "r-there")
    assert desk.hand_in(mine, flag, foreign).json() == {"taken": 3}
    told = {o.n: (o.outcome, o.refusal) for o in desk.rows() if o.origin.incarnation == "3" * 32}
    assert told == {1: ("applied", ""), 2: ("refused", "hub_only"), 3: ("refused", "not_permitted")}
    assert there.push(there.op("note", incident, {"text": "noch"})).status_code == 200


def test_who_may_do_what_is_asked_for_every_op(hub, desk, stack):
    for user, role in (("r-auditor", "auditor"), ("r-grid", "grid_member"), ("r-gone", "duty_officer")):
        hub.person(user, role, TOWN)
    incident = next(_ids)
    assert desk.push(desk.op("report", incident, matter(TOWN))).status_code == 200
    wanted = {
        ("r-auditor", "note"): "not_permitted", ("r-grid", "accept"): "not_permitted",
        ("r-there", "note"): "not_permitted", ("nobody", "note"): "unknown_actor",
        ("hub", "note"): "unknown_actor",
        ("r-gone", "accept"): "",
    }  # fmt: skip
    ops = {key: desk.op(key[1], incident, {"text": "x"}, actor=key[0]) for key in wanted}
    assert desk.push(*ops.values()).status_code == 200
    assert {key: desk.outcome(op)[1] for key, op in ops.items()} == wanted
    assert program("users", "role", "r-gone", "auditor", data=hub.data).returncode == 0
    lower = desk.op("note", incident, {"text": "x"}, actor="r-gone")
    assert desk.push(lower).status_code == 200
    assert desk.outcome(lower) == ("refused", "not_permitted")
    assert program("users", "disable", "r-gone", data=hub.data).returncode == 0
    gone = desk.op("note", incident, {"text": "x"}, actor="r-gone")
    assert desk.push(gone).status_code == 200
    assert desk.outcome(gone) == ("refused", "unknown_actor")


def test_who_is_sent_does_only_its_own_work(hub, desk, phone, stack):
    auditor = stack.enter_context(session(hub, "r-audit", "auditor", TOWN))
    grid = stack.enter_context(session(hub, "r-sent", "grid_member", TOWN))
    office = stack.enter_context(session(hub, "r-office", "department_officer", TOWN))
    made = phone.post("/v1/reports", json={"title": "x", "place": TOWN}).json()["id"]
    act = {"incident": made, "kind": "accept"}
    refused(auditor.post("/v1/acts", json={**act, "kind": "note", "body": {"text": "x"}}), "not_permitted")
    refused(auditor.post("/v1/reports", json={"title": "x", "place": TOWN}), "not_permitted")
    refused(grid.post("/v1/acts", json=act), "not_permitted")
    refused(desk.http.post("/v1/acts", json=act, headers=desk.device.headers), "not_permitted")
    order = {"assignment": next(_ids), "handler": "somebody", "lead": True}
    assert desk.push(desk.op("accept", made), desk.op("assign", made, order)).status_code == 200
    (work,) = [o for o in phone.get("/v1/assignments").json()["rows"] if o["incident"] == made]
    for client in (grid, office):
        assert client.get("/v1/assignments").json() == {"rows": []}
        assert client.get("/v1/assignments", params={"handler": "somebody"}).json() == {"rows": []}
        for kind in ("acknowledge", "report_in", "handle", "return"):
            body = {"assignment": work["assignment"], "result": "x", "reason": "x"}
            refused(
                client.post("/v1/acts", json={"incident": made, "kind": kind, "body": body}), "not_permitted"
            )


def test_a_town_s_lists_do_not_reach_others(hub, desk, there, phone):
    """What a town puts in its own scope neither breaks the hub's desk nor decides another's reports."""
    bad = [
        desk.op("put", f"{kind}:{i}", {"kind": kind, "id": i, "record": record}) for kind, i, record in (
            ("place", "510999", {"id": "510999", "parent": None, "level": "district"}),
            ("place", OTHER + "x", {}), ("unit", "u-x", {"id": "u-x", "kind": "no"}),
            ("item", "I-x", {"nonsense": 1}), ("rule", "R-0", {}),
            ("member", "r-y", {"id": "r-y", "name": "x", "unit": "u", "village": OTHER + "001", "grid": "",
                               "on_duty": True}),
            ("day", "never", {"work": []}),
        )
    ]  # fmt: skip
    assert desk.push(*bad).status_code == 200
    for sender, headers, place in ((phone, {}, TOWN), (there.http, there.device.headers, OTHER)):
        told = sender.post("/v1/reports", json={"title": "x", "place": place}, headers=headers)
        assert told.status_code == 201, told.text


def test_tokens_are_for_what_they_were_given_for(hub, desk, phone, stack):
    refused(phone.get("/v1/pull", params={"scope": TOWN, "epoch": "e", "after": 0}))
    refused(phone.get("/v1/snapshot", params={"scope": TOWN}))
    refused(phone.get("/v1/chain", params={"scope": TOWN, "seqs": "1"}))
    epoch = desk.device.epoch(desk.http, TOWN)
    page = wire.push_bytes(wire.PushPage(TOWN, epoch, Origin("", "1"), (desk.op("note", "x", {}),)))
    desk.unsaid()
    for device in ("r-phone", desk.device.id, f"hub:{TOWN}"):
        told = page.replace(b'"device":""', f'"device":"{device}"'.encode())
        refused(phone.post("/v1/push", content=told, headers=JSON))
    refused(phone.post("/v1/sign_in", json={"user": "r-phone", "password": PASSWORD}))
    refused(desk.post("session/end", b"{}"))
    refused(desk.get("devices"))
    with hub.client() as http:
        for token in (desk.device.secret, PASSWORD, "r-here"):
            answer = http.get("/v1/hello", headers={"authorization": f"Bearer {token}"})
            refused(answer, "not_enrolled", 401)
        refused(
            http.post("/v1/token", json={"device": desk.device.id, "secret": desk.device.token}),
            "not_enrolled",
            401,
        )


def test_a_token_ends_with_its_time_its_account_and_its_device(hub, stack):
    away = hub.device("r-away", TOWN)
    gone = stack.enter_context(session(hub, "r-leaves", "duty_officer", TOWN))
    late = stack.enter_context(session(hub, "r-late", "duty_officer", TOWN))
    address = make_url(hub.database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("UPDATE token SET expires_at = 1 WHERE account = 'r-late'")
    assert program("users", "disable", "r-leaves", data=hub.data).returncode == 0
    assert program("devices", "revoke", away.id, data=hub.data).returncode == 0
    report = {"title": "x", "place": TOWN}
    for client in (gone, late):
        assert client.get("/v1/incidents").status_code == 401
        assert client.post("/v1/reports", json=report).status_code == 401
    with hub.client() as http:
        for path in ("hello", "incidents", "users", f"snapshot?scope={TOWN}", "pokes"):
            refused(http.get(f"/v1/{path}", headers=away.headers), "revoked")
        refused(http.post("/v1/reports", json=report, headers=away.headers), "revoked")
        refused(http.post("/v1/token", json={"device": away.id, "secret": away.secret}), "revoked")
        signing = {"user": "r-leaves", "password": PASSWORD}
        refused(http.post("/v1/session", json=signing))


def test_people_sign_in_at_their_own_centres_devices(hub, desk, there):
    def sign(at: TownDesk, user: str):
        return at.http.post(
            "/v1/sign_in", json={"user": user, "password": PASSWORD}, headers=at.device.headers
        )

    assert sign(there, "r-there").status_code == 200
    refused(sign(desk, "r-there"))
    assert [u["user"] for u in desk.get("users").json()] == []


def test_an_administrator_of_a_town_administers_the_town(hub, desk, there, stack):
    root = stack.enter_context(session(hub, "r-root", "administrator", TOWN))
    scopes = [set(d["scopes"]) for d in root.get("/v1/devices").json()]
    assert scopes
    assert all(s == {TOWN} for s in scopes)
    assert all(set(u["scopes"]) == {TOWN} for u in root.get("/v1/users").json())
    refused(root.post(f"/v1/devices/{there.device.id}/revoke"))
    assert there.get("hello").status_code == 200


def test_a_lock_is_not_gone_round(hub, desk):
    hub.person("r-Locked", "auditor", TOWN)
    spellings = ["r-Locked", "R-LOCKED", "r-locked", " r-Locked", "r-Locked ", "r-Lock\u0435d",
                 "\uff52-Locked", "r-Locked\u200b",
                 "r-Locked\x00", "r\u2010Locked"]  # fmt: skip
    with hub.client() as http:
        for n in range(6):
            forged = {
                "x-forwarded-for": f"10.0.0.{n}",
                "x-real-ip": f"10.0.0.{n}",
                "forwarded": f"for=10.0.0.{n}",
            }
            told = http.post("/v1/session", json={"user": "r-Locked", "password": "wrong"}, headers=forged)
        refused(told, "locked_out", 423)
        for name in spellings:
            told = http.post("/v1/session", json={"user": name, "password": PASSWORD})
            assert told.status_code in {401, 423}, (name, told.text)
            assert is_trouble(told)
        told = http.post(
            "/v1/sign_in", json={"user": "r-Locked", "password": PASSWORD}, headers=desk.device.headers
        )
        refused(told, "locked_out", 423)
    hub.wait_for_line(event="refused", route="/v1/session", code="locked_out")
    assert not hub.lines(event="refused", **{"from": "10.0.0.1"})
    assert (
        program("users", "add", "r-Locked ", "--role", "auditor", "--scope", "*", data=hub.data).returncode
        == 1
    )


@pytest.mark.parametrize("name", ["hub", f"hub:{TOWN}", "r-there", " x", "x\u00a0"])
def test_a_device_is_not_called_like_the_hub_or_a_person(hub, there, name):
    from app.link.keys import new_pair, public_part

    with hub.client() as http:
        told = http.post("/v1/enrol", json={"code": "AAAA-AAAA-AAAA", "device": name, "name": "x",
                                            "key": public_part(new_pair())})  # fmt: skip
    assert told.status_code in {403, 422}
    assert is_trouble(told)
    assert told.json()["detail"] != ""
