"""Is the store what its ops say? The chain of every origin, and on request a whole fold anew."""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from app.domain.conflict import decide
from app.domain.errors import Refusal
from app.domain.kpi import contribution
from app.domain.op import GENESIS, Op, OpKind, Origin, chain_hash
from app.ports.rows import Fault
from db.facets import Codes
from db.projections import load
from db.statements import READ_ORIGINS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from app.domain.incident import Incident
    from db.queues import Run

_COLUMNS = "seq, origin, n, scope, kind, entity, at, made, actor, base, body, refusal, hash"
_BY_STORE = Refusal.ALREADY_THERE.value
"""The one refusal that needs more than the incident's own ops (``db.ledger``)."""


def chain_fault(run: Run) -> Fault | None:
    """The first row, origin by origin, that was altered, dropped or moved; None where every chain holds."""
    origins = run("SELECT id, device, incarnation, last_n, head_hash FROM origin ORDER BY id", ()).fetchall()
    stray = run("SELECT n FROM op WHERE origin NOT IN (SELECT id FROM origin) LIMIT 1", ()).fetchone()
    if stray is not None:
        return Fault("altered", "an op of no known origin", stray[0])
    for number, device, incarnation, last_n, head in origins:
        fault = _origin_fault(run, number, Origin(device, incarnation), last_n, head)
        if fault is not None:
            return fault
    return None


def _origin_fault(run: Run, number: int, origin: Origin, last_n: int, head: bytes) -> Fault | None:
    where = f"{origin.device} {origin.incarnation}"
    previous, n, seq = GENESIS, 0, 0
    for row in run(f"SELECT {_COLUMNS} FROM op WHERE origin = ? ORDER BY n", (number,)):  # noqa: S608  # names of ours
        n += 1
        if row[2] != n:
            return Fault("dropped", where, n)
        previous = chain_hash(previous, _op(row, origin), row[10])
        if previous != row[12]:
            return Fault("altered", where, n)
        if row[0] <= seq:
            return Fault("moved", where, n)
        seq = row[0]
    if n != last_n:
        return Fault("dropped", where, n + 1)
    return None if previous == head else Fault("altered", where, n)


def _op(row: Sequence[Any], origin: Origin) -> Op:
    _, _, n, scope, kind, entity, at, made, actor, base, body, *_ = row
    return Op(origin, n, scope, kind, entity, at, made, actor, base, json.loads(body))


def fold_fault(run: Run, raw: Any) -> Fault | None:
    """The first incident, sum or record that a fold of all ops does not give; None where all agree."""
    sums: Counter[tuple[str, str, int]] = Counter()
    facets: Counter[int] = Counter()
    codes = Codes(run("SELECT facet, word, code FROM facet_code", ()))
    origins = {row[0]: Origin(*row[1:]) for row in run(READ_ORIGINS, ())}
    seen = 0
    for key, rows in groupby(_incident_ops(run), itemgetter(0)):
        folded, fault = _folded(key, rows, origins)
        if fault is not None:
            return fault
        held = load(raw, "key", key)
        if folded is None or held is None or held.now != folded:
            return Fault("projection", f"incident {key}")
        seen += 1
        facets[codes.pack(folded)] += 1
        sums.update(contribution(folded))
    if seen != run("SELECT count(*) FROM incident", ()).fetchone()[0]:
        return Fault("projection", "an incident without ops")
    return _sums_fault(run, sums, facets) or _records_fault(run)


def _incident_ops(run: Run) -> Iterator[Sequence[Any]]:
    statement = (
        f"SELECT incident, {_COLUMNS} FROM op INDEXED BY op_incident "  # noqa: S608  # names of ours
        "WHERE incident IS NOT NULL ORDER BY incident, seq"
    )
    yield from run(statement, ())


def _folded(
    key: int, rows: Iterable[Sequence[Any]], origins: Mapping[int, Origin]
) -> tuple[Incident | None, Fault | None]:
    incident: Incident | None = None
    for row in rows:
        _, _, _, n, *_, refusal, _ = row
        if refusal == _BY_STORE:
            continue
        decided = decide(incident, _op(row[1:], origins[row[2]]))
        if (decided.refusal.value if decided.refusal else "") != refusal:
            return None, Fault("projection", f"outcome of an op on incident {key}", n)
        incident = decided.incident
    return incident, None


def _sums_fault(run: Run, sums: Counter[tuple[str, str, int]], facets: Counter[int]) -> Fault | None:
    kept = {
        (measure, town, bucket): n
        for measure, town, bucket, n in run("SELECT measure, town, bucket, n FROM kept_sum WHERE n != 0", ())
    }
    if kept != {name: n for name, n in sums.items() if n}:
        return Fault("projection", "kept sums")
    if dict(run("SELECT facets, n FROM facet_sum WHERE n != 0", ()).fetchall()) != dict(facets):
        return Fault("projection", "counts of the queues' filters")
    return None


def _records_fault(run: Run) -> Fault | None:
    living: dict[tuple[str, str, str], tuple[int, Any, bool]] = {}
    for made, scope, kind, text in run(
        "SELECT made, scope, kind, body FROM op "
        "WHERE incident IS NULL AND kind IN (?, ?) AND refusal = '' ORDER BY seq",
        (OpKind.PUT.value, OpKind.RETIRE.value),
    ):
        body = json.loads(text)
        name = (body["kind"], body["id"], scope)
        if kind == OpKind.PUT:
            living[name] = (made, body["record"], False)
        else:
            living[name] = (*living[name][:2], True)
    kept = {
        (kind, identity, scope): (rev, json.loads(body), bool(retired))
        for kind, identity, scope, rev, body, retired in run(
            "SELECT kind, id, scope, rev, body, retired FROM record", ()
        )
    }
    return None if kept == living else Fault("projection", "records")
