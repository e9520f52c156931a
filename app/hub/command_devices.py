"""``hub devices list|revoke|readmit``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.hub.devices import NoSuchDevice
from app.hub.opened import opened
from app.hub.overview import devices_seen
from app.hub.voice import Said

if TYPE_CHECKING:
    import argparse

    from app.hub.opened import Wiring
    from app.hub.voice import Voice

BY = "hub devices"


def devices(args: argparse.Namespace, wiring: Wiring, voice: Voice) -> int:
    """One act on devices."""
    with opened(wiring, args.data, args.database) as hub:
        if args.act == "list":
            for row in devices_seen(hub):
                voice.line(row.as_line(voice))
            return 0
        if not args.device:
            raise Said("须指明终端。", "Name the device.")
        try:
            if args.act == "revoke":
                hub.devices.revoke(args.device, BY)
                voice.say(f"终端 {args.device} 已吊销。", f"Device {args.device} is revoked.")
            else:
                hub.devices.readmit(args.device, BY)
                voice.say(f"终端 {args.device} 可凭新码再次注册。", f"Device {args.device} may enrol again.")
        except NoSuchDevice as error:
            raise Said(
                f"没有终端 {args.device}，或已是这个状态。", f"No device {args.device}, or it is so already."
            ) from error
    return 0
