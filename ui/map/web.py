"""The web view of one map: its own profile without memory, local scheme only, no say in the keyboard."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QFile, QIODevice, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QColor
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile, QWebEngineSettings
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QWidget

from ui.map.bridge import MapBridge
from ui.map.scheme import ORIGIN, AppSchemeHandler, OutsideBlocker

_log = logging.getLogger(__name__)
_PAGE: Final = ORIGIN + "index.html"


def channel_script() -> tuple[bytes, str]:
    """Qt's own qwebchannel.js, handed on under the page's scheme so that qrc: stays closed."""
    file = QFile(":/qtwebchannel/qwebchannel.js")
    if not file.open(QIODevice.OpenModeFlag.ReadOnly):
        raise FileNotFoundError("qwebchannel.js is missing from Qt's resources")
    return bytes(file.readAll().data()), "text/javascript"


class _Page(QWebEnginePage):
    """Goes nowhere but to the map, and brings what the page complains of into the log."""

    def acceptNavigationRequest(
        self, url: QUrl | str, _kind: QWebEnginePage.NavigationType, _main_frame: bool, /
    ) -> bool:
        return QUrl(url).toString().startswith(ORIGIN)

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str, line: int, source: str
    ) -> None:
        grave = level == QWebEnginePage.JavaScriptConsoleMessageLevel.ErrorMessageLevel
        _log.log(logging.ERROR if grave else logging.INFO, "map page: %s (%s:%d)", message, source, line)


class MapWeb(QWebEngineView):
    """`lost` is emitted when the renderer died and the page was loaded again."""

    lost = Signal()

    def __init__(
        self,
        resources: Path,
        dynamic: Mapping[str, Callable[[], tuple[bytes, str]]],
        bridge: MapBridge,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        profile = QWebEngineProfile()
        self.blocker = OutsideBlocker(profile)
        self._handler = AppSchemeHandler(resources, {**dynamic, "qwebchannel.js": channel_script}, profile)
        profile.installUrlSchemeHandler(b"app", self._handler)
        profile.setUrlRequestInterceptor(self.blocker)
        page = _Page(profile, self)
        channel = QWebChannel(page)
        channel.registerObject("bridge", bridge)
        page.setWebChannel(channel)
        _restrict(page.settings())
        self.setPage(page)
        # Children die in the order they came: the page must go before its profile.
        profile.setParent(self)
        self._profile: QWebEngineProfile | None = profile
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page.renderProcessTerminated.connect(self._on_terminated)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.shut)

    def open(self) -> None:
        self.load(QUrl(_PAGE))
        self._refuse_focus()

    def shut(self) -> None:
        """Take the page down, then its profile; the other order crashes the engine. Harmless twice."""
        if self._profile is None:
            return
        page, profile, self._profile = self.page(), self._profile, None
        page.renderProcessTerminated.disconnect(self._on_terminated)
        shiboken6.delete(page)
        shiboken6.delete(profile)

    def set_ground(self, colour: str) -> None:
        """What shows before the page's first paint."""
        self.page().setBackgroundColor(QColor(colour))

    def _refuse_focus(self) -> None:
        """The engine's own child would take the keys at the first click; keys belong to the window."""
        proxy = self.focusProxy()
        if proxy is not None:
            proxy.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            proxy.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride}:
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _on_terminated(self, status: QWebEnginePage.RenderProcessTerminationStatus, code: int) -> None:
        if status == QWebEnginePage.RenderProcessTerminationStatus.NormalTerminationStatus:
            return
        _log.error("the map's renderer ended (%s, %d); loading the page again", status.name, code)
        self.lost.emit()
        self.open()


def _restrict(settings: QWebEngineSettings) -> None:
    attribute = QWebEngineSettings.WebAttribute
    for off in (
        attribute.FocusOnNavigationEnabled,
        attribute.JavascriptCanOpenWindows,
        attribute.JavascriptCanAccessClipboard,
        attribute.LocalStorageEnabled,
        attribute.LocalContentCanAccessFileUrls,
        attribute.PluginsEnabled,
        attribute.PdfViewerEnabled,
        attribute.ErrorPageEnabled,
        attribute.AutoLoadIconsForPage,
        attribute.HyperlinkAuditingEnabled,
        attribute.WebGLEnabled,
    ):
        settings.setAttribute(off, False)
