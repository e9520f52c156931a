"""The dispatch panel: all of one incident, and everything that can be done about it, each with its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QApplication, QVBoxLayout, QWidget

from app.domain.op import OpKind
from app.domain.sla import MINUTE
from ui.dispatch import clocks
from ui.dispatch.actions import ENTER, KEYS, Action
from ui.dispatch.caller import Caller
from ui.dispatch.choice import Choice
from ui.dispatch.commands import command
from ui.dispatch.conflict_facts import settle_action
from ui.dispatch.forms import Forms
from ui.dispatch.frame import PanelFrame
from ui.dispatch.history import Gone, Told, tell
from ui.dispatch.panel_keys import PanelKeys
from ui.dispatch.under_way import UnderWay
from ui.work import Ask, Do

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.errors import Refusal
    from app.ports.rows import Changed
    from app.services.desk import Done
    from app.services.dossier import Dossier
    from app.services.words import Words
    from ui.relay import Relay
    from ui.shell.shortcuts import Shortcuts
    from ui.work import Work

ASKED_BY = "dispatch"
_NEXT = "next"


class DispatchPanel(QWidget):
    """``show_key`` chooses the incident. ``dossier`` is what is shown; None while there is nothing."""

    acted = Signal(object)
    """A ``Done`` without a refusal."""
    refused = Signal(object)
    """A ``Refusal``; the panel has already said it in words."""
    closed = Signal()

    def __init__(self, work: Work, relay: Relay, words: Words, lang: str, keys: Shortcuts) -> None:
        super().__init__()
        self._work, self._words, self._lang = work, words, lang
        self._told: Told | None = None
        self._key: int | None = None
        self._choice, self._now = Choice(), UnderWay()
        self._caller = Caller(work, ASKED_BY, self)
        self._turn, self._minute, self.forms = 0, -1, Forms(words)  # of several answers only the last counts
        self._parts = PanelFrame(words, self.forms)
        self._build()
        self._keys = PanelKeys(keys, self, words)
        self._keys.register(
            self._press, self._follow, self._step, self._choose, self._parts.settle, self._turn_caller
        )
        self._caller.turned.connect(lambda: self._show(fresh=False))
        self._caller.refused.connect(self._say_refusal)
        relay.changed.connect(self.hear)
        work.troubled.connect(self._on_trouble)
        self._parts.watch(self, self._tick)
        self.show_key(None)

    def _build(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(320)
        self.setAccessibleName(self._words.say("dispatch", "group"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._parts)
        parts = self._parts
        parts.head.close_wished.connect(self._close)
        parts.body.order_picked.connect(self._pick_order)
        parts.body.candidate_picked.connect(self._choose)
        parts.body.note_wished.connect(lambda: self._press(KEYS[OpKind.NOTE]))
        parts.body.caller_wished.connect(self._turn_caller)
        parts.body.choice_picked.connect(lambda face, code: self._begin(settle_action(face, code)))
        parts.bar.chosen.connect(self._begin)
        self.forms.sent.connect(self._do)
        self.forms.cancelled.connect(self._form_left)

    # What is shown

    def show_key(self, key: int | None) -> None:
        """Show the incident with this key; nothing with None. The same key asks anew."""
        if key != self._key:
            self._key = key
            self._now.forget()
            self._choice.forget()
            self._caller.mask()
            self.forms.close_form()
            self._parts.notice.hide()
        if key is None:
            self._told = None
            self._parts.say_empty(self._words)
        else:
            self._ask(key)
        self._refresh_keys()

    def relanguage(self, words: Words, lang: str) -> None:
        """Say everything in another language."""
        self._words, self._lang = words, lang
        self.setAccessibleName(words.say("dispatch", "group"))
        self._keys.relanguage(words)
        self._parts.set_words(words)
        if self._key is None or self.dossier is None:
            self._parts.say_empty(self._words)
        else:
            self._show(fresh=False)
            self._ask(self._key)  # its timeline was put into the other language

    def actions(self) -> tuple[Action, ...]:  # type: ignore[override]  # Qt's own list of QActions is unused
        """What can be done now, the next step first; empty while that is not known."""
        if self.dossier is None or self.dossier.key != self._key:
            return ()
        return self._choice.actions(self.dossier, self._words)

    @property
    def dossier(self) -> Dossier | None:
        """What is shown now."""
        return self._told.dossier if self._told is not None else None

    def take_focus(self) -> None:
        """Put the keyboard here: on the candidates where there are some."""
        candidates = self._parts.body.candidates
        (self if candidates.isHidden() else candidates).setFocus(Qt.FocusReason.OtherFocusReason)
        self._parts.update()

    def _ask(self, key: int) -> None:
        words, shown = self._words, self.dossier
        turn = self._turn = self._turn + 1
        identity = shown.incident.id if shown is not None and shown.key == key else ""
        question = Ask(lambda desk: tell(desk, key, words, identity), slot="dossier")
        self._work.ask(question, self, lambda found: self._arrived(found) if turn == self._turn else None)

    def _arrived(self, found: Told | Gone) -> None:
        told = found if isinstance(found, Told) else None
        if self._key is None or (told is not None and told.dossier.key != self._key):
            return  # an answer to what is no longer asked
        before, self._told = self.dossier, told
        self._now.read()
        if isinstance(found, Gone):
            self._caller.mask()
            self.forms.close_form()
            self._parts.say_gone(self._words, found)
        else:
            if not found.dossier.may_show:
                self._caller.mask()
            self._show(fresh=before is None or found.dossier.key != before.key)
        self._refresh_keys()
        if self._now.busy:
            return
        pending = self._now.take_pending()
        if pending and told is not None:
            self._follow() if pending == _NEXT else self._press(pending)

    def _show(self, *, fresh: bool) -> None:
        if self._told is None or self._told.dossier.key != self._key:
            return
        self._show_actions()  # first: their height is part of the frame's
        now, person = self._work.desk.clock.now(), self._caller.person
        self._minute = now // MINUTE
        self._parts.show_told(self._told, self._words, now, self._choice, person, fresh=fresh)

    def _show_actions(self) -> None:
        role = self._work.desk.role
        self._parts.show_actions(self.actions(), self._words, role, busy=bool(self._now.busy))

    def _refresh_keys(self) -> None:
        self._keys.enable(None if self._unknown() else {a.key for a in self.actions() if not a.off})

    def _unknown(self) -> bool:
        """Whether what can be done is not known: the incident is on its way, or an act is."""
        here = self.dossier is not None and self.dossier.key == self._key
        return self._key is not None and (bool(self._now.busy) or not here)

    # Time and news

    def _tick(self) -> None:
        dossier = self.dossier
        if dossier is None or clocks.ends(dossier.incident):
            return
        now = self._work.desk.clock.now()
        self._parts.body.show_clocks(dossier, now)
        if now // MINUTE != self._minute:
            self._minute = now // MINUTE
            self._parts.body.show_rows(dossier, now, self._choice.acting(dossier))

    def hear(self, changed: Changed) -> None:
        """News: of the incident that is shown, all is asked anew."""
        if self._key is not None and (
            changed.everything or changed.records or self._key in changed.incidents
        ):
            self._ask(self._key)

    def _on_trouble(self, _problem: object) -> None:
        if self._now.busy:
            self._now.stop()
            self._show_actions()
            self._refresh_keys()

    # What the user does

    def _press(self, letter: str) -> None:
        if self._waits(letter):
            return
        action = next((a for a in self.actions() if a.key == letter and not a.off), None)
        if action is not None:
            self._begin(action, letter)

    def _follow(self) -> None:
        """Enter: the button that has the focus, else the next step where Enter may do it."""
        focused = QApplication.focusWidget()
        if isinstance(focused, QAbstractButton) and self.isAncestorOf(focused):
            focused.click()
            return
        if self._waits(_NEXT):
            return
        first = next(iter(self.actions()), None)
        if first is not None and first.primary and first.op in ENTER:
            self._begin(first, _NEXT)

    def _waits(self, trigger: str) -> bool:
        """Whether the panel is not ready; another key than the one at work is kept and done after it."""
        if not self._unknown():
            return False
        self._now.keep(trigger)
        return True

    def _begin(self, action: Action, trigger: str = "") -> None:
        if self._now.busy or action.off or self.dossier is None:
            return
        self._parts.notice.hide()
        if action.needs:
            self.forms.open_form(action, self.dossier)
            self._parts.show_foot(full=True)
            return
        self._do(action, "", (), trigger)

    def _do(self, action: Action, text: str, chosen: Sequence[str], trigger: str = "") -> None:
        key = self._key
        if key is None or self._now.busy:
            return
        self._now.begin(trigger or action.key or action.op)
        self._parts.show_foot(full=True)
        self._show_actions()
        self._refresh_keys()
        self.take_focus()
        verb = command(action, key, text, chosen)
        self._work.do(Do(verb, asked_by=ASKED_BY), self, lambda done: self._ended(key, done))

    def _ended(self, key: int, done: Done) -> None:
        refusal = done.refusal
        (self.acted if refusal is None else self.refused).emit(done if refusal is None else refusal)
        if key != self._key:
            return
        self._now.answered(refused=refusal is not None)
        if refusal is not None:
            self._say_refusal(refusal)
        self._choice.order = ""
        self._ask(key)

    def _say_refusal(self, refusal: Refusal) -> None:
        self._parts.notice.say(self._words.say("refusal", refusal), self._words.say("dispatch", "back"))

    def _form_left(self) -> None:
        self._parts.show_foot(full=True)
        self.take_focus()

    def _close(self) -> None:
        self.show_key(None)
        self.closed.emit()

    def _turn_caller(self) -> None:
        self._caller.turn(None if self._unknown() else self.dossier)

    # Choosing

    def _choose(self, n: int) -> None:
        if self._parts.body.conflicts.has_keyboard():
            self._parts.body.conflicts.choose(n)
        elif self.dossier is not None and self._choice.choose(self.dossier, n):
            self._show(fresh=False)

    def _step(self, by: int) -> None:
        at = self._parts.step(by)
        if at is not None:
            self._choose(at)
            self._parts.bring_into_view(self._parts.body.candidates)

    def _pick_order(self, order: str) -> None:
        self._choice.order = order
        self._show(fresh=False)
