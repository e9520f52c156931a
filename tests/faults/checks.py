"""What must be true of a world that has come to rest: nothing lost, nothing twice, all alike, all told."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import psycopg

from app.domain.conflict import decide
from app.domain.op import Op, OpKind, Origin, Outcome
from db.connect import READER_CACHE_KB, open_file
from db.engine import open_store
from db.hub.database import engine_of
from db.hub.engine import HubStore
from db.replica import scope_told
from tests.support.hub_store import Clock, Ids

if TYPE_CHECKING:
    from pathlib import Path

    from app.domain.incident import Incident
    from tests.faults.world import World

ROWS = (
    "SELECT o.scope, o.seq, g.device, g.incarnation, o.n, o.kind, o.entity, o.at, o.made, o.actor, o.base, "
    "o.body, o.outcome, o.refusal FROM op o JOIN origin g ON g.id = o.origin ORDER BY o.scope, o.seq"
)
OWN = (
    "SELECT r.device, r.incarnation, o.n, o.seq, o.refused_here FROM op o JOIN origin r ON r.id = o.origin "
    "WHERE r.own"
)
PARTS = ("incidents", "assignments", "records")


def check(world: World) -> None:
    """Everything."""
    rows = hub_rows(world)
    ledger(world, rows)
    replicas(world)
    conflicts(world, rows)
    refusals(world, rows)
    evidence(world)
    for desk in world.desks.values():
        state = desk.ask("state")
        assert state["waiting"] == state["unread"] == 0, (desk.name, state)


def hub_rows(world: World) -> list[dict[str, Any]]:
    """The hub's ledger, by scope and place."""
    return _asked(world, ROWS)


def ledger(world: World, rows: list[dict[str, Any]] | None = None) -> None:
    """The union of what was acknowledged is the hub's ledger, each op once, each scope dense."""
    rows = hub_rows(world) if rows is None else rows
    names = Counter((row["device"], row["incarnation"], row["n"]) for row in rows)
    said = Counter(_said(row) for row in rows if not row["device"].startswith("hub:"))
    twice = [name for name, n in names.items() if n > 1]
    assert not twice, f"more than once at the hub: {twice[:3]}"
    lost = [m for m in world.made if (m.kind, m.entity, m.at, m.made, m.body) not in said]
    assert not lost, f"{len(lost)} acknowledged ops are not at the hub, the first: {lost[0]}"
    doubled = [(kind, entity, body[:80]) for (kind, entity, _, _, body), n in said.items() if n > 1]
    assert not doubled, f"under two names: {doubled[:3]}"
    for scope in {row["scope"] for row in rows}:
        seqs = [row["seq"] for row in rows if row["scope"] == scope]
        assert seqs == list(range(1, len(seqs) + 1)), f"{scope} is not dense"


def replicas(world: World) -> None:
    """Every scope's rows are on every desktop that holds it what they are at the hub."""
    hub = _hub_scopes(world)
    for name, desk in world.desks.items():
        for scope, told in desk.ask("digest")["scopes"].items():
            for part in ("head", "order", *(PARTS if told["whole"] else ("records",))):
                if told[part] != hub[scope][part]:
                    raise AssertionError(f"{name} {scope} {part}: {_difference(world, name, scope, part)}")


def conflicts(world: World, rows: list[dict[str, Any]]) -> None:
    """Each conflict was opened for all to see and ended by nobody but a ``resolve`` or a wider one; those
    that are open are shown on every desktop that holds the scope.
    """
    _opened_and_settled(rows)
    open_ones: dict[str, list[str]] = {}
    for scope, matters in _matters(world).items():
        open_ones[scope] = [f"{m['id']} {c[0]}" for m in matters for c in m.get("conflicts", ())]
    for name, desk in world.desks.items():
        held = {s for s, told in desk.ask("digest")["scopes"].items() if told["whole"]}
        due = sorted(told for scope in held for told in open_ones.get(scope, ()))
        with _store(desk.store) as store, store.reading() as read:
            kept = {row.key: read.incident_by_key(row.key) for row in read.open_conflicts()}
            shown = sorted(f"{kept[r.key].id} {r.conflict.name}" for r in read.open_conflicts())
        assert shown == due, f"{name} shows {set(shown) ^ set(due)} otherwise than the hub"
        assert desk.ask("state")["conflicts"] == len(due), name


def _opened_and_settled(rows: list[dict[str, Any]]) -> None:
    now: dict[tuple[str, str], Incident | None] = {}
    for row in rows:
        if row["kind"] in {"put", "retire"} or row["outcome"] == Outcome.REFUSED:
            continue
        place = (row["scope"], row["entity"])
        before = now.get(place)
        after = now[place] = decide(before, _op(row)).incident
        had = {c.name for c in before.conflicts} if before else set()
        has = {c.name for c in after.conflicts} if after else set()
        where = f"{row['scope']} row {row['seq']} {row['kind']}"
        assert row["outcome"] != Outcome.CONFLICT or has - had, f"{where}: a conflict that nobody is shown"
        ended = row["kind"] in {OpKind.RESOLVE, OpKind.MOVE_IN} or row["outcome"] == Outcome.CONFLICT
        assert ended or had <= has, f"{where} ends {had - has}"


def refusals(world: World, rows: list[dict[str, Any]]) -> None:
    """Every op that the hub refused is listed for its author, whom nobody had told before."""
    refused = {(r["device"], r["incarnation"], r["n"]) for r in rows if r["outcome"] == Outcome.REFUSED}
    for name, desk in world.desks.items():
        raw = open_file(desk.store, None, READER_CACHE_KB)
        try:
            own = {tuple(row[:3]): row[3] for row in raw.execute(OWN) if not row[4]}
        finally:
            raw.close()
        with _store(desk.store) as store, store.reading() as read:
            listed = {row.seq for row in read.refused_ops(100_000)}
        untold = [op for op in own.keys() & refused if own[op] not in listed]
        assert not untold, f"{name} is not told of {len(untold)} refused ops: {untold[:3]}"
        invented = [op for op, seq in own.items() if seq in listed and op not in refused]
        assert not invented, f"{name} is told of refusals that there were not: {invented[:3]}"


def evidence(world: World) -> None:
    """The chains hold, at the hub and on every desktop, and all state follows from the ops."""
    hub = HubStore(engine_of(world.hub.database), Ids(), Clock())
    try:
        fault = hub.verify(refold=True)
    finally:
        hub.close()
    assert fault is None, f"hub: {fault}"
    for name, desk in world.desks.items():
        with _store(desk.store) as store:
            fault = store.verify(refold=True)
        assert fault is None, f"{name}: {fault}"


class _store:  # noqa: N801 - reads as what it gives
    """The desktop's store, opened beside the desktop."""

    def __init__(self, path: Path) -> None:
        self._store = open_store(path, key=None, device="", ids=Ids(), clock=Clock())

    def __enter__(self) -> Any:
        return self._store

    def __exit__(self, *_told: object) -> None:
        self._store.close()


def _asked(world: World, statement: str) -> list[dict[str, Any]]:
    with psycopg.connect(world.hub.database.replace("+psycopg", "")) as connection:
        rows = connection.execute(statement)
        names = [column.name for column in rows.description or ()]
        return [dict(zip(names, row, strict=True)) for row in rows]


def _said(row: dict[str, Any]) -> tuple[str, str, int, int, str]:
    return row["kind"], row["entity"], row["at"], row["made"], row["body"]


def _op(row: dict[str, Any]) -> Op:
    try:
        body = json.loads(row["body"])
    except ValueError:
        body = {}
    return Op(
        Origin(row["device"], row["incarnation"]), row["n"], row["scope"], row["kind"], row["entity"],
        row["at"], row["made"], row["actor"], row["base"], body,
    )  # fmt: skip


def _matters(world: World) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in _asked(world, "SELECT scope, body FROM incident"):
        found.setdefault(row["scope"], []).append(json.loads(row["body"]))
    return found


def _hub_scopes(world: World, *, rows: bool = False) -> dict[str, dict[str, Any]]:
    """As the desktops say it (``db.replica``)."""
    matters = _matters(world)
    records: dict[str, list[tuple[Any, ...]]] = {}
    for row in _asked(world, "SELECT scope, kind, id, rev, body, retired FROM record"):
        records.setdefault(row["scope"], []).append(tuple(row.values())[1:])
    return {
        row["id"]: {"head": row["head"], "order": bytes(row["chain"]).hex()}
        | scope_told(matters.get(row["id"], ()), records.get(row["id"], ()), rows=rows)
        for row in _asked(world, "SELECT id, head, chain FROM scope")
    }


def _difference(world: World, name: str, scope: str, part: str) -> str:
    here = world.desks[name].ask("digest", rows=True)["scopes"][scope][part]
    there = _hub_scopes(world, rows=True)[scope][part]
    if part not in PARTS:
        return f"{here} here, {there} at the hub"
    mine, hubs = here["rows"], there["rows"]
    other = [row for row in mine.keys() & hubs.keys() if mine[row] != hubs[row]]
    found = f"{len(other)} differ {other[:2]}, {len(mine.keys() - hubs.keys())} more, "
    found += f"{len(hubs.keys() - mine.keys())} missing"
    if other and part == "incidents":
        held = world.desks[name].ask("incident", incident=other[0])["incident"] or {}
        hub = next(m for m in _matters(world)[scope] if m["id"] == other[0])
        unlike = {k: (held.get(k), hub.get(k)) for k in {*held, *hub} if held.get(k) != hub.get(k)}
        found += f"; {str(unlike)[:400]}"
    return found
