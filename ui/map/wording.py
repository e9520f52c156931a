"""The words written on the map page itself: trade words from their tables, the furniture's from here."""

from pathlib import Path
from typing import Final

from app.services.words import Words

PageWords = dict[str, str | list[str]]

_FURNITURE: Final[dict[str, dict[str, str]]] = {
    "zh": {
        "lang": "zh",
        "open": "在办",
        "late": "超时",
        "legend_open": "网格在办（件）",
        "legend_overdue": "网格超时（件）",
        "km": "公里",
        "m": "米",
        "schematic": "示意网格",
        "counts": "{district} 区 {town} 镇街 {village} 网格",
    },
    "en": {
        "lang": "en",
        "open": "Open",
        "late": "Overdue",
        "legend_open": "Open per grid",
        "legend_overdue": "Overdue per grid",
        "km": "km",
        "m": "m",
        "schematic": "Schematic",
        "counts": "{district} district {town} towns {village} grids",
    },
}


def page_words(language: str, resources: Path) -> PageWords:
    """All words of the page in `zh` or `en`; KeyError for another language."""
    furniture = _FURNITURE[language]
    words = Words(language, resources)
    return {
        **furniture,
        "severity": [words.say("severity", level) for level in (1, 2, 3, 4)],
        "overdue": words.say("mark", "overdue"),
        "waiting": words.say("mark", "waiting"),
    }
