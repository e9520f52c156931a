"""The map's colours, from the visual tokens (sections Colour, Severity, Map)."""

from typing import Final

Colours = dict[str, str | list[str]]

DARK: Final[Colours] = {
    "ground": "#0C1117",
    "halo": "#0C1117",
    "load": ["#151D26", "#1A2C3C", "#1E3A52", "#244A6B", "#2C5C88"],
    "grid": "#42566A",
    "town": "#8CA0B3",
    "outline": "#A9BACA",
    "t1": "#E8EDF2",
    "t2": "#B3BEC9",
    "t3": "#8D9AA8",
    "acc": "#62B3F3",
    "crit": "#FF6B61",
    "severity": ["#FF6B61", "#FF9F45", "#E8C84A", "#93A9BE"],
    "onsev": "#0A0E13",
    "bg1": "#10161D",
    "line": "#222D38",
    "line2": "#3A4856",
}

LIGHT: Final[Colours] = {
    "ground": "#EDF1F4",
    "halo": "#FFFFFF",
    "load": ["#F7F9FA", "#E3ECF3", "#C9DCEB", "#A8C7E0", "#82AECF"],
    "grid": "#A9B8C5",
    "town": "#4D6070",
    "outline": "#2C3D4B",
    "t1": "#13202B",
    "t2": "#41505D",
    "t3": "#5A6875",
    "acc": "#0B60AB",
    "crit": "#C2221B",
    "severity": ["#C2221B", "#A34903", "#806300", "#4F6579"],
    "onsev": "#FFFFFF",
    "bg1": "#FFFFFF",
    "line": "#DCE3E9",
    "line2": "#B3BFCA",
}

THEMES: Final[dict[str, Colours]] = {"dark": DARK, "light": LIGHT}
