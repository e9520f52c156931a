"""``main.py import incidents FILE``: another system's table becomes ordinary ops, row by row."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.ports.problems import StoreProblem
from app.ports.rows import ImportMark
from app.services.take_in import SourceRecord, take_in
from app.tools.arguments import whole_number
from app.tools.collector import collector_at_ease
from app.tools.diskfault import disk_code
from app.tools.incidentfile import FileProblem, IncidentFile, fingerprint
from app.tools.mapping import Mapping, MappingError, find, load
from app.tools.progress import Progress
from app.tools.rejects import RejectsFile
from app.tools.rowcheck import RowCheck
from app.tools.wording import Wording

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping as Table

    from app.services.desk import Desk
    from app.services.words import Words
    from app.tools.incidentfile import RawRow

BATCH = 2000
REJECTS_FOLDER = Path("out")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has done, earlier starts included: ``read = new + known + rejected``.

    ``here`` counts the rows of this start, ``seconds`` its time; ``before`` is empty, ``resumed`` or
    ``finished`` (there was nothing to do).
    """

    new: int
    known: int
    rejected: int
    here: int
    seconds: float
    before: str
    reasons: Table[str, int]
    rejects: Path

    @property
    def read(self) -> int:
        """Every row of the file that was not blank."""
        return self.new + self.known + self.rejected


def job_name(path: Path, mapping: Mapping, *, onto: bool) -> str:
    """Names an import by its file's content, its mapping and where its rows go."""
    return hashlib.sha256(
        f"{fingerprint(path)}\n{mapping.name}\n{mapping.digest}\n{onto}".encode()
    ).hexdigest()


class Import:
    """One file on its way into the store. OSError, FileProblem or MappingError where it cannot begin."""

    def __init__(
        self, desk: Desk, path: Path, mapping: Mapping, *, onto: bool, rejects: Path, again: bool = False
    ) -> None:
        self._desk = desk
        self._job = job_name(path, mapping, onto=onto)
        with desk.store.reading() as read:
            mark = None if again else read.import_mark(self._job)
            lists = desk.lists.now(read)
        self._mark = mark or ImportMark(self._job, 0, 0, 0, 0, 0)
        self._rejects_path = rejects
        self._resumed = mark is not None
        self._encoding = mapping.encoding
        self.source = IncidentFile(path, mapping.encoding, mapping.delimiter)
        try:
            self._check = RowCheck(mapping, self.source.header, lists, desk.clock.now(), onto=onto)
        except BaseException:
            self.source.close()
            raise

    @property
    def finished(self) -> bool:
        """Whether an earlier start has taken the whole file."""
        return self._mark.done

    def run(self, wording: Wording, progress: Progress, batch: int = BATCH) -> Imported:
        """Take every row that is left. Stops with the store whole at whatever stops it."""
        began = time.monotonic()
        if self.finished:
            self.source.close()
            return self._summary({}, 0, 0.0, "finished")
        first = self._mark
        rejects = RejectsFile(self._rejects_path, self._encoding, self._mark.line if self._resumed else None)
        try:
            with self._desk.store.bulk(), collector_at_ease():
                self._take_all(rejects, wording, progress, batch)
        finally:
            progress.finish()
            rejects.close()
            self.source.close()
        here = self._mark.taken + self._mark.known + self._mark.rejected
        here -= first.taken + first.known + first.rejected
        before = "resumed" if self._resumed else ""
        return self._summary(rejects.reasons, here, time.monotonic() - began, before)

    def _take_all(self, rejects: RejectsFile, wording: Wording, progress: Progress, batch: int) -> None:
        if self._resumed:
            self.source.go_to(self._mark.line, self._mark.offset)
        records: list[SourceRecord] = []
        rejected = 0
        last: RawRow | None = None
        for rows, last in enumerate(self.source.rows(), start=1):
            made = self._check.record(last)
            if isinstance(made, SourceRecord):
                records.append(made)
            else:
                rejects.add(last, made, wording("reject", made.code))
                rejected += 1
            if len(records) + rejected >= batch:
                self._keep(records, rejected, last, rejects)
                records, rejected = [], 0
                progress.show(self.source.position, rows)
        self._keep(records, rejected, last, rejects, done=True)

    def _keep(
        self,
        records: list[SourceRecord],
        rejected: int,
        last: RawRow | None,
        rejects: RejectsFile,
        *,
        done: bool = False,
    ) -> None:
        """One batch and how far it brings the import, in one transaction."""
        was = self._mark
        line, offset = (last.last_line, last.offset) if last else (was.line, was.offset)
        now = was

        def mark(new: int, known: int) -> ImportMark:
            nonlocal now
            now = ImportMark(
                self._job, line, offset, was.taken + new, was.known + known, was.rejected + rejected, done
            )
            return now

        rejects.sync()
        take_in(self._desk, records, mark)
        self._mark = now

    def _summary(self, reasons: Table[str, int], here: int, seconds: float, before: str) -> Imported:
        mark = self._mark
        return Imported(
            mark.taken, mark.known, mark.rejected, here, seconds, before, dict(reasons), self._rejects_path
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``import incidents``."""
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, plain or gzip")
    parser.add_argument(
        "--mapping", required=True, help="boston311, la311, montgomery911, sample, or a TOML file"
    )
    parser.add_argument(
        "--onto-district", action="store_true", help="move foreign positions into the district, and say so"
    )
    parser.add_argument("--rejects", type=Path, help="where rejected rows go (out/FILE.rejects.csv)")
    parser.add_argument("--batch", type=whole_number, default=BATCH, help=f"rows per transaction ({BATCH})")
    parser.add_argument("--again", action="store_true", help="read a finished file once more")
    parser.add_argument("--quiet", action="store_true", help="no progress line")


def run(args: argparse.Namespace, desk: Desk, say: Words, resources: Path) -> int:
    """Import and tell; 0 done, 1 stopped by the file or the disk, 2 not begun, 130 interrupted."""
    wording = Wording(say, resources)
    path: Path = args.file
    rejects = args.rejects or REJECTS_FOLDER / f"{path.name}.rejects.csv"
    try:
        mapping = load(find(args.mapping, resources))
        job = Import(desk, path, mapping, onto=args.onto_district, rejects=rejects, again=args.again)
    except MappingError as error:
        print(wording("mapping", error.code, **error.said))
        return 2
    except FileProblem as error:
        print(wording("file", error.code, **error.args_said))
        return 2
    except OSError as error:
        print(wording("disk", disk_code(error), name=error.filename or path))
        return 2
    try:
        done = job.run(
            wording, Progress(job.source.size, wording("import", "rows"), quiet=args.quiet), args.batch
        )
    except KeyboardInterrupt:
        print(wording("import", "interrupted"))
        return 130
    except StoreProblem as problem:
        print(wording("problem", problem.code.value))
        print(wording("import", "interrupted"))
        return 1
    except FileProblem as error:
        print(wording("file", error.code, **error.args_said))
        return 1
    except OSError as error:
        print(wording("disk", disk_code(error), name=error.filename or rejects))
        return 1
    tell(done, wording)
    if done.reasons.get("outside") and not args.onto_district:
        print(wording("import", "hint_onto"))
    return 0


def tell(done: Imported, wording: Wording) -> None:
    """The one summary."""
    if done.before:
        print(wording("import", done.before))
    print(
        wording("import", "summary", read=done.read, new=done.new, known=done.known, rejected=done.rejected)
    )
    for code, count in sorted(done.reasons.items(), key=lambda pair: (-pair[1], pair[0])):
        print(f"  {count:>7,}  {wording('reject', code)} ({code})")
    if done.rejected:
        print(wording("import", "rejects", path=done.rejects))
    if done.here:
        rate = done.here / max(done.seconds, 1e-9)
        print(wording("import", "rate", seconds=f"{done.seconds:.1f}", rate=f"{rate:,.0f}"))
