"""Taking in another system's records: each becomes the ordinary ops that would have made it here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.incident import Loop, State
from app.domain.op import OpKind, Outcome
from app.ports.ledger import Draft
from app.ports.rows import Person
from app.services.desk import Desk, fresh_number
from app.services.intake import UNLISTED_SEVERITY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.ports.ledger import Tx
    from app.ports.rows import Changed, ImportMark
    from app.services.lists import Lists


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One checked row of another system. Instants in ms since 1970 UTC, position in WGS-84 degrees.

    ``ref`` is ``<source>:<its number>``, the key that makes an import idempotent. ``state`` is where the
    source says it stands: reported, accepted, closed, declined or cancelled. ``moved`` says that the
    position was moved into the district, which the incident then shows.
    """

    ref: str
    title: str
    source: str
    reported_at: int
    state: State = State.REPORTED
    detail: str = ""
    category: str = ""
    item: str = ""
    severity: int | None = None
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    resolve_due: int | None = None
    closed_at: int | None = None
    result: str = ""
    moved: bool = False
    note: str = ""
    caller: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """How many of a batch were new, and how many were here already."""

    new: int
    known: int
    changed: Changed


class NotTaken(RuntimeError):
    """The fold refused an op of a checked record; nothing of its batch was kept."""


def take_in(
    desk: Desk, batch: Sequence[SourceRecord], mark: Callable[[int, int], ImportMark] | None = None
) -> Taken:
    """Take a batch in one transaction together with the mark of how far the import has come.

    ``mark`` makes it from how many of the batch were new and how many were known.
    """
    with desk.store.write(desk.actor) as tx:
        lists = desk.lists.now(tx.read)
        known = set(tx.read.known_refs([record.ref for record in batch]))
        drafts: list[Draft] = []
        new = 0
        for record in batch:
            if record.ref in known:
                continue
            known.add(record.ref)
            new += 1
            drafts += drafts_of(desk, tx, lists, record)
        for receipt, draft in zip(tx.append_many(drafts), drafts, strict=True):
            if receipt.outcome is Outcome.REFUSED:
                raise NotTaken(f"{draft.kind} of {draft.entity}: {receipt.refusal}")
        if mark is not None:
            tx.set_import_mark(mark(new, len(batch) - new))
        return Taken(new, len(batch) - new, tx.changed())


def drafts_of(desk: Desk, tx: Tx, lists: Lists, record: SourceRecord) -> list[Draft]:
    """The ops of one record: report, then what its state says was done since."""
    identity = desk.ids.fresh()
    place = record.place or lists.district.id
    town = lists.town_of(place)
    body = _report(desk, tx, lists, record, place, town)
    if record.caller or record.phone:
        body["person"] = desk.ids.fresh()
        tx.keep_person(Person(body["person"], identity, record.caller, record.phone))
    drafts = [Draft(OpKind.REPORT, identity, town, record.reported_at, body)]
    ended = record.closed_at if record.closed_at is not None else record.reported_at
    result = record.result or record.note or record.state.value

    def then(kind: OpKind, at: int, body: dict[str, Any]) -> None:
        drafts.append(Draft(kind, identity, town, at, body))

    if record.state in (State.ACCEPTED, State.CLOSED):
        then(OpKind.ACCEPT, record.reported_at, {"auto": True})
    if record.state is State.CLOSED:
        then(OpKind.CLOSE, ended, {"result": result})
    elif record.state is State.DECLINED:
        then(OpKind.DECLINE, ended, {"reason": result})
    elif record.state is State.CANCELLED:
        then(OpKind.CANCEL, ended, {"reason": result})
    return drafts


def _report(desk: Desk, tx: Tx, lists: Lists, record: SourceRecord, place: str, town: str) -> dict[str, Any]:
    item = lists.items.get(record.item)
    body: dict[str, Any] = {
        "number": fresh_number(tx, desk.centre, record.reported_at),
        "title": record.title,
        "detail": record.detail,
        "source": record.source,
        "place": place,
        "town": town,
        "ref": record.ref,
        "severity": record.severity or (item.severity if item else UNLISTED_SEVERITY),
        "loop": (item.loop if item else Loop.BIG).value,
        "category": item.category if item else record.category,
    }
    if item:
        body |= {"item": item.id, "item_rev": item.rev}
    if record.resolve_due is not None:
        body["due"] = {"resolve": record.resolve_due}
    if record.lon is not None and record.lat is not None:
        body |= {"lon": record.lon, "lat": record.lat}
    if record.moved:
        body["moved"] = True
    return body
