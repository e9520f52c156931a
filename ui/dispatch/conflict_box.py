"""Open conflicts in the panel: both sides in words, and the choices, each with its key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.dispatch.flow_row import FlowRow
from ui.theme.buttons import KeyButton
from ui.theme.heads import SectionHead, text_label
from ui.theme.tokens import SIZES
from ui.theme.widgets import StateDot

if TYPE_CHECKING:
    from app.services.words import Words
    from ui.dispatch.conflict_facts import ConflictFace

SETTLE_KEY = "F"


class _Conflict(QWidget):
    """One conflict; ``chosen`` carries the choice's code."""

    chosen = Signal(str)

    def __init__(self, face: ConflictFace) -> None:
        super().__init__()
        self.setAccessibleName(face.spoken)
        self.setToolTip(face.why)
        column = QVBoxLayout(self)
        column.setContentsMargins(SIZES.panel_padding, 10, SIZES.panel_padding, 10)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(StateDot("conflict", 12))
        head.addWidget(text_label(face.title, "strong"))
        head.addStretch(1)
        head.addWidget(text_label(face.when, "third"))
        column.addLayout(head)
        column.addLayout(self._sides(face))
        self.buttons = tuple(
            KeyButton(words, str(n), "small") for n, (_code, words) in enumerate(face.choices, start=1)
        )
        for button, (code, _words) in zip(self.buttons, face.choices, strict=True):
            button.clicked.connect(partial(self.chosen.emit, code))
        column.addWidget(FlowRow(self.buttons))

    @staticmethod
    def _sides(face: ConflictFace) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(20, 0, 0, 2)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for row, line in enumerate(face.lines):
            said = text_label(line.words, "body")
            said.setWordWrap(True)
            said.setAccessibleName(f"{line.who} {line.words}".strip())
            if line.who:
                grid.addWidget(text_label(line.who, "second"), row, 0, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(said, row, 1)
            else:
                grid.addWidget(said, row, 0, 1, 2)
        return grid


class ConflictBox(QWidget):
    """``chosen`` carries the conflict's face and the choice's code; hidden while there is no conflict."""

    chosen = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._faces: tuple[ConflictFace, ...] = ()
        self._parts: list[_Conflict] = []
        self._head = SectionHead("", "", " ", SETTLE_KEY)
        self._head.link_clicked.connect(self.take_keyboard)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._head)
        self.hide()

    def show_faces(self, faces: tuple[ConflictFace, ...], words: Words) -> None:
        """Show these conflicts instead; nothing flickers where they are the same."""
        self._head.set_title(words.say("settle", "title", n=len(faces)))
        self._head.set_note(words.say("settle", "note"))
        self._head.set_link(words.say("settle", "settle"))
        self.setVisible(bool(faces))
        if faces == self._faces:
            return
        at = self._at()
        self._faces = faces
        for part in self._parts:
            part.hide()
            part.deleteLater()
        self._parts = [self._part(face) for face in faces]
        if at is not None and self._parts:
            self._parts[min(at, len(self._parts) - 1)].buttons[0].setFocus()

    def _part(self, face: ConflictFace) -> _Conflict:
        part = _Conflict(face)
        part.chosen.connect(lambda code: self.chosen.emit(face, code))
        self._column.addWidget(part)
        return part

    def has_keyboard(self) -> bool:
        """Whether the focus is on one of the choices."""
        return self._at() is not None

    def take_keyboard(self) -> None:
        """Put the keyboard on the first choice; once there, on the next conflict's."""
        if self._parts:
            at = self._at()
            part = self._parts[0 if at is None else (at + 1) % len(self._parts)]
            part.buttons[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def choose(self, n: int) -> None:
        """The n-th choice, from 0, of the conflict that has the keyboard."""
        at = self._at()
        if at is not None and 0 <= n < len(self._parts[at].buttons):
            self._parts[at].buttons[n].click()

    def step(self, by: int) -> None:
        """An arrow key: the next or the previous choice, over all conflicts."""
        buttons = [button for part in self._parts for button in part.buttons]
        focused = QApplication.focusWidget()
        at = next((i for i, button in enumerate(buttons) if button is focused), None)
        if at is not None:
            buttons[max(0, min(len(buttons) - 1, at + by))].setFocus(Qt.FocusReason.OtherFocusReason)

    def words(self) -> tuple[str, ...]:
        """Each conflict as it is read out."""
        return tuple(face.spoken for face in self._faces)

    def _at(self) -> int | None:
        focused = QApplication.focusWidget()
        return next((i for i, part in enumerate(self._parts) if focused in part.buttons), None)
