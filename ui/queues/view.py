"""The queue view: tabs, chips, the windowed table, and a foot that says how much there is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from app.ports.rows import Queue, QueueRow, Sort
from app.services import board
from ui.queues.bars import ChipBar, Tabs
from ui.queues.cells import CellWriter
from ui.queues.filters import Narrowing
from ui.queues.model import QueueModel
from ui.queues.pictures import RowPictures
from ui.queues.table import QueueTable
from ui.queues.window import PAGE, Look, Window, look
from ui.theme.heads import ElidedLabel, EmptyState
from ui.theme.tokens import SIZES
from ui.theme.widgets import KeyCap
from ui.work import Ask

if TYPE_CHECKING:
    from app.ports.rows import Changed, Counts, QueuePage
    from app.services.lists import Lists
    from app.services.unsent import Unsent
    from app.services.words import Words
    from ui.queues.sections import Section
    from ui.relay import Relay
    from ui.work import Work

TYPING_PAUSE_MS = 120
SORTS = (Sort.SEVERITY, Sort.NUMBER, Sort.PLACE, Sort.SOURCE, Sort.REPORTED, Sort.DUE)
SORT_TURN = (Sort.DUE, Sort.REPORTED, Sort.SEVERITY, Sort.NUMBER, Sort.PLACE, Sort.SOURCE)


class QueueView(QWidget):
    """One queue at a time. ``picked`` carries the key of the chosen incident (None: none is)."""

    picked = Signal(object)
    opened = Signal()
    narrowed = Signal(object)
    looked = Signal()
    """A look at the queue has been answered and stands, be it empty."""

    def __init__(self, work: Work, relay: Relay, words: Words, lists: Lists, lang: str) -> None:
        super().__init__()
        self._work, self._words, self._lists, self._lang = work, words, lists, lang
        self.narrowing = self._shown = Narrowing()
        self._window = Window()
        self.model = QueueModel(self._window, CellWriter(words, lists, lang))
        self.pictures = RowPictures(self.model.writer, work.desk.clock.now, self._section_words)
        self._build()
        self._key: int | None = None
        self._asked: set[int] = set()
        self._awaited: int | None = None  # a line that was chosen before its page was there
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_PAUSE_MS)
        self._typing.timeout.connect(self._search)
        relay.changed.connect(self._on_changed)
        relay.ticked.connect(self.refresh)
        self.refresh()

    def _build(self) -> None:
        self.tabs, self.chips = Tabs(self._words), ChipBar(self._words)
        self.table = QueueTable(self.model, self.pictures)
        self.table.setAccessibleName(self.tr("事件队列"))
        self.model.set_heads(
            (
                self.tr("级"),
                self.tr("事项"),
                self.tr("区域"),
                self.tr("来源"),
                self.tr("等待"),
                self.tr("时限"),
            )
        )
        self._empty = EmptyState("check", "")
        body = QWidget()
        self._body = QStackedLayout(body)
        self._body.addWidget(self.table)
        self._body.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part, stretch in ((self.tabs, 0), (self.chips, 0), (body, 1), (self._make_foot(), 0)):
            column.addWidget(part, stretch)
        self.setProperty("panel", "bg1")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.tabs.chosen.connect(self.show_queue)
        self.table.seen.connect(self._fetch)
        self.table.chosen.connect(self._on_chosen)
        self.table.opened.connect(self.opened)
        self.table.horizontalHeader().sectionClicked.connect(lambda i: self._set(self.narrowing.by(SORTS[i])))
        chips = self.chips
        chips.place_cleared.connect(lambda: self.show_town(""))
        chips.severity_toggled.connect(lambda n: self._set(self.narrowing.toggled_severity(n)))
        chips.source_toggled.connect(lambda s: self._set(self.narrowing.toggled_source(s)))
        chips.loop_toggled.connect(self._toggle_loop)
        chips.text.left.connect(self.table.setFocus)
        chips.text_changed.connect(lambda _text: self._typing.start())

    def _make_foot(self) -> QFrame:
        foot = QFrame()
        foot.setFixedHeight(SIZES.tabs - 4)
        row = QHBoxLayout(foot)
        row.setContentsMargins(SIZES.queue_padding, 0, SIZES.queue_padding, 0)
        row.setSpacing(8)
        for keys, what in (
            (("J", "K"), self.tr("上下")),
            (("Enter",), self.tr("打开")),
            (("/",), self.tr("查找")),
        ):
            for key in keys:
                row.addWidget(KeyCap(key))
            row.addWidget(ElidedLabel(what, "third"))
            row.addSpacing(8)
        row.addStretch(1)
        self._foot = ElidedLabel("", "third")
        row.addWidget(self._foot)
        return foot

    @property
    def key(self) -> int | None:
        """The key of the chosen incident."""
        return self._key

    def show_queue(self, queue: Queue) -> None:
        """Another queue, with the same filters."""
        self._set(self.narrowing.to_queue(queue))

    def show_town(self, town: str) -> None:
        """Narrow to one town; empty: the whole district."""
        self._set(replace(self.narrowing, towns=(town,) if town else ()))

    def select(self, key: int | None) -> None:
        """Choose an incident from outside (the map); told as a choice, looked up in the queue."""
        self._key, self._awaited = key, None
        self.picked.emit(key)
        if key is not None and (line := self._window.line_of(key)) is not None:
            self.table.show_line(line)
        else:
            self.table.leave()
            if key is not None:
                self.refresh()

    def step(self, by: int) -> None:
        """The next or the previous incident."""
        self.table.step(by)

    def next_sort(self) -> None:
        """The next order, in the order of ``SORT_TURN``."""
        at = SORT_TURN.index(self.narrowing.sort)
        self._set(self.narrowing.by(SORT_TURN[(at + 1) % len(SORT_TURN)]))

    def turn_sort(self) -> None:
        """The same order, the other way round."""
        self._set(self.narrowing.by(self.narrowing.sort))

    def take_lists(self, lists: Lists) -> None:
        """The lists have changed."""
        self._lists = lists
        self.model.writer.lists = lists
        self.refresh()

    def show_unsent(self, found: Unsent | None) -> None:
        """Mark the incidents of which something waits to be sent."""
        self.model.writer.unsent = found.of if found is not None else {}
        self.table.viewport().update()

    def resume(self, narrowing: Narrowing, key: int | None) -> None:
        """Go on where another view has stood."""
        self.chips.text.setText(narrowing.text)
        self._set(narrowing)
        if key is not None:
            self.select(key)

    def focus_text(self) -> None:
        """Put the cursor into the text field."""
        self.chips.text.setFocus()
        self.chips.text.selectAll()

    def refresh(self) -> None:
        """Look at the queue anew; what is shown stays until the answer is there."""
        offsets = self._window.offsets(*self.table.lines_seen())
        query, key = self.narrowing.query(), self._key
        question = Ask(lambda desk: look(desk, query, offsets, key), "look")
        self._work.ask(question, self, partial(self._take, key))
        self._work.ask(Ask(board.counts, "counts"), self, self._take_counts)

    def _set(self, narrowing: Narrowing) -> None:
        self.narrowing, self._awaited = narrowing, None
        self.table.begin()
        self._write_bars()
        self.refresh()
        self.narrowed.emit(narrowing)

    def _write_bars(self) -> None:
        n = self.narrowing
        self.tabs.set_current(n.queue)
        place = self._lists.place_name(n.towns[0], self._lang) if n.towns else self.tr("全区")
        self.chips.show_place(place, narrowed=bool(n.towns))
        self.chips.big.setChecked(n.loop == "big")
        self.chips.show_menu(self.chips.severity, map(str, n.severities))
        self.chips.show_menu(self.chips.source, n.sources)
        self.chips.order.setText(self._words.say("sort", n.sort.value) + (" ↓" if n.descending else " ↑"))

    def _search(self) -> None:
        text = self.chips.text.text().strip()
        if text != self.narrowing.text:
            self._set(replace(self.narrowing, text=text))

    def _toggle_loop(self) -> None:
        self._set(replace(self.narrowing, loop="" if self.narrowing.loop else "big"))

    def _on_changed(self, change: Changed) -> None:
        if change.incidents or change.everything:
            self.refresh()

    def _take(self, wanted: int | None, answer: Look) -> None:
        if replace(answer.query, now=0, limit=60) != self.narrowing.query():
            return  # the officer has moved on
        still = self._shown == self.narrowing  # a line of another order says nothing about this one
        self._shown = self.narrowing
        line = self._window.line_of(self._key) if still and self._key is not None else None
        offset = self.table.offset_of(line) if line is not None else None
        with self.table.quiet():
            self.model.take(answer)
        self._asked.clear()
        self.table.lay_sections(answer.heads)
        if wanted != self._key:  # another was chosen meanwhile, and this look did not ask for it
            here = self._window.line_of(self._key) if self._key is not None else None
            if here is not None:
                self.table.show_line(here, offset=offset)
            self.refresh()
        elif answer.place is not None:
            self.table.show_line(self._window.lines.of_row(answer.place), offset=offset)
        elif self._key is not None:
            self.table.leave(line)  # it has gone to another queue; the panel still shows it
        self._body.setCurrentIndex(0 if answer.total else 1)
        self._write_bars()
        self._say_how_many(answer.total)
        self._choose_awaited()
        self._fetch(*self.table.lines_seen())
        self.looked.emit()

    def _take_counts(self, counts: Counts) -> None:
        self.tabs.show_counts(counts)

    def _say_how_many(self, total: int) -> None:
        self._foot.setText(self.tr("共 {n} 件").format(n=total))
        if total:
            return
        if self.narrowing.narrowed:
            self._empty.set_words(self.tr("没有符合筛选的事件"), self.tr("去掉一个筛选，或换一个队列"))
        else:
            self._empty.set_words(self.tr("这个队列是空的"), self.tr("新的事件一到就出现在这里"))

    def _fetch(self, first: int, last: int) -> None:
        query, asked = self._shown.query(), self._shown
        for offset in self._window.missing(first, last):
            if offset in self._asked:
                continue
            self._asked.add(offset)
            wanted = replace(query, offset=offset, limit=PAGE, now=self.model.now)
            self._work.ask(Ask(partial(board.queue_page, query=wanted)), self, partial(self._add, asked))

    def _add(self, asked: Narrowing, page: QueuePage) -> None:
        if asked == self._shown:  # else a look at another queue has come between
            self._asked.discard(page.offset)
            self.model.add(page)
            self._choose_awaited()

    def _on_chosen(self, line: int) -> None:
        row = self._window.at(line)
        self._awaited = line if row is None else None
        self._key = row.key if isinstance(row, QueueRow) else None
        if isinstance(row, QueueRow):
            self.picked.emit(row.key)

    def _choose_awaited(self) -> None:
        if self._awaited is not None:
            self._on_chosen(self._awaited)

    def _section_words(self, section: Section) -> tuple[str, str]:
        title = {
            "overdue": self.tr("已超时"),
            "half_hour": self.tr("30 分内到时限"),
            "four_hours": self.tr("4 小时内到时限"),
            "today": self.tr("今日内到时限"),
            "later": self.tr("今日之后到时限"),
            "none": self.tr("没有时限"),
        }[section.code]
        return title, self.tr("{n} 件").format(n=section.count)
