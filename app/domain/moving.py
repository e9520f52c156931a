"""An incident whole, as JSON values: what a move carries into its new scope, and a snapshot to a desktop."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from app.domain.assignment import Assignment, AssignmentState
from app.domain.errors import MalformedOp
from app.domain.incident import MOVING, Conflict, ConflictKind, Incident, Loop, Mark, State
from app.domain.op import is_text, storable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.domain.op import Op


def as_body(incident: Incident) -> dict[str, Any]:
    """The incident as JSON values; fields that are empty are left out."""
    body = _told(incident, _INCIDENT)
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
        plain = _read(body, _INCIDENT, _NEEDED)
        return Incident(
            **plain,
            state=State(body["state"]),
            loop=Loop(body["loop"]),
            conflicts=tuple(
                [
                    Conflict(_text(n), ConflictKind(k), _whole(at), _text(by), _texts(told))
                    for n, k, at, by, told in body.get("conflicts", ())
                ]
            ),
            marks=tuple([Mark(_text(c), _text(o), _whole(v)) for c, o, v in body.get("marks", ())]),
            undone=_texts(body.get("undone", [])),
            assignments=tuple([_assignment_of(a) for a in body.get("assignments", ())]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedOp(f"incident: {error}") from error


def move_in(op: Op) -> Incident:
    """The incident that a move brings into the op's scope, whole, one version on."""
    incident = from_body(op.body)
    if incident.id != op.entity:
        raise MalformedOp("another incident")
    marks = tuple(m for m in incident.marks if m.concern != MOVING)
    version = incident.version + 1
    return replace(incident, scope=op.scope, marks=marks, version=version, changed_at=op.at)


def _assignment_body(a: Assignment) -> dict[str, Any]:
    body = _told(a, _ASSIGNMENT)
    return body | {"state": a.state.value} | ({"also": list(a.also)} if a.also else {})


def _assignment_of(body: Mapping[str, Any]) -> Assignment:
    plain = _read(body, _ASSIGNMENT, ("id", "handler"))
    return Assignment(**plain, state=AssignmentState(body["state"]), also=_texts(body.get("also", [])))


def _told(of: Incident | Assignment, plain: Mapping[str, _Plain]) -> dict[str, Any]:
    values = ((name, getattr(of, name), field.empty) for name, field in plain.items())
    return {name: value for name, value, empty in values if value != empty}


def _read(body: Mapping[str, Any], plain: Mapping[str, _Plain], needed: tuple[str, ...]) -> dict[str, Any]:
    """The plain fields of the body; fields that this program does not know are left aside."""
    values = {name: field.read(body[name]) for name, field in plain.items() if name in body}
    if not all(values.get(name) for name in needed):
        raise ValueError("a field is missing")
    return {name: values.get(name, field.empty) for name, field in plain.items()}


def _text(value: Any) -> str:
    if not is_text(value):
        raise ValueError("no text")
    return str(value)


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError("no list")
    return tuple([_text(value) for value in values])


def _whole(value: Any) -> int:
    if type(value) is not int or not storable(value):
        raise ValueError("no whole number")
    return value


def _yes(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError("no truth value")
    return value


def _number(value: Any) -> float:
    if type(value) is not float and type(value) is not int:
        raise ValueError("no number")
    if not -1e9 < value < 1e9:  # also false for one that is no number
        raise ValueError("out of bounds")
    return float(value)


class _Plain(NamedTuple):
    """How a field of one JSON value is read, and the value that is left out."""

    read: Callable[[Any], Any]
    empty: Any


_READ: dict[str, _Plain] = {
    "str": _Plain(_text, ""), "int": _Plain(_whole, 0), "bool": _Plain(_yes, False),
    "int | None": _Plain(_whole, None), "float | None": _Plain(_number, None),
}  # fmt: skip
_INCIDENT = {f.name: _READ[str(f.type)] for f in fields(Incident) if str(f.type) in _READ}
_ASSIGNMENT = {f.name: _READ[str(f.type)] for f in fields(Assignment) if str(f.type) in _READ}
_NEEDED = ("id", "scope", "number", "title", "source", "place", "town")
