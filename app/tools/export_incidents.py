"""``main.py export incidents --to FILE``: a queue as CSV, workbook or GeoJSON."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from app.ports.rows import Queue, QueueQuery, Sort
from app.tools.diskfault import disk_code
from app.tools.export_columns import Columns
from app.tools.export_files import WRITERS, whole
from app.tools.progress import Progress
from app.tools.wording import Wording

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from app.ports.reader import Reader
    from app.services.desk import Desk
    from app.services.words import Words
    from app.tools.export_columns import Value


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``export incidents``."""
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help=".csv, .xlsx or .geojson")
    parser.add_argument("--queue", choices=[queue.value for queue in Queue], default=Queue.ALL.value)
    parser.add_argument("--town", default="", metavar="CODE", help="one town only")
    parser.add_argument("--quiet", action="store_true", help="no progress line")


def run(args: argparse.Namespace, desk: Desk, say: Words, resources: Path) -> int:
    """Export and tell; 0 done, 1 stopped by the disk, 2 not begun, 130 interrupted."""
    wording = Wording(say, resources)
    path: Path = args.to
    if path.suffix.lower() not in WRITERS:
        print(wording("export", "bad_kind", path=path))
        return 2
    towns = {town.id: town.name for town in desk.lists.now().towns}
    if args.town and args.town not in towns:
        known = ", ".join(f"{code} {name}" for code, name in towns.items())
        print(wording("export", "unknown_town", town=args.town, known=known))
        return 2
    began = time.monotonic()
    try:
        count = export(desk, path, args.queue, args.town, wording, quiet=args.quiet)
    except KeyboardInterrupt:
        print(wording("export", "interrupted"))
        return 130
    except ModuleNotFoundError:
        print(wording("export", "missing_library"))
        return 2
    except OSError as error:
        print(wording("disk", disk_code(error), name=path))
        return 1
    print(wording("export", "done", count=count, path=path, seconds=f"{time.monotonic() - began:.1f}"))
    return 0


def export(desk: Desk, path: Path, queue: str, town: str, wording: Wording, *, quiet: bool = True) -> int:
    """Write the queue's incidents in the order of their report; how many. OSError where the disk refuses."""
    query = QueueQuery(Queue(queue), desk.clock.now(), sort=Sort.REPORTED, towns=(town,) if town else ())
    with desk.store.reading() as read, whole(path) as part:
        columns = Columns(desk.lists.now(read), wording)
        progress = Progress(0 if quiet else read.queue_count(query), wording("export", "rows"), quiet=quiet)
        rows = _rows(read, query, columns, progress)
        try:
            return WRITERS[path.suffix.lower()](
                part, columns.codes, columns.heads, rows, lambda n: _sheet(wording, n)
            )
        finally:
            progress.finish()


def _rows(read: Reader, query: QueueQuery, columns: Columns, progress: Progress) -> Iterator[list[Value]]:
    for count, incident in enumerate(read.export(query), start=1):
        yield columns.row(incident)
        progress.show(count, count)


def _sheet(wording: Wording, number: int) -> str:
    return wording("export", "sheet") if number == 1 else wording("export", "sheet_more", n=number)
