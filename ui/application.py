"""Qt brought up: the scheme before the application, fonts, theme, language; and a window run to its end."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import ui.immortal_none  # noqa: F401 - before the first Qt call

from PySide6.QtCore import Qt, QTimer  # isort: skip
from PySide6.QtWidgets import QApplication, QMessageBox  # isort: skip

from ui.fonts import load_fonts
from ui.language import install_language
from ui.map.scheme import register_scheme
from ui.mishap import Mishaps
from ui.theme.apply import theme

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.services.desk import Desk
    from app.services.words import Words
    from ui.desktop import Desktop, Looks
    from ui.outside import Outside

    WordsOf = Callable[[str], Words]
    Remember = Callable[[Looks], None]


SIGNAL_LOOK_MS = 500


class NoDisplayError(RuntimeError):
    """There is no display to open a window on."""


def prepare(*, off_screen: bool) -> None:
    """Tell Qt and Chromium about this machine; NoDisplayError where a window is wanted and cannot be."""
    if off_screen:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        # Without a screen there is no GPU either: a picture of the map would be white.
        os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--disable-gpu")
    elif os.name == "posix" and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        raise NoDisplayError
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")  # Chromium's sandbox refuses root


def bring_up(looks: Looks, *, off_screen: bool = False) -> QApplication:
    """The one application of this process, dressed as ``looks`` says."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        app = running
    else:
        prepare(off_screen=off_screen)
        register_scheme()
        QApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
        app = QApplication(["grid-command"])
        app.setApplicationName("grid-command")
        load_fonts()
    install_language(app, looks.lang, looks.resources)
    theme.set(looks.theme)
    return app


def open_window(desk: Desk, words: Words, looks: Looks, outside: Outside | None = None) -> Desktop:
    """The desktop's window, not shown yet."""
    from ui.desktop import Desktop

    return Desktop(desk, words, looks, outside)


class Session:
    """The window of this run; another language opens it anew, on the same desk."""

    def __init__(
        self, desk: Desk, words_of: WordsOf, looks: Looks, remember: Remember, outside: Outside | None
    ) -> None:
        self._desk, self._words_of, self._looks, self._remember = desk, words_of, looks, remember
        self._outside = outside
        self.window = self._open()

    def interrupted(self, _number: int, _frame: object) -> None:
        """Ctrl+C in the terminal closes the window like any other way to close it."""
        self.window.close()

    def look(self) -> None:
        """Nothing to do but to be Python code that runs."""

    def tell(self, words: str) -> None:
        """Trouble, in whichever window is open now."""
        self.window.tell(words)

    def _open(self) -> Desktop:
        window = open_window(self._desk, self._words_of(self._looks.lang), self._looks, self._outside)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.looks_chosen.connect(self._on_looks)
        window.showMaximized()
        return window

    def _on_looks(self, looks: Looks) -> None:
        before, self._looks = self._looks, looks
        self._remember(looks)
        if looks.lang != before.lang:
            old = self.window
            self._desk = old.work.desk  # whoever sits there now
            bring_up(looks)
            self.window = self._open()
            self.window.queue.resume(old.queue.narrowing, old.queue.key)
            old.close()


def show_trouble(words: str, looks: Looks) -> None:
    """Trouble that keeps the window from opening, in a window of its own."""
    bring_up(looks)
    QMessageBox.critical(None, QApplication.translate("Desktop", "网格指挥台打不开"), words)


def run_window(
    desk: Desk,
    words_of: WordsOf,
    looks: Looks,
    remember: Remember,
    log_file: Path,
    outside: Outside | None = None,
) -> int:
    """Open the window and stay until it is closed; the exit code."""
    app = bring_up(looks)
    session = Session(desk, words_of, looks, remember, outside)
    mishaps = Mishaps(log_file)
    mishaps.told.connect(session.tell)
    signal.signal(signal.SIGINT, session.interrupted)
    waker = QTimer()
    waker.start(SIGNAL_LOOK_MS)  # Python sees a signal only when its own code runs
    waker.timeout.connect(session.look)
    code = app.exec()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    desk.store.close()
    return code
