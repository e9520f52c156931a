"""The panel's furniture: head above, body that scrolls, band and actions fixed at the foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.op import OpKind
from app.domain.rights import may
from ui.dispatch import facts
from ui.dispatch.action_bar import ActionBar
from ui.dispatch.body import Body, rule
from ui.dispatch.head_view import HeadView
from ui.dispatch.notice import Notice
from ui.dispatch.overlaid import OverlaidArea
from ui.dispatch.row_paint import CandidateRows
from ui.theme.apply import theme
from ui.theme.heads import EmptyState

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from app.domain.rights import Role
    from app.ports.rows import Person
    from app.services.words import Words
    from ui.dispatch.actions import Action
    from ui.dispatch.choice import Choice
    from ui.dispatch.forms import Forms
    from ui.dispatch.history import Gone, Told
    from ui.dispatch.row_list import RowList

_TWO_LINES_FROM = 560
"""From this height on there is room for two lines of actions."""


class PanelFrame(QWidget):
    """Either the empty state, or head, body and foot; the foot holds the actions or a form."""

    def __init__(self, words: Words, forms: Forms) -> None:
        super().__init__()
        self.setProperty("panel", "bg1")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.head, self.body, self.notice, self.bar = HeadView(), Body(words), Notice(), ActionBar()
        self.forms = forms
        self.empty = EmptyState("inbox", "")
        self.area = OverlaidArea()
        self.area.setWidget(self.body)
        self._line = rule()
        self._second = QTimer(self)
        self._second.setInterval(1000)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self._line)
        column.addWidget(self.area, 1)
        column.addWidget(self.empty, 1)
        column.addWidget(self.notice)
        column.addWidget(forms)
        column.addWidget(self.bar)
        self.show_parts(full=False)

    def watch(self, panel: QWidget, tick: Callable[[], None]) -> None:
        """Call ``tick`` each second while the panel can be seen; show whether it has the focus."""
        self._second.timeout.connect(tick)
        panel.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self._second.start()
        elif event.type() == QEvent.Type.Hide:
            self._second.stop()
        elif event.type() in {QEvent.Type.FocusIn, QEvent.Type.FocusOut}:
            self.update()
        return False

    def show_parts(self, *, full: bool) -> None:
        """The whole panel, or the empty state alone."""
        for part in (self.head, self._line, self.area):
            part.setVisible(full)
        self.empty.setVisible(not full)
        self.show_foot(full=full)

    def show_foot(self, *, full: bool) -> None:
        """The actions, or the form that is open in their place."""
        asking = full and self.forms.is_open()
        self.forms.setVisible(asking)
        self.bar.setVisible(full and not asking)

    def say_empty(self, words: Words) -> None:
        """The empty state alone: nothing is chosen."""
        self.empty.set_words(words.say("dispatch", "empty"), words.say("dispatch", "empty_hint"))
        self.show_parts(full=False)

    def say_gone(self, words: Words, gone: Gone) -> None:
        """The empty state alone: what was chosen is not here any more, and where it went."""
        code = "moved_away" if gone.place else "gone"
        self.empty.set_words(
            words.say("dispatch", code, place=gone.place),
            words.say("dispatch", f"{code}_hint", place=gone.place, number=gone.number),
        )
        self.show_parts(full=False)

    def show_told(
        self, told: Told, words: Words, now: int, choice: Choice, person: Person | None, *, fresh: bool
    ) -> None:
        """The whole panel, as of ``now``; ``fresh``: another incident than before, from its top."""
        dossier = told.dossier
        self.head.show_head(facts.head(dossier, words), words.say("dispatch", "close_panel"))
        order, candidate = choice.acting(dossier), choice.candidate(dossier)
        self.body.show_told(told, now, order, candidate, person, fresh=fresh)
        self.show_parts(full=True)
        if fresh:
            self.area.verticalScrollBar().setValue(0)

    def show_actions(
        self, actions: tuple[Action, ...], words: Words, role: Role | None, *, busy: bool
    ) -> None:
        """What can be done now, all of it off while something is being done; where nothing can, why."""
        said = words.say("dispatch", "busy") if busy else ""
        nothing = words.say("dispatch", "no_ops")
        if role is not None and not may(role, OpKind.NOTE):
            nothing = words.say("dispatch", "no_right", role=words.say("role", role))
        self.bar.show_actions(actions, words.say("dispatch", "more_ops"), nothing, said)

    def set_words(self, words: Words) -> None:
        """Another language from now on; what was asked or told in the old one is put away."""
        self.forms.close_form()
        self.forms.set_words(words)
        self.body.set_words(words)
        self.notice.hide()

    def step(self, by: int) -> int | None:
        """An arrow key: moves in the list that has the focus, else scrolls; or names the candidate wanted."""
        body = self.body
        if body.conflicts.has_keyboard():
            body.conflicts.step(by)
            return None
        for rows in (body.orders, body.history):
            if rows.hasFocus():
                rows.step(by)
                return None
        if body.candidates.isHidden():
            bar = self.area.verticalScrollBar()
            bar.setValue(bar.value() + by * CandidateRows.height)
            return None
        return body.candidates.currentIndex().row() + by

    def settle(self) -> None:
        """Put the keyboard on the conflicts' choices, and them into view."""
        self.body.conflicts.take_keyboard()
        focused = self.body.conflicts.focusWidget()
        if focused is not None:
            at = focused.mapTo(self.body, focused.rect().center())
            self.area.ensureVisible(at.x(), at.y(), 0, 3 * focused.height())

    def bring_into_view(self, rows: RowList) -> None:
        """Scroll so far that the current row of a list can be seen."""
        box = rows.visualRect(rows.currentIndex())
        at = rows.mapTo(self.body, box.center())
        self.area.ensureVisible(at.x(), at.y(), 0, box.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bar.set_lines(2 if self.height() >= _TWO_LINES_FROM else 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        parent = self.parentWidget()
        if parent is not None and parent.hasFocus():
            QPainter(self).fillRect(QRect(0, 0, self.width(), 2), QColor(theme.tokens.acc))
