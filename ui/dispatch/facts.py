"""What is known of an incident, in words: head, facts, and why it came here; Qt-free."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.incident import State
from app.domain.place import Level
from app.domain.sla import DAY
from app.services.dossier import NEARBY_DAYS

if TYPE_CHECKING:
    from app.domain.routing import Rule
    from app.ports.rows import Person
    from app.services.dossier import Dossier
    from app.services.words import Words

_UNDER_WAY = (State.ASSIGNED, State.WORKING, State.HANDLED)
FIRST_MISSED = 2
_MADE_UP = re.compile(r":[0-9a-f-]{32,}$")
"""How the reference of a report ends that a machine has named: nobody can ask for it by that name."""
SHOW_KEY = "L"
"""Shows the caller in full, and masks them again."""


@dataclass(frozen=True, slots=True)
class PillFace:
    """A word about the incident; ``mark`` is a state's dot (waiting, under_way, ok, conflict) or none."""

    words: str
    mark: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    title: str
    number: str
    severity: int
    severity_word: str
    pills: tuple[PillFace, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """``short`` facts may stand two in a line; ``link`` is what can be done about it."""

    label: str
    words: str
    tip: str = ""
    short: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class WhyLine:
    """``mark``: hit (the rule that decided), missed, or plain."""

    mark: str
    words: str


@dataclass(frozen=True, slots=True)
class Why:
    """``first`` is always shown, ``rest`` once asked for; ``count`` rules were considered."""

    first: tuple[WhyLine, ...]
    rest: tuple[WhyLine, ...]
    count: int


def head(dossier: Dossier, words: Words) -> Head:
    """The head's words and pills."""
    incident = dossier.incident
    state = incident.state
    dot = "under_way" if state in _UNDER_WAY else "ok" if state is State.CLOSED else "waiting"
    severity = words.say("severity", incident.severity)
    pills = [
        PillFace(severity),
        PillFace(words.say("state", state), dot),
        PillFace(words.say("loop", incident.loop)),
    ]
    if incident.moved:
        pills.append(PillFace(words.say("dispatch", "moved"), "waiting", words.say("dispatch", "moved_tip")))
    counted = ((code, getattr(incident, code)) for code in ("supervised", "rework", "escalated", "returned"))
    pills += [PillFace(words.say("dispatch", code, n=n)) for code, n in counted if n]
    if incident.conflicts:
        said = "\n".join(words.say("conflict", c.kind) for c in incident.conflicts)
        pills.append(PillFace(words.say("left", "conflict", n=len(incident.conflicts)), "conflict", said))
    return Head(incident.title, incident.number, incident.severity, severity, tuple(pills))


def facts(dossier: Dossier, words: Words, person: Person | None = None) -> tuple[Fact, ...]:
    """What is known; a thing that is not known is not there. ``person``: the caller, shown in full now."""
    incident, lists = dossier.incident, dossier.lists
    found = [_item(dossier, words), _place(dossier, words)]
    if dossier.caller or dossier.phone:
        found.append(_caller(dossier, words, person))
    member = lists.member_on_duty(incident.place)
    on_duty = words.say("dispatch", "on_duty", name=member.name) if member else None
    found.append(
        Fact(words.say("dispatch", "member"), on_duty or words.say("dispatch", "nobody"), short=True)
    )
    if dossier.nearby is not None:
        n, still = _others_nearby(dossier.nearby, dossier)
        said = words.say("dispatch", "near", n=n, open=still) if n else words.say("dispatch", "near_none")
        found.append(
            Fact(words.say("dispatch", "nearby"), said, words.say("dispatch", "near_tip"), short=True)
        )
    source = words.say("source", incident.source)
    if incident.ref and not _MADE_UP.search(incident.ref):
        source += f" · {incident.ref.partition(':')[2] or incident.ref}"
    if incident.evidence:
        source += f" · {words.say('dispatch', 'files', n=incident.evidence)}"
    found.append(Fact(words.say("dispatch", "source"), source, incident.ref, short=True))
    return tuple(found)


def _caller(dossier: Dossier, words: Words, person: Person | None) -> Fact:
    names = (person.name, person.phone) if person else (dossier.caller, dossier.phone)
    link = words.say("dispatch", "caller_hide" if person else "caller_key") if dossier.may_show else ""
    said = " · ".join(part for part in names if part)
    return Fact(words.say("dispatch", "caller"), said, link=link)


def _item(dossier: Dossier, words: Words) -> Fact:
    incident = dossier.incident
    item = dossier.lists.items.get(incident.item)
    if item is None:
        said = incident.item or words.say("dispatch", "unlisted")
    else:
        said = f"{item.name if words.lang == 'zh' else item.name_en} · {item.id}"
    return Fact(words.say("dispatch", "item"), said)


def _others_nearby(found: tuple[int, int], dossier: Dossier) -> tuple[int, int]:
    """Without this incident itself, which lies there as well."""
    n, still = found
    incident = dossier.incident
    if incident.reported_at < dossier.now - NEARBY_DAYS * DAY:
        return n, still
    return max(0, n - 1), max(0, still - incident.open)


def _place(dossier: Dossier, words: Words) -> Fact:
    incident, lists = dossier.incident, dossier.lists
    names: list[str] = []
    village = ""
    for level in (Level.VILLAGE, Level.TOWN, Level.GRID):
        place = lists.at_level(incident.place, level)
        if not place:
            continue
        name = lists.place_name(place, words.lang)
        if level is Level.VILLAGE:
            village = name
        names.append(name.removeprefix(village).strip() if level is Level.GRID else name)
    said = names or [lists.place_name(incident.place, words.lang)]
    if incident.lon is not None and incident.lat is not None:
        said.append(f"{incident.lon:.4f}, {incident.lat:.4f}")
    return Fact(words.say("dispatch", "place"), " · ".join(said))


def why(dossier: Dossier, words: Words) -> Why:
    """Which rule decided and why, the small loop for or against, and what every other rule missed."""
    decision = dossier.decision
    if not decision:
        code = "imported" if _imported(dossier) else "not_routed"
        return Why((WhyLine("plain", words.say("dispatch", code)),), (), 0)
    lists, zh = dossier.lists, words.lang == "zh"
    rules = {rule.id: rule for rule in lists.rules}
    hit = str(decision.get("rule", ""))
    to = str(decision.get("to", ""))
    named = lists.handler_name(to, words.lang) if to else words.say("dispatch", "nobody_named")
    first = [
        WhyLine("hit", words.say("dispatch", "hit", rule=hit, name=_rule_name(rules, hit, zh=zh), to=named))
    ]
    if hit in rules:
        first.append(WhyLine("", rules[hit].why if zh else rules[hit].why_en))
    if small := str(decision.get("small_why", "")):
        mark = "hit" if small == "small_loop" else "missed"
        first.append(WhyLine(mark, words.say("small_why", small)))
    considered = [(str(r), bool(m), str(why)) for r, m, why in decision.get("considered", ())]
    missed = [
        WhyLine(
            "missed",
            words.say(
                "dispatch", "missed",
                rule=rule, why=words.say("rule_missed", code), name=_rule_name(rules, rule, zh=zh),
            ),
        )
        for rule, matched, code in considered
        if not matched
    ]  # fmt: skip
    last = missed[-FIRST_MISSED:]  # the nearest before the one that matched say most
    return Why((*first, *last), tuple(missed[:-FIRST_MISSED]), len(considered))


def _rule_name(rules: dict[str, Rule], rule: str, *, zh: bool) -> str:
    found = rules.get(rule)
    if found is None:
        return rule
    return found.name if zh else found.name_en


def _imported(dossier: Dossier) -> bool:
    return bool(dossier.incident.ref) or dossier.incident.source == "import"


def due_note(dossier: Dossier, words: Words) -> str:
    """Why a limit could not be computed; empty where all were."""
    note = dossier.incident.due_note
    return words.say_coded("due_note", note) if note else ""
