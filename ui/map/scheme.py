"""The page's own URL scheme: app://grid/… answers from folders and memory; nothing else is reachable."""

from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QFile, QIODevice, QObject
from PySide6.QtWebEngineCore import (
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlScheme,
    QWebEngineUrlSchemeHandler,
)

SCHEME: Final = b"app"
ORIGIN: Final = "app://grid/"
FOLDERS: Final = ("map", "fonts")
"""The folders of the resources that the page may read."""

MIME_TYPES: Final[dict[str, str]] = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".otf": "font/otf",
    ".ttf": "font/ttf",
    ".ttc": "font/collection",
}


def register_scheme() -> None:
    """Make app:// known to the web engine. Must run before QApplication; calling it again is harmless."""
    if not QWebEngineUrlScheme.schemeByName(SCHEME).name().isEmpty():
        return
    scheme = QWebEngineUrlScheme(SCHEME)
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    flag = QWebEngineUrlScheme.Flag
    scheme.setFlags(flag.SecureScheme | flag.CorsEnabled | flag.FetchApiAllowed)
    QWebEngineUrlScheme.registerScheme(scheme)


def local_file(root: Path, path: str) -> Path | None:
    """The file that /map/… or /fonts/… names under `root`, or None: absent, another folder, or outside."""
    parts = PurePosixPath(path.lstrip("/")).parts
    if not parts or parts[0] not in FOLDERS or "\\" in path or "\0" in path:
        return None
    home = (root / parts[0]).resolve()
    file = root.joinpath(*parts).resolve()
    return file if file.is_relative_to(home) and file.is_file() else None


class AppSchemeHandler(QWebEngineUrlSchemeHandler):
    """Answers app://grid/…: first what is made in memory, then files of `root`/map and `root`/fonts.

    `dynamic` maps a path without its leading slash to a function giving the bytes and their MIME type. The
    device handed over is whole and seekable, so the engine answers ranges by itself.
    """

    def __init__(
        self,
        root: Path,
        dynamic: Mapping[str, Callable[[], tuple[bytes, str]]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._root = root
        self._dynamic = dynamic

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        error = QWebEngineUrlRequestJob.Error
        url = job.requestUrl()
        if bytes(job.requestMethod().data()) != b"GET":
            job.fail(error.RequestDenied)
            return
        if url.host() != "grid":
            job.fail(error.UrlInvalid)
            return
        made = self._dynamic.get(url.path().lstrip("/"))
        if made is not None:
            content, mime = made()
            self._reply_memory(job, content, mime)
            return
        file = local_file(self._root, url.path())
        if file is None:
            job.fail(error.UrlNotFound)
            return
        self._reply_file(job, file)

    @staticmethod
    def _reply_memory(job: QWebEngineUrlRequestJob, content: bytes, mime: str) -> None:
        buffer = QBuffer(job)
        buffer.setData(QByteArray(content))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        job.reply(QByteArray(mime.encode("ascii")), buffer)

    @staticmethod
    def _reply_file(job: QWebEngineUrlRequestJob, file: Path) -> None:
        device = QFile(str(file), job)
        if not device.open(QIODevice.OpenModeFlag.ReadOnly):
            job.fail(QWebEngineUrlRequestJob.Error.RequestFailed)
            return
        mime = MIME_TYPES.get(file.suffix.lower(), "application/octet-stream")
        job.reply(QByteArray(mime.encode("ascii")), device)


class OutsideBlocker(QWebEngineUrlRequestInterceptor):
    """Blocks every request that is not app://, and counts them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.blocked = 0

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        if info.requestUrl().scheme().encode("ascii") != SCHEME:
            self.blocked += 1
            info.block(True)
