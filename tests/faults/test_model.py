"""Random days of three centres and their hub, with everything going wrong; at the end nothing is lost.

Seeded: ``GRID_FAULTS_SEED`` names the day, ``GRID_FAULTS_DAYS`` how many, ``GRID_FAULTS_STEPS`` how long.
A failure prints the steps that led to it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.faults import disasters
from tests.faults.doings import (
    AT_MOST,
    BAD_LINES,
    CLASHING,
    CLONE,
    DESKS_FAULTS,
    HANDLERS,
    HUBS_FAULTS,
    LATE,
    NEWER,
    STEPS_OF_DESKTOP,
    STEPS_OF_HUB,
    Acts,
    acts_between,
    any_desk,
    desks,
    small,
)
from tests.faults.processes import without
from tests.faults.world import TOWNS, World

SEED = int(os.environ.get("GRID_FAULTS_SEED", "20261124"))
DAYS = int(os.environ.get("GRID_FAULTS_DAYS", "4"))
STEPS = int(os.environ.get("GRID_FAULTS_STEPS", "40"))


class Days(RuleBasedStateMachine):
    """One day: acts and faults in any order."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="grid-command-faults-")
        self.world = World(Path(self._folder.name))
        self._older: set[str] = set()
        self._serial = self._backups = self._restores = 0

    @initialize(workers=st.sampled_from((1, 1, 2)))
    def begin(self, workers: int) -> None:
        self.world.workers = workers
        self.world.begin()
        for desk in ("district", "mimou", "dawan"):
            self._report(desk, "mimou", 2)

    def _there(self, desk: str) -> str:
        return desk if desk in self.world.desks else "district"

    def _do(self, desk: str, act: str, **what: Any) -> dict[str, Any] | None:
        if not self.world.desks[desk].alive:
            self._restart(desk)
        if act == NEWER and desk in self._older:
            return None
        answer = self.world.do(desk, act, **what)
        told = answer and {k: v for k, v in answer.items() if k != "ops"}
        made = [(op["n"], op["kind"], op["outcome"]) for op in (answer or {}).get("ops", ())]
        note(f"{desk}: {act} {what} -> {told} {made}")
        return answer

    def _restart(self, desk: str, **how: str) -> None:
        self._older.discard(desk)
        self.world.desks[desk].restart(**how)

    def _fresh(self) -> str:
        self._serial += 1
        return f"{self._serial}"

    # --- what people do ---

    @rule(acts=acts_between)
    def acts(self, acts: Acts) -> None:
        for desk, act, which, handler, town in acts:
            self._act(self._there(desk), act, which, handler, town)

    def _report(self, desk: str, town: str, how_many: int) -> None:
        home = self.world.homes[desk]
        for _ in range(how_many):
            place = TOWNS[town if home == "district" else home]
            self._do(desk, "report", title=f"井盖破损 {self._fresh()}", source="patrol", place=place)

    @rule(
        act=st.sampled_from(CLASHING),
        other=st.sampled_from(CLASHING),
        which=small,
        handler=st.sampled_from(HANDLERS),
    )
    def both_at_once(self, act: str, other: str, which: int, handler: str) -> None:
        """Two desks on one matter, neither knowing of the other."""
        for desk in ("district", "mimou"):
            self.world.lines[desk].set(up=False)
        self._act("district", act, which, handler, 0)
        self._act("mimou", other, which, HANDLERS[which % len(HANDLERS)], 0)
        for desk in ("mimou", "district"):
            self.world.lines[desk].heal()

    def _act(self, desk: str, act: str, which: int, handler: str, town: int) -> None:
        incidents = self.world.incidents
        if act == "sync":
            self._do(desk, act, within=2)
            return
        if act == "put" and self.world.homes[desk] == "district":
            self._put(desk, which)
            return
        if act in {"report", "put"} or not incidents:
            self._report(desk, ("mimou", "dawan")[town % 2], 1 + which % 3)
            return
        what = {
            "incident": incidents[-1 - which % len(incidents)],
            "handler": handler,
            "handlers": [handler, HANDLERS[town % len(HANDLERS)]],
            "reason": f"缘由 {self._fresh()}",
            "result": f"已处置 {which % 3}",
            "text": f"情况 {self._fresh()}",
            "place": list(TOWNS.values())[town % 2],
            "severity": 1 + town % 4,
        }
        self._do(desk, act, **what)

    def _put(self, desk: str, which: int) -> None:
        record = {"work": bool(which % 2), "note": self._fresh()}
        self._do(desk, "put", kind="day", id=f"2026-12-{10 + which % 4}", record=record)

    # --- what befalls lines, desktops and the hub: of each kind one rule, so that half the day is work ---

    @rule(
        desk=desks,
        what=st.sampled_from(("off", "one way", "crawl", "flap", "late ones arrive", "mend", "mend")),
        acts=acts_between,
    )  # fmt: skip
    def line(self, desk: str, what: str, acts: Acts) -> None:
        line = self.world.lines[desk]
        if what == "flap":
            line.hang_up()
        elif what == "mend":
            line.heal()
        elif what == "late ones arrive":
            line.let_go()
        else:
            line.set(**BAD_LINES[what])
        self.acts(acts)

    @rule(
        desk=desks, cut=st.lists(st.integers(0, 4000), max_size=2),
        up=st.lists(st.integers(0, 99_999), max_size=2),
        down=st.lists(st.integers(0, 99_999), max_size=2), twice=st.integers(0, 3), late=st.integers(0, 2),
        acts=acts_between,
    )  # fmt: skip
    def line_spoils(self, desk: str, acts: Acts, **faults: Any) -> None:
        """The next replies cut, bits turned, requests said twice or coming late."""
        names = {"up": "flip_up", "down": "flip_down"}
        self.world.lines[desk].set(**{names.get(name, name): value for name, value in faults.items()})
        self.acts(acts)

    @rule(
        desk=any_desk, what=st.sampled_from(DESKS_FAULTS), step=st.sampled_from(STEPS_OF_DESKTOP),
        count=st.integers(1, 3), shift=st.sampled_from(("-3d", "+2d", "-6h")),
        acts=acts_between,
    )  # fmt: skip
    def desktop(self, desk: str, what: str, step: str, count: int, shift: str, acts: Acts) -> None:
        desk = self._there(desk)
        here = self.world.desks[desk]
        if what == "will die":
            self._restart(desk, kill=f"{step}:{count}")
        elif what == "is killed":
            here.kill()
        elif what == "sleeps":  # until it is asked again, longer than any answer may take
            here.freeze()
            if count > 1:
                self.world.lines[desk].hang_up()
        elif what == "is an older program":
            self._restart(desk, **without(NEWER))
            self._older.add(desk)
        elif what == "has a wrong clock" and disasters.FAKETIME:
            self._clock_is_off(desk, shift)
        elif what == "is cloned" and CLONE not in self.world.desks and desk != LATE:
            self._older.discard(desk)
            self.world.clone(desk, CLONE)
        elif what == "is joined by another" and LATE not in self.world.desks:
            self._whole_hub()
            self.world.add_desktop(LATE, home=self.world.homes[desk])
        self.acts(acts)

    def _clock_is_off(self, desk: str, shift: str) -> None:
        self._restart(desk, **disasters.clock(shift))
        heard = self._do(desk, "sync", within=2)
        if heard and heard.get("offset") is not None:
            notices = self.world.desks[desk].ask("state")["notices"]
            word = "clock_ahead" if shift.startswith("+") else "clock_behind"
            assert any(told.startswith(f"{word}:") for told in notices), notices

    @precondition(lambda self: self.world.lines)
    @rule(
        what=st.sampled_from(HUBS_FAULTS), step=st.sampled_from(STEPS_OF_HUB), count=st.integers(1, 4),
        acts=acts_between,
    )  # fmt: skip
    def hub(self, what: str, step: str, count: int, acts: Acts) -> None:
        hub = self.world.hub
        if what == "will die":
            hub.kill()
            hub.start(kill=f"{step}:{count}")
        elif what == "is backed up" and self._backups < AT_MOST:
            self._backups += 1
            self.world.back_up()
        elif what == "is set back" and self.world.backup and self._restores < AT_MOST:
            self._restores += 1
            self.world.restore()
        elif what == "loses a worker" and self.world.workers > 1 and hub.alive:
            hub.kill_worker()
        elif not hub.alive:
            self._whole_hub()
        self.acts(acts)

    def _whole_hub(self) -> None:
        if self.world.hub.odd or not self.world.hub.alive:
            self.world.hub.kill()
            self.world.hub.start()

    def teardown(self) -> None:
        try:
            if self.world.desks:
                self.world.heal()
                self.world.wait_for_quiet()
                self.world.check()
        except BaseException:
            for log in Path(self._folder.name).rglob("*.log"):
                told = log.read_text("utf-8", "replace")
                faults = [line for line in told.splitlines() if "Error" in line or "exception" in line]
                sys.stdout.write(f"--- {log.stem}: {faults[-5:]}\n{told[-1500:]}\n")
            raise
        finally:
            self.world.end()
            self._folder.cleanup()


def test_nothing_is_lost_on_any_day() -> None:
    run_state_machine_as_test(
        seed(SEED)(Days),
        settings=settings(
            max_examples=DAYS, stateful_step_count=STEPS, deadline=None, database=None,
            phases=(Phase.generate,), suppress_health_check=list(HealthCheck), print_blob=False,
        ),
    )  # fmt: skip
