"""Mapping files: the shipped ones fit, and a wrong one is refused in words."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from app.domain.incident import State
from app.tools.mapping import MappingError, find, load
from app.tools.template import Template
from tests.support.desks import RESOURCES, wording

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = sorted(path.stem for path in (RESOURCES / "mappings").glob("*.toml"))


def test_four_mappings_ship() -> None:
    assert SHIPPED == ["boston311", "la311", "montgomery911", "sample"]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_mapping_names_itself_and_only_known_words(name: str) -> None:
    mapping = load(find(name, RESOURCES))
    with (RESOURCES / "catalogue/sources.csv").open(encoding="utf-8") as file:
        sources = {row["id"] for row in csv.DictReader(file)}
    with (RESOURCES / "catalogue/items.csv").open(encoding="utf-8") as file:
        categories = {row["category"] for row in csv.DictReader(file)}
    assert mapping.name == name
    assert {*mapping.source.values(), mapping.source_otherwise} <= sources
    assert set(mapping.category.values()) <= categories


def test_the_sample_fits_its_table() -> None:
    mapping = load(find("sample", RESOURCES))
    with (RESOURCES / "demo/incidents_sample.csv").open(encoding="utf-8-sig") as file:
        header = next(csv.reader(file))
    assert {Template(text, header).indexes for text in mapping.columns.values()} == {(n,) for n in range(14)}
    assert mapping.state["已结案"] is State.CLOSED


def write(path: Path, **changes: str) -> Path:
    """The Boston mapping with some of its lines replaced."""
    lines = (RESOURCES / "mappings/boston311.toml").read_text(encoding="utf-8").splitlines()
    for key, value in changes.items():
        lines = [f"{key} = {value}" if line.startswith(f"{key} =") else line for line in lines]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_mapping_of_ones_own(tmp_path: Path) -> None:
    path = write(tmp_path / "own.toml", name='"own"', encoding='"gb18030"')
    mapping = load(find(str(path), RESOURCES))
    assert (mapping.name, mapping.encoding) == ("own", "gb18030")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("zone", '"Mars/Olympus"', "Mars/Olympus"),
        ("encoding", '"utf-16"', "utf-16"),
        ("encoding", '"martian"', "martian"),
        ("name", '"../etc"', "name"),
        ("formats", '["%Y-%Q"]', "%Q"),
        ("box", "[1, 1, 1, 1]", "box"),
        ("missing_position", '"perhaps"', "missing_position"),
        ("Open", '"asleep"', "asleep"),
        ("Open", '"working"', "working"),
        ("opened", '""', "opened"),
        ("lat", '"LATITUDE"\nheight = "X"', "height"),
        ("margin", "0.4\nmargins = 3", "margins"),
        ("is", "7", "7"),
    ],
)
def test_a_wrong_mapping_is_refused_and_says_where(tmp_path: Path, key: str, value: str, said: str) -> None:
    with pytest.raises(MappingError) as told:
        load(write(tmp_path / "own.toml", **{key: value}))
    assert told.value.code == "bad_mapping"
    assert said in wording("en")("mapping", told.value.code, **told.value.said)


def test_no_toml_and_no_file(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("= 1")
    with pytest.raises(MappingError, match="not_toml"):
        load(tmp_path / "x.toml")
    with pytest.raises(MappingError) as told:
        find("chicago", RESOURCES)
    assert "boston311" in wording("zh")("mapping", told.value.code, **told.value.said)


def test_templates() -> None:
    header = ["A", " b ", "C"]
    assert Template("B", header).of(["1", " 2 ", "3"]) == "2"
    assert Template("{a|B} / {C}!", header).of([" ", "2", "3"]) == "2 / 3!"
    assert Template("{X|C}", header).of(["1", "2", "3"]) == "3"
    with pytest.raises(MappingError, match="missing_column"):
        Template("{X|Y}", header)
