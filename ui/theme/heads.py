"""Section heads, empty states and labels that shorten themselves."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui.theme.buttons import KeyButton
from ui.theme.tokens import SIZES
from ui.theme.widgets import IconMark


def text_label(words: str, role: str, ink: str = "") -> QLabel:
    """Return a label of a type role (title, strong, body, second, third, head, kpi, clock)."""
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    if ink:
        label.setProperty("ink", ink)
    return label


class ElidedLabel(QLabel):
    """One line of plain text that ends in … when there is no room; the whole text is then in its tip."""

    def __init__(self, words: str = "", role: str = "body", parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().height(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tip()

    def setText(self, words: str) -> None:
        super().setText(words)
        self._tip()

    def _tip(self) -> None:
        short = self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()
        self.setToolTip(self.text() if short else "")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, box.width())
        flags = self.alignment() | Qt.TextFlag.TextSingleLine
        self.style().drawItemText(
            painter, box, int(flags), self.palette(), self.isEnabled(), shown, QPalette.ColorRole.WindowText
        )


class SectionHead(QFrame):
    """The 28 px head of a section: title, note beside it, and at the right a link with its key."""

    link_clicked = Signal()

    def __init__(
        self, title: str, note: str = "", link: str = "", key: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "section")
        self.setFixedHeight(SIZES.section)
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZES.panel_padding, 0, SIZES.panel_padding, 0)
        row.setSpacing(8)
        self._title = text_label(title, "strong")
        self._note = ElidedLabel(note, "second")
        row.addWidget(self._title)
        row.addWidget(self._note, 1)
        self._link = KeyButton(link, key, "link")
        self._link.clicked.connect(self.link_clicked)
        row.addWidget(self._link)
        self._link.setVisible(bool(link))  # only once it has a parent: it would be a window otherwise

    def set_title(self, title: str) -> None:
        self._title.setText(title)

    def set_note(self, note: str) -> None:
        self._note.setText(note)

    def set_link(self, words: str) -> None:
        self._link.set_words(words)
        self._link.setVisible(bool(words))


class EmptyState(QWidget):
    """What stands where there is nothing to show: a mark, what that means, and what can be done."""

    def __init__(self, mark: str, words: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.setSpacing(4)
        column.addWidget(IconMark(mark, "t3", 24), 0, Qt.AlignmentFlag.AlignHCenter)
        self._words = text_label(words, "body", "t2")
        self._hint = text_label(hint, "third")
        for label in (self._words, self._hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            column.addWidget(label)
        self._hint.setVisible(bool(hint))

    def set_words(self, words: str, hint: str = "") -> None:
        self._words.setText(words)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
