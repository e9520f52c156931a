"""The made matters: the same each time, as many open as is said; and a build that was interrupted goes on."""

from __future__ import annotations

import pytest

from app.domain.sla import DAY
from app.ports.rows import Queue
from app.services import board
from app.tools import bench_store
from app.tools.bench_figures import Figure, Reference, as_table, middle, share
from app.tools.bench_matters import OPEN_SHARE, Calendar
from app.tools.bench_store import copied, made_store
from tests.support.desks import RESOURCES
from tests.support.real_desk import real_desk

NOW = 1_795_154_732_000
ROWS = 4_400


def _made(cache):
    return made_store(cache, ROWS, plain=True, until=NOW, resources=RESOURCES, open_at=real_desk)


def test_arrivals_grow_up_to_the_instant_and_span_the_days():
    calendar = Calendar(3_000, NOW)
    times = [calendar.at(i) for i in range(3_000)]
    assert times == sorted(times)
    assert times[-1] <= NOW
    assert times[0] == pytest.approx(NOW - calendar.days * DAY, abs=DAY)


def test_a_store_holds_its_rows_and_few_of_them_open(tmp_path):
    store = _made(tmp_path)
    desk = real_desk(store.path)
    counts = board.counts(desk).of
    desk.store.close()
    assert counts[Queue.ALL] == ROWS
    assert 0.5 * OPEN_SHARE < 1 - counts[Queue.CLOSED] / ROWS < 3 * OPEN_SHARE
    assert min(counts[q] for q in (Queue.WAITING, Queue.TO_ASSIGN, Queue.WORKING, Queue.TO_VERIFY)) > 0
    assert _made(tmp_path).seconds == 0


def test_an_interrupted_build_goes_on_where_it_stopped(tmp_path, monkeypatch):
    whole = bench_store.Matters.drafts
    begun = []

    def interrupted(self, tx, first, last):
        if len(begun) == 1:
            raise KeyboardInterrupt
        begun.append(first)
        return whole(self, tx, first, last)

    with monkeypatch.context() as patched:
        patched.setattr(bench_store.Matters, "drafts", interrupted)
        with pytest.raises(KeyboardInterrupt):
            _made(tmp_path)
    assert not any(path.name == "store.db" and "building" not in str(path) for path in tmp_path.rglob("*"))
    firsts = []
    monkeypatch.setattr(
        bench_store.Matters, "drafts",
        lambda self, tx, first, last: (firsts.append(first), whole(self, tx, first, last))[1],
    )  # fmt: skip
    store = _made(tmp_path)
    assert firsts == [2_000, 4_000]
    desk = real_desk(store.path)
    assert board.counts(desk).of[Queue.ALL] == ROWS
    desk.store.close()
    (tmp_path / "copy").mkdir()
    assert copied(store, tmp_path / "copy").path.read_bytes() == store.path.read_bytes()


def test_figures_know_whether_they_keep_their_promise():
    assert Figure("a", 5, "ms", 5).kept is True
    assert Figure("a", 5, "rows/s", 6, at_least=True).kept is False
    assert Figure("a", 5, "ms").kept is None
    told = middle("a", [3.0, 1.0, 2.0], 2.5, Reference("b", 4.0, "ms"), case="c").as_json()
    assert (told["value"], told["pass"], told["n"], told["max"], told["case"]) == (2.0, True, 3, 3.0, "c")
    assert told["reference"]["ratio"] == 0.5
    assert share([1, 2, 3, 4], 0.99) == 4
    assert "b 4.0 ms (× 0.5)" in as_table([middle("a", [2.0], 2.5, Reference("b", 4.0, "ms"))])
