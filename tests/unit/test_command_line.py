"""The command line: every parser is whole, and wrong arguments or files are told in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import main
from app.ports.problems import StoreTrouble
from app.services.words import LANGUAGES
from app.tools.arguments import Arguments, language_asked, whole_number
from tests.support.desks import wording, words

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def a_bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who has chosen nothing yet."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("GRID_LANG", "GRID_STORE", "GRID_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("tool", [*main.TOOLS, ("desktop",), ("screenshot",)], ids=" ".join)
def test_every_tool_tells_its_usage(tool: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main.run([*tool, "--help"])
    assert left.value.code == 0
    assert "--lang" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["import", "incidents"], "缺少参数：FILE, --mapping"),
        (["verify", "--bogus"], "不认识的参数：--bogus"),
        (["verify", "--store"], "--store"),
        (["export", "incidents", "--to", "x.csv", "--queue", "none"], "没有 'none' 这一项"),
        (["import", "incidents", "f", "--mapping", "m", "--batch", "0"], "--batch 要一个正数"),
        (["replay", "f", "--mapping", "m", "--limit", "-2"], "--limit 要一个正数"),
        (["replay", "f", "--mapping", "m", "--speed", "fast"], "--speed 要一个正数"),
    ],
)
def test_wrong_arguments_are_told(given: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main.run(given)
    assert left.value.code == 2
    assert told in capsys.readouterr().err


def test_wrong_arguments_are_told_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main.run(["verify", "--lang", "en", "--bogus"])
    assert "Unknown: --bogus" in capsys.readouterr().err


def test_an_unforeseen_fault_keeps_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        Arguments("x", "", wording("en")).error("something else")
    assert "something else" in capsys.readouterr().err


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = tmp_path / "typo" / "x.db"
    assert main.run(["verify", "--plain", "--store", str(store)]) == 1
    assert f"找不到文件或文件夹：{store}" in capsys.readouterr().err
    assert not store.parent.exists()


def test_an_empty_file_is_no_sound_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = tmp_path / "x.db"
    store.touch()
    assert main.run(["verify", "--plain", "--store", str(store)]) == 1
    assert "不是网格指挥台的数据文件" in capsys.readouterr().err
    assert store.stat().st_size == 0


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    store = tmp_path / "file" / "x.db"
    assert main.run(["import", "places", "f", "--plain", "--lang", "en", "--store", str(store)]) == 1
    assert str(tmp_path / "file") in capsys.readouterr().err


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_trouble_with_the_store_has_a_word(lang: str) -> None:
    known = words(lang).codes("problem")
    assert [code for code in StoreTrouble if code not in known] == []


def test_the_language_is_seen_before_the_rest() -> None:
    assert language_asked(["verify", "--lang", "en"]) == "en"
    assert language_asked(["verify", "--lang=zh"]) == "zh"
    assert language_asked(["verify", "--lang"]) is None


@pytest.mark.parametrize("text", ["0", "-1", "x", ""])
def test_a_count_is_at_least_one(text: str) -> None:
    with pytest.raises(ValueError, match=text or "invalid literal"):
        whole_number(text)
