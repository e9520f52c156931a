"""The timeline of ops as rows: when, who, what became of it; Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.op import OpKind, Outcome
from app.services import spell
from app.services.dossier import dossier as ask_dossier

if TYPE_CHECKING:
    from app.domain.assignment import Assignment
    from app.ports.rows import TimelineRow
    from app.services.desk import Desk
    from app.services.dossier import Dossier
    from app.services.lists import Lists
    from app.services.words import Words

_GOOD = {OpKind.REPORT_IN, OpKind.HANDLE, OpKind.CLOSE, OpKind.RESUME}
_BACK = {OpKind.RETURN, OpKind.REOPEN, OpKind.VERIFY}
_WHERE = {OpKind.RELOCATE: "place", OpKind.MOVE_OUT: "to"}
_UNDER_WAY = {OpKind.ASSIGN, OpKind.WHISTLE, OpKind.ACKNOWLEDGE, OpKind.SUPERVISE, OpKind.ESCALATE}


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One op. ``mark``: ok, acc, waiting, back (undone) or alarm.

    ``refused`` says why it changed nothing; empty where it did. ``unsent``: that it waits to be sent.
    """

    seq: int
    time: str
    actor: str
    what: str
    mark: str
    refused: str
    tip: str
    unsent: str = ""

    @property
    def spoken(self) -> str:
        """The row in one line, for screen readers."""
        return " ".join(
            part for part in (self.time, self.actor, self.what, self.refused, self.unsent) if part
        )


@dataclass(frozen=True, slots=True)
class Told:
    """A dossier with its timeline already in words: made off the GUI thread, where it may be long."""

    dossier: Dossier
    entries: tuple[HistoryRow, ...]


@dataclass(frozen=True, slots=True)
class Gone:
    """No incident with this key; ``place`` names where it was handed over to, empty where nobody told."""

    number: str = ""
    place: str = ""


def tell(desk: Desk, key: int, words: Words, identity: str = "") -> Told | Gone:
    """All that is shown of one incident; ``identity`` says which one had this key, where that is known."""
    found = ask_dossier(desk, key)
    if found is not None:
        return Told(found, history(found, found.now, words))
    with desk.store.reading() as read:
        moved = read.moved(identity) if identity else None
        if moved is None:
            return Gone()
        return Gone(moved.number, desk.lists.now(read).place_name(moved.to, words.lang))


HUB_ACTOR = "hub"
CLOCK = 5
"""How long a time is that needs no day."""


def history(dossier: Dossier, now: int, words: Words) -> tuple[HistoryRow, ...]:
    """Every op with its outcome, newest first."""
    orders = _orders(dossier)
    dated = any(len(spell.day_time(row.at, words.lang, now)) > CLOCK for row in dossier.timeline)
    return tuple(_row(row, orders, dossier, now, words, dated=dated) for row in reversed(dossier.timeline))


def actor_name(actor: str, lists: Lists, words: Words) -> str:
    """Who did it, by name; the hub's own ops have an actor that no list knows."""
    return words.say("settle", "hub") if actor == HUB_ACTOR else lists.handler_name(actor, words.lang)


def what_done(row: TimelineRow, dossier: Dossier, words: Words) -> str:
    """One op in words, as the timeline says it."""
    return _what(row, _orders(dossier), dossier, words)


def _orders(dossier: Dossier) -> dict[str, Assignment]:
    return {name: a for a in dossier.incident.assignments for name in (a.id, *a.also)}


def _row(
    row: TimelineRow, orders: dict[str, Assignment], dossier: Dossier, now: int, words: Words, *, dated: bool
) -> HistoryRow:
    lists, lang = dossier.lists, words.lang
    actor = actor_name(row.actor, lists, words)
    what = _what(row, orders, dossier, words)
    refused = ""
    if row.outcome == Outcome.REFUSED:
        what = words.say("op", row.kind)
        refused = words.say("dispatch", "not_done", text=words.say("refusal", row.refusal))
    elif row.outcome == Outcome.CONFLICT:
        what = f"{what} · {words.say('outcome', 'conflict')}"
    head = f"{spell.day_time(row.at, lang, now)} {actor}"
    tip = "\n".join(part for part in (head, what, refused) if part)
    unsent = words.say("dispatch", "unsent") if row.seq in dossier.unsent else ""
    when = spell.short_time(row.at, dated=dated)
    return HistoryRow(row.seq, when, actor, what, _mark(row), refused, tip, unsent)


def _mark(row: TimelineRow) -> str:
    if row.outcome != Outcome.APPLIED:
        return "alarm"
    if row.kind in _GOOD or (row.kind == OpKind.VERIFY and row.body.get("passed")):
        return "ok"
    if row.kind in _BACK:
        return "back"
    return "acc" if row.kind in _UNDER_WAY else "waiting"


def _what(row: TimelineRow, orders: dict[str, Assignment], dossier: Dossier, words: Words) -> str:
    body, lists, lang = row.body, dossier.lists, words.lang
    done = words.say("op_done", row.kind)
    if row.kind == OpKind.ASSIGN:
        done = words.say("dispatch", "to_whom", names=lists.handler_name(str(body.get("handler", "")), lang))
    elif row.kind == OpKind.WHISTLE:
        called = [str(call.get("handler", "")) for call in body.get("calls", ()) if isinstance(call, dict)]
        names = ("、" if lang == "zh" else ", ").join(lists.handler_name(h, lang) for h in called)
        done = words.say("dispatch", "called", names=names)
    elif row.kind in _WHERE:
        place = lists.place_name(str(body.get(_WHERE[OpKind(row.kind)], "")), lang)
        return f"{done}{'：' if lang == 'zh' else ': '}{place}" if place else done
    elif row.kind == OpKind.VERIFY and body.get("passed"):
        return words.say("dispatch", "passed")
    elif row.kind == OpKind.VERIFY:
        return words.say("dispatch", "failed", text=body.get("reason", ""))
    elif (order := orders.get(str(body.get("assignment", "")))) is not None:
        name = lists.handler_name(order.handler, lang)
        if row.kind == OpKind.HANDLE and not order.lead:
            done = words.say("assignment", "done")  # only the lead's makes the matter ready to be verified
        done = f"{done} · {name}" if row.kind == OpKind.RECALL else f"{name} {done}"
    return _with_text(done, row, words)


def _with_text(done: str, row: TimelineRow, words: Words) -> str:
    body = row.body
    text = str(body.get("text") or body.get("result") or body.get("reason") or "")
    if row.kind == OpKind.NOTE:
        return text or done
    if row.kind == OpKind.RATE:
        text = f"{body.get('score', '')}/5 {text}".strip()
    if body.get("auto"):
        done = f"{done}{'' if words.lang == 'zh' else ' '}{words.say('dispatch', 'automatic')}"
    colon = "：" if words.lang == "zh" else ": "
    return f"{done}{colon}{text}" if text else done
