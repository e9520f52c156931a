"""The hub's rows: an incident with the columns that lists ask, and ops of a scope's order."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from app.domain.moving import as_body, from_body
from app.domain.op import Op, Origin, canonical_body
from app.ports.link import OrderedOp
from db.hub.copying import NULL, field, octets, storable_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.incident import Incident

INCIDENT_COLUMNS = (
    "scope", "id", "number", "state", "open", "title", "town", "place", "category", "severity", "source",
    "loop", "reported_at", "due_at", "closed_at", "changed_at", "version", "conflicts", "ref", "body",
)  # fmt: skip
OP_COLUMNS = (
    "scope", "seq", "origin", "n", "kind", "entity", "at", "made", "actor", "base", "body", "outcome",
    "refusal", "received_at", "chain",
)  # fmt: skip
ORDER_COLUMNS = "seq, origin, n, kind, entity, at, made, actor, base, body, outcome, refusal, chain"
"""What ``ordered`` reads."""


def incident_text(incident: Incident) -> str:
    """The incident whole, as it is kept and handed out."""
    return canonical_body(as_body(incident))


def incident_of(body: str) -> Incident:
    """The incident that ``incident_text`` has told."""
    return from_body(json.loads(body))


def incident_line(incident: Incident) -> str:
    """The row as COPY text, in the order of ``INCIDENT_COLUMNS``."""
    i = incident
    due = i.next_due
    return "\t".join((
        field(i.scope), field(i.id), field(i.number), i.state.value, "t" if i.open else "f", field(i.title),
        field(i.town), field(i.place), field(i.category), str(i.severity), field(i.source), i.loop.value,
        str(i.reported_at), NULL if due is None else str(due[1]),
        NULL if i.closed_at is None else str(i.closed_at), str(i.changed_at), str(i.version),
        str(len(i.conflicts)), field(i.ref), field(incident_text(i)),
    ))  # fmt: skip


def op_line(
    seq: int, origin: int, op: Op, body: str, outcome: str, refusal: str, now: int, chain: bytes
) -> str:
    """The row as COPY text, in the order of ``OP_COLUMNS``."""
    return (
        f"{field(op.scope)}\t{seq}\t{origin}\t{op.n}\t{field(op.kind)}\t{field(op.entity)}\t{op.at}\t{op.made}"
        f"\t{field(op.actor)}\t{op.base}\t{field(body)}\t{outcome}\t{field(refusal)}\t{now}\t{octets(chain)}"
    )


def ordered(row: Sequence[Any], origins: Mapping[int, Origin]) -> OrderedOp:
    """The op of a row of ``ORDER_COLUMNS``."""
    seq, origin, n, kind, entity, at, made, actor, base, body, outcome, refusal, _ = row
    return OrderedOp(seq, origins[origin], n, kind, entity, at, made, actor, base, body, outcome, refusal)


def op_of(scope: str, o: OrderedOp) -> Op:
    """The op as its hash is made from it; the body is told beside it."""
    return Op(o.origin, o.n, scope, o.kind, o.entity, o.at, o.made, o.actor, o.base)


def body_of(text: str) -> dict[str, Any] | None:
    """The op's body; None where the text is no JSON object that can be kept."""
    try:
        body = None if too_deep(text) else _decode(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


DEEPEST = 64
"""So deep may a body's values lie in each other: every program that reads it must get to the bottom."""


def too_deep(text: str) -> bool:
    """Whether a JSON text opens more brackets in each other than ``DEEPEST``; those in texts count too."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth = 0
    for mark in _BRACKET.findall(text):
        depth += 1 if mark in "[{" else -1
        if depth > DEEPEST:
            return True
    return False


_BRACKET = re.compile(r"[\[\]{}]")


def _no_number(word: str) -> Any:
    raise ValueError(word)


_decode = json.JSONDecoder(parse_constant=_no_number).decode


def ref_of(incident: Incident) -> str:
    """The source's own number as the table holds it."""
    return storable_text(incident.ref) if incident.ref else ""
