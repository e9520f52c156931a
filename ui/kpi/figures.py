"""What the KPI panels say and show: all words and shares from a strip. Free of Qt.

``translate`` is Qt's (context, Chinese source → text); it is handed in, so that this needs no Qt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.sla import DAY, MINUTE
from app.services.assess import TARGET_ON_TIME, TARGET_P50, TARGET_P90
from app.services.spell import clock_time, day, duration
from ui.kpi.saying import NONE, percent
from ui.kpi.scales import count_ticks
from ui.kpi.town_figures import town_figures

if TYPE_CHECKING:
    from app.services.assess import Strip
    from app.services.words import Words
    from ui.kpi.saying import Translate
    from ui.kpi.town_figures import Towns

_SHORT_WAIT = 100 * MINUTE
_SCALE = 40
_AGE_SCALE = 5


@dataclass(frozen=True, slots=True)
class Flow:
    """Arrivals and closings by hour; the last hour is only begun. ``empty`` says so where there are none."""

    title: str
    arrived: tuple[int, ...]
    closed: tuple[int, ...]
    hours: tuple[str, ...]
    arrived_words: str
    closed_words: str
    empty: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Age:
    """One age of the backlog; ``share`` 0…1 of the bar's length."""

    label: str
    count: str
    share: float
    old: bool


@dataclass(frozen=True, slots=True)
class Backlog:
    """``net`` in its words, the longest first: the first that has room is written."""

    title: str
    figure: str
    unit: str
    net: tuple[str, str, str]
    ages: tuple[Age, ...]
    spoken: str


@dataclass(frozen=True, slots=True)
class OnTime:
    """``days``: shares 0…1 of the last days, None without cases, with their names; ``target`` 0…1."""

    title: str
    figure: str
    n: str
    below: bool
    days: tuple[float | None, ...]
    day_names: tuple[str, ...]
    target: float
    target_words: str
    days_words: str
    late: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Pace:
    """A response time beside its target; ``share`` and ``target_share`` 0…1 of the bar, None: no case."""

    name: str
    figure: str
    unit: str
    share: float | None
    target_share: float
    target_words: str
    over: bool


@dataclass(frozen=True, slots=True)
class Response:
    title: str
    paces: tuple[Pace, Pace]
    n: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Figures:
    flow: Flow
    backlog: Backlog
    on_time: OnTime
    response: Response
    towns: Towns


def figures(strip: Strip, words: Words, lang: str, translate: Translate) -> Figures:
    """All that the panels say about ``strip`` in ``lang`` (zh, en)."""
    return Figures(
        flow=_flow(strip, translate),
        backlog=_backlog(strip, translate),
        on_time=_on_time(strip, lang, translate),
        response=_response(strip, lang, translate),
        towns=town_figures(strip, words, lang, translate),
    )


def _flow(strip: Strip, translate: Translate) -> Flow:
    arrived, closed = sum(strip.arrived), sum(strip.closed)
    spoken = translate("KpiStrip", "近 24 小时到达 {arrived} 件，结案 {closed} 件")
    return Flow(
        title=translate("KpiStrip", "到达与结案 24 小时"),
        arrived=strip.arrived,
        closed=strip.closed,
        hours=tuple(clock_time(at)[:2] for at in strip.hours),
        arrived_words=translate("KpiStrip", "到达 {n}").format(n=f"{arrived:,}"),
        closed_words=translate("KpiStrip", "结案 {n}").format(n=f"{closed:,}"),
        empty="" if arrived or closed else translate("KpiStrip", "近 24 小时没有到达"),
        spoken=spoken.format(arrived=arrived, closed=closed),
    )


def _net(net: int, translate: Translate) -> tuple[str, str, str]:
    if net > 0:
        pair = translate("KpiStrip", "24 小时净增 {n}"), translate("KpiStrip", "净增 {n}")
    elif net < 0:
        pair = translate("KpiStrip", "24 小时净减 {n}"), translate("KpiStrip", "净减 {n}")
    else:
        pair = translate("KpiStrip", "24 小时持平"), translate("KpiStrip", "持平")
    count = f"{abs(net):,}"
    sign = "+" if net > 0 else "−" if net < 0 else "±"
    return pair[0].format(n=count), pair[1].format(n=count), sign + count


def _backlog(strip: Strip, translate: Translate) -> Backlog:
    labels = (
        translate("KpiStrip", "1 时内"),
        translate("KpiStrip", "1–4 时"),
        translate("KpiStrip", "4–24 时"),
        translate("KpiStrip", "超 24 时"),
    )
    top = count_ticks(max(strip.ages), _AGE_SCALE)[-1]
    ages = tuple(
        Age(label, f"{n:,}", n / top, old=label is labels[-1] and n > 0)
        for label, n in zip(labels, strip.ages, strict=True)
    )
    net = _net(strip.net, translate)
    spoken = translate("KpiStrip", "在办 {n} 件，{net}").format(n=strip.backlog, net=net[0])
    by_age = translate("KpiStrip", "，").join(f"{age.label} {age.count}" for age in ages)
    return Backlog(
        title=translate("KpiStrip", "在办积压"),
        figure=f"{strip.backlog:,}",
        unit=translate("KpiStrip", "件"),
        net=net,
        ages=ages,
        spoken=translate("KpiStrip", "{first}；{second}").format(first=spoken, second=by_age),
    )


def _on_time(strip: Strip, lang: str, translate: Translate) -> OnTime:
    if strip.on_time is None:
        late = translate("KpiStrip", "近 24 小时没有计时结案")
        spoken = late
    else:
        late = translate("KpiStrip", "超时结案 {n} 件").format(n=f"{strip.late:,}")
        spoken = translate("KpiStrip", "按时率 {figure} %，目标 {target} %，n {n}，{late}").format(
            figure=percent(strip.on_time), target=_whole(TARGET_ON_TIME), n=strip.on_time_n, late=late
        )
    count = len(strip.on_time_days)
    return OnTime(
        title=translate("KpiStrip", "按时率"),
        figure=percent(strip.on_time),
        n=_n(strip.on_time_n),
        below=strip.on_time is not None and strip.on_time < TARGET_ON_TIME,
        days=strip.on_time_days,
        day_names=tuple(day(strip.now - (count - 1 - i) * DAY, lang) for i in range(count)),
        target=TARGET_ON_TIME,
        target_words=translate("KpiStrip", "目标 {n}").format(n=_whole(TARGET_ON_TIME)),
        days_words=translate("KpiStrip", "近 7 日"),
        late=late,
        spoken=spoken,
    )


def _whole(share: float) -> str:
    return f"{share * 100:.0f}"


def _n(count: int) -> str:
    return f"n {count:,}"


def _response(strip: Strip, lang: str, translate: Translate) -> Response:
    scale = max(_SCALE, *(round((p or 0) * 1.1) for p in (strip.p50, strip.p90)))
    fifty = _pace("P50", strip.p50, TARGET_P50, scale, lang, translate)
    ninety = _pace("P90", strip.p90, TARGET_P90, scale, lang, translate)
    if strip.response_n:
        n = translate("KpiStrip", "近 24 时 n {n}").format(n=f"{strip.response_n:,}")
        spoken = translate("KpiStrip", "响应用时 {first}，{second}，n {n}").format(
            first=_said(fifty), second=_said(ninety), n=strip.response_n
        )
    else:
        n = spoken = translate("KpiStrip", "近 24 小时没有响应")
    return Response(translate("KpiStrip", "响应用时"), (fifty, ninety), n, spoken)


def _pace(name: str, minutes: int | None, target: int, scale: int, lang: str, translate: Translate) -> Pace:
    unit = translate("KpiStrip", "分")
    if minutes is None:
        figure, unit = NONE, ""
    elif minutes * MINUTE < _SHORT_WAIT:
        figure = str(minutes)
    else:
        figure, unit = duration(minutes * MINUTE, lang), ""
    over = minutes is not None and minutes > target
    words = translate("KpiStrip", "超目标 {n}") if over else translate("KpiStrip", "目标 {n}")
    share = None if minutes is None else minutes / scale
    return Pace(name, figure, unit, share, target / scale, words.format(n=target), over)


def _said(pace: Pace) -> str:
    return f"{pace.name} {pace.figure} {pace.unit}".strip()
