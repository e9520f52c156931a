"""What the panel of the towns side by side says: a row for each, and its spoken form. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.kpi import MIN_RANKED
from app.services.assess import TARGET_ON_TIME
from ui.kpi.saying import NONE, percent

if TYPE_CHECKING:
    from app.services.assess import Strip, TownLine
    from app.services.words import Words
    from ui.kpi.saying import Translate


@dataclass(frozen=True, slots=True)
class Town:
    """A town's row; ``aside`` takes the figures' place where too few cases stand behind them."""

    name: str
    share: float
    open_now: str
    overdue: str
    late: bool
    on_time: str
    below: bool
    n: str
    p50: str
    aside: str


@dataclass(frozen=True, slots=True)
class Towns:
    """``heads``: town, open, overdue, on time, n, P50."""

    title: str
    note: str
    short_note: str
    heads: tuple[str, str, str, str, str, str]
    rows: tuple[Town, ...]
    empty: str
    spoken: str


def town_figures(strip: Strip, words: Words, lang: str, translate: Translate) -> Towns:
    """The rows in the strip's order; bars are shares of the largest backlog."""
    top = max((town.open_now for town in strip.towns), default=0)
    rows = tuple(_town(town, top, lang, translate) for town in strip.towns)
    said = translate("KpiStrip", "{town} 在办 {open}，按时 {share} %，P50 {p50} 分")
    few = translate("KpiStrip", "{town} 在办 {open}，{aside}")
    lines = (
        few.format(town=row.name, open=row.open_now, aside=row.aside)
        if row.aside
        else said.format(town=row.name, open=row.open_now, share=row.on_time, p50=row.p50)
        for row in rows
    )
    title = translate("KpiStrip", "镇街并列")
    heads = (
        translate("KpiStrip", "镇街"),
        words.say("mark", "normal"),
        words.say("mark", "overdue"),
        translate("KpiStrip", "按时 %"),
        "n",
        translate("KpiStrip", "P50 分"),
    )
    return Towns(
        title=title,
        note=translate("KpiStrip", "近 24 小时 · n ≥ {n} 才排名").format(n=MIN_RANKED),
        short_note=translate("KpiStrip", "n ≥ {n} 才排名").format(n=MIN_RANKED),
        heads=heads,
        rows=rows,
        empty="" if rows else translate("KpiStrip", "尚无镇街名录"),
        spoken="{} {}".format(title, translate("KpiStrip", "；").join(lines)),
    )


def _name(town: TownLine, lang: str) -> str:
    """In English without its kind: the column's head says it."""
    if lang != "en" or not town.name_en:
        return town.name
    return town.name_en.removesuffix(" Subdistrict").removesuffix(" Town")


def _town(town: TownLine, top: int, lang: str, translate: Translate) -> Town:
    few = translate("KpiStrip", "n {n}，不排名").format(n=town.n)
    return Town(
        name=_name(town, lang),
        share=town.open_now / top if top else 0.0,
        open_now=f"{town.open_now:,}",
        overdue=f"{town.overdue:,}",
        late=town.overdue > 0,
        on_time=percent(town.on_time),
        below=town.on_time is not None and town.on_time < TARGET_ON_TIME,
        n=f"{town.n:,}",
        p50=NONE if town.p50 is None else f"{town.p50:,}",
        aside="" if town.ranked else few,
    )
