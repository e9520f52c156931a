"""An incident whole, as JSON values: what a move carries into its new scope, and a snapshot to a desktop."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from app.domain.assignment import Assignment, AssignmentState
from app.domain.errors import MalformedOp
from app.domain.incident import Conflict, ConflictKind, Incident, Loop, Mark, State
from app.domain.op import is_text, storable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.op import Op

_INCIDENT = {f.name: str(f.type) for f in fields(Incident)}
_ASSIGNMENT = {f.name: str(f.type) for f in fields(Assignment)}
_MADE_OVER = ("state", "loop", "conflicts", "marks", "undone", "assignments")


def as_body(incident: Incident) -> dict[str, Any]:
    """The incident as JSON values; fields that are empty are left out."""
    plain = {name: getattr(incident, name) for name in _INCIDENT if name not in _MADE_OVER}
    body = {name: value for name, value in plain.items() if value not in ("", None, 0, False)}
    body |= {"state": incident.state.value, "loop": incident.loop.value}
    if incident.conflicts:
        body["conflicts"] = [[c.name, c.kind.value, c.at, c.actor, list(c.told)] for c in incident.conflicts]
    if incident.marks:
        body["marks"] = [[m.concern, m.origin, m.version] for m in incident.marks]
    if incident.undone:
        body["undone"] = list(incident.undone)
    if incident.assignments:
        body["assignments"] = [_assignment_body(a) for a in incident.assignments]
    return body


def from_body(body: Mapping[str, Any]) -> Incident:
    """The incident that ``as_body`` has told; ``MalformedOp`` where it is none."""
    try:
        plain = {
            name: _plain(name, kind, body.get(name)) for name, kind in _INCIDENT.items()
            if name not in _MADE_OVER
        }  # fmt: skip
        return Incident(
            **plain,
            state=State(body["state"]),
            loop=Loop(body["loop"]),
            conflicts=tuple(
                Conflict(_text(n), ConflictKind(k), _whole(at), _text(by), tuple(map(_text, told)))
                for n, k, at, by, told in body.get("conflicts", ())
            ),
            marks=tuple(Mark(_text(c), _text(o), _whole(v)) for c, o, v in body.get("marks", ())),
            undone=tuple(map(_text, body.get("undone", ()))),
            assignments=tuple(_assignment_of(a) for a in body.get("assignments", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedOp(f"incident: {error}") from error


def move_in(op: Op) -> Incident:
    """The incident that a move brings into the op's scope, whole."""
    incident = from_body(op.body)
    if incident.id != op.entity:
        raise MalformedOp("another incident")
    return replace(incident, scope=op.scope)


def _assignment_body(a: Assignment) -> dict[str, Any]:
    values = {name: getattr(a, name) for name in _ASSIGNMENT}
    body = {name: value for name, value in values.items() if value not in ("", None, 0, False, ())}
    return body | {"state": a.state.value} | ({"also": list(a.also)} if a.also else {})


def _assignment_of(body: Mapping[str, Any]) -> Assignment:
    plain = {
        name: _plain(name, kind, body.get(name)) for name, kind in _ASSIGNMENT.items()
        if name not in {"state", "also"}
    }  # fmt: skip
    return Assignment(
        **plain, state=AssignmentState(body["state"]), also=tuple(map(_text, body.get("also", ())))
    )


def _plain(name: str, kind: str, value: Any) -> Any:
    """The field's value as its type wants it; ValueError where it is of another."""
    if kind.startswith("str"):
        return "" if value is None else _text(value)
    if kind.startswith("bool"):
        return bool(value)
    if value is None:
        return None if "None" in kind else 0
    if kind.startswith("float") and type(value) in {int, float}:
        return float(value)
    if kind.startswith("int"):
        return _whole(value)
    raise ValueError(name)


def _text(value: Any) -> str:
    if not is_text(value):
        raise ValueError("no text")
    return str(value)


def _whole(value: Any) -> int:
    if type(value) is not int or not storable(value):
        raise ValueError("no whole number")
    return int(value)
