"""Make the stores that later releases must still open: ``python -m tests.db.past.make``.

Run once for every new schema, before its release; what is there already is never made anew.
"""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

from app.domain.incident import State
from app.domain.op import OpKind
from app.ports.ledger import Draft
from app.ports.rows import ImportMark, Person
from db.engine import open_store
from db.upgrade import REVISION
from tests.db.conftest import KEY, Told, draft, report
from tests.support.matters import AT, MINUTE, WAY_TO

HERE = Path(__file__).parent
KEYS = {"plain": None, "encrypted": KEY}
ENTITIES = {state: f"{i + 1:032x}" for i, state in enumerate(State)}


def past_file(revision: str, kind: str) -> Path:
    """Where the store of a schema is kept."""
    return HERE / f"store-{revision}-{kind}.db.gz"


def fill(path: Path, key: bytes | None) -> None:
    """One incident in each state, two records of which one is retired, and everything that is no op."""
    told = Told()
    store = open_store(path, key=key, device="d" * 32, ids=told, clock=told)
    with store.write("m1") as tx:
        for i, (state, entity) in enumerate(ENTITIES.items()):
            for step, kind in enumerate(WAY_TO[state]):
                at = AT + (i * 20 + step) * MINUTE
                if kind is OpKind.REPORT:
                    tx.append(
                        report(
                            entity, at, title=f"井盖破损 {state.value}", ref=f"old:{i}",
                            due={"accept": at + 30 * MINUTE, "resolve": at + 600 * MINUTE},
                        )
                    )  # fmt: skip
                elif kind is OpKind.ASSIGN:
                    tx.append(draft(kind, entity, at, assignment="a1", handler="u1"))
                else:
                    tx.append(draft(kind, entity, at))
        tx.append(draft("accept", ENTITIES[State.CLOSED], AT))  # refused, and kept
        for name in ("p1", "p2"):
            body = {"kind": "place", "id": name, "record": {"name": "弥牟镇"}}
            tx.append(Draft("put", name, "510113", AT, body))
        tx.append(Draft("retire", "p2", "510113", AT, {"kind": "place", "id": "p2"}))
        tx.keep_person(Person("c1", ENTITIES[State.REPORTED], "王某", "13800000000"))
        tx.set_setting("theme", {"dark": True})
        tx.set_import_mark(ImportMark("job", 7, 700, 5, 1, 1))
        tx.next_count("261120-")
    store.close()


def main() -> None:
    """Both stores of this release's schema, where they are not there yet."""
    for kind, key in KEYS.items():
        target = past_file(REVISION, kind)
        if target.exists():
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "store.db"
            fill(path, key)
            target.write_bytes(gzip.compress(path.read_bytes(), mtime=0))


if __name__ == "__main__":
    main()
