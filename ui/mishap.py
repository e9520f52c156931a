"""A bug is a bug: written to the log with its traceback, and told once in words, with where the log lies."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import structlog
from PySide6.QtCore import QCoreApplication, QObject, Signal

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

log = structlog.get_logger("mishap")


class Mishaps(QObject):
    """Takes over the hooks for what nobody has caught; ``told`` carries the words for the officer."""

    told = Signal(str)

    def __init__(self, log_file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log_file = log_file
        sys.excepthook = self._caught
        threading.excepthook = lambda args: self._caught(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.error("uncaught", exc_info=(kind, error, trace))
        sys.__excepthook__(kind, error, trace)
        words = QCoreApplication.translate(
            "Mishaps", "程序出错，刚才的操作可能没完成，请核对后重做。日志：{path}"
        )
        self.told.emit(words.format(path=self._log_file))
