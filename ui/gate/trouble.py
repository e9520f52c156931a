"""A trouble of the gate in words: what happened, how long to wait, and never which part was wrong."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.ports.link import LinkTrouble

if TYPE_CHECKING:
    from app.ports.gate import Trouble
    from app.services.words import Words


def trouble_words(trouble: Trouble, words: Words) -> str:
    """The trouble, and the wait where it was told."""
    said = words.say("link", trouble.code)
    if trouble.wait <= 0:
        return said
    if trouble.wait < 60:
        wait = QCoreApplication.translate("Gate", "{n} 秒后可再试。").format(n=math.ceil(trouble.wait))
    else:
        wait = QCoreApplication.translate("Gate", "{n} 分钟后可再试。").format(n=math.ceil(trouble.wait / 60))
    return f"{said}{wait}" if words.lang == "zh" else f"{said} {wait}"


def sign_in_words(trouble: Trouble, words: Words) -> str:
    """Of a sign-in: wrong names and wrong passwords are told alike."""
    if trouble.code == LinkTrouble.SIGN_IN and trouble.wait <= 0:
        return QCoreApplication.translate("Gate", "用户名或口令不对。请核对后再试。")
    if trouble.code == LinkTrouble.NO_LINE:
        return QCoreApplication.translate(
            "Gate",
            "连不上上级平台，本机核对不上：用户名或口令不对，或这个用户没有在本机登录过。核对后再试，或换一个登录过的用户。",
        )
    return trouble_words(trouble, words)
