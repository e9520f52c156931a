"""A writer is killed in the middle of an import or a dispatch: nothing acknowledged is lost or half there.

``STORE_KILLS`` (3 unless set) says how often.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from db.engine import open_store
from tests.db.conftest import KEY, Told

KILLS = int(os.environ.get("STORE_KILLS", "3"))
BATCH = 200
WRITER = """
import sys
from pathlib import Path
from app.ports.rows import ImportMark
from db.engine import open_store
from tests.db.conftest import KEY, Told, draft, report

told = Told(int(sys.argv[2]))
store = open_store(Path(sys.argv[1]), key=KEY, device="d", ids=told, clock=told)
with store.reading() as read:
    mark = read.import_mark("job")
line = mark.line if mark else 0
while sys.argv[3] == "import":
    with store.bulk():
        for _ in range(5):
            with store.write("import") as tx:
                for line in range(line + 1, line + 201):
                    name = f"{line:032x}"
                    tx.append(report(name, ref=f"r:{line}"))
                    tx.append_many([draft("accept", name), draft("close", name)])
                tx.set_import_mark(ImportMark("job", line, line, line, 0, 0))
    print(line, flush=True)
while True:
    with store.write("m1") as tx:
        name = told.fresh()
        tx.append_many([report(name), draft("accept", name), draft("assign", name, assignment="a1")])
    print(name, flush=True)
"""


def killed_writer(store: Path, turn: int, what: str, luck: random.Random) -> list[str]:
    """What a writer acknowledged before it was killed at a random moment of its work."""
    command = [sys.executable, "-c", WRITER, str(store), str((turn + 1) << 20), what]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    assert writer.stdout is not None
    heard = [writer.stdout.readline().strip() for _ in range(luck.randrange(1, 4))]
    size = store.with_name(store.name + "-wal").stat().st_size
    wanted = size + luck.randrange(1, 400_000)
    while store.with_name(store.name + "-wal").stat().st_size < wanted and luck.random() > 1e-5:
        pass  # until the log has grown by a random length: the kill falls into the writing
    writer.send_signal(signal.SIGKILL)
    heard += [line.strip() for line in writer.stdout if line.endswith("\n")]
    writer.stdout.close()
    writer.wait()
    return [line for line in heard if line]


@pytest.mark.parametrize("what", ["import", "dispatch"])
def test_a_killed_writer_loses_nothing_acknowledged(tmp_path, what):
    path, luck, acknowledged = tmp_path / "store.db", random.Random(7), []
    for turn in range(KILLS):
        acknowledged += killed_writer(path, turn, what, luck)
        told = Told()
        store = open_store(path, key=KEY, device="d", ids=told, clock=told)
        try:
            assert store.verify(refold=True) is None
            assert store.quick_check() == []
            with store.reading() as read:
                if what == "import":
                    mark = read.import_mark("job")
                    assert mark is not None
                    assert mark.line >= int(acknowledged[-1])
                    assert mark.line % BATCH == 0
                    assert read.head() == 3 * mark.line
                else:
                    assert all(read.incident(name).assignments for name in acknowledged)
                    assert read.head() % 3 == 0
        finally:
            store.close()
