"""A measured figure: held against its promise, and against a reference measured in the same run."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Reference:
    """What a figure is held against beside its promise, measured in the same run; ``value`` in ``unit``."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Figure:
    """``promise`` in ``unit``, None where nothing is promised. ``at_least``: more is better.

    ``times`` are the single measurements; ``more`` says what else belongs to the figure.
    """

    name: str
    value: float
    unit: str
    promise: float | None = None
    at_least: bool = False
    reference: Reference | None = None
    times: Sequence[float] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> bool | None:
        """Whether the promise is kept; None where nothing is promised."""
        if self.promise is None:
            return None
        return self.value >= self.promise if self.at_least else self.value <= self.promise

    def as_json(self) -> dict[str, Any]:
        """The result as told with ``--json``."""
        told: dict[str, Any] = {
            "name": self.name,
            "value": _short(self.value),
            "unit": self.unit,
            "promise": self.promise,
            "pass": self.kept,
            "reference": None,
            "n": len(self.times) or 1,
        }
        if self.reference is not None:
            ratio = self.value / self.reference.value if self.reference.value else None
            told["reference"] = {
                "name": self.reference.name,
                "value": _short(self.reference.value),
                "unit": self.reference.unit,
                "ratio": _short(ratio) if ratio is not None else None,
            }
        if len(self.times) > 1:
            told |= {f"p{p}": _short(share(self.times, p / 100)) for p in (50, 90, 99)}
            told["max"] = _short(max(self.times))
        return told | dict(self.more)


def middle(
    name: str, times: Sequence[float], promise: float | None = None, reference: Reference | None = None,
    unit: str = "ms", **more: Any,
) -> Figure:  # fmt: skip
    """The median of some measurements as a figure."""
    return Figure(name, median(times), unit, promise, False, reference, tuple(times), more)


def share(times: Sequence[float], part: float) -> float:
    """The measurement below which this part (0…1) of all lies, itself one of them."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def as_lines(figures: Iterable[Figure]) -> str:
    """One JSON object a line."""
    return "\n".join(json.dumps(figure.as_json(), ensure_ascii=False) for figure in figures)


def as_table(figures: Iterable[Figure]) -> str:
    """The same to be read."""
    head = ("", "name", "value", "promise", "p99", "max", "n", "held against")
    rows = [head, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i in (0, 1, 7) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _cells(figure: Figure) -> tuple[str, ...]:
    told = figure.as_json()
    mark = {True: "✓", False: "×", None: "·"}[figure.kept]
    sign = "≥" if figure.at_least else "≤"
    against = ""
    if told["reference"]:
        ref = told["reference"]
        ratio = "" if ref["ratio"] is None else f" (× {ref['ratio']})"
        against = f"{ref['name']} {ref['value']} {ref['unit']}{ratio}"
    return (
        mark,
        figure.name,
        f"{told['value']} {figure.unit}",
        "" if figure.promise is None else f"{sign} {figure.promise:g}",
        str(told.get("p99", "")),
        str(told.get("max", "")),
        str(told["n"]),
        against,
    )


def _short(value: float) -> float:
    """Three figures behind the point are more than the machine repeats."""
    return round(value, 3 if abs(value) < 10 else 1)
