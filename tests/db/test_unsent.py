"""The outbox as it is shown: what no hub has acknowledged, per incident and op by op."""

from tests.db.conftest import draft, report
from tests.support.linked import DISTRICT, ONE, OTHER, LinkedDesk, World
from tests.support.memory_hub import MemoryHub

A, B = "a" * 32, "b" * 32


def told(store):
    with store.reading() as view:
        rows = [(row.kind, row.key) for row in view.unsent(10)]
        each = {key: sorted(view.unsent_of(key)) for key in (1, 2)}
        return rows, dict(view.unsent_counts()), each, view.state().waiting


def test_what_waits_is_told_newest_first_until_the_hub_has_it(tmp_path):
    hub = MemoryHub((DISTRICT, ONE, OTHER), World().now)
    one = LinkedDesk(tmp_path / "a", hub, (DISTRICT, ONE, OTHER), ())
    one.quiet()
    with one.store.write("m1") as tx:
        tx.append(report(A))
    one.quiet()
    assert told(one.store) == ([], {}, {1: [], 2: []}, 0)
    with one.store.write("m1") as tx:
        seqs = [
            tx.append(each).seq for each in (report(B), draft("accept", A), draft("note", A, text="去过"))
        ]
    rows = [("note", 1), ("accept", 1), ("report", 2)]
    assert told(one.store) == (rows, {1: 2, 2: 1}, {1: seqs[1:], 2: seqs[:1]}, 3)
    one.quiet()
    assert told(one.store) == ([], {}, {1: [], 2: []}, 0)
    one.store.close()


def test_a_store_without_a_hub_has_nothing_to_send(store):
    with store.write("m1") as tx:
        tx.append(report(A))
    with store.reading() as view:
        assert not view.unsent(10)
        assert not view.unsent_counts()
        assert not view.unsent_of(1)
