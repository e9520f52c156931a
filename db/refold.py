"""All state compared with a fold of all ops anew: incidents, records, sums."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from app.domain.conflict import decide
from app.domain.errors import Refusal
from app.domain.kpi import contribution
from app.domain.op import Op, OpKind, Origin, Outcome
from app.ports.rows import Fault
from db.facets import Codes
from db.pending import op_body
from db.projections import load
from db.records import RecordForm, after_record, name_of
from db.statements import READ_ORIGINS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from app.domain.incident import Incident
    from db.queues import Run
    from db.records import Name

_COLUMNS = (
    "origin, n, scope, kind, entity, at, made, actor, base, body, outcome, refusal, hub_seq, "
    "refused_here, seq"
)
_BY_STORE = Refusal.ALREADY_THERE.value
"""The one refusal that needs more than the incident's own ops (``db.ledger``)."""

_OPENING = frozenset({OpKind.REPORT.value, OpKind.MOVE_IN.value})


def fold_fault(run: Run, raw: Any) -> Fault | None:
    """The first incident, sum or record that a fold of all ops does not give; None where all agree.

    In a store with a hub, incidents whose ops are not all here are counted as they are kept.
    """
    linked = run("SELECT 1 FROM scope LIMIT 1", ()).fetchone() is not None
    since = _since(run)
    origins = {row[0]: Origin(*row[1:]) for row in run(READ_ORIGINS, ()).fetchall()}
    sums: Counter[tuple[str, str, int]] = Counter()
    facets: Counter[int] = Counter()
    codes = Codes(run("SELECT facet, word, code FROM facet_code", ()))
    seen = 0
    for key, rows in groupby(_incident_ops(run), itemgetter(0)):
        held = load(raw, "key", key)
        now = held.now if held is not None else None
        fault = _incident_fault(key, now, [_read(row[1:], origins) for row in rows], since, linked=linked)
        if fault is not None:
            return fault
        seen += now is not None
        if now is not None:
            facets[codes.pack(now)] += 1
            sums.update(contribution(now))
    for incident in _without_ops(run, raw):
        if not linked:
            return Fault("projection", "an incident without ops")
        facets[codes.pack(incident)] += 1
        sums.update(contribution(incident))
    return _sums_fault(run, sums, facets) or _records_fault(run, origins, since, linked=linked)


def _incident_ops(run: Run) -> Iterator[Sequence[Any]]:
    yield from run(
        f"SELECT incident, {_COLUMNS} FROM op INDEXED BY op_incident "  # noqa: S608  # names of ours
        "WHERE incident IS NOT NULL ORDER BY incident, seq",
        (),
    )


def _without_ops(run: Run, raw: Any) -> Iterator[Incident]:
    lonely = "SELECT key FROM incident WHERE key NOT IN (SELECT incident FROM op WHERE incident IS NOT NULL)"
    for (key,) in run(lonely, ()).fetchall():
        held = load(raw, "key", key)
        if held is not None:
            yield held.now


class _Told:
    """An op with what its row says of it."""

    __slots__ = ("op", "outcome", "place", "refusal", "refused_here", "seq")

    def __init__(self, op: Op, outcome: str, refusal: str, place: int | None, here: int, seq: int) -> None:
        self.op = op
        self.outcome = outcome
        self.refusal = refusal
        self.place = place
        self.refused_here = bool(here)
        self.seq = seq

    @property
    def ordered(self) -> bool:
        return self.place is not None


class _Since(NamedTuple):
    """Where what came by pages begins: after the last snapshot, here and in each scope's order.

    What a snapshot has brought is its sum alone, and cannot be folded.
    """

    seq: int
    places: Mapping[str, int]

    def holds(self, told: _Told) -> bool:
        return told.seq > self.seq and (told.place is None or told.place > self.places.get(told.op.scope, 0))


def _since(run: Run) -> _Since:
    row = run("SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'all_changed'", ()).fetchone()
    places = dict(run("SELECT scope, state_seq FROM scope", ()).fetchall())
    return _Since(row[0] if row else 0, places)


def _read(row: Sequence[Any], origins: Mapping[int, Origin]) -> _Told:
    origin, n, scope, kind, entity, at, made, actor, base, body, *told = row
    op = Op(origins[origin], n, scope, kind, entity, at, made, actor, base, op_body(body))
    return _Told(op, *told)


def _incident_fault(
    key: int, now: Incident | None, ops: Sequence[_Told], since: _Since, *, linked: bool
) -> Fault | None:
    if linked and not _complete(now, ops, since):
        return None
    folded: Incident | None = None
    for told in ops:
        if told.refusal == _BY_STORE or (told.refused_here and linked) or (told.ordered and told.refusal):
            continue
        decided = decide(folded, told.op)
        if linked and told.ordered and decided.refusal is Refusal.MOVED_AWAY:
            continue  # told of late: another scope's page had come before
        refusal = decided.refusal.value if decided.refusal else ""
        if refusal != told.refusal and not (linked and told.refusal == Refusal.MOVED_AWAY.value):
            return Fault("projection", f"outcome of an op on incident {key}", told.op.n)
        folded = decided.incident
    if folded == now or _before_marks(now) == _without_marks(folded):
        return None
    return Fault("projection", f"incident {key}")


def _complete(now: Incident | None, ops: Sequence[_Told], since: _Since) -> bool:
    """Whether all that became of the incident is here: as many steps as its version says."""
    version = 0
    if not all(map(since.holds, ops)):
        return False
    for told in ops:
        if told.outcome == Outcome.REFUSED.value:
            continue
        if told.op.kind in _OPENING:
            begun = told.op.body.get("version", 0) + 1 if told.op.kind == OpKind.MOVE_IN else 1
            version = max(version, begun)
        elif version == 0 or now is None or told.op.scope != now.scope:
            return False
        else:
            version += 1
    return now is not None and version == now.version


def _before_marks(now: Incident | None) -> Incident | None:
    """An incident that an older release has written, without marks; else nothing that could be equal."""
    return now if now is not None and not now.marks and not now.undone else None


def _without_marks(folded: Incident | None) -> Incident | None:
    return replace(folded, marks=(), undone=()) if folded is not None else folded


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


def _records_fault(run: Run, origins: Mapping[int, Origin], since: _Since, *, linked: bool) -> Fault | None:
    """Records that came with a snapshot have no ops here; what has ops must be what they leave."""
    folded: dict[Name, RecordForm] = {}
    in_part: set[Name] = set()
    rows = run(
        f"SELECT {_COLUMNS} FROM op WHERE kind IN (?, ?) AND refusal = '' "  # noqa: S608  # names of ours
        "ORDER BY seq",
        (OpKind.PUT.value, OpKind.RETIRE.value),
    )
    for row in rows:
        told = _read(row, origins)
        name = name_of(told.op)
        if name is None:
            continue
        if not since.holds(told):
            in_part.add(name)
        after = after_record(folded.get(name), told.op)
        if isinstance(after, Refusal):
            if not linked:
                return Fault("projection", "records", told.op.n)
            continue
        folded[name] = after
    kept: dict[Name, RecordForm] = {
        (kind, identity, scope): form for kind, identity, scope, form in _kept_records(run)
    }
    if not linked:
        return None if kept == folded else Fault("projection", "records")
    wrong: Iterable[Name] = (
        name for name, form in folded.items() if kept.get(name) != form and name not in in_part
    )
    return next((Fault("projection", f"record {kind} {name}") for kind, name, _ in wrong), None)


def _kept_records(run: Run) -> Iterator[tuple[str, str, str, RecordForm]]:
    for kind, identity, scope, rev, body, retired in run(
        "SELECT kind, id, scope, rev, body, retired FROM record", ()
    ):
        yield kind, identity, scope, RecordForm(rev, body, bool(retired))
