"""``main.py link enrol|sign-in|status|sync|salvage``: this store and its hub, from the command line."""

from __future__ import annotations

import contextlib
import getpass
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.link.enrolment import enrolment, signed_in
from app.ports.gate import Signed, Trouble
from app.ports.link import LinkProblem, LinkTrouble
from app.services.line_trouble import with_store
from app.services.reconcile import pages
from app.services.spell import day_time
from app.services.sync import RoundDone, Sync
from app.tools.wording import Wording

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from app.link.client import HubClient
    from app.link.desk_gate import DeskGate
    from app.link.enrolment import Enrolment
    from app.ports.clock import Clock
    from app.services.words import Words
    from db.engine import LocalStore
    from db.salvage import Salvaged

ROUNDS = 50
"""More rounds than this in one ``link sync`` mean that others write faster than this store takes in."""

LONGEST_WAIT = 60.0
WHAT = ("enrol", "sign-in", "status", "sync", "salvage")


@dataclass(frozen=True, slots=True)
class Opened:
    """What the commands work on; wired by ``app.bootstrap``."""

    store: LocalStore
    gate: DeskGate
    clock: Clock
    salvage: Callable[[Path], Salvaged]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``link``."""
    parser.add_argument("what", choices=WHAT)
    parser.add_argument(
        "value", nargs="?", default="",
        help="enrol: 邀请 invitation https://HOST:PORT/#CODE.FINGERPRINT · sign-in: 用户名 user name",
    )  # fmt: skip
    parser.add_argument("--name", help="enrol：本机名称 this desktop's name")
    parser.add_argument("--json", action="store_true", help="status, sync：机器可读 for machines")
    parser.add_argument(
        "--from", dest="source", type=Path, metavar="FILE", help="salvage：损坏的存储 the damaged store"
    )


def run(args: argparse.Namespace, opened: Opened, words: Words, resources: Path) -> int:
    """0: done; 1: trouble, told in words; 2: a value is missing."""
    say = Wording(words, resources)
    try:
        return _COMMANDS[args.what](args, opened, say)
    except LinkProblem as problem:
        return _failed(say, problem.code.value, problem.wait or 0.0)


def _failed(say: Wording, code: str, wait: float = 0.0) -> int:
    print(say("link", code), file=sys.stderr)
    if wait:
        print(say("link_tool", "wait", seconds=round(wait)), file=sys.stderr)
    return 1


def _need(say: Wording, name: str) -> int:
    print(say("arguments", "missing", name=name), file=sys.stderr)
    return 2


def _enrol(args: argparse.Namespace, opened: Opened, say: Wording) -> int:
    if not args.value:
        return _need(say, "URL#CODE.FINGERPRINT")
    if not opened.gate.enrolled() and opened.store.head():
        print(say("link_tool", "has_work"), file=sys.stderr)
        return 1
    told = opened.gate.enrol(args.value)
    if isinstance(told, Trouble):
        return _failed(say, told.code, told.wait)
    print(say("link_tool", "enrolled", hub=told.hub, name=told.name, place=told.place))
    return _sync(args, opened, say)


def _sign_in(args: argparse.Namespace, opened: Opened, say: Wording) -> int:
    if not args.value:
        return _need(say, "USER")
    told = opened.gate.sign_in(args.value, _password(say))
    if not isinstance(told, Signed):
        return _failed(say, told.code, told.wait)
    print(say("link_tool", "signed_in" if told.online else "signed_in_here", user=told.user, name=told.name))
    return 0


def _password(say: Wording) -> str:
    """From the keyboard without showing it, or the first line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass(say("link_tool", "password"))
    return sys.stdin.readline().rstrip("\r\n")


def _status(args: argparse.Namespace, opened: Opened, say: Wording) -> int:
    held = opened.store.link_state()
    with opened.store.reading() as read:
        enrolled, signed = enrolment(read), signed_in(read)
    if args.json:
        told: dict[str, Any] = {
            "hub": enrolled.url if enrolled else "",
            "device": enrolled.name if enrolled else "",
            "user": signed.user if signed else "",
            "linked": held.linked, "waiting": held.waiting, "oldest": held.oldest,
            "heard_at": held.fresh_at, "conflicts": held.conflicts, "refused": held.refused,
            "unread": held.unread,
            "scopes": [{k: v for k, v in asdict(m).items() if k != "chain"} for m in held.scopes],
        }  # fmt: skip
        print(json.dumps(told, ensure_ascii=False))
        return 0
    if enrolled is None:
        return _failed(say, LinkTrouble.NOT_ENROLLED.value)
    heard = (
        day_time(held.fresh_at, say.words.lang) if held.fresh_at is not None else say("link_tool", "never")
    )
    user = signed.user if signed else say("link_tool", "nobody")
    print(say("link_tool", "status", hub=enrolled.url, name=enrolled.name, user=user, heard=heard))
    print(say("link_tool", "counts", waiting=held.waiting, conflicts=held.conflicts, refused=held.refused))
    for mark in held.scopes:
        print(say("link_tool", "scope", scope=mark.scope, cursor=mark.cursor, head=mark.head))
    return 0


def _sync(args: argparse.Namespace, opened: Opened, say: Wording) -> int:
    pushed = pulled = 0
    with contextlib.closing(_hub(opened)) as hub:
        sync = Sync(opened.store, hub, opened.clock)
        for _ in range(ROUNDS):
            done = _round(sync)
            pushed, pulled = pushed + done.pushed, pulled + done.pulled
            if done.quiet or not (done.pushed or done.pulled or done.unknown or done.snapshots):
                break
    if args.json:
        print(json.dumps({"quiet": done.quiet, "pushed": pushed, "pulled": pulled}))
    else:
        print(say("link_tool", "synced", pushed=pushed, pulled=pulled))
    for scope, problem in done.troubles:
        print(f"{scope}: {say('link', problem.code.value)}", file=sys.stderr)
    return 0 if done.quiet else 1


def _round(sync: Sync) -> RoundDone:
    """A round; a hub that is busy is waited for once."""
    try:
        return sync.round()
    except LinkProblem as problem:
        if problem.code is not LinkTrouble.BUSY:
            raise
        time.sleep(min(problem.wait or 1.0, LONGEST_WAIT))
    return sync.round()


def _salvage(args: argparse.Namespace, opened: Opened, say: Wording) -> int:
    if args.source is None:
        return _need(say, "--from")
    with contextlib.closing(_hub(opened)) as hub:
        found = with_store(lambda: opened.salvage(args.source))
        taken = 0
        for scope, ops in found.ops.items():
            for page, persons in pages(ops, found.persons):
                taken += hub.hand_in(scope, page, persons)
    total = sum(map(len, found.ops.values()))
    if args.json:
        print(json.dumps({"found": total, "taken": taken, "lost": found.lost}))
    else:
        print(say("link_tool", "salvaged", path=args.source, found=total, taken=taken, lost=found.lost))
    return 0


def _hub(opened: Opened) -> HubClient:
    def found() -> Enrolment | None:
        with opened.store.reading() as read:
            return enrolment(read)

    enrolled = with_store(found)
    if enrolled is None:
        raise LinkProblem(LinkTrouble.NOT_ENROLLED)
    return enrolled.client()


_COMMANDS = {
    "enrol": _enrol, "sign-in": _sign_in, "status": _status, "sync": _sync, "salvage": _salvage,
}  # fmt: skip
