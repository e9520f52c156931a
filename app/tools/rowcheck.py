"""One row of another system becomes a ``SourceRecord``, or a reason why not."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.incident import State
from app.domain.sla import DAY
from app.services.take_in import SourceRecord
from app.tools.mapping import TEXT_FIELDS
from app.tools.position import NoPosition, Positions, Spot
from app.tools.template import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.services.lists import Lists
    from app.tools.incidentfile import RawRow
    from app.tools.mapping import Mapping

TITLE_MAX = 200
TEXT_MAX = 10_000
NAME_MAX = 100
EARLIEST = 631_152_000_000  # 1990-01-01 UTC
LATEST_TARGET = 4_102_444_800_000  # 2100-01-01 UTC
FORMULA = frozenset("=+-@\t\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]+")
_PHONE = re.compile(r"[\d+\-()（）\s#*,;/、转extEXT.]{3,60}")
_JUDGED = 50_000  # distinct titles whose severity is remembered


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why a row is not taken: reason code (group ``reject``) and the field, where one is to blame."""

    code: str
    field: str = ""


def _nothing(_cells: Sequence[str]) -> str:
    """What a column says that the mapping does not name."""
    return ""


class _Bad(Exception):
    def __init__(self, code: str, field: str) -> None:
        super().__init__(code)
        self.rejected = Rejected(code, field)


class RowCheck:
    """Checks the rows of one file. ``now`` (ms since 1970 UTC) decides what lies in the future.

    MappingError where the file's header lacks a column that the mapping names.
    """

    def __init__(
        self, mapping: Mapping, header: Sequence[str], lists: Lists, now: int, *, onto: bool = False
    ) -> None:
        self._mapping = mapping
        self._column = {name: Template(text, header) for name, text in mapping.columns.items()}
        self._said: dict[str, Callable[[Sequence[str]], str]] = dict.fromkeys(TEXT_FIELDS, _nothing)
        self._said |= {name: template.of for name, template in self._column.items()}
        self._positions = Positions(lists, mapping, onto=onto)
        self._latest = now + DAY
        self._onto = onto
        self._severities: dict[str, int] = {}
        guarded = ("ref", "title", "detail", "result", "category", "source", "place", "caller")
        self._guarded = tuple(
            (name, index) for name in guarded if name in self._column for index in self._column[name].indexes
        )

    def record(self, row: RawRow) -> SourceRecord | Rejected:
        """The row as a record to take in, or why it is rejected."""
        if row.fault:
            return Rejected(row.fault)
        cells = row.cells
        try:
            self._no_formulas(cells)
            opened = self._opened(cells)
            state = self._state(cells)
            spot = self._spot(cells)
            title = self._text("title", cells, TITLE_MAX).rstrip(" -")
            if not title:
                return Rejected("missing_title", "title")
            category = self._category(cells)
            return SourceRecord(
                ref=self._ref(cells),
                title=title,
                source=self._source(cells),
                reported_at=opened,
                state=state,
                detail=self._text("detail", cells, TEXT_MAX),
                category=category,
                severity=self._severity(title, category, cells),
                place=spot.place,
                lon=spot.lon,
                lat=spot.lat,
                resolve_due=self._target(cells),
                closed_at=self._closed(cells, state, opened),
                result=self._text("result", cells, TEXT_MAX),
                moved=self._onto,
                caller=self._text("caller", cells, NAME_MAX),
                phone=self._phone(cells),
            )
        except _Bad as bad:
            return bad.rejected

    def _no_formulas(self, cells: Sequence[str]) -> None:
        for name, index in self._guarded:
            cell = cells[index]
            if cell and (cell[0] in FORMULA or (cell[0].isspace() and cell.lstrip()[:1] in FORMULA)):
                raise _Bad("formula", name)

    def _cell(self, name: str, cells: Sequence[str]) -> str:
        return self._said[name](cells)

    def _text(self, name: str, cells: Sequence[str], longest: int) -> str:
        text = self._cell(name, cells)
        if len(text) > longest:
            raise _Bad("too_long", name)
        if text and not text.isprintable():
            return _CONTROL.sub(" ", text.replace("\r\n", "\n")).strip()
        return text

    def _ref(self, cells: Sequence[str]) -> str:
        if "ref" not in self._column:
            digest = hashlib.sha256("\x1f".join(cells).encode("utf-8", "surrogatepass")).hexdigest()
            return f"{self._mapping.name}:{digest[:20]}"
        number = self._text("ref", cells, NAME_MAX)
        if not number:
            raise _Bad("no_ref", "ref")
        return f"{self._mapping.name}:{number}"

    def _opened(self, cells: Sequence[str]) -> int:
        text = self._cell("opened", cells)
        if not text:
            raise _Bad("no_time", "opened")
        at = self._mapping.times.parse(text)
        if at is None or not EARLIEST <= at <= self._latest:
            raise _Bad("impossible_time", "opened")
        return at

    def _target(self, cells: Sequence[str]) -> int | None:
        text = self._cell("target", cells)
        if not text:
            return None
        at = self._mapping.times.parse(text)
        if at is None or not EARLIEST <= at <= LATEST_TARGET:
            raise _Bad("impossible_time", "target")
        return at + DAY - 1 if self._mapping.target_is_day else at

    def _closed(self, cells: Sequence[str], state: State, opened: int) -> int | None:
        text = self._cell("closed", cells)
        if not text:
            if state is State.CLOSED:
                raise _Bad("no_closed_time", "closed")
            return None
        at = self._mapping.times.parse(text)
        if at is None or not EARLIEST <= at <= self._latest:
            raise _Bad("impossible_time", "closed")
        if at < opened - self._mapping.closed_early_ms:
            raise _Bad("closed_before_open", "closed")
        return at

    def _state(self, cells: Sequence[str]) -> State:
        if "status" not in self._column:
            return self._mapping.state_without_column or State.REPORTED
        state = self._mapping.state.get(self._cell("status", cells).casefold())
        if state is None:
            raise _Bad("unknown_status", "status")
        return state

    def _spot(self, cells: Sequence[str]) -> Spot:
        try:
            return self._positions.spot(
                self._cell("lon", cells), self._cell("lat", cells), self._cell("place", cells)
            )
        except NoPosition as error:
            raise _Bad(error.code, "place" if error.code == "unknown_place" else "lon") from None

    def _source(self, cells: Sequence[str]) -> str:
        text = self._cell("source", cells)
        found = self._mapping.source.get(text.casefold())
        if found is None and text and self._mapping.unknown_source == "reject":
            raise _Bad("unknown_source", "source")
        return found or self._mapping.source_otherwise

    def _category(self, cells: Sequence[str]) -> str:
        text = self._text("category", cells, TITLE_MAX)
        table = self._mapping.category
        found = table.get(text.casefold()) or table.get(text.partition(":")[0].casefold())
        if found is None and text and self._mapping.unknown_category == "reject":
            raise _Bad("unknown_category", "category")
        return found or text

    def _severity(self, title: str, category: str, cells: Sequence[str]) -> int:
        said = f"{title}\n{category}\n{self._cell('category', cells)}"
        known = self._severities.get(said)
        if known is None:
            if len(self._severities) >= _JUDGED:
                self._severities.clear()
            known = self._severities[said] = self._judge(said.casefold())
        return known

    def _judge(self, said: str) -> int:
        for rule in self._mapping.severity_rules:
            if any(word in said for word in rule.words):
                return rule.severity
        return self._mapping.severity_otherwise

    def _phone(self, cells: Sequence[str]) -> str:
        text = self._cell("phone", cells)
        if text and not _PHONE.fullmatch(text):
            raise _Bad("bad_phone", "phone")
        return text
