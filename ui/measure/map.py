"""The map page under a hundred thousand points: from Python's call to the frame painted."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING

from app.services.grids import places_geojson
from ui.application import bring_up
from ui.map.points import MapPoint, pack_points
from ui.map.view import MapView
from ui.measure.waiting import Call, clock_ms, close_for_good, run_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.services.desk import Desk
    from ui.desktop import Looks

SIZE = (760, 640)
BATCH, FULL = 200, 20_000
PAUSE_MS = 20
"""Between two batches, as changes come: frames of the one before are through."""


def map_times(desk: Desk, looks: Looks, points: int, runs: int) -> dict[str, list[float]]:
    """Times (ms): ``empty`` (a round trip with nothing to draw), ``batch``, ``full`` and ``full_pack``."""
    bring_up(looks, off_screen=True)
    lists = desk.lists.now()
    view = MapView(looks.resources, looks.cache)
    view.resize(*SIZE)
    view.set_places(places_geojson(lists))
    stands = Call()
    view.ready.connect(stands)
    view.show()
    try:
        stands.wait()
        chance = random.Random(points)  # noqa: S311 - positions to draw, not a secret
        spots = [spot for p in lists.places.values() for spot in p.polygons[0][0]]
        here = [_point(key, spots, chance) for key in range(1, points + 1)]
        found: dict[str, list[float]] = {"empty": [], "batch": [], "full": [], "full_pack": []}
        for _ in range(runs):
            found["full_pack"].append(_packing(here[:FULL]))
            found["full"].append(_painted(lambda call: view.set_points(pack_points(here[:FULL]), call)))
        _painted(lambda call: view.set_points(here, call))
        for _ in range(runs * 4):
            found["empty"].append(_painted(lambda call: view.update_points((), (), call)))
            batch = [_point(chance.randrange(1, points + 1), spots, chance) for _ in range(BATCH)]
            found["batch"].append(_painted(partial(view.update_points, batch, ())))
    finally:
        view.shut()
        close_for_good(view)
    return found


def _point(key: int, spots: list[tuple[float, float]], chance: random.Random) -> MapPoint:
    a, b, share = chance.choice(spots), chance.choice(spots), chance.random()
    lon, lat = (a[i] + (b[i] - a[i]) * share for i in (0, 1))
    return MapPoint(key, lon, lat, chance.randrange(1, 5), chance.randrange(3))


def _packing(points: list[MapPoint]) -> float:
    began = clock_ms()
    pack_points(points)
    return clock_ms() - began


def _painted(act: Callable[[Call], None]) -> float:
    """From the call to the frame, ms."""
    run_for(PAUSE_MS)
    painted = Call()
    began = clock_ms()
    act(painted)
    return painted.wait() - began
