"""``hub status`` and ``hub verify``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from app.hub import overview
from app.hub.command_bundle import bundles_of
from app.hub.opened import as_json, opened, settings_of
from app.hub.settings import served_at
from app.hub.voice import Said

if TYPE_CHECKING:
    import argparse

    from app.hub.opened import OpenHub, Wiring
    from app.hub.voice import Voice
    from db.hub.held_bundles import HeldBundle


def status(args: argparse.Namespace, wiring: Wiring, voice: Voice) -> int:
    """How the hub stands."""
    url = served_at(args.data, settings_of(args.data))
    now = wiring.clock.now()
    with opened(wiring, args.data, args.database) as hub:
        if args.json:
            waiting = [asdict(b) for b in _waiting(hub, wiring)]
            told = overview.as_told(hub, now) | {"held_bundles": waiting}
            voice.line(as_json({"url": url, "now": now, **told}))
            return 0
        voice.line(url)
        names = {p.id: p.name if voice.words("zh", "en") == "zh" else p.name_en for p in wiring.places()}
        for s in overview.scopes_of(hub):
            voice.say(
                f"{s.scope}\t{names.get(s.scope, '')}\t第 {s.head} 条\t未结 {s.open_incidents}"
                f"\t冲突 {s.conflicts}\t分叉 {s.forks}\t{s.epoch}",
                f"{s.scope}\t{names.get(s.scope, '')}\trow {s.head}\topen {s.open_incidents}"
                f"\tconflicts {s.conflicts}\tforks {s.forks}\t{s.epoch}",
            )
        voice.say("终端：", "Devices:")
        for device in overview.devices_seen(hub):
            voice.line("  " + device.as_line(voice))
        voice.say("未用的注册码：", "Codes not used yet:")
        for code in overview.waiting_codes(hub, now):
            until = overview.instant(code["expires_at"])
            voice.say(f"  {code['name']}\t{code['place']}\t有效至 {until}",
                      f"  {code['name']}\t{code['place']}\tuntil {until}")  # fmt: skip
        if on_hold := _waiting(hub, wiring):
            voice.say("待接收的数据包：", "Bundles on hold:")
            for b in on_hold:
                voice.say(f"  {b.id}\t{b.device}\t{b.ops} 条操作", f"  {b.id}\t{b.device}\t{b.ops} ops")
    return 0


def _waiting(hub: OpenHub, wiring: Wiring) -> list[HeldBundle]:
    """Bundles of revoked devices that nobody has accepted yet."""
    return [b for b in bundles_of(hub, wiring).held() if not b.accepted_at]


def verify(args: argparse.Namespace, wiring: Wiring, voice: Voice) -> int:
    """Walk every scope's chain; 1 and the first wrong row where there is one."""
    with opened(wiring, args.data, args.database) as hub:
        fault = hub.store.verify()
    if fault is None:
        voice.say("账本完好。", "The ledger is whole.")
        return 0
    what = {
        "altered": ("被改动", "was altered"), "dropped": ("缺失", "is missing"),
        "moved": ("被挪动", "was moved"),
        "projection": ("与操作不符", "does not follow from the ops"),
    }.get(fault.what, (fault.what, fault.what))  # fmt: skip
    raise Said(
        f"账本有误：{fault.where} 第 {fault.n} 条{what[0]}。",
        f"The ledger is wrong: {fault.where}, row {fault.n} {what[1]}.",
    )
