"""What scrolls in the panel: facts, rings, why, work orders, candidates, timeline; updated in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.domain.op import OpKind
from ui.dispatch import clocks, facts, rows
from ui.dispatch.actions import KEYS
from ui.dispatch.conflict_box import ConflictBox
from ui.dispatch.conflict_facts import conflict_faces
from ui.dispatch.fact_view import FactView
from ui.dispatch.ring_row import RingRow
from ui.dispatch.row_list import RowList
from ui.dispatch.row_paint import CandidateRows, HistoryRows, OrderColumns, OrderHead, OrderRows
from ui.dispatch.why_view import WhyView
from ui.theme.heads import SectionHead

if TYPE_CHECKING:
    from app.ports.rows import Person
    from app.services.dossier import Dossier
    from app.services.words import Words
    from ui.dispatch.history import Told

_NARROWEST = 320


def rule() -> QFrame:
    """A 1 px line between parts."""
    line = QFrame()
    line.setProperty("kind", "rule")
    line.setFixedHeight(1)
    return line


class Body(QWidget):
    """Shows a ``Dossier``; tells which work order or candidate was picked."""

    order_picked = Signal(str)
    candidate_picked = Signal(int)
    note_wished = Signal()
    caller_wished = Signal()
    choice_picked = Signal(object, str)
    """A ``ConflictFace`` and the code of the choice."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._all_candidates = False
        self._dossier: Dossier | None = None
        self.conflicts, self.facts, self.rings, self.why = ConflictBox(), FactView(), RingRow(), WhyView()
        self._columns = OrderColumns()
        self._orders_head, self._order_columns = SectionHead(""), OrderHead(self._columns)
        self.orders = RowList("", OrderRows(self._columns), OrderRows.height)
        self._candidates_head = SectionHead("")
        self.candidates = RowList("", CandidateRows(), CandidateRows.height)
        self._history_head = SectionHead("", "", words.say("op", OpKind.NOTE), KEYS[OpKind.NOTE])
        self.history = RowList("", HistoryRows(), HistoryRows.height)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        self.setMinimumWidth(_NARROWEST)
        column.setSpacing(0)
        for part in (
            self.conflicts, self.facts, rule(), self.rings, self.why,
            self._orders_head, self._order_columns, self.orders,
            self._candidates_head, self.candidates, self._history_head, self.history,
        ):  # fmt: skip
            column.addWidget(part)
        column.addStretch(1)
        self.orders.picked.connect(self._pick_order)
        self.candidates.picked.connect(self.candidate_picked)
        self._candidates_head.link_clicked.connect(self._show_all)
        self._history_head.link_clicked.connect(self.note_wished)
        self.facts.link_clicked.connect(self.caller_wished)
        self.conflicts.chosen.connect(self.choice_picked)

    def set_words(self, words: Words) -> None:
        """Another language from now on."""
        self._words = words

    def show_told(
        self, told: Told, now: int, order: str, candidate: int, person: Person | None, *, fresh: bool
    ) -> None:
        """Show it as of ``now``, with ``person`` the caller in full; ``fresh``: another incident."""
        dossier, words = told.dossier, self._words
        self._dossier = dossier
        if fresh:
            self._all_candidates = False
        more, fewer = words.say("dispatch", "more"), words.say("dispatch", "fewer")
        known = facts.facts(dossier, words, person)
        self.conflicts.show_faces(conflict_faces(dossier, words), words)
        self.facts.show_facts(dossier.incident.detail, known, more, fewer, fresh=fresh)
        why = facts.why(dossier, words)
        links = (words.say("dispatch", "all_rules", n=why.count), fewer)
        self.why.show_why(why, words.say("dispatch", "why"), links, fresh=fresh)
        self.show_clocks(dossier, now)
        self.show_rows(dossier, now, order)
        self._show_candidates(dossier, candidate)
        self._show_history(told)

    def show_clocks(self, dossier: Dossier, now: int) -> None:
        """Move the rings to ``now``."""
        self.rings.show_faces(clocks.rings(dossier, now, self._words), facts.due_note(dossier, self._words))

    def show_rows(self, dossier: Dossier, now: int, order: str) -> None:
        """Work orders as of ``now``."""
        words = self._words
        found = rows.orders(dossier, now, words)
        heads = [words.say("dispatch", code) for code in ("handler", "acknowledged", "arrived", "stands")]
        self._columns.fit(found, heads[3])
        self._order_columns.show_words((heads[0], heads[1], heads[2], heads[3]))
        self._orders_head.set_title(words.say("dispatch", "orders"))
        self._orders_head.set_note(rows.orders_note(dossier, words))
        self.orders.setAccessibleName(words.say("dispatch", "orders"))
        self.orders.show_rows(found)
        several = sum(not row.ended for row in found) > 1
        at = next((i for i, row in enumerate(found) if row.id == order and not row.ended), -1)
        self.orders.show_current(at if several else -1)
        for part in (self._orders_head, self._order_columns, self.orders):
            part.setVisible(bool(found))

    def _show_history(self, told: Told) -> None:
        words, done = self._words, told.entries
        self._history_head.set_title(words.say("dispatch", "history"))
        self._history_head.set_note(words.say("dispatch", "entries", n=len(done)))
        noting = OpKind.NOTE in told.dossier.legal
        self._history_head.set_link(words.say("op", OpKind.NOTE) if noting else "")
        self.history.setAccessibleName(words.say("dispatch", "history"))
        self.history.show_rows(done)

    def _show_candidates(self, dossier: Dossier, chosen: int) -> None:
        words = self._words
        found = rows.candidate_rows(dossier, words)
        shown = rows.takes_candidates(dossier)
        begun = any(a.active for a in dossier.incident.assignments)
        few = rows.FEWER_CANDIDATES if begun else rows.FEW_CANDIDATES
        if chosen >= few:
            self._all_candidates = True
        visible = found if self._all_candidates else found[:few]
        note, warns = rows.candidates_note(dossier.candidates, words)
        title = words.say("dispatch", "candidates_more" if begun else "candidates")
        self._candidates_head.set_title(title)
        self._candidates_head.set_note(f"△ {note}" if warns else note)
        hidden = len(found) > len(visible)
        self._candidates_head.set_link(
            words.say("dispatch", "all_candidates", n=len(found)) if hidden else ""
        )
        self.candidates.setAccessibleName(title)
        self.candidates.show_rows(visible)
        self.candidates.show_current(chosen if visible else -1)
        self._candidates_head.setVisible(shown)
        self.candidates.setVisible(shown and bool(visible))

    def _show_all(self) -> None:
        self._all_candidates = True
        if self._dossier is not None:
            self._show_candidates(self._dossier, self.candidates.currentIndex().row())

    def _pick_order(self, row: int) -> None:
        picked: rows.OrderRow = self.orders.rows.rows[row]
        if not picked.ended:
            self.order_picked.emit(picked.id)
