"""The forms in the panel's foot: words for an op, or departments for a whistle; one open at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.force import UnitKind
from app.domain.op import OpKind
from app.domain.place import Level
from ui.dispatch.actions import Action, asked, phrases
from ui.dispatch.ask_units import AskUnits, UnitRow
from ui.dispatch.ask_words import AskWords
from ui.theme.apply import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from app.services.dossier import Dossier
    from app.services.words import Words

_CALLED = (UnitKind.DEPARTMENT, UnitKind.ENFORCEMENT)


class Forms(QWidget):
    """``sent`` carries the action, the words and the chosen units."""

    sent = Signal(object, str, object)
    cancelled = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._action: Action | None = None
        self.ask_words, self.ask_units = AskWords(), AskUnits()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 1, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.ask_words)
        column.addWidget(self.ask_units)
        self.ask_words.submitted.connect(lambda text: self._send(text, ()))
        self.ask_units.submitted.connect(lambda units: self._send("", units))
        self.ask_words.cancelled.connect(self._cancel)
        self.ask_units.cancelled.connect(self._cancel)
        self.set_words(words)
        self.close_form()

    def set_words(self, words: Words) -> None:
        """The words of the trade from now on."""
        self._words = words
        send, back = words.say("dispatch", "submit"), words.say("dispatch", "back")
        self.ask_words.set_words(
            send, back, words.say("dispatch", "keys_hint"), words.say("dispatch", "write_first")
        )
        self.ask_units.set_words(
            send,
            back,
            words.say("dispatch", "choose_hint"),
            words.say("dispatch", "choose_first"),
            words.say("dispatch", "filter"),
        )

    def is_open(self) -> bool:
        """Whether a form waits for an answer."""
        return self._action is not None

    def open_form(self, action: Action, dossier: Dossier) -> None:
        """Ask what the action needs."""
        self._action = action
        question, warning = asked(action, dossier, self._words)
        said = " · ".join(part for part in (action.words, action.who) if part)
        units, one = action.needs in {"departments", "place"}, action.needs == "place"
        self.show()
        self.ask_units.setVisible(units)
        self.ask_words.setVisible(not units)
        if units:
            rows = self._places(dossier) if one else self._units(dossier)
            self.ask_units.open(said, question, rows, self._words, one=one)
        else:
            usual = phrases(action.op, self._words)
            self.ask_words.open(said, question, warning, usual, chosen=action.op == OpKind.HANDLE)

    def close_form(self) -> None:
        """Put the form away unsent."""
        self._action = None
        self.hide()

    def _units(self, dossier: Dossier) -> list[UnitRow]:
        busy = {a.handler for a in dossier.incident.assignments if a.active}
        zh = self._words.lang == "zh"
        fit = [u for u in dossier.lists.units.values() if u.kind in _CALLED and u.id not in busy]
        fit.sort(key=lambda u: (_CALLED.index(u.kind), u.id))
        return [UnitRow(u.id, u.name if zh else u.name_en, self._words.say("unit_kind", u.kind)) for u in fit]

    def _places(self, dossier: Dossier) -> list[UnitRow]:
        """Every village with its town, those of other towns first."""
        lists, lang = dossier.lists, self._words.lang
        villages = [p for p in lists.places.values() if p.level is Level.VILLAGE]
        villages.sort(key=lambda p: (lists.town_of(p.id) == dossier.incident.town, p.id))
        return [
            UnitRow(p.id, lists.place_name(p.id, lang), lists.place_name(lists.town_of(p.id), lang))
            for p in villages
        ]

    def _send(self, text: str, units: object) -> None:
        action = self._action
        self.close_form()
        if action is not None:
            self.sent.emit(action, text, units)

    def _cancel(self) -> None:
        self.close_form()
        self.cancelled.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(0, 0, self.width(), 1, QColor(theme.tokens.acc))
