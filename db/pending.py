"""Own ops that no page has brought yet: they lie on top of what the hub has confirmed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from app.domain.conflict import decide
from app.domain.errors import Refusal

if TYPE_CHECKING:
    from app.domain.incident import Incident
    from app.domain.op import Op

PENDING = (
    "SELECT origin, n, scope, kind, entity, at, made, actor, base, body, outcome, refusal, incident FROM op "
)
STILL_PENDING = "hub_seq IS NULL AND NOT refused_here AND origin IN (SELECT id FROM origin WHERE own)"


class Pending(NamedTuple):
    """An own op that no page has brought yet."""

    origin: int
    op: Op
    outcome: str
    refusal: str
    key: int | None


def op_body(text: str) -> dict[str, Any]:
    """The op's body; empty where the text is none (such an op is refused for what it lacks)."""
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        try:  # what it does not read, as NaN or half a surrogate pair, the hub may have read all the same
            body = json.loads(text)
        except ValueError:
            return {}
    return body if isinstance(body, dict) else {}


SET_OUTCOME = "UPDATE op SET seq = ?, outcome = ?, refusal = ? WHERE origin = ? AND n = ?"


def folded(
    before: Incident | None, one: Pending, seq: int, *, moved: bool
) -> tuple[Incident | None, tuple[Any, ...]]:
    """A pending op on what is now beneath it: the incident, and the op's row with its outcome for now."""
    decided = decide(before, one.op)
    refusal = decided.refusal.value if decided.refusal else ""
    if moved and before is None:
        refusal = Refusal.MOVED_AWAY.value
    return decided.incident, (seq, decided.outcome.value, refusal, one.origin, one.op.n)
