"""``main.py replay FILE --speed N``: a recorded stream goes through intake at N times real time."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.op import OpKind, Outcome
from app.ports.ledger import Draft
from app.services.intake import Report, report_in
from app.services.take_in import SourceRecord
from app.tools.arguments import whole_number
from app.tools.diskfault import disk_code
from app.tools.incidentfile import FileProblem, IncidentFile
from app.tools.mapping import MappingError, find, load
from app.tools.progress import Progress
from app.tools.rowcheck import RowCheck
from app.tools.wording import Wording

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator

    from app.ports.ledger import Tx
    from app.services.desk import Desk
    from app.services.words import Words

BUNDLE = 200
"""At most so many late reports share one transaction."""


@dataclass
class Replayed:
    """What a replay has done. ``late_ms``: by how much the latest report missed its moment."""

    reported: int = 0
    rejected: int = 0
    late_ms: int = 0
    bundles: int = 0
    disorder: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """A record and the instant (ms since 1970 UTC) at which it is to be reported."""

    at: int
    record: SourceRecord


class Replay:
    """Feeds records to intake when they are due. ``wait(seconds)`` answers whether to stop."""

    def __init__(self, desk: Desk, speed: float, name: str, wait: Callable[[float], bool]) -> None:
        self._desk = desk
        self._speed = speed
        self._name = name
        self._wait = wait
        self.done = Replayed()

    def run(self, records: Iterable[SourceRecord], progress: Progress) -> bool:
        """Report every record in the recorded order; False where it was told to stop."""
        waiting: list[Due] = []
        for due in self._timed(records):
            if waiting and (due.at > self._desk.clock.now() or len(waiting) >= BUNDLE):
                self._report(waiting)
                waiting = []
                progress.show(self.done.reported, self.done.reported)
            while (left := due.at - self._desk.clock.now()) > 0:
                if self._wait(left / 1000):
                    return False
            if self._wait(0):
                return False
            waiting.append(due)
        self._report(waiting)
        return True

    def _timed(self, records: Iterable[SourceRecord]) -> Iterator[Due]:
        """Each record with its moment: the first one now, a row that steps back as soon as it comes."""
        start = self._desk.clock.now()
        first = latest = 0
        for record in records:
            if not first:
                first = latest = record.reported_at
            elif record.reported_at < latest:
                self.done.disorder += 1
            latest = max(latest, record.reported_at)
            yield Due(start + round((latest - first) / self._speed), record)

    def _report(self, waiting: list[Due]) -> None:
        if not waiting:
            return
        late = self._desk.clock.now() - waiting[0].at
        self.done.late_ms = max(self.done.late_ms, late)
        self.done.bundles += len(waiting) > 1
        with self._desk.store.write(self._desk.actor) as tx:
            for due in waiting:
                self._one(tx, due)
        self.done.reported += len(waiting)

    def _one(self, tx: Tx, due: Due) -> None:
        record = due.record
        _, _, number = record.ref.partition(":")
        receipt = report_in(
            self._desk, tx,
            Report(
                title=record.title, source=record.source, detail=record.detail, item=record.item,
                severity=record.severity, place=record.place, lon=record.lon, lat=record.lat,
                caller=record.caller, phone=record.phone, ref=f"{self._name}:{number}", at=due.at,
            ),
        )  # fmt: skip
        if receipt.outcome is Outcome.REFUSED or receipt.incident is None:
            raise RuntimeError(f"intake refused {record.ref}: {receipt.refusal}")
        if record.moved:
            told = receipt.incident
            body = {"place": told.place, "town": told.town, "moved": True}
            if told.lon is not None:
                body |= {"lon": told.lon, "lat": told.lat}
            tx.append(Draft(OpKind.RELOCATE, told.id, told.scope, due.at, body))


@contextmanager
def _stopped_by_ctrl_c(stop: threading.Event) -> Iterator[None]:
    """Ctrl+C sets the event, so that the report under way is finished first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``replay``."""
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, plain or gzip")
    parser.add_argument("--mapping", required=True, help="as for import incidents")
    parser.add_argument("--speed", type=float, default=1.0, metavar="N", help="times real time (1)")
    parser.add_argument("--limit", type=whole_number, default=None, metavar="n", help="stop after n rows")
    parser.add_argument(
        "--onto-district", action="store_true", help="move foreign positions into the district"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress line")


def run(args: argparse.Namespace, desk: Desk, say: Words, resources: Path) -> int:
    """Replay and tell; 0 done, 1 stopped by the file, 2 not begun, 130 interrupted."""
    wording = Wording(say, resources)
    if not args.speed > 0:
        print(wording("replay", "bad_speed"))
        return 2
    try:
        mapping = load(find(args.mapping, resources))
        source = IncidentFile(args.file, mapping.encoding, mapping.delimiter)
    except MappingError as error:
        print(wording("mapping", error.code, **error.said))
        return 2
    except FileProblem as error:
        print(wording("file", error.code, **error.args_said))
        return 2
    except OSError as error:
        print(wording("disk", disk_code(error), name=error.filename or args.file))
        return 2
    stop = threading.Event()
    name = f"{mapping.name}-{desk.clock.now():x}"
    replay = Replay(desk, args.speed, name, stop.wait)
    began = time.monotonic()
    print(wording("replay", "start", speed=args.speed))
    progress = Progress(args.limit or 0, wording("replay", "rows"), quiet=args.quiet)
    try:
        check = RowCheck(mapping, source.header, desk.lists.now(), desk.clock.now(), onto=args.onto_district)
        with _stopped_by_ctrl_c(stop):
            whole = replay.run(_records(source, check, replay.done, args.limit), progress)
    except MappingError as error:
        print(wording("mapping", error.code, **error.said))
        return 2
    except FileProblem as error:
        print(wording("file", error.code, **error.args_said))
        return 1
    except OSError as error:
        print(wording("disk", disk_code(error), name=error.filename or args.file))
        return 1
    finally:
        progress.finish()
        source.close()
    _tell(replay.done, wording, whole=whole, seconds=time.monotonic() - began)
    return 0 if whole else 130


def _records(
    source: IncidentFile, check: RowCheck, done: Replayed, limit: int | None
) -> Iterator[SourceRecord]:
    for row in islice(source.rows(), limit):
        made = check.record(row)
        if isinstance(made, SourceRecord):
            yield made
        else:
            done.rejected += 1


def _tell(done: Replayed, wording: Wording, *, whole: bool, seconds: float) -> None:
    code = "done" if whole else "interrupted"
    print(wording("replay", code, reported=done.reported, rejected=done.rejected, seconds=f"{seconds:.1f}"))
    print(wording("replay", "late", late=f"{done.late_ms / 1000:.1f}", bundles=done.bundles))
    if done.disorder:
        print(wording("replay", "disorder", count=done.disorder))
