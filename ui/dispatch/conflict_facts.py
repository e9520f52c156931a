"""Open conflicts in words: what both meant, who and when, and what may be chosen; Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.incident import Conflict, ConflictKind, State
from app.domain.op import OpKind, Outcome
from app.services import conflicts as settling
from app.services import spell
from ui.dispatch.actions import Action
from ui.dispatch.history import actor_name, what_done

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.ports.rows import TimelineRow
    from app.services.dossier import Dossier
    from app.services.lists import Lists
    from app.services.words import Words

_ENDS = {
    State.CLOSED: (OpKind.CLOSE, "result"), State.CANCELLED: (OpKind.CANCEL, "reason"),
    State.DECLINED: (OpKind.DECLINE, "reason"), State.MERGED: (OpKind.MERGE, "into"),
    State.HANDLED: (OpKind.HANDLE, "result"),
}  # fmt: skip
_GOES_ON = frozenset({
    OpKind.ASSIGN, OpKind.WHISTLE, OpKind.ACKNOWLEDGE, OpKind.REPORT_IN, OpKind.RETURN, OpKind.HANDLE,
    OpKind.SUSPEND, OpKind.ESCALATE, OpKind.SUPERVISE, OpKind.ACCEPT, OpKind.VERIFY,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """One side: when and who (empty where the ledger here does not say), and what was meant."""

    who: str
    words: str


@dataclass(frozen=True, slots=True)
class ConflictFace:
    """One open conflict; ``choices`` are codes of ``app.services.conflicts`` with their words."""

    name: str
    title: str
    why: str
    when: str
    lines: tuple[ConflictLine, ...]
    choices: tuple[tuple[str, str], ...]

    @property
    def spoken(self) -> str:
        """The conflict in one line, for screen readers."""
        return " ".join((self.title, *(f"{line.who} {line.words}".strip() for line in self.lines)))


def conflict_faces(dossier: Dossier, words: Words) -> tuple[ConflictFace, ...]:
    """Every open conflict of the incident, the oldest first."""
    return tuple(_face(conflict, dossier, words) for conflict in dossier.incident.conflicts)


def settle_action(face: ConflictFace, choice: str) -> Action:
    """The act of a choice: it asks for a reason first."""
    said = dict(face.choices)[choice]
    return Action(OpKind.RESOLVE, said, "", "words", face.name, face.title, choice=choice)


def told_words(conflict: Conflict, lists: Lists, words: Words) -> str:
    """What a conflict is about, without the incident at hand: for lists."""
    told, lang = conflict.told, words.lang
    match conflict.kind:
        case ConflictKind.DOUBLE_DISPATCH:
            return ("、" if lang == "zh" else ", ").join(lists.handler_name(h, lang) for h in told)
        case ConflictKind.UNIT_DOUBLE_BOOKED if len(told) > 3:
            return _booked(told, lists, words)
        case ConflictKind.CLOSE_PROPOSED if len(told) > 1:
            return _ended(told[0], told[1], words)
        case ConflictKind.CLOSE_DIFFERS if len(told) > 3:
            return " / ".join((_ended(told[0], told[1], words), _ended(told[2], told[3], words)))
        case ConflictKind.EDITED_TWICE if len(told) > 2:
            values = " / ".join(_value(told[0], value, lists, words) for value in told[1:3])
            return words.say("settle", "value", field=words.say("field", told[0]), value=values)
    return words.say("conflict", conflict.kind)


def _face(conflict: Conflict, dossier: Dossier, words: Words) -> ConflictFace:
    incident = dossier.incident
    codes = settling.choices(incident, conflict) if dossier.permits(OpKind.RESOLVE) else ()
    return ConflictFace(
        conflict.name,
        words.say("conflict_name", conflict.kind),
        words.say("conflict", conflict.kind),
        spell.day_time(conflict.at, words.lang, dossier.now),
        _lines(conflict, dossier, words),
        tuple((code, _choice(code, conflict, dossier, words)) for code in codes),
    )


def _lines(conflict: Conflict, dossier: Dossier, words: Words) -> tuple[ConflictLine, ...]:
    told = conflict.told
    match conflict.kind:
        case ConflictKind.DOUBLE_DISPATCH:
            return tuple(_dispatched(h, dossier, words) for h in told)
        case ConflictKind.UNIT_DOUBLE_BOOKED if len(told) > 3:
            here = _dispatched(told[0], dossier, words)
            return here, ConflictLine("", _booked(told, dossier.lists, words))
        case ConflictKind.CLOSE_PROPOSED if len(told) > 1:
            ending = _ending(told[0], told[1], dossier, words)
            return (ending, *_went_on(conflict, dossier, words))
        case ConflictKind.CLOSE_DIFFERS if len(told) > 3:
            return tuple(_ending(told[i], told[i + 1], dossier, words) for i in (0, 2))
        case ConflictKind.EDITED_TWICE if len(told) > 2:
            return tuple(_edited(told[0], value, dossier, words) for value in told[1:3])
    return (ConflictLine("", words.say("conflict", conflict.kind)),)


def _who(row: TimelineRow | None, dossier: Dossier, words: Words) -> str:
    if row is None:
        return ""
    actor = actor_name(row.actor, dossier.lists, words)
    return f"{spell.day_time(row.at, words.lang, dossier.now)} {actor}"


def _last(rows: Iterable[TimelineRow], fits: Callable[[TimelineRow], bool]) -> TimelineRow | None:
    stood = [row for row in rows if row.outcome != Outcome.REFUSED and fits(row)]
    return stood[-1] if stood else None


def _dispatched(handler: str, dossier: Dossier, words: Words) -> ConflictLine:
    def sent(row: TimelineRow) -> bool:
        calls = [row.body, *(c for c in row.body.get("calls", ()) if isinstance(c, dict))]
        return row.kind in {OpKind.ASSIGN, OpKind.WHISTLE} and any(c.get("handler") == handler for c in calls)

    name = dossier.lists.handler_name(handler, words.lang)
    orders = [a for a in dossier.incident.assignments if a.handler == handler]
    if orders:
        stands = words.say("assignment", orders[-1].state)
        said = words.say("settle", "stands", handler=name, stands=stands)
    else:
        said = words.say("settle", "dispatched", handler=name)
    return ConflictLine(_who(_last(dossier.timeline, sent), dossier, words), said)


def _booked(told: tuple[str, ...], lists: Lists, words: Words) -> str:
    handler, place = lists.handler_name(told[0], words.lang), lists.place_name(told[3], words.lang)
    return words.say("settle", "booked", handler=handler, number=told[2], place=place)


def _ended(ending: str, text: str, words: Words) -> str:
    said = words.say("state", ending)
    if not text or ending == State.MERGED:  # an identity says nothing to anyone
        return said
    return words.say("settle", "ended", ending=said, text=text)


def _ending(ending: str, text: str, dossier: Dossier, words: Words) -> ConflictLine:
    kind, field = _ENDS.get(State(ending), (OpKind.CLOSE, "result"))
    row = _last(dossier.timeline, lambda r: r.kind == kind and str(r.body.get(field, "")) == text)
    row = row or _last(dossier.timeline, lambda r: r.kind == kind)
    return ConflictLine(_who(row, dossier, words), _ended(ending, text, words))


def _went_on(conflict: Conflict, dossier: Dossier, words: Words) -> tuple[ConflictLine, ...]:
    """The last step of the work that the ending did not know of."""
    ending = _ENDS[State(conflict.told[0])][0] if conflict.told[0] in set(_ENDS) else OpKind.CLOSE
    fits = _GOES_ON - {ending}
    row = _last(dossier.timeline, lambda r: r.kind in fits)
    if row is None:
        return ()
    return (ConflictLine(_who(row, dossier, words), what_done(row, dossier, words)),)


def _edited(field: str, value: str, dossier: Dossier, words: Words) -> ConflictLine:
    row = _last(dossier.timeline, lambda r: field in r.body and str(r.body[field]) == value)
    shown = str(getattr(dossier.incident, field)) == value
    said = words.say(
        "settle", "value_shown" if shown else "value",
        field=words.say("field", field), value=_value(field, value, dossier.lists, words),
    )  # fmt: skip
    return ConflictLine(_who(row, dossier, words), said)


def _value(field: str, value: str, lists: Lists, words: Words) -> str:
    if not value:
        return words.say("settle", "none")
    if field == "severity":
        return words.say("severity", value)
    if field == "place":
        return lists.place_name(value, words.lang)
    if field == "item" and value in lists.items:
        item = lists.items[value]
        return item.name if words.lang == "zh" else item.name_en
    return value


def _choice(code: str, conflict: Conflict, dossier: Dossier, words: Words) -> str:
    told = conflict.told
    if code.startswith(settling.KEEP):
        name = dossier.lists.handler_name(code.removeprefix(settling.KEEP), words.lang)
        return words.say("settle", "keep", name=name)
    if code == settling.KEEP_ALL and conflict.kind is ConflictKind.UNIT_DOUBLE_BOOKED:
        return words.say("settle", "keep_booked")
    if code == settling.AS_PROPOSED:
        return words.say("settle", "as_proposed", ending=words.say("state", told[0]))
    if conflict.kind is ConflictKind.EDITED_TWICE and len(told) > 2:
        other = settling.other_value(dossier.incident, conflict)
        shown = str(getattr(dossier.incident, told[0]))
        value = other if code == settling.OTHER else shown
        return words.say("settle", code, value=_value(told[0], value, dossier.lists, words))
    return words.say("settle", code)
