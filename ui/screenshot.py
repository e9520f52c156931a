"""Pictures of pages, drawn off screen: the real window on the demonstration store, when all of it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QObject, QTimer

from app.ports.rows import Queue
from ui.application import bring_up, open_window

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.services.desk import Desk
    from app.services.words import Words
    from ui.desktop import Desktop, Looks
    from ui.outside import Outside

PAGES = ("command", "kpi", "conflict", "offline", "settle")
SHOWN = {"conflict": "command", "offline": "command"}
"""Pictures that show a page of another name."""
PATIENCE_MS = 30_000
POLL_MS = 30
SETTLED_POLLS = 12
"""The page has to stand unchanged for so many looks, so that the map's last frame is in the picture."""


class NotReadyError(RuntimeError):
    """The page did not come to rest in time."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What to draw: a page in pixels, and where to. ``town`` narrows the queue, ``key`` is what is opened."""

    page: str
    width: int
    height: int
    out: Path
    town: str = ""
    key: int | None = None


def draw(desk: Desk, words: Words, looks: Looks, picture: Picture, outside: Outside | None = None) -> None:
    """Draw one picture; ``NotReadyError`` when the page does not come to rest, OSError for the file."""
    app = bring_up(looks, off_screen=True)
    window = open_window(desk, words, looks, outside)
    try:
        window.resize(picture.width, picture.height)
        window.show_queue(Queue.WORKING)
        if picture.town:
            window.queue.show_town(picture.town)
        window.show_page(SHOWN.get(picture.page, picture.page))
        window.show()
        _until(window, lambda: _stands(window))
        if picture.key is None:
            window.queue.step(4)
        else:
            window.queue.select(picture.key)
        _until(window, lambda: _stands(window) and window.panel.dossier is not None)
        app.processEvents()
        picture.out.parent.mkdir(parents=True, exist_ok=True)
        if not window.grab().save(str(picture.out)):
            raise OSError(f"cannot write {picture.out}")
    finally:
        window.close()
        window.deleteLater()
        app.processEvents()


def _stands(window: Desktop) -> bool:
    shown = window.kpi if window.kpi.isVisible() else window.figures
    figures = not shown.isVisible() or (shown.shown is not None and shown.charts_ready)
    board = window.map_stands or not window.map.isVisible()
    return board and window.queue.model.rowCount() > 0 and figures


def _until(owner: QObject, ready: Callable[[], bool]) -> None:
    """Run the event loop until ``ready`` has held for a while."""
    loop = QEventLoop(owner)
    held = 0
    timer, end = QTimer(loop), QTimer(loop)
    timer.setInterval(POLL_MS)

    def look() -> None:
        nonlocal held
        held = held + 1 if ready() else 0
        if held >= SETTLED_POLLS:
            loop.exit(0)

    timer.timeout.connect(look)
    end.setSingleShot(True)
    end.timeout.connect(lambda: loop.exit(1))
    timer.start()
    end.start(PATIENCE_MS)
    if loop.exec() != 0:
        raise NotReadyError("the page did not come to rest")
