"""A mapping's column templates, bound to a file's header: ``{A|B} / {C}`` becomes text from cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.tools.mapping import MappingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Cells = "Sequence[str]"
_PIECE = re.compile(r"\{([^{}]+)\}")


class Template:
    """``text`` is a column's name, or words with ``{column}`` in them; ``{A|B}`` is the first not empty.

    Names are compared without regard to case. MappingError where the header lacks a column.
    """

    def __init__(self, text: str, header: Sequence[str]) -> None:
        where = {name.strip().casefold(): index for index, name in reversed(list(enumerate(header)))}
        if "{" not in text:
            text = "{" + text + "}"
        literals = _PIECE.split(text)
        self._before = literals[0]
        self._parts = [
            (_indexes(names, where), after)
            for names, after in zip(literals[1::2], literals[2::2], strict=True)
        ]
        self.indexes = tuple(i for indexes, _ in self._parts for i in indexes)
        plain = len(self.indexes) == 1 and not self._before and not self._parts[0][1]
        self.of: Callable[[Sequence[str]], str] = self._one if plain else self._many

    def _one(self, cells: Sequence[str]) -> str:
        return cells[self.indexes[0]].strip()

    def _many(self, cells: Sequence[str]) -> str:
        text = self._before
        for indexes, after in self._parts:
            for index in indexes:
                if found := cells[index].strip():
                    text += found
                    break
            text += after
        return text.strip()

    def empty(self, cells: Sequence[str]) -> bool:
        """Whether none of its columns says anything."""
        return not any(cells[index].strip() for index in self.indexes)


def _indexes(names: str, where: dict[str, int]) -> tuple[int, ...]:
    wanted = [name.strip() for name in names.split("|")]
    found = tuple(where[name.casefold()] for name in wanted if name.casefold() in where)
    if not found:
        raise MappingError("missing_column", name=" / ".join(wanted))
    return found
