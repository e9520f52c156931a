"""Whatever is appended, in whatever transactions, the store holds what a pure fold of the same ops gives."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.domain.conflict import decide
from app.domain.kpi import contribution
from app.domain.op import INCIDENT_OPS, Op
from app.ports.ledger import Draft
from db.engine import open_store
from tests.db.conftest import Told
from tests.support.matters import AT, BODIES

ENTITIES = st.sampled_from([f"{i:032x}" for i in range(4)])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "assignment": st.sampled_from(("a1", "a2", "w1")),
        "handler": st.sampled_from(("u1", "u2")),
        "town": st.sampled_from(("510113103", "510113104")),
        "title": st.sampled_from(("井盖破损", "路灯不亮", "")),
        "severity": st.integers(0, 5),
        "passed": st.booleans(),
        "due": st.none() | st.fixed_dictionaries({"resolve": st.integers(AT, AT + 9_000_000)}),
    },
)
DRAFTS = st.builds(
    lambda kind, entity, change, minute: Draft(
        kind, entity, "510113103", AT + minute * 60_000, {**BODIES.get(kind, {}), **change}
    ),
    st.sampled_from((*INCIDENT_OPS, *INCIDENT_OPS[:8], "nonsense")), ENTITIES, CHANGES, st.integers(0, 300),
)  # fmt: skip


def as_op(origin, draft, base):
    return Op(origin, 1, draft.scope, draft.kind, draft.entity, draft.at, 0, "m1", base, draft.body)


class StoreAsFold(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.told = Told()
        self.store = self.open()
        self.origin = self.store.own_origin()
        self.incidents = {}
        self.seq = 0

    def open(self):
        path = Path(self.folder.name) / "s.db"
        return open_store(path, key=None, device="d", ids=self.told, clock=self.told)

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    @rule(drafts=st.lists(DRAFTS, min_size=1, max_size=12), peeks=st.booleans())
    def append(self, drafts, peeks):
        with self.store.write("m1") as tx:
            for draft in drafts:
                self.seq += 1
                before = self.incidents.get(draft.entity)
                decided = decide(before, as_op(self.origin, draft, before.version if before else 0))
                receipt = tx.append(draft)
                assert receipt.seq == receipt.n == self.seq
                assert (receipt.outcome, receipt.refusal) == (decided.outcome, decided.refusal)
                if decided.incident is not None:
                    self.incidents[draft.entity] = decided.incident
                assert receipt.incident == self.incidents.get(draft.entity)
                if peeks:
                    tx.read.counts(AT)
                assert tx.read.incident(draft.entity) == self.incidents.get(draft.entity)

    @rule(draft=DRAFTS)
    def break_off(self, draft):
        with suppress(ZeroDivisionError), self.store.write("m1") as tx:
            tx.append(draft)
            tx.read.counts(AT)
            1 / 0  # noqa: B018 (an error from inside)

    @rule()
    def open_again(self):
        self.store.close()
        self.store = self.open()

    @invariant()
    def holds_what_the_fold_gives(self):
        if not hasattr(self, "store"):
            return
        with self.store.reading() as read:
            assert {e: read.incident(e) for e in self.incidents} == self.incidents
            counted = Counter()
            for incident in self.incidents.values():
                counted.update(contribution(incident))
            sums = {(r.measure, r.town, r.bucket): r.n for r in read.sums(0, 1 << 40)}
            assert sums == {name: n for name, n in counted.items() if n}
            assert read.head() == self.seq
        assert self.store.verify(refold=True) is None


TestStoreAsFold = StoreAsFold.TestCase
TestStoreAsFold.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
