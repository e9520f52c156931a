"""Runs a program that dies at a chosen step: ``killed.py MODULE:NAME:before|after:COUNT PROGRAM ARGS…``.

The step is the COUNT-th call of a function (``db.engine:LocalStore.acknowledge:before:2``).
SIGKILL: nothing is said, nothing is put away. The environment may make it another program (``altered``).
"""

from __future__ import annotations

import functools
import importlib
import os
import runpy
import signal
import sys
from itertools import count
from pathlib import Path


def _arm(spec: str) -> None:
    module, name, when, wanted = spec.split(":")
    owner: object = importlib.import_module(module)
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    real = getattr(owner, last)
    calls = count(1)

    @functools.wraps(real)
    def deadly(*args: object, **kwargs: object) -> object:
        mine = next(calls) == int(wanted)
        if mine and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = real(*args, **kwargs)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, last, deadly)


if __name__ == "__main__":
    program = Path(sys.argv[2]).resolve()
    sys.path.insert(0, str(program.parent))
    altered = importlib.import_module("tests.faults.altered")
    altered.alter()
    if sys.argv[1] != "never":
        _arm(sys.argv[1])
    sys.argv = sys.argv[2:]
    runpy.run_path(str(program), run_name="__main__")
