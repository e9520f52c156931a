"""``hub bundle import|held|accept``: what devices send up on a stick."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.hub.bundle_said import said
from app.hub.bundles import HubBundles
from app.hub.hub_key import hub_pair
from app.hub.opened import opened
from app.hub.overview import instant
from app.hub.permit import Permits
from app.hub.voice import Said
from app.link.whole_file import whole_file
from app.ports.bundle import BundleProblem

if TYPE_CHECKING:
    import argparse

    from app.hub.bundles import Taken
    from app.hub.opened import OpenHub, Wiring
    from app.hub.voice import Voice

BY = "hub bundle"


def bundles_of(hub: OpenHub, wiring: Wiring) -> HubBundles:
    """The bundles of an opened hub."""
    district = wiring.places()[0].id
    permits = Permits(hub.accounts, hub.refusals, district)
    return HubBundles(
        hub.store, hub.devices, permits, hub.refusals, hub_pair(hub.engine), wiring.clock
    )  # fmt: skip


def bundle(args: argparse.Namespace, wiring: Wiring, voice: Voice) -> int:
    """One act: ``args.act`` with ``args.value`` (a file, or a bundle's name) and ``args.answer``."""
    if args.act != "held" and not args.value:
        raise Said("须指明文件或数据包编号。", "Name the file or the bundle.")
    with opened(wiring, args.data, args.database) as hub:
        bundles = bundles_of(hub, wiring)
        try:
            if args.act == "held":
                return _held(bundles, voice)
            if args.act == "accept":
                return _told(bundles.accept(args.value, BY), voice)
            return _import(bundles, Path(args.value), args.answer, voice)
        except BundleProblem as problem:
            raise said(problem.code) from problem
        except OSError as error:
            raise Said(f"文件无法读写：{error}", f"The file cannot be read or written: {error}") from error


def _import(bundles: HubBundles, path: Path, answer: Path | None, voice: Voice) -> int:
    with path.open("rb") as file:
        taken = bundles.take(file, BY)
    if taken.held:
        voice.warn(
            f"终端 {taken.device.name} 已吊销：数据包 {taken.id}（{taken.ops} 条操作）留存待人工接收："
            f"main.py hub bundle accept {taken.id}",
            f"Device {taken.device.name} is revoked: bundle {taken.id} ({taken.ops} ops) is kept until a"
            f" person accepts it: main.py hub bundle accept {taken.id}",
        )
        return 1
    code = _told(taken, voice)
    if answer is not None:
        with whole_file(answer) as out:
            bundles.answer(taken, out)
        voice.say(f"回执已写入 {answer}。", f"The answer is in {answer}.")
    return code


def _told(taken: Taken, voice: Voice) -> int:
    voice.say(
        f"数据包 {taken.id}：终端 {taken.device.name}，{taken.ops} 条操作。",
        f"Bundle {taken.id}: device {taken.device.name}, {taken.ops} ops.",
    )
    forked = sum(len(apart) for _, apart in taken.acks.values())
    if forked:
        voice.warn(
            f"其中 {forked} 条与已有编号冲突，已另存。", f"{forked} of them are a clone's, kept apart."
        )
    for scope, code in sorted(taken.troubles.items()):
        voice.warn(f"{scope}：未全部收入（{code}）。", f"{scope}: not taken whole ({code}).")
    return 1 if taken.troubles else 0


def _held(bundles: HubBundles, voice: Voice) -> int:
    for b in bundles.held():
        done = (
            voice.words(f"已接收 {instant(b.accepted_at)}", f"accepted {instant(b.accepted_at)}")
            if b.accepted_at else voice.words("待接收", "on hold")
        )  # fmt: skip
        voice.line("\t".join((b.id, b.device, str(b.ops), instant(b.made), done)))
    return 0
