"""The dispatch panel on a desk of its own, whose answers come when the test says so."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QWidget

from app.services import intake
from tests.support.desks import NOW, HandClock, desk, words
from ui.dispatch.panel import DispatchPanel
from ui.shell.shortcuts import Shortcuts
from ui.theme.apply import theme

REPORT = intake.Report(
    "餐饮油污直排绣川河", "hotline", detail="油膜约 20 米。" * 30, item="水-0642", lon=104.33, lat=30.862,
    caller="李某某", phone="13812342207",
)  # fmt: skip


class HandWork(QObject):
    """Work whose answers come when the test says so; commands and questions run in their order."""

    troubled = Signal(object)

    def __init__(self, at_desk):
        super().__init__()
        self.desk = at_desk
        self.waiting = []
        self.done = 0
        self.asked = 0

    def do(self, command, _owner, then):
        self.done += 1
        self.waiting.append(lambda: then(command.verb(self.desk)))

    def ask(self, question, _owner, then):
        self.asked += 1
        self.waiting.append(lambda: then(question.question(self.desk)))

    def run(self):
        while self.waiting:
            self.waiting.pop(0)()


class News(QObject):
    changed = Signal(object)
    ticked = Signal()


class Stage:
    def __init__(self, qtbot, lang="zh", size=(480, 1030)):
        theme.set("dark")
        self.desk = desk(HandClock(NOW))
        self.key = intake.report(self.desk, REPORT).key
        self.work, self.news = HandWork(self.desk), News()
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.keys = Shortcuts(self.window)
        self.panel = DispatchPanel(self.work, self.news, words(lang), lang, self.keys)
        self.elsewhere = QWidget()
        self.elsewhere.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.window.setCentralWidget(self.panel)
        self.elsewhere.setParent(self.window)
        self.window.resize(*size)
        self.window.show()
        self.window.activateWindow()
        self.elsewhere.setFocus()
        qtbot.waitUntil(self.window.isActiveWindow)

    def open(self):
        self.panel.show_key(self.key)
        self.work.run()
        self.suggested = self.panel.dossier.candidates[0].unit
        return self

    def press(self, *keys, run=True):
        for key in keys:
            QTest.keyClick(self.window.focusWidget() or self.window, key)
            if run:
                self.work.run()
        return self

    @property
    def incident(self):
        with self.desk.store.reading() as read:
            return read.incident_by_key(self.key)

    def label(self, op):
        return next(a.words for a in self.panel.actions() if a.op == op)

    def buttons(self):
        return {b.text(): b for b in self.panel._parts.bar.buttons()}
