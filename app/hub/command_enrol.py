"""``hub enrol``: a code that lets one device in, as text and as a QR code."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from app.hub import authority
from app.hub.opened import as_json, opened, settings_of
from app.hub.settings import served_at
from app.hub.voice import Said
from app.link.invitation import Invitation, fingerprint
from app.ports.accounts import EVERYWHERE, Grant

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from app.domain.place import Place
    from app.hub.opened import OpenHub, Wiring
    from app.hub.voice import Voice

BY = "hub enrol"


def enrol(args: argparse.Namespace, wiring: Wiring, voice: Voice) -> int:
    """Issue a code and show it."""
    district, *towns = wiring.places()
    known = {district.id: district} | {t.id: t for t in towns}
    place = district if args.scope == EVERYWHERE else known.get(args.scope)
    if place is None:
        told = "、".join(f"{t.id} {t.name}" for t in towns)
        raise Said(f"没有范围 {args.scope}。可用：*、{told}", f"No scope {args.scope}. There are: *, {told}")
    scope = EVERYWHERE if place is district else place.id
    sign = "" if place is district else signs_of(towns)[place.id]
    settings = settings_of(args.data)
    with opened(wiring, args.data, args.database) as hub:
        letter = args.letter or next_letter(hub, place.id, args.device)
        grant = Grant(frozenset({scope}), place.id, sign, letter, args.name, args.device)
        code = hub.devices.issue_code(grant, BY)
    url = served_at(args.data, settings)
    invitation = Invitation(url, code, _fingerprint(args.data) if url.startswith("https:") else "")
    _show(args, invitation, grant, voice)
    return 0


def signs_of(towns: Sequence[Place]) -> dict[str, str]:
    """The character that opens each town's numbers: the first of its name that no other town's has there."""
    for at in range(2):
        taken = Counter(t.name[at] for t in towns)
        if at == 0:
            firsts = taken
    return {t.id: t.name[0] if firsts[t.name[0]] == 1 else t.name[1] for t in towns}


def next_letter(hub: OpenHub, place: str, device: str) -> str:
    """The letter of a centre's next device: none for the first, then B, C …; a known device keeps its own."""
    taken = {d.letter for d in hub.devices.every() if d.place == place and d.id != device}
    for held in hub.devices.every():
        if device and held.id == device:
            return held.letter
    for letter in ("", *(chr(c) for c in range(ord("B"), ord("Z") + 1))):
        if letter not in taken:
            return letter
    raise Said(
        "这个中心的终端字母已用完，请用 --letter。", "No letter is left for this centre: use --letter."
    )


def _fingerprint(data: Path) -> str:
    try:
        return fingerprint(authority.Files(data / "authority").ca.read_text("ascii"))
    except (OSError, ValueError) as error:
        raise Said("证书文件缺失，请先执行 hub init。", "The authority is missing: run hub init.") from error


def _show(args: argparse.Namespace, invitation: Invitation, grant: Grant, voice: Voice) -> None:
    text = str(invitation)
    if args.png:
        import segno

        try:
            segno.make_qr(text, error="m").save(str(args.png), kind="png", scale=8, border=4)
        except OSError as error:
            raise Said(f"图片无法写入：{args.png}", f"The picture cannot be written: {args.png}") from error
    if args.json:
        voice.line(as_json({
            "invitation": text, "url": invitation.url, "code": invitation.code,
            "fingerprint": invitation.fingerprint, "scopes": sorted(grant.scopes), "place": grant.place,
            "sign": grant.sign, "letter": grant.letter, "name": grant.name,
        }))  # fmt: skip
        return
    voice.line(text)
    import segno

    segno.make_qr(text, error="m").terminal(compact=True)
    voice.say("此码 24 小时内有效，只能用一次。", "Valid once, for 24 hours.")
