"""Places from a file: previewed, refused as a whole, or put in force by ordinary ops."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from app.domain.place import Level, Place
from app.tools import import_places
from app.tools.import_places import BrokenTree, change_of
from tests.support.desks import RESOURCES, desk, words

if TYPE_CHECKING:
    from pathlib import Path

    from app.services.desk import Desk

PLACES = desk().lists.now().places
GRIDS = [p for p in PLACES.values() if p.level is Level.GRID]


def feature(place: Place, **changes: Any) -> dict[str, Any]:
    said = {"id": place.id, "parent": place.parent, "level": place.level.value, "name": place.name}
    return {
        "type": "Feature",
        "properties": said | changes,
        "geometry": {"type": "MultiPolygon", "coordinates": place.polygons},
    }


def run(to: Desk, path: Path, features: list[dict[str, Any]], *given: str) -> int:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    parser = argparse.ArgumentParser()
    import_places.add_arguments(parser)
    return import_places.run(parser.parse_args([str(path), *given]), to, words("en"), RESOURCES)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "places.geojson"


def test_a_level_is_replaced_as_a_whole(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = desk()
    first, second, *_ = GRIDS
    features = [feature(p) for p in GRIDS if p not in (first, second)]
    features.append(feature(first, id=first.id + "X", name="新网格"))
    features.append(feature(second, name="改了名"))
    before = to.store.head()
    assert run(to, path, features, "--dry-run") == 0
    assert to.store.head() == before
    assert "1 added" in (said := capsys.readouterr().out)
    assert "1 retired" in said
    assert run(to, path, features) == 0
    now = to.lists.now().places
    assert first.id not in now
    assert now[first.id + "X"].name == "新网格"
    assert now[second.id].name == "改了名"
    assert len(now) == len(PLACES)


def test_others_can_be_kept(path: Path) -> None:
    to = desk()
    assert run(to, path, [feature(GRIDS[0], name="改了名")], "--keep-others") == 0
    now = to.lists.now().places
    assert now[GRIDS[0].id].name == "改了名"
    assert run(to, path, [feature(GRIDS[1])], "--keep-others") == 0
    assert to.lists.now().places[GRIDS[1].id].name_en == GRIDS[1].name_en
    assert len(now) == len(PLACES)


def test_a_bad_row_refuses_the_file(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = desk()
    before = to.store.head()
    features = [feature(p) for p in GRIDS[:3]] + [feature(GRIDS[3], parent="nowhere")]
    assert run(to, path, features) == 1
    assert to.store.head() == before
    assert "row 4" in capsys.readouterr().out


def test_what_would_break_the_tree_is_refused(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = desk()
    before = to.store.head()
    village = next(p for p in PLACES.values() if p.level is Level.VILLAGE)
    assert run(to, path, [feature(village)]) == 1  # the other villages' grids would hang in the air
    assert to.store.head() == before
    assert "no tree" in capsys.readouterr().out
    with pytest.raises(BrokenTree):
        change_of(PLACES, [replace(village, parent=None)], keep_others=True)


def test_the_same_file_changes_nothing() -> None:
    change = change_of(PLACES, GRIDS)
    assert (change.added, change.changed, change.retired, change.same) == ((), (), (), 420)


def test_a_file_that_cannot_be_read(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(desk(), path, []) == 2
    assert "Cannot be read" in capsys.readouterr().out
