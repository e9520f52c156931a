"""What a ``LinkStatus`` says in words: headline, band, and the lines of the popover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.ports.link import LinkTrouble
from app.services import spell
from ui.shell.topbar_state import Line

if TYPE_CHECKING:
    from app.ports.link_status import LinkStatus
    from app.services.words import Words

SECOND, MINUTE = 1000, 60_000
GRACE_MS = 4_000
"""A line that is back within so long is not worth a band."""

STOPPED = frozenset({
    LinkTrouble.REVOKED, LinkTrouble.NOT_ENROLLED, LinkTrouble.NOT_TRUSTED, LinkTrouble.TOO_OLD,
    LinkTrouble.SIGN_IN, LinkTrouble.LOCKED_OUT, LinkTrouble.FORBIDDEN, LinkTrouble.STORE,
    LinkTrouble.BAD_CODE,
})  # fmt: skip
"""Troubles that do not pass by themselves: somebody has to do something."""


@dataclass(frozen=True, slots=True)
class BandWords:
    """The band under the top bar. ``stopped``: it does not come back by itself."""

    head: str
    rest: str
    detail: str
    stopped: bool


def line_of(status: LinkStatus) -> Line:
    """How the top bar marks it."""
    if not status.linked:
        return Line.ALONE
    return Line.ONLINE if status.online else Line.OFFLINE


def age(ms: int, lang: str) -> str:
    """A length of time as it is said: seconds below a minute, then as everywhere."""
    if ms < MINUTE:
        return QCoreApplication.translate("Link", "{n} 秒").format(n=max(0, ms) // SECOND)
    return spell.duration(ms, lang)


def band_words(status: LinkStatus, now: int, words: Words) -> BandWords | None:
    """What the band says; None while none is needed."""
    if not status.linked or status.online:
        return None
    stopped = status.trouble in STOPPED
    if not stopped and status.since is not None and 0 <= now - status.since < GRACE_MS:
        return None
    if status.trouble in {"", LinkTrouble.NO_LINE}:
        head = QCoreApplication.translate("Link", "线路中断，照常办理。")
        rest = QCoreApplication.translate("Link", "所有操作存于本机，恢复后自动上传，一件不丢。")
    else:
        head, rest = "", words.say("link", status.trouble)
    return BandWords(head, rest, " · ".join(_band_detail(status, now, words)), stopped)


def _band_detail(status: LinkStatus, now: int, words: Words) -> list[str]:
    lang, said = words.lang, []
    if status.since is not None:
        since = spell.day_time(status.since, lang, now)
        said.append(QCoreApplication.translate("Link", "{time} 起离线").format(time=since))
    said.append(waiting_words(status, now, lang))
    said.append(fresh_words(status, now, lang))
    if status.retry_at is not None and status.retry_at > now and status.trouble not in STOPPED:
        span = age(status.retry_at - now, lang)
        said.append(QCoreApplication.translate("Link", "{span}后再试").format(span=span))
    return said


def waiting_words(status: LinkStatus, now: int, lang: str) -> str:
    """How much waits to be sent, and since when."""
    if not status.waiting or status.oldest is None:
        return QCoreApplication.translate("Link", "待传 {n}").format(n=status.waiting)
    oldest = spell.day_time(status.oldest, lang, now)
    words = QCoreApplication.translate("Link", "待传 {n}，最早 {time}")
    return words.format(n=status.waiting, time=oldest)


def fresh_words(status: LinkStatus, now: int, lang: str) -> str:
    """How old what comes from the hub is."""
    if status.heard_at is None:
        return QCoreApplication.translate("Link", "还没有收到过上级数据")
    words = QCoreApplication.translate("Link", "上级数据截至 {time}（{span}前）")
    at = spell.day_time(status.heard_at, lang, now)
    return words.format(time=at, span=age(now - status.heard_at, lang))


def popover_lines(status: LinkStatus, now: int, words: Words) -> tuple[tuple[str, str], ...]:
    """(What, how it stands) of everything that is known; what is nothing is left out."""
    lang = words.lang
    lines: list[tuple[str, str]] = []
    if not status.linked:
        alone = QCoreApplication.translate("Link", "没有接入，全部操作存于本机")
        return ((QCoreApplication.translate("Link", "上级平台"), alone),)
    lines.append((QCoreApplication.translate("Link", "上级平台"), status.hub or "—"))
    if status.since is not None:
        up = QCoreApplication.translate("Link", "连上于")
        down = QCoreApplication.translate("Link", "断开于")
        lines.append((up if status.online else down, spell.day_time(status.since, lang, now)))
    lines.append((QCoreApplication.translate("Link", "数据"), fresh_words(status, now, lang)))
    lines.append((QCoreApplication.translate("Link", "上传"), waiting_words(status, now, lang)))
    if status.progress is not None:
        taken, whole = status.progress
        said = QCoreApplication.translate("Link", "正在取数 {taken} / {whole}")
        lines.append((QCoreApplication.translate("Link", "下载"), said.format(taken=taken, whole=whole)))
    if status.refused:
        said = QCoreApplication.translate("Link", "{n} 项被上级退回，还没人看过")
        lines.append((QCoreApplication.translate("Link", "退回"), said.format(n=status.refused)))
    if status.unread:
        said = QCoreApplication.translate("Link", "{n} 项来自更新的版本，本机读不懂，请升级")
        lines.append((QCoreApplication.translate("Link", "读不懂"), said.format(n=status.unread)))
    return tuple(lines)


def notice_words(notice: str, words: Words) -> str:
    """A notice: ``clock_behind:SECONDS``, ``clock_ahead:SECONDS``, a code of ours, or the hub's own words."""
    code, _, arg = notice.partition(":")
    if code in {"clock_behind", "clock_ahead"} and arg.isdigit():
        span = age(int(arg) * SECOND, words.lang)
        slow = QCoreApplication.translate("Link", "本机时钟比上级慢 {span}，请校准，时限按本机钟算")
        fast = QCoreApplication.translate("Link", "本机时钟比上级快 {span}，请校准，时限按本机钟算")
        return (slow if code == "clock_behind" else fast).format(span=span)
    return words.say_coded("link_notice", notice) if code in words.codes("link_notice") else notice
