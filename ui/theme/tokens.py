"""Every colour, size and type role of the product. Free of Qt: painters, sheets and pages all read it."""

from dataclasses import dataclass
from typing import Final, Literal

from ui.theme.contrast import contrast

__all__ = [
    "DARK",
    "LIGHT",
    "SEVERITIES",
    "SIZES",
    "THEMES",
    "TYPE",
    "MapColours",
    "Severity",
    "Sizes",
    "ThemeName",
    "Tint",
    "Tokens",
    "TypeRole",
    "contrast",
    "severity",
]

ThemeName = Literal["dark", "light"]
Shape = Literal["diamond", "triangle", "square", "circle"]


@dataclass(frozen=True, slots=True)
class Tint:
    """Grounds of rows that carry a state; text on them is ``t1`` or the state's own colour."""

    crit: str
    high: str
    mid: str
    ok: str
    off: str


@dataclass(frozen=True, slots=True)
class MapColours:
    """Colours of the map; ``load`` runs from no open matter to six and more."""

    outside: str
    load: tuple[str, str, str, str, str]
    grid_line: str
    town_line: str
    outline: str
    halo: str

    def shade(self, open_count: int) -> str:
        """Return the ground of a grid with ``open_count`` open matters: 0, 1, 2-3, 4-5, 6+."""
        step = 0 if open_count <= 0 else min(1 + open_count // 2, 4)
        return self.load[step]


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme. All values are ``#RRGGBB``."""

    name: ThemeName
    bg0: str
    bg1: str
    bg2: str
    bg3: str
    sel: str
    line: str
    line2: str
    ctl: str
    t1: str
    t2: str
    t3: str
    acc: str
    accbg: str
    onacc: str
    bar: str
    bar2: str
    onsev: str
    crit: str
    high: str
    mid: str
    low: str
    ok: str
    off: str
    scrim: str
    tint: Tint
    map: MapColours

    def colour(self, token: str) -> str:
        """Return the colour called ``token``. Raises KeyError when there is none."""
        value = getattr(self, token, None)
        if not isinstance(value, str) or not value.startswith("#"):
            raise KeyError(token)
        return value

    def third_on(self, *, selected: bool) -> str:
        """Return the colour of third text: on a selected row it becomes second text."""
        return self.t2 if selected else self.t3


DARK: Final = Tokens(
    name="dark",
    bg0="#0A0E13",
    bg1="#10161D",
    bg2="#161E27",
    bg3="#1F2934",
    sel="#143350",
    line="#222D38",
    line2="#3A4856",
    ctl="#6F7F8F",
    t1="#E8EDF2",
    t2="#B3BEC9",
    t3="#8D9AA8",
    acc="#62B3F3",
    accbg="#1B69AE",
    onacc="#FFFFFF",
    bar="#5D7389",
    bar2="#2A3642",
    onsev="#0A0E13",
    crit="#FF6B61",
    high="#FF9F45",
    mid="#E8C84A",
    low="#93A9BE",
    ok="#4FC48C",
    off="#B7A8FF",
    scrim="#040609",
    tint=Tint(crit="#3A1B1C", high="#382512", mid="#322B12", ok="#11301F", off="#241F40"),
    map=MapColours(
        outside="#0C1117",
        load=("#151D26", "#1A2C3C", "#1E3A52", "#244A6B", "#2C5C88"),
        grid_line="#42566A",
        town_line="#8CA0B3",
        outline="#A9BACA",
        halo="#0C1117",
    ),
)

LIGHT: Final = Tokens(
    name="light",
    bg0="#E8ECF0",
    bg1="#FFFFFF",
    bg2="#F4F6F8",
    bg3="#E7ECF1",
    sel="#D5E8F9",
    line="#DCE3E9",
    line2="#B3BFCA",
    ctl="#74828F",
    t1="#13202B",
    t2="#41505D",
    t3="#5A6875",
    acc="#0B60AB",
    accbg="#0B60AB",
    onacc="#FFFFFF",
    bar="#7C90A3",
    bar2="#DDE4EA",
    onsev="#FFFFFF",
    crit="#C2221B",
    high="#A34903",
    mid="#806300",
    low="#4F6579",
    ok="#12744A",
    off="#5840C4",
    scrim="#040609",
    tint=Tint(crit="#FCE7E5", high="#FDEDDB", mid="#FAF2CC", ok="#DFF3E8", off="#ECE8FD"),
    map=MapColours(
        outside="#EDF1F4",
        load=("#F7F9FA", "#E3ECF3", "#C9DCEB", "#A8C7E0", "#82AECF"),
        grid_line="#A9B8C5",
        town_line="#4D6070",
        outline="#2C3D4B",
        halo="#FFFFFF",
    ),
)

THEMES: Final[dict[ThemeName, Tokens]] = {"dark": DARK, "light": LIGHT}


@dataclass(frozen=True, slots=True)
class Severity:
    """A level told three ways: colour, shape, numeral. Its word is in the services' word tables."""

    level: int
    token: str
    shape: Shape


SEVERITIES: Final = (
    Severity(1, "crit", "diamond"),
    Severity(2, "high", "triangle"),
    Severity(3, "mid", "square"),
    Severity(4, "low", "circle"),
)


def severity(level: int) -> Severity:
    """Return the look of ``level`` 1 (most severe) to 4. Raises ValueError for any other."""
    if not 1 <= level <= len(SEVERITIES):
        raise ValueError(f"no severity {level}")
    return SEVERITIES[level - 1]


@dataclass(frozen=True, slots=True)
class TypeRole:
    """Size and line height in px at 100 %."""

    px: int
    line: int
    bold: bool = False


TYPE: Final[dict[str, TypeRole]] = {
    "clock": TypeRole(20, 24, bold=True),
    "kpi": TypeRole(32, 40, bold=True),
    "title": TypeRole(16, 24, bold=True),
    "palette": TypeRole(20, 28),
    "label": TypeRole(14, 16, bold=True),
    "body": TypeRole(13, 20),
    "strong": TypeRole(13, 20, bold=True),
    "second": TypeRole(12, 16),
    "numeral": TypeRole(11, 12, bold=True),
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Lengths in px at 100 %."""

    top_bar: int = 48
    band: int = 48
    section: int = 28
    tabs: int = 44
    row: int = 44
    row_compact: int = 32
    group: int = 24
    head: int = 28
    candidate: int = 48
    whistle: int = 28
    timeline: int = 24
    outbox: int = 32
    button: int = 32
    small: int = 28
    chip: int = 24
    key: int = 20
    limit_bar: int = 4
    ring: int = 56
    ring_stroke: int = 5
    icon: int = 20
    icon_inline: int = 16
    icon_stroke: float = 1.5
    mark: int = 18
    mark_title: int = 28
    panel_padding: int = 16
    queue_padding: int = 12
    radius_chip: int = 3
    radius_button: int = 4
    radius_palette: int = 6
    queue_columns: tuple[int, ...] = (36, 232, 100, 56, 60, 112)


SIZES: Final = Sizes()
