"""Qt off screen, made ready in the one order that works; import it before anything of PySide6.

The environment is read when Qt and the web engine load, ``ui.immortal_none`` comes before the first Qt call,
and the map's scheme before the one application of the process.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--disable-gpu")
if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

import ui.immortal_none  # noqa: F401 - before the first Qt call

from typing import TYPE_CHECKING  # isort: skip

import pytest

from app.bootstrap import Settings, looks_of
from ui.application import bring_up
from ui.map.scheme import register_scheme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

register_scheme()


@pytest.fixture(scope="session")
def qapp(tmp_path_factory: pytest.TempPathFactory) -> QApplication:
    """The program's own application, dressed as the window is; one for all tests."""
    app = bring_up(looks_of(Settings(tmp_path_factory.mktemp("store") / "store.db", plain=False)))
    app.setQuitOnLastWindowClosed(False)
    return app
