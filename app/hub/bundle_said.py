"""Why the hub does not take a bundle, as its commands say it: what is wrong, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.hub.voice import Said
from app.ports.bundle import BundleTrouble

if TYPE_CHECKING:
    from collections.abc import Mapping

SAID: Mapping[BundleTrouble, tuple[str, str]] = {
    BundleTrouble.NOT_A_BUNDLE: ("这不是数据包。请核对文件。", "This is no bundle. Check the file."),
    BundleTrouble.CUT: (
        "数据包不完整，未收入任何内容。请重新拷贝或重新导出。",
        "The bundle is cut short; nothing was taken. Copy it again, or export it again.",
    ),
    BundleTrouble.ALTERED: (
        "数据包被改动过或不是所称终端所写，未收入任何内容。请在终端上重新导出；再次出现请报告。",
        "The bundle was altered, or is not of the device it names; nothing was taken. Export it again there.",
    ),
    BundleTrouble.FOREIGN: (
        "数据包不是写给本平台的，或带有别的终端的内容，未收入任何内容。",
        "The bundle is for another hub, or holds another device's work; nothing was taken.",
    ),
    BundleTrouble.UNKNOWN_DEVICE: (
        "本平台没有这个终端的登记，未收入任何内容。若平台刚重建，请先为该终端签发注册码。",
        "This hub has no such device; nothing was taken. If the hub was set up anew, enrol the device first.",
    ),
    BundleTrouble.WRONG_WAY: (
        "这是给终端的回执，不是终端上报的数据包。",
        "This is an answer for a device, not a bundle from one.",
    ),
    BundleTrouble.NEWER: (
        "数据包由别的版本写成。请升级到同一版本后再试。",
        "Another version wrote this bundle. Bring both ends to one version and try again.",
    ),
    BundleTrouble.TOO_LARGE: ("数据包过大。", "The bundle is too large."),
    BundleTrouble.OUT_OF_DATE: ("数据包已过期。", "The bundle is out of date."),
    BundleTrouble.NOT_ENROLLED: ("终端未登记。", "The device is not enrolled."),
    BundleTrouble.UNKNOWN_BUNDLE: ("没有这个留存的数据包。", "There is no such bundle on hold."),
}


def said(code: BundleTrouble) -> Said:
    """The trouble in both languages."""
    return Said(*SAID[code])
