"""What a start is told, where its files lie, and what it remembers."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import platformdirs

from app.services.words import Words

if TYPE_CHECKING:
    from ui.desktop import Looks

DISTRICT = "510113"
VERSION = "0.2.0"
REMEMBERED = "looks.json"


def resources_folder() -> Path:
    """Where the shipped files lie: beside the program, or in the frozen bundle."""
    bundle = getattr(sys, "_MEIPASS", None)
    root = Path(bundle) if bundle else Path(__file__).resolve().parents[2]
    return root / "resources"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a start is told: by the command line first, then the environment, then the defaults.

    ``store`` is the store's file; ``plain`` leaves it unencrypted (demonstrations only).
    """

    store: Path
    plain: bool
    lang: str = "zh"
    theme: Literal["dark", "light"] = "dark"
    passphrase: str | None = None
    place: str = DISTRICT
    sign: str = ""
    letter: str = ""
    actor: str = "m-001"

    @property
    def cache(self) -> Path:
        """Where things lie that can be made again."""
        return cache_folder()


def data_folder() -> Path:
    """Where this user's stores lie."""
    return Path(platformdirs.user_data_dir("grid-command", appauthor=False))


def cache_folder() -> Path:
    """Where things lie that can be made again."""
    return Path(platformdirs.user_cache_dir("grid-command", appauthor=False))


def settings_from(
    *, store: Path | None = None, plain: bool = False, lang: str | None = None, theme: str | None = None
) -> Settings:
    """The settings of this start; environment: GRID_STORE, GRID_LANG, GRID_THEME, GRID_PASSPHRASE."""
    env = os.environ
    last = _remembered()
    given = store or (Path(env["GRID_STORE"]) if env.get("GRID_STORE") else None)
    return Settings(
        store=given or data_folder() / "district.db",
        plain=plain,
        lang="en" if (lang or env.get("GRID_LANG") or last.get("lang")) == "en" else "zh",
        theme="light" if (theme or env.get("GRID_THEME") or last.get("theme")) == "light" else "dark",
        passphrase=env.get("GRID_PASSPHRASE"),
    )


def _remembered() -> dict[str, str]:
    """What the last run chose; nothing where there is no such file or it cannot be read as one."""
    try:
        chosen = json.loads((data_folder() / REMEMBERED).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {k: v for k, v in chosen.items() if isinstance(v, str)} if isinstance(chosen, dict) else {}


def remember(looks: Looks) -> None:
    """Keep language and theme for the next start; a disk that refuses costs only that."""
    path = data_folder() / REMEMBERED
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"lang": looks.lang, "theme": looks.theme}), "utf-8")


def words_of(settings: Settings) -> Words:
    """The words of the trade in the language that the settings name."""
    return Words(settings.lang, resources_folder())


def own_program() -> tuple[str, ...]:
    """How the program starts itself: frozen, or from its source."""
    main = Path(__file__).resolve().parents[2] / "main.py"
    return (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, str(main))
