"""The three time limits of an incident as rings: how much is used, which colour, which words; Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.errors import UnknownYear
from app.domain.ids import CHINA
from app.domain.incident import State
from app.domain.sla import DAY, HOUR, MINUTE, working_between
from app.services import spell

if TYPE_CHECKING:
    from app.domain.catalogue import Limit
    from app.domain.incident import Incident
    from app.services.dossier import Dossier
    from app.services.words import Words

CLOCKS = ("accept", "respond", "resolve")
DUE_SOON = 30 * MINUTE
DUE_SHARE = 0.8
_STEPS = 720
"""A ring is painted anew only when its arc has grown by half a degree."""


@dataclass(frozen=True, slots=True)
class RingFace:
    """``ink``: acc running, ok done in time, high due, crit over, t3 paused or without a limit.

    ``inside`` is the figure in the ring, empty for a tick. ``first`` may be told in ``ink`` (``loud``).
    """

    name: str
    share: float
    ink: str
    inside: str
    first: str
    second: str
    loud: bool = False

    @property
    def spoken(self) -> str:
        """The ring in one line, for screen readers."""
        return " ".join(part for part in (self.name, self.inside, self.first, self.second) if part)


@dataclass(frozen=True, slots=True)
class _Span:
    """A clock: from its start to its stop (None: not stopped by its own deed), and its limit."""

    clock: str
    start: int
    stop: int | None
    due: int | None
    limit: Limit | None


def rings(dossier: Dossier, now: int, words: Words) -> tuple[RingFace, ...]:
    """Accept, respond, resolve: as they stand at ``now`` (ms since 1970 UTC)."""
    return tuple(_face(span, dossier, now, words) for span in _spans(dossier))


def _spans(dossier: Dossier) -> list[_Span]:
    incident = dossier.incident
    start = _started(dossier)
    item = dossier.lists.items.get(incident.item)
    if item is not None and item.rev != incident.item_rev:
        item = None  # its limits have been edited since: say what the deadline itself says
    stops = (incident.accepted_at, incident.responded_at, incident.resolved_at)
    dues = (incident.accept_due, incident.respond_due, incident.resolve_due)
    limits = (item.accept, item.respond, item.resolve) if item else (None, None, None)
    return [
        _Span(clock, min(start, stop) if stop is not None else start, stop, due, limit)
        for clock, stop, due, limit in zip(CLOCKS, stops, dues, limits, strict=True)
    ]


def _started(dossier: Dossier) -> int:
    """Limits count from the report, or from the last reopening, which sets them anew."""
    reopened = (
        row.at
        for row in reversed(dossier.timeline)
        if row.kind == "reopen" and not row.refusal and row.body.get("due")
    )
    return next(reopened, dossier.incident.reported_at)


def _paused_ms(dossier: Dossier, first: int, last: int) -> int:
    """How long the clock stood between two instants."""
    total, since = 0, None
    for row in dossier.timeline:
        if row.refusal:
            continue
        if row.kind == "suspend":
            since = row.at
        elif since is not None and row.kind in {"resume", "cancel"}:
            total += max(0, min(row.at, last) - max(since, first))
            since = None
    if since is not None:
        total += max(0, last - max(since, first))
    return total


def _used(dossier: Dossier, span: _Span, until: int) -> int:
    """Milliseconds of the limit that are used: working time where the limit is in working time."""
    if span.limit is not None and span.limit.working:
        try:
            return working_between(span.start, until, dossier.lists.calendar)
        except UnknownYear:
            pass  # told by the incident's own note; clock time is the best that can be shown
    return max(0, until - span.start - _paused_ms(dossier, span.start, until))


def _whole(dossier: Dossier, span: _Span) -> int:
    if span.due is None:
        return 0
    limit = span.limit
    if limit is not None and not limit.working:
        return limit.minutes * MINUTE
    return max(1, _used(dossier, span, span.due))


def _face(span: _Span, dossier: Dossier, now: int, words: Words) -> RingFace:
    name = words.say("clock", span.clock)
    incident = dossier.incident
    if span.stop is not None:
        return _stopped(name, span, span.stop, dossier, words)
    if not incident.open:
        return RingFace(name, 0.0, "t3", "—", words.say("ring", "ended"), _limit_line(span, dossier, words))
    if span.due is None:
        return RingFace(name, 0.0, "t3", "—", words.say("ring", "no_limit"), "")
    if incident.state is State.SUSPENDED:
        return _paused(name, span, span.due, dossier, words)
    return _running(name, span, span.due, dossier, now, words)


def _stopped(name: str, span: _Span, stop: int, dossier: Dossier, words: Words) -> RingFace:
    used = words.say("ring", "used", time=spell.duration(_used(dossier, span, stop), words.lang))
    limit = _limit_line(span, dossier, words)
    if span.due is None:
        return RingFace(name, 0.0, "ok", "", used, limit)
    if stop > span.due:
        over = words.say("left", "over", time=spell.duration(stop - span.due, words.lang))
        return RingFace(name, 1.0, "crit", words.say("ring", "over"), over, limit, loud=True)
    return RingFace(name, _share(_used(dossier, span, stop), _whole(dossier, span)), "ok", "", used, limit)


def _paused(name: str, span: _Span, due: int, dossier: Dossier, words: Words) -> RingFace:
    since = dossier.incident.suspended_at
    at = since if since is not None else dossier.now
    share = _share(_used(dossier, span, at), _whole(dossier, span))
    if at > due:
        first = words.say("left", "over", time=spell.duration(at - due, words.lang))
    else:
        first = words.say("ring", "paused", time=spell.duration(due - at, words.lang))
    return RingFace(
        name, share, "t3", words.say("ring", "paused_short"), first, _limit_line(span, dossier, words)
    )


def _running(name: str, span: _Span, due: int, dossier: Dossier, now: int, words: Words) -> RingFace:
    until = words.say("ring", "until", time=_instant(due, now, words.lang))
    left = due - now
    if left < 0:
        over = words.say("left", "over", time=spell.duration(left, words.lang))
        return RingFace(name, 1.0, "crit", words.say("ring", "over"), over, until, loud=True)
    share = _share(_used(dossier, span, now), _whole(dossier, span))
    # A limit of ten minutes is no alarm from its first minute on: then the share alone decides.
    soon = share >= DUE_SHARE or (left <= DUE_SOON and _whole(dossier, span) > 2 * DUE_SOON)
    return RingFace(
        name, share, "high" if soon else "acc", _inside(left, words.lang),
        _limit_line(span, dossier, words), until,
    )  # fmt: skip


def _share(used: int, whole: int) -> float:
    share = min(1.0, max(0.0, used / whole)) if whole > 0 else 0.0
    return round(share * _STEPS) / _STEPS


def _limit_line(span: _Span, dossier: Dossier, words: Words) -> str:
    if span.due is None:
        return words.say("ring", "no_limit")
    return words.say("ring", "limit", time=_limit_words(span, dossier, words))


def _limit_words(span: _Span, dossier: Dossier, words: Words) -> str:
    limit = span.limit
    if limit is None:
        return _round_words(_whole(dossier, span), words)
    if limit.days:
        return words.say("ring", "work_days", n=limit.days)
    if not limit.working:
        return _round_words(limit.minutes * MINUTE, words)
    code, size = ("work_hours", 60) if limit.minutes % 60 == 0 else ("work_minutes", 1)
    return words.say("ring", code, n=limit.minutes // size)


def _round_words(ms: int, words: Words) -> str:
    """``10 分``, ``3 时``, ``2 天`` where it is a whole number of them; else as durations are written."""
    for code, size in (("days", DAY), ("hours", HOUR), ("minutes", MINUTE)):
        if ms % size == 0 and 0 < ms // size < 60:
            return words.say("ring", code, n=ms // size)
    return spell.duration(ms, words.lang)


def _inside(left: int, lang: str) -> str:
    """What fits in a ring: ``33``, ``2:19``, ``2 天``."""
    if left < HOUR:
        return f"{left // MINUTE} {'m' if lang == 'en' else '分'}"
    if left < DAY:
        return spell.duration(left, lang)
    return f"{left // DAY} {'d' if lang == 'en' else '天'}"


def _instant(at: int, now: int, lang: str) -> str:
    """``16:24`` today, ``22日 17:00`` within some weeks, else the day alone."""
    then, today = (datetime.fromtimestamp(ms / 1000, CHINA) for ms in (at, now))
    if then.date() == today.date():
        return spell.clock_time(at)
    if abs(at - now) < 20 * DAY:
        day = f"{then.day}日" if lang != "en" else spell.day(at, lang)
        return f"{day} {spell.clock_time(at)}"
    return spell.day(at, lang)


def ends(incident: Incident) -> bool:
    """Whether no clock of the incident moves any more, so that nothing has to be looked at each second."""
    return not incident.open or incident.state in {State.SUSPENDED, State.HANDLED}
