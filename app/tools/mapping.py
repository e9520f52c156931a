"""How another system's table is read: the mapping files in ``resources/mappings``, or a user's own."""

from __future__ import annotations

import codecs
import hashlib
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.incident import State
from app.tools.sourcetime import SourceTime

if TYPE_CHECKING:
    from collections.abc import Mapping as Table
    from collections.abc import Sequence
    from pathlib import Path

    from app.domain.geo import Box

TEXT_FIELDS = (
    "ref", "opened", "target", "closed", "status", "title", "detail", "result",
    "category", "source", "lon", "lat", "place", "caller", "phone",
)  # fmt: skip
NEEDED = ("opened", "title")
STATES = (State.REPORTED, State.ACCEPTED, State.CLOSED, State.DECLINED, State.CANCELLED)
_CHOICES = {
    "missing_position": ("allow", "place", "reject"),
    "unknown_source": ("other", "reject"),
    "unknown_category": ("keep", "reject"),
    "unknown_place": ("ignore", "reject"),
    "crs": ("wgs84", "gcj02"),
}
_MINUTE = 60_000


class MappingError(Exception):
    """The mapping cannot be used; ``code`` is a word of ``tools.mapping``, ``said`` its arguments."""

    def __init__(self, code: str, **said: object) -> None:
        super().__init__(f"{code} {said}")
        self.code = code
        self.said = said


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """Severity 1 to 4 for a matter whose title or category holds one of the words (lower case)."""

    words: tuple[str, ...]
    severity: int


@dataclass(frozen=True)
class Mapping:
    """One source's table. ``columns`` gives each field a column's name or a template: ``{A|B} / {C}``.

    ``box`` bounds the source's positions (west, south, east, north; degrees WGS-84), ``margin`` (degrees)
    is what may lie beyond it. ``closed_early_ms``: how long before its opening a row may be closed, as
    clocks differ. ``target_is_day``: the target names a day, which is kept until it ends.
    """

    name: str
    digest: str
    encoding: str
    delimiter: str
    zone: ZoneInfo
    formats: tuple[str, ...]
    columns: Table[str, str]
    box: Box
    margin: float
    closed_early_ms: int
    missing_position: str
    unknown_source: str
    unknown_category: str
    unknown_place: str
    crs: str
    target_is_day: bool
    state: Table[str, State]
    state_without_column: State | None
    source: Table[str, str]
    source_otherwise: str
    category: Table[str, str]
    severity_rules: tuple[SeverityRule, ...] = ()
    severity_otherwise: int = 4
    notes: str = ""
    times: SourceTime = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", SourceTime(self.formats, self.zone))


def find(name: str, resources: Path) -> Path:
    """The mapping file of a shipped name or a path. MappingError where there is none."""
    folder = resources / "mappings"
    shipped = folder / f"{name}.toml"
    if re.fullmatch(r"[\w-]+", name) and shipped.is_file():
        return shipped
    own = folder / name if not name.endswith(".toml") else type(folder)(name)
    if own.is_file():
        return own
    known = ", ".join(sorted(path.stem for path in folder.glob("*.toml")))
    raise MappingError("unknown_mapping", name=name, known=known)


def load(path: Path) -> Mapping:
    """The mapping in a file; MappingError, naming what is wrong, where it is none."""
    raw = path.read_bytes()
    try:
        table = tomllib.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingError("not_toml", name=path.name, why=str(error)) from error
    try:
        return _mapping(table, hashlib.sha256(raw).hexdigest())
    except (KeyError, TypeError, ValueError, LookupError) as error:
        raise MappingError("bad_mapping", name=path.name, why=_why(error)) from error


def _why(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) and error.args else str(error)


def _mapping(table: Table[str, Any], digest: str) -> Mapping:
    known = {
        "name", "notes", "encoding", "delimiter", "zone", "formats", "columns", "box", "margin",
        "closed_early_minutes", "target_is_day", "state", "state_without_column", "source",
        "source_otherwise", "category", "severity", "severity_otherwise", *_CHOICES,
    }  # fmt: skip
    if strange := sorted(set(table) - known):
        raise ValueError(f"{strange[0]}: no such key")
    chosen = {key: _chosen(table, key) for key in _CHOICES}
    without = table.get("state_without_column")
    west, south, east, north = (float(number) for number in table["box"])
    if not (west < east and south < north):
        raise ValueError("box is empty")
    return Mapping(
        name=_name(table["name"]),
        digest=digest,
        encoding=_encoding(str(table.get("encoding", "utf-8"))),
        delimiter=_delimiter(str(table.get("delimiter", ","))),
        zone=_zone(table["zone"]),
        formats=tuple(str(text) for text in table["formats"]),
        columns=_columns(table["columns"]),
        box=(west, south, east, north),
        margin=float(table.get("margin", 0.0)),
        closed_early_ms=int(table.get("closed_early_minutes", 0)) * _MINUTE,
        target_is_day=bool(table.get("target_is_day", False)),
        state={str(word).casefold(): _state(code) for word, code in table.get("state", {}).items()},
        state_without_column=_state(without) if without else None,
        source={str(word).casefold(): str(code) for word, code in table.get("source", {}).items()},
        source_otherwise=str(table.get("source_otherwise", "import")),
        category={str(word).casefold(): str(name) for word, name in table.get("category", {}).items()},
        severity_rules=tuple(_severity_rule(rule) for rule in table.get("severity", ())),
        severity_otherwise=_severity(table.get("severity_otherwise", 4)),
        notes=str(table.get("notes", "")),
        **chosen,
    )


def _chosen(table: Table[str, Any], key: str) -> str:
    value = str(table.get(key, _CHOICES[key][0]))
    if value not in _CHOICES[key]:
        raise ValueError(f"{key} = {value!r}: one of {', '.join(_CHOICES[key])}")
    return value


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_-]{1,40}", text):
        raise ValueError(f"name {text!r}: small letters, digits, - and _ only")
    return text


def _encoding(text: str) -> str:
    name = codecs.lookup(text).name
    if "\n".encode(name) != b"\n":
        raise ValueError(f"encoding {text}: lines cannot be told apart; save the file as UTF-8")
    return name


def _delimiter(text: str) -> str:
    if len(text) != 1 or text in '"\r\n':
        raise ValueError(f"delimiter {text!r}")
    return text


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError as error:
        raise ValueError(f"zone {name!r} is not known") from error


def _columns(table: Table[str, Any]) -> dict[str, str]:
    if strange := sorted(set(table) - set(TEXT_FIELDS)):
        raise ValueError(f"columns.{strange[0]}: no such field")
    for name in NEEDED:
        if not table.get(name):
            raise KeyError(f"columns.{name}")
    return {name: str(text) for name, text in table.items()}


def _state(code: str) -> State:
    state = State(code)
    if state not in STATES:
        raise ValueError(f"state {code!r}: one of {', '.join(STATES)}")
    return state


def _severity(number: int) -> int:
    if number not in range(1, 5):
        raise ValueError(f"severity {number}: 1 to 4")
    return number


def _severity_rule(rule: Table[str, Any]) -> SeverityRule:
    words: Sequence[str] = rule["words"]
    return SeverityRule(tuple(word.casefold() for word in words), _severity(rule["is"]))
