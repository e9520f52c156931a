"""``main.py import places FILE``: another set of places takes the place of the present one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.op import Outcome
from app.domain.place import Place, Tree, to_record
from app.services.lists import put_all, retire_draft
from app.tools.diskfault import disk_code
from app.tools.placefile import PlaceFileError, read
from app.tools.wording import Wording

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping, Sequence

    from app.services.desk import Desk
    from app.services.words import Words

SHOWN = 20
"""So many places of a kind of change are named in the preview."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a file would change. Added and changed: parents first; retired: children first."""

    added: tuple[Place, ...]
    changed: tuple[Place, ...]
    retired: tuple[Place, ...]
    same: int


class BrokenTree(ValueError):
    """With the change the places would be no tree; the message says where."""


def change_of(known: Mapping[str, Place], given: Sequence[Place], *, keep_others: bool = False) -> Change:
    """The file's places against the present ones: a level that the file has is replaced as a whole.

    With ``keep_others`` nothing is retired. BrokenTree where what is left would not be one tree.
    """
    levels = {place.level for place in given}
    ids = {place.id for place in given}
    gone = [p for p in known.values() if p.level in levels and p.id not in ids and not keep_others]
    retired = tuple(sorted(gone, key=lambda p: (-p.level.depth, p.id)))
    fresh = tuple(sorted((_named(p, known.get(p.id)) for p in given), key=lambda p: (p.level.depth, p.id)))
    added = tuple(p for p in fresh if p.id not in known)
    changed = tuple(p for p in fresh if p.id in known and to_record(p) != to_record(known[p.id]))
    left = {name: place for name, place in known.items() if name not in {p.id for p in retired}}
    try:
        Tree((left | {p.id: p for p in fresh}).values())
    except ValueError as error:
        raise BrokenTree(str(error)) from error
    return Change(added, changed, retired, len(fresh) - len(added) - len(changed))


def _named(given: Place, known: Place | None) -> Place:
    """The place with the English name it has had, where the file has none and the name is the same."""
    if known is not None and given.name == known.name and given.name_en == given.name:
        return replace(given, name_en=known.name_en)
    return given


def put_in_force(desk: Desk, change: Change) -> int:
    """The change as ops in one transaction; how many."""
    now = desk.clock.now()
    with desk.store.write(desk.actor) as tx:
        district = desk.lists.now(tx.read).district.id
        drafts = put_all(
            "place", ((p.id, to_record(p)) for p in (*change.added, *change.changed)), district, now
        )
        drafts += [retire_draft("place", p.id, district, now) for p in change.retired]
        for receipt in tx.append_many(drafts):
            if receipt.outcome is Outcome.REFUSED:
                raise RuntimeError(f"a place was refused: {receipt.refusal}")
    return len(drafts)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``import places``."""
    parser.add_argument("file", type=Path, metavar="FILE", help=".geojson, .json or .shp")
    parser.add_argument("--crs", choices=("wgs84", "gcj02"), default="wgs84")
    parser.add_argument(
        "--field", action="append", default=[], metavar="FIELD=COLUMN",
        help="the file's column for id, parent, level, name, name_en or kind",
    )  # fmt: skip
    parser.add_argument("--keep-others", action="store_true", help="retire nothing that the file lacks")
    parser.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")


def run(args: argparse.Namespace, desk: Desk, say: Words, resources: Path) -> int:
    """Preview, then put in force; 0 done, 1 refused, 2 not read."""
    wording = Wording(say, resources)
    if not args.file.is_file():
        print(wording("disk", "is_folder" if args.file.is_dir() else "no_file", name=args.file))
        return 2
    with desk.store.reading() as reader:
        known = desk.lists.now(reader).places
    fields = dict(pair.partition("=")[::2] for pair in args.field)
    try:
        file = read(args.file, crs=args.crs, fields=fields, known=tuple(known.values()))
    except PlaceFileError as error:
        cause = error.__cause__
        if isinstance(cause, OSError):
            print(wording("disk", disk_code(cause), name=cause.filename or args.file))
        else:
            print(wording("places", "unreadable", why=error))
        return 2
    if file.rejects:
        for row, reason in file.rejects[:SHOWN]:
            print(wording("places", "row", row=row, reason=reason))
        if len(file.rejects) > SHOWN:
            print(wording("places", "more", count=len(file.rejects) - SHOWN))
        print(wording("places", "refused"))
        return 1
    try:
        change = change_of(known, file.places, keep_others=args.keep_others)
    except BrokenTree as error:
        print(wording("places", "broken", why=error))
        return 1
    return _offer(change, desk, wording, dry_run=args.dry_run)


def _offer(change: Change, desk: Desk, wording: Wording, *, dry_run: bool) -> int:
    added, changed, retired = change.added, change.changed, change.retired
    print(
        wording(
            "places", "preview",
            added=len(added), changed=len(changed), retired=len(retired), same=change.same,
        )
    )  # fmt: skip
    _name("added", added, wording)
    _name("changed", changed, wording)
    _name("retired", retired, wording)
    if not (added or changed or retired):
        print(wording("places", "nothing"))
    elif dry_run:
        print(wording("places", "dry"))
    else:
        print(wording("places", "done", count=put_in_force(desk, change)))
    return 0


def _name(code: str, places: Iterable[Place], wording: Wording) -> None:
    named = list(places)
    for place in named[:SHOWN]:
        level = wording("place_level", place.level.value)
        print(f"  {wording('places', code)}  {level}  {place.id}  {place.name}")
    if len(named) > SHOWN:
        print("  " + wording("places", "more", count=len(named) - SHOWN))
