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
from tests.faults.processes import without
from tests.faults.world import TOWNS, World

SEED = int(os.environ.get("GRID_FAULTS_SEED", "20261124"))
DAYS = int(os.environ.get("GRID_FAULTS_DAYS", "5"))
STEPS = int(os.environ.get("GRID_FAULTS_STEPS", "40"))

DESKS = ("district", "mimou", "dawan")
CLONE, LATE = "clone", "late"
NEWER = "supervise"
"""The kind of op that an older program does not know."""

any_desk = st.sampled_from((*DESKS, *DESKS, CLONE, LATE))
"""One that does not exist is the first: the district's."""

desks = st.sampled_from(DESKS)
small = st.integers(0, 40)
HANDLERS = ("u-cg", "d-zf", "u-mm", "u-dw")
STEPS_OF_DESKTOP = (
    "app.link.client:HubClient.push:before", "app.link.client:HubClient.push:after",
    "app.link.client:HubClient.pull:before", "app.link.client:HubClient.pull:after",
    "app.link.client:HubClient.hand_in:after", "db.engine:LocalStore.forget_order:after",
    "db.engine:LocalStore.acknowledge:before", "db.engine:LocalStore.acknowledge:after",
    "db.engine:LocalStore.apply_page:before", "db.engine:LocalStore.apply_page:after",
    "db.engine:LocalStore.apply_snapshot:before", "db.engine:LocalStore.remake:after",
)  # fmt: skip
STEPS_OF_HUB = (
    "db.hub.engine:HubStore.push:before", "db.hub.engine:HubStore.push:after",
    "db.hub.engine:HubStore.heads:before", "db.hub.engine:HubStore.hand_in:after",
    "db.hub.engine:HubStore.pull:before", "db.hub.engine:HubStore.pull:after",
)  # fmt: skip
ACTS = (
    "accept", "assign", "acknowledge", "arrive", "handle", "verify", "close", "cancel", "note", "classify",
    "relocate", "suspend", "resume", NEWER, "resolve", "recall", "whistle", "reopen", "decline", "return",
)  # fmt: skip
BAD_LINES: dict[str, dict[str, Any]] = {
    "off": {"up": False}, "one way": {"replies": False}, "crawl": {"rate": 20_000},
}  # fmt: skip


class Days(RuleBasedStateMachine):
    """One day: acts and faults in any order."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="grid-command-faults-")
        self.world = World(Path(self._folder.name))
        self._older: set[str] = set()
        self._serial = 0

    @initialize(workers=st.sampled_from((1, 1, 2)))
    def begin(self, workers: int) -> None:
        self.world.workers = workers
        self.world.begin()

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

    @rule(desk=any_desk, town=st.sampled_from(("mimou", "dawan")), how_many=st.integers(1, 4))
    def report(self, desk: str, town: str, how_many: int) -> None:
        desk = self._there(desk)
        home = self.world.homes[desk]
        for _ in range(how_many):
            place = TOWNS[town if home == "district" else home]
            self._do(desk, "report", title=f"井盖破损 {self._fresh()}", source="patrol", place=place)

    @precondition(lambda self: self.world.incidents)
    @rule(
        acts=st.lists(
            st.tuples(any_desk, st.sampled_from(ACTS), small, st.sampled_from(HANDLERS), small),
            min_size=2, max_size=8,
        )
    )  # fmt: skip
    def act(self, acts: list[tuple[str, str, int, str, int]]) -> None:
        for desk, act, which, handler, town in acts:
            self._act(self._there(desk), act, which, handler, town)

    @precondition(lambda self: self.world.incidents)
    @rule(
        act=st.sampled_from(ACTS), other=st.sampled_from(ACTS), which=small, handler=st.sampled_from(HANDLERS)
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

    @rule(desk=st.sampled_from(("district", CLONE)), which=st.integers(0, 3))
    def put(self, desk: str, which: int) -> None:
        record = {"work": bool(which % 2), "note": self._fresh()}
        desk = self._there(desk)
        self._do(desk, "put", kind="day", id=f"2026-12-{10 + which}", record=record)

    @rule(desk=any_desk)
    def sync(self, desk: str) -> None:
        self._do(self._there(desk), "sync", within=2)

    # --- what befalls lines ---

    @rule(desk=desks, which=st.sampled_from(("off", "one way", "crawl", "flap")))
    def bad_line(self, desk: str, which: str) -> None:
        line = self.world.lines[desk]
        if which == "flap":
            line.hang_up()
        else:
            line.set(**BAD_LINES[which])

    @rule(
        desk=desks, cut=st.lists(st.integers(0, 4000), max_size=2),
        up=st.lists(st.integers(0, 99_999), max_size=2),
        down=st.lists(st.integers(0, 99_999), max_size=2), twice=st.integers(0, 3), late=st.integers(0, 2),
    )  # fmt: skip
    def spoilt(self, desk: str, **faults: Any) -> None:
        """The next replies cut, bits turned, requests said twice or coming late."""
        names = {"up": "flip_up", "down": "flip_down"}
        self.world.lines[desk].set(**{names.get(name, name): value for name, value in faults.items()})

    @rule(desk=desks)
    def late_ones_arrive(self, desk: str) -> None:
        self.world.lines[desk].let_go()

    @rule(desk=desks)
    def mend(self, desk: str) -> None:
        self.world.lines[desk].heal()

    # --- what befalls desktops ---

    @rule(desk=any_desk)
    def kill_desktop(self, desk: str) -> None:
        self.world.desks[self._there(desk)].kill()

    @rule(desk=any_desk, step=st.sampled_from(STEPS_OF_DESKTOP), count=st.integers(1, 3))
    def desktop_will_die(self, desk: str, step: str, count: int) -> None:
        self._restart(self._there(desk), kill=f"{step}:{count}")

    @rule(desk=any_desk, hung_up=st.booleans())
    def freeze(self, desk: str, hung_up: bool) -> None:
        """Asleep until it is asked again, longer than any answer may take; its line may break meanwhile."""
        self.world.desks[self._there(desk)].freeze()
        if hung_up:
            self.world.lines[self._there(desk)].hang_up()

    @rule(desk=any_desk)
    def older_program(self, desk: str) -> None:
        desk = self._there(desk)
        self._restart(desk, **without(NEWER))
        self._older.add(desk)

    @precondition(lambda _self: bool(disasters.FAKETIME))
    @rule(desk=desks, shift=st.sampled_from(("-3d", "+2d", "-6h")))
    def clock_is_off(self, desk: str, shift: str) -> None:
        self._restart(desk, **disasters.clock(shift))
        heard = self._do(desk, "sync", within=2)
        if heard and heard.get("offset") is not None:
            notices = self.world.desks[desk].ask("state")["notices"]
            word = "clock_ahead" if shift.startswith("+") else "clock_behind"
            assert any(told.startswith(f"{word}:") for told in notices), notices

    @precondition(lambda self: self.world.lines and CLONE not in self.world.desks)
    @rule(desk=desks)
    def clone(self, desk: str) -> None:
        self._older.discard(desk)
        self.world.clone(desk, CLONE)

    @precondition(lambda self: self.world.lines and LATE not in self.world.desks)
    @rule(home=desks)
    def enrol(self, home: str) -> None:
        """A new desktop takes the state while all others go on writing."""
        self._whole_hub()
        self.world.add_desktop(LATE, home=home)

    # --- what befalls the hub ---

    @rule(step=st.sampled_from(STEPS_OF_HUB), count=st.integers(1, 4))
    def hub_will_die(self, step: str, count: int) -> None:
        self.world.hub.kill()
        self.world.hub.start(kill=f"{step}:{count}")

    @precondition(lambda self: self.world.lines and not self.world.hub.alive)
    @rule()
    def hub_comes_back(self) -> None:
        self._whole_hub()

    @precondition(lambda self: self.world.workers > 1)
    @rule()
    def worker_dies(self) -> None:
        if self.world.hub.alive:
            self.world.hub.kill_worker()

    @rule()
    def back_up(self) -> None:
        self.world.back_up()

    @precondition(lambda self: self.world.backup)
    @rule()
    def restore(self) -> None:
        self.world.restore()

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
