"""The theme in force: palette and style sheet of the application, and the signal that it changed."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from ui.theme.faces import role_face
from ui.theme.focus import FocusRing
from ui.theme.sheet import disabled_text, style_sheet
from ui.theme.tokens import THEMES, ThemeName, Tokens


def palette(tokens: Tokens) -> QPalette:
    """Return the Qt palette of a theme, for what a style sheet does not reach."""
    role = QPalette.ColorRole
    made = QPalette()
    for which, colour in (
        (role.Window, tokens.bg1),
        (role.Base, tokens.bg1),
        (role.AlternateBase, tokens.bg2),
        (role.Button, tokens.bg2),
        (role.WindowText, tokens.t1),
        (role.Text, tokens.t1),
        (role.ButtonText, tokens.t1),
        (role.BrightText, tokens.t1),
        (role.PlaceholderText, tokens.t3),
        (role.ToolTipBase, tokens.bg3),
        (role.ToolTipText, tokens.t1),
        (role.Highlight, tokens.sel),
        (role.HighlightedText, tokens.t1),
        (role.Link, tokens.acc),
        (role.LinkVisited, tokens.acc),
        (role.Accent, tokens.acc),
        (role.Light, tokens.line2),
        (role.Midlight, tokens.line),
        (role.Mid, tokens.line2),
        (role.Dark, tokens.line),
        (role.Shadow, tokens.bg0),
    ):
        made.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(disabled_text(tokens)))
    return made


class Theme(QObject):
    """Which theme is in force. Painters read ``tokens`` each time they paint; ``changed`` comes after."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._name: ThemeName = "dark"
        self._ring: FocusRing | None = None

    @property
    def tokens(self) -> Tokens:
        return THEMES[self._name]

    def current(self) -> ThemeName:
        return self._name

    def set(self, name: ThemeName) -> None:
        """Put theme ``name`` in force for the whole application (which must exist). KeyError if unknown."""
        tokens = THEMES[name]
        self._name = name
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise TypeError("a theme needs a running QApplication")
        if app.style().name().lower() != "fusion":
            app.setStyle(QStyleFactory.create("Fusion"))
        app.setFont(role_face("body"))
        app.setPalette(palette(tokens))
        app.setStyleSheet(style_sheet(tokens))
        if self._ring is None:
            self._ring = FocusRing(app, lambda: self.tokens.acc)
        self.changed.emit()


theme = Theme()
"""The application's theme: one for the process, as the palette and the style sheet are."""
