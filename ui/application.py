"""Qt brought up: the scheme before the application, fonts, theme, language; and a window run to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ui.immortal_none  # noqa: F401 - before the first Qt call

from PySide6.QtCore import Qt  # isort: skip
from PySide6.QtWidgets import QApplication  # isort: skip

from ui.fonts import load_fonts
from ui.language import install_language
from ui.map.scheme import register_scheme
from ui.theme.apply import theme

if TYPE_CHECKING:
    from app.services.desk import Desk
    from app.services.words import Words
    from ui.desktop import Desktop, Looks


def bring_up(looks: Looks) -> QApplication:
    """The one application of this process, dressed as ``looks`` says."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        app = running
    else:
        register_scheme()
        QApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
        app = QApplication(["grid-command"])
        app.setApplicationName("grid-command")
        load_fonts()
    install_language(app, looks.lang, looks.resources)
    theme.set(looks.theme)
    return app


def open_window(desk: Desk, words: Words, looks: Looks) -> Desktop:
    """The desktop's window, not shown yet."""
    from ui.desktop import Desktop

    return Desktop(desk, words, looks)


def run_window(desk: Desk, words: Words, looks: Looks) -> int:
    """Open the window and stay until it is closed; the exit code."""
    app = bring_up(looks)
    window = open_window(desk, words, looks)
    window.showMaximized()
    code = app.exec()
    desk.store.close()
    return code
