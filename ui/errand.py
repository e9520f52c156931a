"""One errand at a time on a thread of its own: what waits for the network never holds up a store's lane."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from collections.abc import Callable


class Errand(QObject):
    """``told`` carries what the errand says on its way, ``back`` what it came to; both on the GUI thread.

    An exception is a bug and is raised on the GUI thread, where it is written down and told.
    """

    told = Signal(object)
    back = Signal(object)
    _returned = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread: threading.Thread | None = None
        self._returned.connect(self._arrive, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        """Whether one is on its way."""
        return self._thread is not None

    def send(self, work: Callable[[Callable[[object], None]], Any]) -> None:
        """Run ``work`` with a function by which it tells how far it is; RuntimeError while one is running."""
        if self._thread is not None:
            raise RuntimeError("an errand is on its way")

        def run() -> None:
            try:
                came_to = work(self.told.emit)
            except Exception as error:  # noqa: BLE001 - handed over to the GUI thread, which raises it
                self._hand_over(None, error)
            else:
                self._hand_over(came_to, None)

        self._thread = threading.Thread(target=run, name="errand", daemon=True)
        self._thread.start()

    def _hand_over(self, came_to: object, error: BaseException | None) -> None:
        """To the GUI thread, unless the window was closed meanwhile."""
        try:
            self._returned.emit(came_to, error)
        except RuntimeError:  # the C++ side is gone
            return

    def _arrive(self, came_to: object, error: BaseException | None) -> None:
        self._thread = None
        if error is not None:
            raise error
        self.back.emit(came_to)
