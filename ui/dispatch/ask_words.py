"""The small form for an op that needs words: one line, usual phrases by digit or arrow, Enter sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui.dispatch.row_paint import say
from ui.theme.apply import theme
from ui.theme.buttons import KeyButton
from ui.theme.heads import text_label
from ui.theme.marks import draw_key
from ui.theme.tokens import SIZES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QPaintEvent

_OURS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down}


class WordsEdit(QLineEdit):
    """A line whose Enter, Esc, arrows and (while nothing of its own is written) digits belong to the form."""

    moved = Signal(int)
    digit = Signal(int)
    sent = Signal()
    left = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.takes_digits: Callable[[], bool] = lambda: not self.text()

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _OURS
        ):
            event.accept()  # else the panel's own Enter and arrows would come first
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.sent.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self.moved.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif event.text() in set("123456789") and self.takes_digits():
            self.digit.emit(int(event.text()))
        else:
            super().keyPressEvent(event)


class FormFrame(QWidget):
    """What both forms have: a question, a warning, a place for the inputs, send and back."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", "bg1")
        self.question = text_label("", "strong")
        self.question.setWordWrap(True)
        self.warning = text_label("", "second", "high")
        self.warning.setWordWrap(True)
        self.hint = text_label("", "third")
        self.send = KeyButton("", "Enter", "primary")
        self.back = KeyButton("", "Esc", "plain")
        self.inputs = QVBoxLayout()
        self.inputs.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(SIZES.panel_padding, 10, SIZES.panel_padding, 12)
        column.setSpacing(6)
        column.addWidget(self.question)
        column.addWidget(self.warning)
        column.addLayout(self.inputs)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.send)
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.hint)
        column.addSpacing(4)
        column.addLayout(row)
        self.back.clicked.connect(self.cancelled)

    def ask(self, question: str, warning: str) -> None:
        """Put the question; the warning says what the act can no longer take back."""
        self.question.setText(question)
        self.warning.setText(warning)
        self.warning.setVisible(bool(warning))


class AskWords(FormFrame):
    """Asks for a line; ``submitted`` carries it, never empty."""

    submitted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.edit = WordsEdit("")
        self.inputs.addWidget(self.edit)
        self.inputs.addSpacing(4)
        self._phrases: tuple[str, ...] = ()
        self._buttons: list[KeyButton] = []
        self._missing = ""
        self.edit.takes_digits = lambda: not self.edit.text() or self.edit.text() in self._phrases
        self.edit.sent.connect(self._send)
        self.edit.left.connect(self.cancelled)
        self.edit.moved.connect(self._move)
        self.edit.digit.connect(lambda n: self._pick(n - 1))
        self.edit.textEdited.connect(lambda _text: self.warning.setVisible(bool(self.warning.text())))
        self.send.clicked.connect(self._send)

    def set_words(self, send: str, back: str, hint: str, missing: str) -> None:
        """The form's own words; ``missing`` is said where nothing was written."""
        self.send.set_words(send)
        self.back.set_words(back)
        self.hint.setText(hint)
        self._missing = missing

    def open(self, act: str, question: str, warning: str, phrases: Sequence[str], *, chosen: bool) -> None:
        """Ask; with ``chosen`` the first phrase is already written, so that Enter sends it."""
        self.ask(act, warning)
        self._phrases = tuple(phrases)
        self.edit.setAccessibleName(f"{act} {question}")
        self.edit.setPlaceholderText(question)
        self.edit.setText(phrases[0] if chosen and phrases else "")
        self.edit.selectAll()
        self.hint.setVisible(bool(phrases))
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = [self._phrase(i, phrase) for i, phrase in enumerate(phrases)]
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _phrase(self, i: int, phrase: str) -> KeyButton:
        button = PhraseButton(phrase, str(i + 1))
        button.clicked.connect(lambda: self._pick(i))
        self.inputs.addWidget(button)
        return button

    def _pick(self, i: int) -> None:
        if 0 <= i < len(self._phrases):
            self.edit.setText(self._phrases[i])
            self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            self.edit.end(False)

    def _move(self, by: int) -> None:
        text = self.edit.text()
        at = self._phrases.index(text) if text in self._phrases else (-1 if by > 0 else 0)
        if self._phrases:
            self._pick((at + by) % len(self._phrases))

    def _send(self) -> None:
        text = self.edit.text().strip()
        if text:
            self.submitted.emit(text)
        else:
            self.warning.setText(self._missing)
            self.warning.setVisible(True)
            self.edit.setFocus(Qt.FocusReason.OtherFocusReason)


class PhraseButton(KeyButton):
    """A usual phrase: the cap of its digit first, the words left aligned, flat until pointed at."""

    def __init__(self, words: str, key: str) -> None:
        super().__init__(words, key, "link")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), theme.tokens
        if self.underMouse():
            painter.fillRect(self.rect(), QColor(tokens.bg3))
        top = (self.height() - SIZES.key) / 2
        draw_key(painter, QRectF(0, top, SIZES.key, SIZES.key), self._key, tokens)
        say(painter, self.rect().adjusted(SIZES.key + 8, 0, 0, 0), self.text(), tokens.t1, "second")
