"""A replay: recorded order, shifted times, late reports together, and a stop that is told."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.ports.rows import Queue, QueueQuery
from app.services.take_in import SourceRecord
from app.tools import replay
from app.tools.progress import Progress
from app.tools.replay import Replay
from tests.support.desks import NOW, RESOURCES, HandClock, desk, words

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from app.domain.incident import Incident
    from app.services.desk import Desk

T0 = 1_449_787_200_000
GRID = "51011300200101"


def records(*seconds: int, moved: bool = False) -> list[SourceRecord]:
    return [
        SourceRecord(
            f"m:{n}", f"call {n}", "joint", T0 + s * 1000, place=GRID, lon=104.27, lat=30.9, moved=moved
        )
        for n, s in enumerate(seconds)
    ]


def kept(at: Desk) -> list[Incident]:
    with at.store.reading() as read:
        return sorted(read.export(QueueQuery(Queue.ALL, NOW)), key=lambda i: i.ref)


def quiet() -> Progress:
    return Progress(0, "", quiet=True)


def test_times_are_shifted_to_now_and_shortened_by_the_speed() -> None:
    clock = HandClock()
    to = desk(clock)
    player = Replay(to, 10.0, "m-run", clock.wait)
    assert player.run(records(0, 60, 3600), quiet())
    assert [(i.ref, i.reported_at - NOW) for i in kept(to)] == [
        ("m-run:0", 0), ("m-run:1", 6_000), ("m-run:2", 360_000),
    ]  # fmt: skip
    assert clock.at == NOW + 360_000
    assert (player.done.late_ms, player.done.bundles) == (0, 0)


def test_late_reports_share_a_transaction() -> None:
    clock = HandClock()
    to = desk(clock)
    player = Replay(to, 1.0, "m", clock.wait)
    slow = iter(records(0, *range(1, 500)))

    def stream() -> object:
        yield next(slow)
        clock.at += 400_000  # something held the replay up
        yield from slow

    before = to.store.commits  # type: ignore[attr-defined]
    assert player.run(stream(), quiet())  # type: ignore[arg-type]
    assert len(kept(to)) == 500
    assert to.store.commits - before < 110  # type: ignore[attr-defined]
    assert player.done.bundles >= 2
    assert player.done.late_ms >= 399_000


def test_rows_that_step_back_are_reported_in_their_order() -> None:
    clock = HandClock()
    to = desk(clock)
    player = Replay(to, 1.0, "m", clock.wait)
    assert player.run(records(0, 100, 50, 200), quiet())
    assert [i.reported_at - NOW for i in kept(to)] == [0, 100_000, 100_000, 200_000]
    assert player.done.disorder == 1


def test_a_stop_keeps_what_was_reported() -> None:
    clock = HandClock()
    to = desk(clock)

    def wait(seconds: float) -> bool:
        clock.wait(seconds)
        return clock.at >= NOW + 3_000

    assert not Replay(to, 1.0, "m", wait).run(records(0, 1, 2, 3, 4), quiet())
    assert 1 <= len(kept(to)) < 5


def test_moved_rows_say_so() -> None:
    clock = HandClock()
    to = desk(clock)
    Replay(to, 1.0, "m", clock.wait).run(records(0, moved=True), quiet())
    (incident,) = kept(to)
    assert (incident.moved, incident.place, incident.lon) == (True, GRID, 104.27)


def test_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "calls.csv"
    head = "lat,lng,desc,zip,title,timeStamp,twp,addr\n"
    rows = "".join(f"40.2,-75.4,D,1,EMS: FEVER {n},2015-12-10 17:40:{n:02d},T,A\n" for n in range(20))
    path.write_text(head + rows + "0,0,D,1,EMS: X,2015-12-10 17:41:00,T,A\n")
    parser = argparse.ArgumentParser()
    replay.add_arguments(parser)
    given = [str(path), "--mapping", "montgomery911", "--onto-district"]
    to = desk()
    assert replay.run(parser.parse_args([*given, "--speed", "0"]), to, words("en"), RESOURCES) == 2
    real = desk(RunningClock())
    assert replay.run(parser.parse_args([*given, "--speed", "1e9"]), real, words("en"), RESOURCES) == 0
    said = capsys.readouterr().out
    assert "20 reported, 1 rows rejected" in said
    assert len(kept(real)) == 20


class RunningClock(HandClock):
    """A clock that moves on whenever it is read."""

    def now(self) -> int:
        self.at += 1
        return self.at
