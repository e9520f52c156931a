"""One matter's way through the real window, by key presses alone; queue, map, panel and figures follow."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt

from app.domain.op import OpKind
from app.ports.rows import Queue, QueueQuery
from app.services import intake
from app.tools.import_incidents import Import, Imported
from app.tools.mapping import find, load
from app.tools.progress import Progress
from tests.support.desks import RESOURCES, wording
from tests.support.window import PASSPHRASE, Seat, settings
from ui.map.points import OVERDUE, WAITING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from app.domain.incident import Incident
    from ui.desktop import Desktop

pytestmark = pytest.mark.gui

ROOT = RESOURCES.parent
BOSTON = ROOT.parent / "shared/data/requests311/boston_311_2015_jan-may.csv.gz"
SAMPLE = RESOURCES / "demo/incidents_sample.csv"
BOSTON_ROWS = 2_000
LENIENT_MS = 1_000
"""The promise is 200 ms, and `main.py bench` measures it; a loaded test machine is given this."""


@dataclass(frozen=True)
class Source:
    """A table to import: its mapping, its rows, and how many of them wait to be accepted."""

    path: Path
    mapping: str
    rows: int


@pytest.fixture(params=["sample", "boston311"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    if request.param == "sample":
        return Source(SAMPLE, "sample", 400)
    if not BOSTON.exists():
        pytest.skip("the city's table is not here")
    path = tmp_path / "boston.csv"
    with gzip.open(BOSTON, "rb") as table, path.open("wb") as out:
        out.writelines(table.readline() for _ in range(BOSTON_ROWS + 1))
    return Source(path, "boston311", BOSTON_ROWS)


@pytest.fixture
def seat(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: Any) -> Iterator[Seat]:
    taken = Seat.take(qtbot, tmp_path, monkeypatch)
    yield taken
    taken.leave()


def bring_in(seat: Seat, source: Source, rejects: Path) -> Imported:
    """Import beside the open window, which goes on drawing meanwhile."""
    job = Import(seat.desk, source.path, load(find(source.mapping, RESOURCES)), onto=True, rejects=rejects)
    done: list[Imported] = []
    progress = Progress(job.source.size, "", quiet=True)
    run = threading.Thread(target=lambda: done.append(job.run(wording(), progress)))
    run.start()
    seat.until(lambda: not run.is_alive(), timeout=120_000)
    run.join()
    return done[0]


@dataclass
class Watch:
    """The four views at once on one incident, with how long the slowest took to follow each step, ms."""

    seat: Seat
    key: int
    took: dict[str, int] = field(default_factory=dict)

    def follows(
        self, step: str, *, state: str, tabs: dict[Queue, int], mark: int | None, backlog: int
    ) -> None:
        """Panel, tabs, map and figures come to say so. ``mark`` None: the point has left the map."""
        wanted = (state, tabs, mark, backlog)
        try:
            self.took[step] = self.seat.until(lambda: self.said() == wanted)
        except self.seat.bot.TimeoutError as late:
            raise AssertionError(f"after {step} they say {self.said()}, not {wanted}") from late

    def said(self) -> tuple[str, dict[Queue, int], int | None, int | None]:
        """What panel, tabs, map and figures say now."""
        point, shown = self.seat.point(self.key), self.seat.window.kpi.shown
        return self.seat.state, self.seat.tabs(), point and point["mark"], shown and shown.backlog


def incident(window: Desktop, key: int) -> Incident:
    with window.work.desk.store.reading() as read:
        found = read.incident_by_key(key)
    assert found is not None
    return found


def test_one_matter_from_the_import_to_its_end(seat: Seat, source: Source, tmp_path: Path) -> None:
    done = bring_in(seat, source, tmp_path / "rejects.csv")
    assert (done.read, done.new, done.rejected) == (source.rows, source.rows, 0)
    with seat.desk.store.reading() as read:
        held = read.counts(seat.desk.clock.now()).of
        points = len(read.points(seat.desk.clock.now()))
        backlog = sum(sum(age.ages) for age in read.open_ages(seat.desk.clock.now()))
    counted = {queue: held[queue] for queue in seat.tabs()}
    assert counted[Queue.WAITING] > 5, "there is something to do"
    seat.until(lambda: seat.tabs() == counted)
    seat.until(lambda: seat.stats()["points"] == points)
    seat.until(lambda: seat.window.kpi.shown.backlog == backlog)

    # The newest that waits: the order of report times, and the first line.
    seat.queue(1)
    seat.press(Qt.Key.Key_O)
    seat.until(lambda: seat.lines == counted[Queue.WAITING])
    seat.press(Qt.Key.Key_J)
    seat.until(lambda: seat.chosen is not None and seat.state == "reported")
    row = seat.chosen
    assert row is not None
    key = row.key
    with seat.desk.store.reading() as read:
        waiting = [read.incident_by_key(seat.line(n).key) for n in range(min(20, seat.lines))]
    times = [one.reported_at for one in waiting if one is not None]
    assert times == sorted(times, reverse=True)
    assert row.reported_at == times[0] == newest_waiting(seat)
    assert seat.window.panel.dossier is not None
    assert seat.window.panel.dossier.key == key
    seat.until(lambda: seat.stats()["selected"] == key)
    point = seat.point(key)
    assert point is not None
    assert point["mark"] in (WAITING, OVERDUE)
    assert seat.acts >= {OpKind.ACCEPT, OpKind.DECLINE}
    assert not seat.acts & {OpKind.ACKNOWLEDGE, OpKind.HANDLE, OpKind.VERIFY}

    watch = Watch(seat, key)
    at = dict(counted)
    walk_to_the_end(seat, watch, at, backlog)
    assert max(watch.took.values()) <= LENIENT_MS, watch.took
    the_ledger_says_the_same(seat, key)


def newest_waiting(seat: Seat) -> int:
    """The latest report time among all that waits, by looking at every one."""
    with seat.desk.store.reading() as read:
        return max(i.reported_at for i in read.export(QueueQuery(Queue.WAITING, seat.desk.clock.now())))


def mark_of(seat: Seat, key: int) -> int:
    """How the map is to mark an open incident: overdue, waiting, or plain."""
    found = incident(seat.window, key)
    if found.next_due and found.next_due[1] < seat.desk.clock.now():
        return OVERDUE
    return WAITING if found.state.value == "reported" else 0


def walk_to_the_end(seat: Seat, watch: Watch, at: dict[Queue, int], backlog: int) -> None:
    """A, Enter, Y, H Enter, V, C; after each one all four views have followed."""
    key = watch.key

    def moved(source: Queue, target: Queue | None) -> dict[Queue, int]:
        at[source] -= 1
        if target is not None:
            at[target] += 1
        return dict(at)

    closed = sum(seat.window.kpi.shown.closed)
    seat.press(Qt.Key.Key_A)
    seat.until(lambda: incident(seat.window, key).state.value == "accepted")
    tabs = moved(Queue.WAITING, Queue.TO_ASSIGN)
    watch.follows("accept", state="accepted", tabs=tabs, mark=mark_of(seat, key), backlog=backlog)
    seat.until(lambda: seat.lines == at[Queue.WAITING] and seat.chosen is None)
    assert seat.window.queue.key == key, "the panel's incident stays the chosen one"
    assert OpKind.ASSIGN in seat.acts
    seat.queue(2)
    seat.until(lambda: seat.chosen is not None and seat.chosen.key == key and seat.seen)

    first = seat.window.panel.dossier.candidates[0].unit
    seat.window.queue.table.setFocus()
    seat.press(Qt.Key.Key_Return)  # from the queue into the panel …
    assert seat.window.panel.isAncestorOf(seat.window.focusWidget())
    seat.press(Qt.Key.Key_Return)  # … and the first candidate it is
    seat.until(lambda: incident(seat.window, key).state.value == "assigned")
    assert incident(seat.window, key).lead.handler == first
    tabs = moved(Queue.TO_ASSIGN, Queue.WORKING)
    watch.follows("assign", state="assigned", tabs=tabs, mark=mark_of(seat, key), backlog=backlog)
    assert {OpKind.ACKNOWLEDGE, OpKind.RECALL} <= seat.acts
    seat.queue(3)
    seat.until(lambda: seat.chosen is not None and seat.chosen.key == key and seat.seen)
    assert seat.chosen.lead == first

    seat.press(Qt.Key.Key_Y)
    seat.until(lambda: incident(seat.window, key).state.value == "working")
    watch.follows("acknowledge", state="working", tabs=dict(at), mark=mark_of(seat, key), backlog=backlog)
    seat.until(lambda: seat.chosen is not None and seat.chosen.lead_state == "acknowledged")

    seat.press(Qt.Key.Key_H)
    seat.until(seat.window.panel.forms.is_open)
    said = seat.window.panel.forms.ask_words.edit.text()
    assert said, "the usual result is already written"
    seat.press(Qt.Key.Key_Return)
    seat.until(lambda: incident(seat.window, key).state.value == "handled")
    assert incident(seat.window, key).result == said
    tabs = moved(Queue.WORKING, Queue.TO_VERIFY)
    watch.follows("handle", state="handled", tabs=tabs, mark=mark_of(seat, key), backlog=backlog)
    seat.queue(4)
    seat.until(lambda: seat.chosen is not None and seat.chosen.key == key and seat.seen)
    assert OpKind.CLOSE not in seat.acts, "nothing is closed before it was verified"

    seat.press(Qt.Key.Key_V)
    seat.until(lambda: incident(seat.window, key).verified and OpKind.CLOSE in seat.acts)
    watch.follows("verify", state="handled", tabs=dict(at), mark=mark_of(seat, key), backlog=backlog)

    seat.press(Qt.Key.Key_C)
    seat.until(lambda: incident(seat.window, key).state.value == "closed")
    tabs = moved(Queue.TO_VERIFY, None)
    watch.follows("close", state="closed", tabs=tabs, mark=None, backlog=backlog - 1)
    assert sum(seat.window.kpi.shown.closed) == closed + 1
    assert not seat.stats()["ring"], "what has left the map has no ring"
    assert OpKind.REOPEN in seat.acts
    seat.queue(7)
    seat.until(lambda: seat.chosen is not None and seat.chosen.key == key and seat.seen)


def the_ledger_says_the_same(seat: Seat, key: int) -> None:
    """The ops of the day in their order, all applied; the chain holds, and folding anew gives the same."""
    with seat.desk.store.reading() as read:
        told = read.timeline(incident(seat.window, key).id)
    ops = ["report", "accept", "assign", "acknowledge", "handle", "verify", "close"]
    assert [(row.kind, row.outcome) for row in told] == [(op, "applied") for op in ops]
    assert [row.actor for row in told[1:]] == [seat.desk.actor] * 6
    assert [row.seq for row in told] == sorted(row.seq for row in told)
    assert told[2].body["handler"] == incident(seat.window, key).lead.handler
    assert seat.desk.store.verify(refold=True) is None


def test_a_new_report_appears_everywhere(seat: Seat) -> None:
    seat.until(lambda: seat.window.kpi.shown.backlog == 0)
    arrived = sum(seat.window.kpi.shown.arrived)
    new = intake.Report("商户占道经营", "hotline", detail="占了盲道", lon=104.27, lat=30.885)
    key = intake.report(seat.desk, new).key
    assert key is not None
    took = seat.until(
        lambda: (
            seat.tab(Queue.WAITING) == 1
            and seat.point(key) is not None
            and sum(seat.window.kpi.shown.arrived) == arrived + 1
            and seat.window.kpi.shown.backlog == 1
        )
    )
    assert took <= LENIENT_MS + 500, "what another part writes is looked for twice a second"
    seat.press(Qt.Key.Key_J)
    seat.until(lambda: seat.chosen is not None and seat.chosen.key == key)
    seat.until(lambda: seat.state == "reported")


def test_what_another_process_does_shows_in_the_open_window(seat: Seat, tmp_path: Path) -> None:
    seat.until(lambda: seat.tab(Queue.WAITING) == 0)
    command = [
        sys.executable, "main.py", "import", "incidents", str(SAMPLE), "--mapping", "sample", "--quiet",
        "--store", str(settings(tmp_path).store), "--rejects", str(tmp_path / "rejects.csv"),
    ]  # fmt: skip
    env = {**os.environ, "GRID_PASSPHRASE": PASSPHRASE}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as other:
        seat.until(lambda: other.poll() is not None, timeout=60_000)
        assert other.returncode == 0
    with seat.desk.store.reading() as read:
        held = read.counts(seat.desk.clock.now()).of
        points = len(read.points(seat.desk.clock.now()))
    assert held[Queue.WAITING] >= 5
    took = seat.until(
        lambda: seat.tab(Queue.WAITING) == held[Queue.WAITING] and seat.stats()["points"] == points
    )
    assert took <= LENIENT_MS + 500
    seat.until(lambda: seat.lines >= held[Queue.WAITING])
