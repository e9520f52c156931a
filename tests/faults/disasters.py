"""What befalls disks, clocks and programs, done to a real one."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FAKETIME = tuple(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


@contextlib.contextmanager
def small_disk(where: Path, megabytes: int) -> Iterator[None]:
    """A file system of its own at the folder. PermissionError where this user may not mount."""
    where.mkdir(parents=True, exist_ok=True)
    size = f"size={megabytes}m"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(where)], capture_output=True, check=False
    )
    if done.returncode:
        raise PermissionError(done.stderr.decode())
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)


def remount(where: Path, how: str) -> None:
    """``ro`` or ``rw``; files that are open for writing keep a disk from becoming read-only."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(where)], check=True, capture_output=True)


def fill(where: Path) -> Path:
    """Leave no room on the disk; the file that takes it."""
    ballast = where / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return ballast


def clock(shift: str) -> dict[str, str]:
    """What makes a program see another time, such as ``-3d``; what counts seconds goes on as ever."""
    return {"LD_PRELOAD": str(FAKETIME[0]), "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def damage(store: Path, pages: int, seed: int) -> None:
    """Overwrite some pages behind the first ones with garbage, as a dying disk does."""
    chance = random.Random(seed)
    size = 4096
    with store.open("r+b") as file:
        count = os.fstat(file.fileno()).st_size // size
        for page in chance.sample(range(4, count), min(pages, count - 4)):
            file.seek(page * size)
            file.write(chance.randbytes(size))
