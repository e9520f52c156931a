"""The bar of actions at the foot: the next step first and widest, others with their key, more in a menu."""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from ui.dispatch.row_paint import say
from ui.theme.apply import theme
from ui.theme.buttons import KeyButton
from ui.theme.tokens import SIZES

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from ui.dispatch.actions import Action

_GAP, _PAD, _TOP = 8, 16, 12
_PRIMARY = 168


class ActionBar(QWidget):
    """``chosen`` carries the ``Action`` of the button or menu line that was pressed."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._actions: tuple[Action, ...] = ()
        self._buttons: list[KeyButton] = []
        self._pool: dict[tuple[str, str, str, bool], KeyButton] = {}
        self._lines = 2
        self._busy = ""
        self._nothing = ""
        self._hidden: tuple[Action, ...] = ()
        self._more = KeyButton("", "", "plain", "list", self)
        self._more.hide()
        self._menu = QMenu(self._more)
        self._menu.setToolTipsVisible(True)
        self._more.clicked.connect(self._open_menu)
        theme.changed.connect(self.update)

    def show_actions(self, actions: tuple[Action, ...], more: str, nothing: str, busy: str) -> None:
        """``busy``: what is being done, empty when idle; ``nothing`` is said where nothing can be done."""
        self._nothing = nothing
        self._more.set_words(more)
        if actions != self._actions:
            self._make(actions)
        self._busy = busy
        for action, button in zip(self._actions, self._buttons, strict=True):
            button.set_off(busy or action.off)
            if not busy and not action.off:
                button.setToolTip(action.who)
        self._more.setEnabled(not busy)
        self.lay()
        self.update()

    def set_lines(self, lines: int) -> None:
        """How many lines of buttons there is room for."""
        if lines != self._lines:
            self._lines = lines
            self.lay()

    def buttons(self) -> tuple[KeyButton, ...]:
        """The buttons that are seen, in their order."""
        return tuple(button for button in self._buttons if not button.isHidden())

    def hidden(self) -> tuple[Action, ...]:
        """What had no room and stands in the menu."""
        return self._hidden

    def _make(self, actions: tuple[Action, ...]) -> None:
        """Buttons once made are kept: a queue is walked through with the same few of them."""
        self._actions = actions
        wanted = [self._button(action) for action in actions]
        focused = any(button.hasFocus() and button not in wanted for button in self._buttons)
        for button in self._buttons:
            if button not in wanted:
                button.hide()
        self._buttons = wanted
        for before, after in itertools.pairwise(wanted):
            QWidget.setTabOrder(before, after)
        if focused and wanted:
            wanted[0].setFocus()

    def _button(self, action: Action) -> KeyButton:
        look = (action.op, action.words, action.cap, action.primary)
        button = self._pool.get(look)
        if button is None:
            kind = "primary" if action.primary else "plain"
            button = self._pool[look] = KeyButton(action.words, action.cap, kind, parent=self)
            button.clicked.connect(partial(self._clicked, button))
        return button

    def _clicked(self, button: KeyButton) -> None:
        self.chosen.emit(self._actions[self._buttons.index(button)])

    def _open_menu(self) -> None:
        self._menu.clear()
        for action in self._hidden:
            entry = self._menu.addAction(f"{action.words}\t{action.key}")
            entry.setEnabled(not action.off)
            entry.setToolTip(action.off)
            entry.triggered.connect(lambda _on=False, action=action: self.chosen.emit(action))
        above = QPoint(0, -self._menu.sizeHint().height())
        self._menu.popup(self._more.mapToGlobal(above))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay()

    def lay(self) -> None:
        """Put the buttons in their lines; those that have no room go into the menu."""
        room = self.width() - 2 * _PAD
        lines, left = self._deal(room)
        self._hidden = tuple(self._actions[i] for i in left)
        for i in left:
            self._buttons[i].hide()
        y = _TOP
        for n, line in enumerate(lines):
            self._lay_line(line, room, y, last=n == len(lines) - 1 and bool(left))
            y += SIZES.button + _GAP
        self._more.setVisible(bool(left))
        self.setFixedHeight(max(y - _GAP, _TOP + SIZES.button) + _TOP)

    def _wide(self, i: int) -> int:
        width = self._buttons[i].sizeHint().width()
        return max(_PRIMARY, width) if self._actions[i].primary else width

    def _deal(self, room: int) -> tuple[list[list[int]], list[int]]:
        """Which button stands in which line, and which have no room."""
        lines: list[list[int]] = [[]]
        used = 0
        for i in range(len(self._buttons)):
            width = self._wide(i)
            if lines[-1] and used + width > room:
                if len(lines) == self._lines:
                    return self._make_room(lines, list(range(i, len(self._buttons))), room)
                lines.append([])
                used = 0
            lines[-1].append(i)
            used += width + _GAP
        return lines, []

    def _make_room(
        self, lines: list[list[int]], left: list[int], room: int
    ) -> tuple[list[list[int]], list[int]]:
        last, more = lines[-1], self._more.sizeHint().width()
        while len(last) > 1 and sum(self._wide(i) + _GAP for i in last) + more > room:
            left.insert(0, last.pop())
        return lines, left

    def _lay_line(self, line: list[int], room: int, y: int, *, last: bool) -> None:
        spare = room - sum(self._wide(i) for i in line) - _GAP * (len(line) - 1)
        if last:
            spare -= self._more.sizeHint().width() + _GAP
        x = _PAD
        for i in line:
            grown = self._wide(i) + (max(0, spare) if self._actions[i].primary else 0)
            self._buttons[i].setGeometry(x, y, grown, SIZES.button)
            self._buttons[i].show()
            x += grown + _GAP
        if last:
            self._more.setGeometry(x, y, self._more.sizeHint().width(), SIZES.button)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = theme.tokens
        painter.fillRect(QRect(0, 0, self.width(), 1), QColor(tokens.line2))
        if not self._actions and self._nothing:
            say(painter, self.rect().adjusted(_PAD, 0, -_PAD, 0), self._nothing, tokens.t2, "second")
