"""The desktop: one window in which queues, map, dispatch and figures live on each other."""

from __future__ import annotations

import gc
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from app.services import board
from app.services.grids import places_geojson
from ui.dispatch.panel import DispatchPanel
from ui.gate.keeper import Gatekeeper
from ui.kpi.strip import KpiStrip
from ui.link.desk_line import DeskLine
from ui.link.follower import LinkFollower
from ui.link.unsent import UnsentWatch
from ui.map.feed import MapFeed
from ui.map.view import MapView
from ui.notices import TroubleBand
from ui.outside import Outside
from ui.queues.bars import TABS
from ui.queues.view import QueueView
from ui.relay import Relay
from ui.settings_menu import SettingsMenu
from ui.settle.page import PAGE_KEY, SEEN_KEY, SettlePage
from ui.shell.command_layout import CommandLayout
from ui.shell.frame import Frame
from ui.shell.rail import RailItem
from ui.shell.shortcuts import KeyEntry
from ui.theme.apply import theme
from ui.work import Ask, Work

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QCloseEvent, QShowEvent

    from app.ports.problems import StoreProblem
    from app.ports.rows import Changed, Queue
    from app.services.desk import Desk
    from app.services.lists import Lists
    from app.services.words import Words
    from ui.theme.tokens import ThemeName


log = structlog.get_logger("desktop")

SETTLED_MS = 2_000
"""After the map stands all that lasts is loaded."""
YOUNG_OBJECTS = 10_000
"""So many new objects make the collector look: one answer of the map holds forty thousand, none a cycle."""


@dataclass(frozen=True, slots=True)
class Looks:
    """How the window looks and where its files lie."""

    resources: Path
    cache: Path
    lang: str
    theme: ThemeName


class Desktop(Frame):
    """The window. ``usable`` once the first rows stand, ``map_ready`` once the map draws."""

    usable = Signal()
    map_ready = Signal()
    looks_chosen = Signal(object)
    """The ``Looks`` that the officer has chosen; another language wants a new window."""

    def __init__(self, desk: Desk, words: Words, looks: Looks, outside: Outside | None = None) -> None:
        clock = desk.clock
        items = (
            RailItem("command", "command", QApplication.translate("Desktop", "指挥调度")),
            RailItem("kpi", "chart-column", QApplication.translate("Desktop", "运行指标")),
            RailItem("settle", "triangle-alert", QApplication.translate("Desktop", "冲突退回")),
        )
        super().__init__(items, now=lambda: datetime.fromtimestamp(clock.now() / 1000, UTC))
        outside = outside or Outside()
        self._words, self._looks, self._home = words, looks, ""
        self.map_stands = False
        self.work = Work(desk, self)
        with desk.store.reading() as read:
            self._lists = desk.lists.now(read)
            head = read.state().head
        self.relay = Relay(self.work, head, self)
        self._build()
        self.line = DeskLine(self, LinkFollower(outside.watch, self), clock, words, lambda: self._lists)
        self.unsent = UnsentWatch(self.work, self.relay, self.line.follower, self)
        self.gate = Gatekeeper(outside.gate, self.work, words, self)
        self._connect()
        self._add_keys()
        self._write_identity()
        self._look_home()
        self.setWindowTitle(self.tr("网格指挥台"))
        self.resize(1600, 900)

    def _build(self) -> None:
        looks, words = self._looks, self._words
        self.queue = QueueView(self.work, self.relay, words, self._lists, looks.lang)
        self.map = MapView(looks.resources, looks.cache)
        self.map.set_theme(looks.theme)
        self.map.set_language(looks.lang)
        self.map.set_places(places_geojson(self._lists))
        self.feed = MapFeed(self.map, self.work, self.relay)
        self.panel = DispatchPanel(self.work, self.relay, words, looks.lang, self.keys)
        self.kpi = KpiStrip(self.work, self.relay, words, looks.lang)
        self.set_command(CommandLayout(self.queue, self.map, self.panel, self.kpi))
        self.kpi.hold_charts()
        self.figures = KpiStrip(self.work, self.relay, words, looks.lang)
        self.figures.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.figures.setProperty("ownFocus", True)  # a whole page needs no ring
        self.add_page("kpi", self.figures)
        self.settle = SettlePage(self.work, self.relay, words)
        self.add_page("settle", self.settle)

    def _connect(self) -> None:
        self.queue.picked.connect(self._on_picked)
        self.queue.opened.connect(self.panel.take_focus)
        self.queue.looked.connect(self.usable, Qt.ConnectionType.SingleShotConnection)
        self.map.ready.connect(self._on_map_ready)
        self.map.picked.connect(self.queue.select)
        self.map.place_picked.connect(self._on_place)
        self.panel.closed.connect(lambda: self.queue.select(None))
        self.relay.changed.connect(self._on_changed)
        self.work.troubled.connect(self._tell)
        self.topbar.search_requested.connect(self.queue.focus_text)
        self.rail.settings_requested.connect(self._open_settings)
        self.page_changed.connect(self._on_page)
        self.settle.counted.connect(self.line.show_counts)
        self.settle.opened.connect(self._open_incident)
        self.line.settle_wished.connect(lambda: self.show_page("settle"))
        self.gate.seated.connect(self._on_seated)
        for part in (self.line, self.settle, self.queue):
            self.unsent.told.connect(part.show_unsent)
        self.unsent.touched.connect(self.panel.hear)  # its timeline says which ops wait
        theme.changed.connect(self._dress_map)

    def _add_keys(self) -> None:
        queues = self.tr("队列")
        for entry, act in (
            (KeyEntry("next", "J", self.tr("下一件"), queues), lambda: self._step(1)),
            (KeyEntry("previous", "K", self.tr("上一件"), queues), lambda: self._step(-1)),
            (KeyEntry("find", "/", self.tr("在队列中查找"), queues), self.queue.focus_text),
            (KeyEntry("sort", "O", self.tr("换一种排序"), queues), self.queue.next_sort),
            (KeyEntry("turn", "Shift+O", self.tr("倒过来排"), queues), self.queue.turn_sort),
            (KeyEntry("command", "Ctrl+1", self.tr("指挥调度")), lambda: self.show_page("command")),
            (KeyEntry("figures", "Ctrl+2", self.tr("运行指标")), lambda: self.show_page("kpi")),
            (KeyEntry("settle", PAGE_KEY, self.tr("冲突退回")), lambda: self.show_page("settle")),
            (KeyEntry("seen", SEEN_KEY, self.tr("退回的都看过了")), self._see_refused),
            (KeyEntry("theme", "F8", self.tr("深色、浅色")), self._turn_theme),
        ):
            self.keys.add(entry, act)
        for n, queue in enumerate(TABS, start=1):
            name = self._words.say("queue", queue.value)
            entry = KeyEntry(f"queue-{queue.value}", f"Alt+{n}", name, queues)
            self.keys.add(entry, partial(self.show_queue, queue))

    def show_queue(self, queue: Queue) -> None:
        """Show one queue on the command page."""
        self.show_page("command")
        self.queue.show_queue(queue)

    def _on_map_ready(self) -> None:
        self.map_stands = True
        QTimer.singleShot(SETTLED_MS, self, _settle)
        self.map_ready.emit()
        self.kpi.load_charts()

    def _dress_map(self) -> None:
        self.map.set_theme(theme.current())

    def _turn_theme(self) -> None:
        self._choose_theme("light" if theme.current() == "dark" else "dark")

    def _choose_theme(self, name: str) -> None:
        theme.set("light" if name == "light" else "dark")
        self._choose(replace(self._looks, theme=theme.current()))

    def _choose(self, looks: Looks) -> None:
        if looks != self._looks:
            self._looks = looks
            self.looks_chosen.emit(looks)

    def _on_page(self, name: str) -> None:
        """The keyboard goes along to the page that is shown."""
        if name == "settle":
            self.settle.take_focus()
        else:
            (self.figures if name == "kpi" else self.queue.table).setFocus()
        if name == "kpi":
            self.figures.load_charts()

    def _step(self, by: int) -> None:
        (self.settle if self.page() == "settle" else self.queue).step(by)

    def _see_refused(self) -> None:
        if self.page() == "settle":
            self.settle.see()

    def _open_incident(self, key: int) -> None:
        self.show_page("command")
        self.queue.select(key)
        self.panel.take_focus()

    def _open_settings(self) -> None:
        menu = SettingsMenu(self._looks.lang, self, enrol=self.gate.can_enrol(self.line.trouble))
        menu.enrol_chosen.connect(self.gate.enrol)
        menu.theme_chosen.connect(self._choose_theme)
        menu.language_chosen.connect(lambda lang: self._choose(replace(self._looks, lang=lang)))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.open_beside(self.rail)

    def _on_picked(self, key: int | None) -> None:
        self.panel.show_key(key)
        self.map.select(key)

    def _on_place(self, place: str) -> None:
        town = self._lists.town_of(place) if place and place != self._lists.district.id else ""
        self.queue.show_town("" if town == self._lists.district.id else town)

    def _on_changed(self, change: Changed) -> None:
        if change.records or change.everything:
            self.work.ask(Ask(board.lists_in_force, "lists"), self, self._take_lists)

    def _take_lists(self, lists: Lists) -> None:
        if lists is self._lists:
            return
        self._lists = lists
        self._write_identity()
        self.queue.take_lists(self._lists)
        self.map.set_places(places_geojson(self._lists))

    def _write_identity(self) -> None:
        desk, signed = self.work.desk, self.gate.signed
        actor = self._lists.members.get(desk.actor)
        if self.gate.nobody:
            user, duty = self.tr("未登录"), ""
        elif signed is not None:
            user, duty = signed.name, self._words.say("role", signed.role)
        else:
            user, duty = (actor.name, actor.post) if actor else (desk.actor, "")
        self.line.show_identity(self._centre_name(), user, duty)

    def _on_seated(self) -> None:
        self._write_identity()
        self._look_home()
        self._on_page(self.page())  # the keyboard was the dialog's
        self.panel.show_key(self.queue.key)  # what may be done is another's now
        self.queue.refresh()

    def _look_home(self) -> None:
        """A town's desk begins with its town; the district's with all of it."""
        place = self.work.desk.centre.place
        if place != (self._home or self._lists.district.id):
            self._on_place(place)
            self.map.focus_place(None if place == self._lists.district.id else place)
        self._home = place

    def _centre_name(self) -> str:
        centre = self.work.desk.centre
        place = self._lists.place_name(centre.place, self._looks.lang)
        if centre.sign:
            return self.tr("{place}分中心").format(place=place)
        return self.tr("{place}智慧治理中心").format(place=place)

    def _tell(self, problem: StoreProblem) -> None:
        log.warning("store", code=problem.code.value, detail=problem.detail)
        self.tell(self._words.say("problem", problem.code.value))

    def tell(self, words: str) -> None:
        """Trouble, in words, in the band under the top bar until it is put away."""
        band = TroubleBand(words)
        band.closed.connect(lambda: self.set_band(None))
        self.set_band(band)

    def showEvent(self, event: QShowEvent) -> None:
        """The queue has the keyboard from the first moment."""
        super().showEvent(event)
        self._on_page(self.page())
        QTimer.singleShot(0, self, self.gate.ask)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let background work end, then the map's page, then the store."""
        self.work.stop()
        self.map.shut()
        super().closeEvent(event)


def _settle() -> None:
    """Spare the collector what lasts: walking it again holds the window up for a tenth of a second."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
