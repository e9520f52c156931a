"""Where the program writes what went wrong."""

from __future__ import annotations

import contextlib
import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs
import structlog

LOG_BYTES = 2_000_000


def log_file() -> Path:
    """Where the program writes what went wrong, one JSON object a line."""
    return Path(platformdirs.user_log_dir("grid-command", appauthor=False)) / "grid-command.jsonl"


def open_log() -> None:
    """Send the program's log to its file, at most 3 × 2 MB; a disk that refuses leaves standard error."""
    handler: logging.Handler = logging.StreamHandler()
    with contextlib.suppress(OSError):
        log_file().parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            log_file(), maxBytes=LOG_BYTES, backupCount=2, encoding="utf-8", delay=True
        )
    logging.basicConfig(handlers=[handler], format="%(message)s", level=logging.INFO)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
