"""An incident that the hub moves to a town that is not held here leaves the queue, the map and the panel."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.domain.op import GENESIS, HUB_DEVICE, Op, OpKind, Origin, leaf_hash, link_hash
from app.ports.link import OrderedOp, PullPage, ScopeHead
from app.ports.rows import Queue
from app.services import intake
from tests.support.window import Seat

pytestmark = pytest.mark.gui

CHENGXIANG, MIMOU = "510113104", "510113102"


class Hub:
    """Orders one scope: takes what waits in it, then says its own."""

    def __init__(self, store, scope):
        self.store, self.scope, self.seq, self.chain = store, scope, 0, GENESIS
        store.follow([ScopeHead(scope, "e", 0, whole=True)], 0)

    def take(self):
        while (page := self.store.outbox(self.scope)) is not None:
            self.send(page.origin, page.ops)
            self.store.acknowledge(self.scope, page.ops[-1].n)

    def send(self, origin, ops):
        rows, after = [], self.seq
        for op in ops:
            self.seq += 1
            row = OrderedOp(
                self.seq, origin, op.n, op.kind, op.entity, op.at, op.made, op.actor, op.base, op.body,
                "applied", "",
            )  # fmt: skip
            named = Op(
                origin, row.n, self.scope, row.kind, row.entity, row.at, row.made, row.actor, row.base
            )  # fmt: skip
            self.chain = link_hash(self.chain, leaf_hash(self.seq, named, row.body, "applied", ""))
            rows.append(row)
        self.store.apply_page(
            PullPage(self.scope, "e", after, tuple(rows), (), len(rows), self.seq, self.chain)
        )

    def move_out(self, incident, to):
        body = f'{{"to":"{to}"}}'
        at = incident.changed_at + 1
        op = OrderedOp(
            0, Origin("", ""), 1, OpKind.MOVE_OUT, incident.id, at, at, "hub", incident.version, body,
            "applied", "",
        )  # fmt: skip
        self.send(Origin(f"{HUB_DEVICE}{self.scope}", "7" * 32), [op])


@pytest.fixture
def seat(qtbot, tmp_path, monkeypatch, qapp):
    taken = Seat.take(qtbot, tmp_path, monkeypatch)
    yield taken
    taken.leave()


def test_it_leaves_and_the_panel_says_where_it_is(seat):
    report = intake.Report("水管爆裂，路面积水", "hotline", item="水-0642", lon=104.33, lat=30.862)
    moved, stays = (intake.report(seat.desk, report) for _ in range(2))
    assert moved.incident.town == CHENGXIANG
    hub = Hub(seat.desk.store, CHENGXIANG)
    hub.take()
    seat.queue(1)
    seat.until(lambda: seat.tab(Queue.WAITING) == 2)
    seat.window.queue.select(moved.key)
    seat.until(lambda: seat.window.panel.dossier is not None and seat.window.panel.dossier.key == moved.key)
    seat.until(lambda: seat.point(moved.key) is not None)

    hub.move_out(moved.incident, MIMOU)

    seat.until(lambda: seat.window.panel.dossier is None)
    said = [label.text() for label in seat.window.panel.findChildren(QLabel) if label.isVisible()]
    assert "已移交 弥牟镇" in said
    assert any(moved.incident.number in line for line in said)
    seat.until(lambda: seat.tab(Queue.WAITING) == 1)
    seat.until(lambda: seat.point(moved.key) is None)
    assert seat.point(stays.key) is not None
    seat.press(Qt.Key.Key_J)
    seat.until(lambda: seat.window.panel.dossier is not None and seat.window.panel.dossier.key == stays.key)
