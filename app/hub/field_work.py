"""One batch's work: who asks, where it lies, what it is numbered, and the ops (DESIGN §4, §5)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, cast

from app.domain.errors import Refusal
from app.domain.ids import number_day
from app.domain.op import OpKind
from app.domain.rights import may
from app.hub.field_acts import Within, act
from app.hub.field_body import ReportBody
from app.hub.field_jobs import NOBODY, Answer, Job, reaches, refused
from app.hub.field_lists import FieldLists, Pinned, signs_of
from app.services.desk import Centre, Desk
from app.services.intake import Report, report_in
from db.hub.askers import asking
from db.hub.desk import Known, scopes_of
from db.hub.held_incidents import HeldIncidents
from db.hub.hub_tx import HubReader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.ports.clock import Clock, Ids
    from app.ports.ledger import Store
    from app.services.lists import Lists
    from app.services.words import Words
    from db.hub.askers import Asking
    from db.hub.database import Raw
    from db.hub.desk import DeskTx

LETTER = "H"
"""Stands in the numbers that the hub itself gives, before the count."""

LATE, EARLY = 31 * 86_400_000, 600_000
"""A phone may have been without a line for so long (ms), and its clock so far ahead."""


class _Drawn:
    """Identities of one request: its incident's first, which was drawn with the request."""

    def __init__(self, first: str, ids: Ids) -> None:
        self._first, self._ids = first, ids

    def fresh(self) -> str:
        """The next one."""
        if first := self._first:
            self._first = ""
            return first
        return self._ids.fresh()


class FieldWork:
    """``prepare``, then ``work``, in one transaction; both again where that is begun anew."""

    def __init__(self, jobs: Sequence[Job], clock: Clock, ids: Ids, lists: FieldLists, words: Words) -> None:
        self._jobs, self._clock, self._ids, self._kept, self._words = jobs, clock, ids, lists, words
        self._who: Mapping[str, Asking] = {}
        self._lists: Lists | None = None
        self._signs: Mapping[str, str] = {}
        self._places: dict[int, str | Refusal] = {}
        self._now = 0

    def prepare(self, raw: Raw) -> set[str]:
        """Who asks, the lists in force, where each report lies: the scopes that are needed."""
        self._now = self._clock.now()
        self._who = asking(raw, {job.token for job in self._jobs}, self._now)
        lists = self._lists = self._kept.now(HubReader(raw, HeldIncidents(raw)))
        scopes = set(
            scopes_of(
                raw, {j.body.incident for j in self._jobs if not isinstance(j.body, ReportBody)}
            ).values()
        )
        if lists is None:
            return scopes
        self._signs = signs_of(lists)
        self._places = {
            at: placed(lists, job.body) for at, job in enumerate(self._jobs)
            if isinstance(job.body, ReportBody) and job.token in self._who
        }  # fmt: skip
        return scopes | {lists.town_of(p) for p in self._places.values() if not isinstance(p, Refusal)}

    def work(self, raw: Raw, tx: DeskTx) -> list[Answer]:
        """The answers, in the jobs' order."""
        names = {job.name_of(self._who[job.token]) for job in self._jobs if job.token in self._who} - {""}
        ids = [j.identity if isinstance(j.body, ReportBody) else j.body.incident for j in self._jobs]
        known = tx.foresee(ids, names)
        self._reserve(tx, known)
        return [self._answer(at, job, raw, tx, known) for at, job in enumerate(self._jobs)]

    def _reserve(self, tx: DeskTx, known: Mapping[str, Known]) -> None:
        """Draw the numbers' counts of all reports that will be taken in."""
        days: Counter[str] = Counter()
        for at, place in self._places.items():
            job, who = self._jobs[at], self._who[self._jobs[at].token]
            if (
                isinstance(place, str)
                and job.name_of(who) not in known
                and self._why_not(at, tx, who) is None
            ):
                town = self._town(place)
                days[number_day(self._signs.get(town, ""), LETTER, self._at(job.body))] += 1
        if days:
            tx.reserve(days)

    def _answer(self, at: int, job: Job, raw: Raw, tx: DeskTx, known: dict[str, Known]) -> Answer:
        who = self._who.get(job.token)
        if who is None:
            return NOBODY
        if self._lists is None:
            return refused(409, Refusal.UNKNOWN_RECORD, "the hub has no places yet", who)
        if isinstance(job.body, ReportBody):
            return self._report(at, job, job.body, who, tx, known)
        return act(raw, tx, self._desk(tx, who, "", job), job, who, self._say)

    def _report(
        self, at: int, job: Job, body: ReportBody, who: Asking, tx: DeskTx, known: dict[str, Known]
    ) -> Answer:
        name = job.name_of(who)
        if before := known.get(name):
            return Answer(200, before._asdict(), who)
        if refusal := self._why_not(at, tx, who):
            return refusal
        place = self._places[at]
        town = self._town(place)
        tx.serve(who.actor, town, job.identity)
        receipt = report_in(self._desk(tx, who, town, job), tx, _report_of(body, place, name))
        incident = receipt.incident
        if incident is None:
            why = receipt.refusal or Refusal.MALFORMED
            return refused(409, why, self._say(why), who)
        units = cast("Lists", self._lists).units
        tx.gave_to_units = tx.gave_to_units or any(a.handler in units for a in incident.assignments)
        taken = Known(incident.id, incident.number, incident.scope)
        if name:
            known[name] = taken
        return Answer(201, taken._asdict(), who)

    def _why_not(self, at: int, tx: DeskTx, who: Asking) -> Answer | None:
        place, body = self._places[at], self._jobs[at].body
        if who.role is not None and not may(who.role, OpKind.REPORT):
            return refused(403, Refusal.NOT_PERMITTED, self._say(Refusal.NOT_PERMITTED), who)
        if isinstance(place, Refusal):
            return refused(422, place, self._say(place), who)
        if not self._now - LATE <= self._at(body) <= self._now + EARLY:
            return refused(422, Refusal.MALFORMED, "at: too long ago, or not yet", who)
        town = self._town(place)
        if not reaches(who, town) or not tx.holds(town):
            return refused(403, Refusal.NOT_PERMITTED, self._say(Refusal.NOT_PERMITTED), who)
        return None

    def _desk(self, tx: DeskTx, who: Asking, town: str, job: Job) -> Desk:
        """The officer's desk that the use cases sit down at: the hub's, in the sender's name."""
        return Desk(
            cast("Store", Within(tx)),
            self._clock,
            _Drawn(job.identity, self._ids),
            Pinned(cast("Lists", self._lists)),
            Centre(town, self._signs.get(town, ""), LETTER),
            who.actor,
            who.role,
        )

    def _say(self, refusal: Refusal) -> str:
        return self._words.say("refusal", refusal.value)

    def _town(self, place: str) -> str:
        return cast("Lists", self._lists).town_of(place)

    def _at(self, body: object) -> int:
        at = body.at if isinstance(body, ReportBody) else None
        return self._now if at is None else at


def placed(lists: Lists, body: ReportBody) -> str | Refusal:
    """The smallest place that a report names or lies in; why not, where it is none of the district's."""
    if body.lon is not None and body.lat is not None:
        found = lists.locator.locate(body.lon, body.lat)
        if found is None:
            return Refusal.OUTSIDE_DISTRICT
        return found if body.place not in lists.places else _finer(lists, body.place, found)
    if body.place:
        return body.place if body.place in lists.places else Refusal.UNKNOWN_RECORD
    return lists.district.id


def _finer(lists: Lists, named: str, found: str) -> str:
    """A named grid stands; a larger place gives way to what the position says."""
    return named if lists.places[named].level.depth >= lists.places[found].level.depth else found


def _report_of(body: ReportBody, place: str, name: str) -> Report:
    return Report(
        body.title, body.source, body.detail, body.item, body.severity, place, body.lon, body.lat,
        body.caller, body.phone, name, body.at,
    )  # fmt: skip
