"""A worker's desk for people in the field: what comes together is done in one transaction (DESIGN §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.hub.field_lists import FieldLists
from app.hub.field_work import FieldWork
from db.hub.held_incidents import HeldIncidents
from db.hub.hub_tx import HubReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.hub.field_jobs import Answer, Job
    from app.ports.clock import Clock, Ids
    from app.services.lists import Lists
    from app.services.words import Words
    from db.hub.database import Raw
    from db.hub.desk_store import DeskStore


class FieldDesk:
    """``do`` is called by one thread at a time."""

    def __init__(self, store: DeskStore, clock: Clock, ids: Ids, words: Words, district: str) -> None:
        self.store, self.clock, self.ids, self.words = store, clock, ids, words
        self.lists = FieldLists(district)

    def lists_of(self, raw: Raw) -> Lists | None:
        """The lists in force, as a transaction sees them."""
        return self.lists.now(HubReader(raw, HeldIncidents(raw)))

    def do(self, jobs: Sequence[Job]) -> Sequence[Answer | Exception]:
        """Every job's answer. Where one job breaks the batch, each is done by itself."""
        if len(jobs) > 1:
            try:
                return self._together(jobs)
            except Exception:  # noqa: BLE001 - whose fault it was is found out next
                return [self._alone(job) for job in jobs]
        return [self._alone(jobs[0])]

    def _alone(self, job: Job) -> Answer | Exception:
        try:
            return self._together([job])[0]
        except Exception as error:  # noqa: BLE001 - told to who asked; one's trouble is not the others'
            return error

    def _together(self, jobs: Sequence[Job]) -> Sequence[Answer]:
        work = FieldWork(jobs, self.clock, self.ids, self.lists, self.words)
        return self.store.ordered(work.prepare, work.work)
