"""Keeps a map up to date: the full set of points once, then batches of what changed, and the shades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.ports.rows import PointMark
from app.services import board
from ui.map.points import NORMAL, OVERDUE, WAITING, PackedPoints, pack_columns
from ui.work import Ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.ports.rows import Changed, LivePoint
    from app.services.board import Shades
    from app.services.desk import Desk
    from ui.map.view import MapView
    from ui.relay import Relay
    from ui.work import Work

_MARKS = {PointMark.NORMAL: NORMAL, PointMark.OVERDUE: OVERDUE, PointMark.WAITING: WAITING}
MANY = 2_000
"""Above so many changed incidents the full set is cheaper than a batch."""


def _packed(points: Sequence[LivePoint]) -> PackedPoints:
    if not points:
        return PackedPoints("", 0)
    keys, lons, lats, severities, marks = zip(*points, strict=True)
    return pack_columns(keys, lons, lats, severities, [_MARKS[mark] for mark in marks])


def full_set(desk: Desk) -> PackedPoints:
    """Every open incident with a position, packed (run on the reader's thread)."""
    return _packed(board.points(desk))


def batch(desk: Desk, keys: Iterable[int]) -> tuple[PackedPoints, Sequence[int]]:
    """What became of these incidents, packed (run on the reader's thread)."""
    change = board.points_of(desk, keys)
    return _packed(change.changed), change.gone


class MapFeed(QObject):
    """Feeds one map view. A tick renews everything, since marks turn overdue by time alone."""

    def __init__(self, view: MapView, work: Work, relay: Relay) -> None:
        super().__init__(view)
        self._view, self._work = view, work
        view.ready.connect(self.refresh)
        relay.changed.connect(self._on_changed)
        relay.ticked.connect(self.refresh)

    def refresh(self) -> None:
        """The full set and the shades."""
        self._work.ask(Ask(full_set, "points"), self, self._view.set_points)
        self._shade()

    def _shade(self) -> None:
        self._work.ask(Ask(board.shades, "shades"), self, self._take_shades)

    def _take_shades(self, shades: Shades) -> None:
        loads = shades.villages.items()
        self._view.set_shades({k: v[0] for k, v in loads}, {k: v[1] for k, v in loads})

    def _on_changed(self, change: Changed) -> None:
        if change.everything or len(change.incidents) > MANY:
            self.refresh()
        elif change.incidents:
            keys = change.incidents
            self._work.ask(Ask(lambda desk: batch(desk, keys)), self, self._take_batch)
            self._shade()

    def _take_batch(self, answer: tuple[PackedPoints, Sequence[int]]) -> None:
        self._view.update_points(*answer)
