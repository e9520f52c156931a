"""The page of figures: asked, shown and painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.services import assess
from ui.application import bring_up
from ui.kpi.strip import KpiStrip
from ui.measure.waiting import clock_ms, close_for_good, drain, until
from ui.relay import Relay
from ui.work import Work

if TYPE_CHECKING:
    from app.services.desk import Desk
    from app.services.words import Words
    from ui.desktop import Looks

SIZE = (1920, 980)


def kpi_times(desk: Desk, words: Words, looks: Looks, runs: int) -> dict[str, list[float]]:
    """Times (ms): ``ask`` the figures, ``show`` them (painted), and ``page``, both together."""
    bring_up(looks, off_screen=True)
    work = Work(desk)
    with desk.store.reading() as read:
        head = read.state().head
    page = KpiStrip(work, Relay(work, head), words, looks.lang)
    page.resize(*SIZE)
    page.show()
    found: dict[str, list[float]] = {"ask": [], "show": [], "page": []}
    try:
        until(lambda: page.shown is not None and page.charts_ready)
        drain(work, page)
        for _ in range(runs):
            began = clock_ms()
            strip = assess.strip(desk)
            asked = clock_ms()
            page.show_strip(strip)
            page.repaint()
            ended = clock_ms()
            found["ask"].append(asked - began)
            found["show"].append(ended - asked)
            found["page"].append(ended - began)
    finally:
        work.stop()
        close_for_good(page)
    return found
