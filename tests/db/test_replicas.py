"""Whatever is written, pushed and pulled in whatever order, in the end all stores hold what the hub holds."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from app.ports.ledger import Draft
from app.ports.link import LinkProblem
from tests.support.linked import DISTRICT, ONE, OTHER, LinkedDesk, World, replica
from tests.support.matters import AT, BODIES
from tests.support.memory_hub import MemoryHub

ENTITIES = st.sampled_from([f"{i:032x}" for i in range(3)])
KINDS = st.sampled_from((
    "report", "report", "accept", "assign", "assign", "acknowledge", "handle", "verify", "close",
    "note", "relocate", "relocate", "classify", "cancel", "reopen", "recall", "whistle", "suspend",
    "resume", "nonsense",
))  # fmt: skip
CHANGES = st.fixed_dictionaries(
    {"town": st.sampled_from((ONE, OTHER, "elsewhere")), "severity": st.integers(1, 4)},
    optional={
        "assignment": st.sampled_from(("a1", "a2", "a9")),
        "handler": st.sampled_from(("u1", "u2")),
        "ref": st.sampled_from(("r:1", "r:2")),
    },
)
DESKS, SCOPES = st.integers(0, 2), st.sampled_from((DISTRICT, ONE, OTHER))
FEW = st.integers(1, 4)


class Replicas(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.hub = MemoryHub((DISTRICT, ONE, OTHER), World().now)
        here = Path(self.folder.name)
        self.desks = [
            LinkedDesk(here / "a", self.hub, (DISTRICT, ONE, OTHER)),
            LinkedDesk(here / "b", self.hub, (DISTRICT, ONE, OTHER)),
            LinkedDesk(here / "c", self.hub, (ONE,), (DISTRICT,)),
        ]
        self.backup = self.hub.backup()
        with self.desks[0].store.write("m1") as tx:
            for i in range(2):
                entity = f"{i:032x}"
                for kind in ("report", "accept", "assign"):
                    tx.append(Draft(kind, entity, ONE, AT, BODIES.get(kind, {})))
        for desk in self.desks:
            desk.quiet()

    @rule(desk=DESKS, entity=ENTITIES, kind=KINDS, change=CHANGES, at=st.integers(0, 99))
    def write(self, desk, entity, kind, change, at):
        store = self.desks[desk].store
        with store.write("m1") as tx:
            held = tx.read.incident(entity)
            scope = held.scope if held else ONE
            tx.append(Draft(kind, entity, scope, AT + at, {**BODIES.get(kind, {}), **change}))

    @rule(
        desk=DESKS,
        scope=st.sampled_from((DISTRICT, ONE)),
        name=st.sampled_from(("u1", "u2")),
        kind=st.sampled_from(("put", "retire")),
        name_of=FEW,
    )
    def list_it(self, desk, scope, name, kind, name_of):
        body = {"kind": "unit", "id": name} | ({"record": {"name": name_of}} if kind == "put" else {})
        with self.desks[desk].store.write("m1") as tx:
            tx.append(Draft(kind, f"unit:{name}", scope, AT, body))

    @rule(desk=DESKS)
    def meet(self, desk):
        self.desks[desk].meet()

    @rule(desk=DESKS, scope=SCOPES, ops=FEW, lost=st.booleans())
    def push(self, desk, scope, ops, lost):
        with suppress(LinkProblem):
            self.desks[desk].push(scope, ops, lose_reply=lost)

    @rule(desk=DESKS, scope=SCOPES, limit=FEW)
    def pull(self, desk, scope, limit):
        with suppress(LinkProblem, StopIteration):
            self.desks[desk].pull(scope, limit)

    @rule()
    def back_up(self):
        self.backup = self.hub.backup()

    @rule()
    def restore(self):
        self.hub.restore(self.backup)

    @rule(desk=DESKS, scope=SCOPES)
    def begin_with_a_snapshot(self, desk, scope):
        one = self.desks[desk]
        with suppress(StopIteration, LinkProblem):
            one.meet()
            one.mark(scope)
            one.store.apply_snapshot(one.line.snapshot(scope))

    @rule(desk=DESKS)
    def holds_together(self, desk):
        fault = self.desks[desk].store.verify(refold=True)
        assert fault is None, fault

    def teardown(self):
        if not hasattr(self, "desks"):
            return
        try:
            self.heal()
        finally:
            for desk in self.desks:
                desk.store.close()
            self.folder.cleanup()

    def heal(self):
        for _ in range(3):
            for desk in self.desks:
                desk.quiet()
        held = self.hub.shelf.incidents
        for desk, scopes in zip(
            self.desks, ((DISTRICT, ONE, OTHER), (DISTRICT, ONE, OTHER), (ONE,)), strict=True
        ):
            state = desk.store.link_state()
            assert state.waiting == 0
            fault = desk.store.verify(refold=True)
            assert fault is None, fault
            assert desk.store.quick_check() == []
            here = replica(desk.store, scopes)
            assert here["incidents"] == {i: held[i] for i in sorted(held) if held[i].scope in scopes}
            with desk.store.reading() as read:
                assert read._run("SELECT * FROM shadow").fetchall() == []
                n = read._one("SELECT count(*) FROM incident")
                assert n == len(here["incidents"])
        with self.desks[0].store.reading() as one, self.desks[1].store.reading() as two:
            every = "SELECT kind, id, scope, rev, body, retired FROM record ORDER BY kind, id, scope"
            assert one._run(every).fetchall() == two._run(every).fetchall()


TestReplicas = Replicas.TestCase
TestReplicas.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
